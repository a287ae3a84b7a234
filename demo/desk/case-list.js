/** The list on the left: groups of cases by priority and waiting time, and moving through them by keyboard. */
import {
  countryName,
  compareCases,
  duration,
  groupOf,
  groups,
  languageName,
  piecesOf,
  shortTitleOf,
  unreadOf,
  waitingSince,
} from "./case-words.js";
import { byId, el, place, say } from "./dom.js";

/** Waiting longer than this is shown in a warmer colour. */
const LONG_WAIT_MS = 5 * 60_000;

/** @param {{ onOpen: (caseId: string) => void }} options */
export function createCaseList({ onOpen }) {
  const root = byId("groups");
  /** @type {Map<string, { item: HTMLElement, button: HTMLButtonElement, parts: Record<string, HTMLElement> }>} */
  const rows = new Map();
  const sections = new Map(groups.map((group) => [group.id, sectionOf(group)]));
  const nothing = el("p", { class: "nothing" }, "No cases. When a visitor asks for a person, they appear here.");
  let drawn = { cases: [], agentId: "", openId: undefined };

  function rowOf(caseId) {
    const known = rows.get(caseId);
    if (known !== undefined) return known;
    const parts = Object.fromEntries(
      ["priority", "title", "wait", "snippet", "unread", "language", "region", "holder"].map((name) => [name, el("span", { class: name })]),
    );
    parts.title.setAttribute("dir", "auto");
    parts.snippet.setAttribute("dir", "auto");
    const button = el(
      "button",
      { type: "button", class: "row" },
      el("span", { class: "row-top" }, parts.priority, parts.title, parts.wait),
      parts.snippet,
      el("span", { class: "row-foot" }, parts.language, parts.region, parts.holder, parts.unread),
    );
    button.addEventListener("click", () => onOpen(caseId));
    const row = { item: el("li", {}, button), button, parts };
    rows.set(caseId, row);
    return row;
  }

  function drawRow(item, { agentId, openId }, now) {
    const { item: node, button, parts } = rowOf(item.caseId);
    button.toggleAttribute("data-open", item.caseId === openId);
    if (item.caseId === openId) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    button.dataset.priority = item.status === "closed" ? "normal" : item.priority;
    say(parts.priority, item.priority === "normal" || item.status === "closed" ? "" : item.priority === "high" ? "High" : "Critical");
    say(parts.title, shortTitleOf(item));
    const since = waitingSince(item);
    const waited = since === undefined ? 0 : Math.max(0, now - since);
    say(parts.wait, since === undefined ? "" : duration(waited));
    parts.wait.toggleAttribute("data-long", waited > LONG_WAIT_MS);
    if (since === undefined) parts.wait.removeAttribute("title");
    else parts.wait.title = "Waiting";
    const last = item.lines.findLast((line) => line.author.kind !== "system" && line.text !== "");
    say(
      parts.snippet,
      last === undefined
        ? ""
        : `${prefixOf(last, agentId)}${piecesOf(last.text.slice(0, 160))
            .map(({ words }) => words)
            .join("")}`,
    );
    say(parts.language, languageName(item.visitor.language));
    say(parts.region, item.regionId.toUpperCase());
    parts.region.title = countryName(item.visitor.country) ?? "";
    say(parts.holder, item.agent === undefined || item.agent.id === agentId ? "" : item.agent.name);
    const unread = unreadOf(item);
    say(parts.unread, unread === 0 ? "" : String(unread));
    if (unread > 0) parts.unread.append(el("span", { class: "visually-hidden" }, " unread"));
    return node;
  }

  function draw(cases, { agentId, openId }) {
    drawn = { cases, agentId, openId };
    const now = Date.now();
    const focused = document.activeElement;
    for (const [id, { section, list, count }] of sections) {
      const members = cases.filter((item) => groupOf(item, agentId) === id).sort(compareCases);
      section.hidden = members.length === 0;
      say(count, String(members.length));
      place(
        list,
        members.map((item) => drawRow(item, drawn, now)),
      );
    }
    for (const caseId of rows.keys()) if (!cases.some((item) => item.caseId === caseId)) rows.delete(caseId);
    place(root, [...(cases.length === 0 ? [nothing] : []), ...[...sections.values()].map(({ section }) => section)]);
    // A row that moved has lost the focus; the person has not moved.
    if (focused instanceof HTMLElement && focused !== document.activeElement && root.contains(focused))
      focused.focus({ preventScroll: true });
  }

  const buttons = () => /** @type {HTMLButtonElement[]} */ ([...root.querySelectorAll("section:not([hidden]) .row")]);

  return {
    draw,
    /** The minutes go on without news. */
    tick: () => draw(drawn.cases, drawn),
    /** Moves the focus by `step` rows, from the focused or the open one. */
    move(step) {
      const all = buttons();
      const focused = all.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
      const from = focused >= 0 ? focused : all.findIndex((button) => button.hasAttribute("data-open"));
      const to = from < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, from + step));
      all[to]?.focus();
    },
    /** Back in the list: on the open case, or on the first. */
    focus: () => (buttons().find((button) => button.hasAttribute("data-open")) ?? buttons()[0])?.focus(),
  };
}

function sectionOf({ id, label }) {
  const count = el("span", { class: "count" });
  const list = el("ul", { role: "list", "aria-label": label });
  return { section: el("section", { class: "group", "data-group": id }, el("h3", {}, label, " ", count), list), list, count };
}

function prefixOf(line, agentId) {
  if (line.author.kind === "visitor") return "";
  if (line.author.kind === "bot") return "Assistant: ";
  return line.author.id === agentId ? "You: " : `${line.author.name ?? "Agent"}: `;
}
