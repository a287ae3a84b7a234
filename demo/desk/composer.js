/** The reply field: grows with the text, keeps a draft per case, and tells the visitor that somebody writes. */
import { byId } from "./dom.js";

/** A sign of typing lasts six seconds at the visitor's; it is renewed well before that. */
const TYPING_RENEW_MS = 3_000;
const TYPING_IDLE_MS = 4_000;

/**
 * @param {{ onSend: (caseId: string, text: string) => void, onTyping: (caseId: string, typing: boolean) => void, onEscape: () => void }} options
 */
export function createComposer({ onSend, onTyping, onEscape }) {
  const form = byId("composer");
  const field = /** @type {HTMLTextAreaElement} */ (byId("reply"));
  const send = /** @type {HTMLButtonElement} */ (byId("send"));
  /** @type {Map<string, string>} */
  const drafts = new Map();
  let caseId;
  let typingSince = 0;
  let idle;

  function fit() {
    send.disabled = field.value.trim() === "";
    field.style.height = "auto";
    // Two for the borders, which scrollHeight leaves out.
    field.style.height = `${field.scrollHeight + 2}px`;
  }

  function typing() {
    if (caseId === undefined) return;
    if (field.value.trim() === "") return stopTyping();
    clearTimeout(idle);
    idle = setTimeout(stopTyping, TYPING_IDLE_MS);
    const now = Date.now();
    if (now - typingSince < TYPING_RENEW_MS) return;
    typingSince = now;
    onTyping(caseId, true);
  }
  function stopTyping() {
    clearTimeout(idle);
    if (typingSince === 0) return;
    typingSince = 0;
    if (caseId !== undefined) onTyping(caseId, false);
  }

  function submit() {
    const text = field.value.trim();
    if (text === "" || caseId === undefined) return;
    clearTimeout(idle);
    // The message itself ends the sign of typing at the visitor's.
    typingSince = 0;
    field.value = "";
    drafts.delete(caseId);
    fit();
    onSend(caseId, text);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
    field.focus();
  });
  field.addEventListener("input", () => {
    if (caseId !== undefined) drafts.set(caseId, field.value);
    fit();
    typing();
  });
  field.addEventListener("blur", stopTyping);
  field.addEventListener("keydown", (event) => {
    // 229: an input method is still composing (Safari says so only by this).
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      onEscape();
    }
  });

  return {
    /** Shows the draft of a case; `undefined`: there is nothing to reply to. */
    open(next) {
      form.hidden = next === undefined;
      if (next === caseId) return;
      stopTyping();
      caseId = next;
      field.value = (next !== undefined && drafts.get(next)) || "";
      fit();
    },
    focus: () => field.focus(),
    /** Puts words into the field, to be changed before they are sent. */
    fill(text) {
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    },
  };
}
