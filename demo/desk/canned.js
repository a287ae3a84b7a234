/** Ready replies: a slash at the beginning of an empty reply opens the list, words after it narrow it. Kept in this browser. */
import { byId, el } from "./dom.js";

const KEY = "allhours-desk-replies";
const FIRST = [
  "Hello, this is {{agent}}. I have read your messages and am looking into it now.",
  "Could you tell me your order number? It begins with # in the mail we sent you.",
  "I am checking this with the warehouse; it takes about five minutes.",
  "Is there anything else I can do for you?",
];
const MOST = 50;

/** @param {{ agentName: () => string, onPick: (text: string) => void }} options */
export function createCanned({ agentName, onPick }) {
  const list = byId("canned");
  const field = /** @type {HTMLTextAreaElement} */ (byId("reply"));
  const keep = byId("keep-reply");
  let chosen = 0;
  let shown = [];

  function stored() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY) ?? "null");
      return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : FIRST;
    } catch {
      return FIRST;
    }
  }
  const filled = (text) => text.replaceAll("{{agent}}", agentName());

  function close() {
    list.hidden = true;
    field.removeAttribute("aria-activedescendant");
  }
  function draw() {
    const words = field.value.slice(1).trim().toLowerCase();
    keep.hidden = field.value.trim().length < 10 || field.value.startsWith("/");
    if (!field.value.startsWith("/") || field.value.includes("\n")) return close();
    shown = stored().filter((text) => text.toLowerCase().includes(words));
    chosen = Math.min(chosen, Math.max(0, shown.length - 1));
    list.hidden = shown.length === 0;
    list.replaceChildren(
      ...shown.map((text, index) => {
        const row = el("li", { role: "option", id: `canned-${index}`, "aria-selected": String(index === chosen) }, filled(text));
        row.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          pick(index);
        });
        return row;
      }),
    );
    if (shown.length > 0) field.setAttribute("aria-activedescendant", `canned-${chosen}`);
  }
  function pick(index) {
    const text = shown[index];
    if (text === undefined) return;
    close();
    onPick(filled(text));
  }

  field.addEventListener("input", () => {
    chosen = 0;
    draw();
  });
  // Before the composer's own keys: Enter chooses, and does not send the slash.
  field.addEventListener(
    "keydown",
    (event) => {
      if (list.hidden || event.isComposing) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step !== undefined) {
        chosen = (chosen + step + shown.length) % shown.length;
        draw();
      } else if (event.key === "Enter" || event.key === "Tab") pick(chosen);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );
  field.addEventListener("blur", close);
  keep.addEventListener("click", () => {
    const text = field.value.trim();
    const all = stored().filter((one) => one !== text);
    localStorage.setItem(KEY, JSON.stringify([text, ...all].slice(0, MOST)));
    keep.hidden = true;
    field.focus();
  });
}
