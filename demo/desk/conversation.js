/** The right side: one case with its facts, its messages and what can be done with it. */
import {
  clockOf,
  dayOf,
  duration,
  groupOf,
  langOf,
  languageName,
  offerFactsOf,
  piecesOf,
  reasonOf,
  slotsOf,
  titleOf,
  waitingSince,
} from "./case-words.js";
import { byId, el, place, say } from "./dom.js";

/** This near to the end counts as being there, pixels. */
const NEAR_END_PX = 48;
/** A sign of typing fades without a new one. */
const TYPING_TTL_MS = 6_000;

/**
 * @param {{ onAction: (type: string) => void, onSeen: (seq: number) => void, onBack: () => void, onRetry: (actionId: string) => void,
 *   onDiscard: (actionId: string) => void }} options
 */
export function createConversation({ onAction, onSeen, onBack, onRetry, onDiscard }) {
  const log = byId("log");
  const newer = byId("newer");
  const alert = byId("alert");
  const typing = byId("typing");
  const actions = /** @type {HTMLButtonElement[]} */ ([...byId("actions").querySelectorAll("button")]);
  /** @type {Map<string, HTMLElement>} */
  let bubbles = new Map();
  let shown;
  let agentId = "";
  let typingEnds;

  for (const button of actions) button.addEventListener("click", () => onAction(button.dataset.action ?? ""));
  byId("back").addEventListener("click", onBack);
  byId("alert-close").addEventListener("click", () => fail(undefined));
  newer.addEventListener("click", () => {
    toEnd();
    log.focus();
  });
  // At the end stays at the end, also when the composer or an alert takes room away from the log.
  let atEnd = true;
  new ResizeObserver(() => atEnd && toEnd()).observe(log);
  log.addEventListener("scroll", () => {
    atEnd = nearEnd();
    if (!atEnd) return;
    newer.hidden = true;
    tellSeen();
  });
  document.addEventListener("visibilitychange", tellSeen);
  window.addEventListener("focus", tellSeen);

  const nearEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX;
  function toEnd() {
    log.scrollTop = log.scrollHeight;
    atEnd = true;
    newer.hidden = true;
  }

  /** Seen is what stands at the end of a log somebody is looking at, and only by whoever has the case. */
  function tellSeen() {
    const looking = document.visibilityState === "visible" && log.clientHeight > 0 && nearEnd();
    if (shown === undefined || !looking || groupOf(shown, agentId) !== "mine") return;
    const last = shown.lines.findLast((line) => line.author.kind === "visitor" && line.seq !== undefined);
    if (last !== undefined && last.seq > shown.readSeq) onSeen(last.seq);
  }

  function fail(message) {
    alert.hidden = message === undefined;
    say(byId("alert-text"), message ?? "");
  }

  function setTyping(active) {
    clearTimeout(typingEnds);
    say(typing, active ? "The visitor is typing" : "");
    if (active) typingEnds = setTimeout(() => setTyping(false), TYPING_TTL_MS);
  }

  function drawHead(item) {
    const group = groupOf(item, agentId);
    say(byId("case-title"), titleOf(item));
    for (const button of actions) {
      const type = button.dataset.action;
      const accept = type === "handoff.accepted";
      const takesOver = group === "others" && item.handover === true;
      if (accept) say(button, takesOver ? "Take over" : "Accept");
      const waits = group === "waiting";
      button.hidden = accept ? !waits && !takesOver : type === "handoff.passed" ? !waits && group !== "mine" : group !== "mine";
    }
    tick(item);
    const { visitor } = item;
    const local = visitor.timezone === undefined ? undefined : clockOf(Date.now(), visitor.timezone);
    const facts = [
      ["Language", languageName(visitor.language)],
      ["Their time", local],
      ["Region", item.regionId.toUpperCase()],
      ["Reason", reasonOf(item)],
      ["Page", pageLink(visitor.pageUrl)],
      ...offerFactsOf(item, Date.now()),
      ...slotsOf(item),
    ].filter(([, value]) => value !== undefined);
    byId("facts").replaceChildren(...facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
  }

  function tick(item = shown) {
    if (item === undefined) return;
    const group = groupOf(item, agentId);
    const since = waitingSince(item);
    const waited = since === undefined ? "" : duration(Math.max(0, Date.now() - since));
    const priority =
      item.priority === "normal" || group === "closed" ? "" : `${item.priority === "high" ? "High" : "Critical"} priority · `;
    const states = {
      waiting: waited === "just now" ? "Came in just now" : `Waiting for ${waited}`,
      mine: since === undefined ? "With you" : waited === "just now" ? "With you · wrote just now" : `With you · waiting for ${waited}`,
      others: `With ${item.agent?.name}`,
      closed: "Closed",
    };
    say(byId("case-state"), `${priority}${states[group]}`);
  }

  function drawLog(item, pending) {
    const now = Date.now();
    // The relay's account of a reply takes the place of the pending one: same action, same bubble.
    const taken = new Set(item.lines.map((line) => line.actionId));
    const lines = [...item.lines, ...pending.filter((entry) => !taken.has(entry.actionId))];
    const nodes = new Map();
    const before = bubbles;
    let day = "";
    let previous;
    let fresh = false;
    for (const line of lines) {
      const lineDay = dayOf(line.at, now);
      if (lineDay !== day) {
        day = lineDay;
        const key = `day ${day}`;
        nodes.set(key, before.get(key) ?? el("p", { class: "day" }, day));
        previous = undefined;
      }
      const key = line.actionId ?? line.id;
      const look = JSON.stringify([line.state, line.message, line.text]);
      const known = before.get(key);
      const node = known?.dataset.look === look ? known : bubbleOf(line, item);
      node.dataset.look = look;
      node.toggleAttribute("data-follows", previous !== undefined && sameAuthor(previous, line));
      if (known === undefined) fresh = true;
      nodes.set(key, node);
      previous = line;
    }
    place(log, [...nodes.values()]);
    bubbles = nodes;
    const wroteMyself = lines.at(-1)?.actionId !== undefined && !before.has(lines.at(-1).actionId);
    if (atEnd || wroteMyself) toEnd();
    else if (fresh) newer.hidden = false;
  }

  function bubbleOf(line, item) {
    if (line.author.kind === "system")
      return el("p", { class: "note" }, `${line.text} · `, el("time", { datetime: line.at }, clockOf(line.at) ?? ""));
    const mine = line.author.id === agentId;
    const who =
      line.author.kind === "visitor" ? "Visitor" : line.author.kind === "bot" ? "Assistant" : mine ? "You" : (line.author.name ?? "Agent");
    const meta = el(
      "p",
      { class: "meta" },
      el("span", { class: "who" }, who),
      " ",
      el("time", { datetime: line.at }, clockOf(line.at) ?? ""),
    );
    if (line.state === "sending") meta.append(el("span", { class: "sending" }, " · Sending"));
    const bubble = el(
      "article",
      { class: "message", "data-by": line.author.kind, "data-state": line.state, "aria-label": `${who}, ${clockOf(line.at) ?? ""}` },
      meta,
      el("p", { class: "words", dir: "auto", lang: langOf(line, item) }, ...wordsOf(line)),
    );
    if (line.state === "failed") {
      const retry = el("button", { type: "button", class: "plain" }, "Retry");
      const discard = el("button", { type: "button", class: "plain" }, "Discard");
      retry.addEventListener("click", () => onRetry(line.actionId));
      discard.addEventListener("click", () => onDiscard(line.actionId));
      bubble.append(el("p", { class: "failed" }, `Not sent. ${line.message ?? ""} `, retry, " ", discard));
    }
    return bubble;
  }

  return {
    /** `item` undefined: nothing is open. */
    draw(item, { agent, pending }) {
      agentId = agent;
      byId("open").hidden = item === undefined;
      byId("empty").hidden = item !== undefined;
      const another = item?.caseId !== shown?.caseId;
      if (another) {
        bubbles = new Map();
        log.replaceChildren();
        // A log that is filled in one go is not read out from its first line.
        log.setAttribute("aria-live", "off");
        fail(undefined);
        setTyping(false);
      }
      const wrote = !another && item !== undefined && visitorLines(item) > visitorLines(shown);
      shown = item;
      if (item === undefined) return;
      if (wrote) setTyping(false);
      drawHead(item);
      drawLog(item, pending);
      if (another) {
        toEnd();
        requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
      }
      tellSeen();
    },
    fail,
    setTyping,
    tick: () => {
      if (shown !== undefined) drawHead(shown);
    },
    /** Marks an action as under way; its button cannot be pressed twice. */
    busy(type, active) {
      for (const button of actions) if (button.dataset.action === type) button.disabled = active;
    },
    focus: () => log.focus(),
  };
}

/** Only the assistant writes Markdown. */
function wordsOf({ author, text }) {
  if (author.kind !== "bot") return [text];
  return piecesOf(text).map(({ words, strong }) => (strong ? el("strong", {}, words) : words));
}

function visitorLines(item) {
  return item.lines.filter((line) => line.author.kind === "visitor").length;
}

function sameAuthor(a, b) {
  return (
    a.author.kind === b.author.kind &&
    a.author.id === b.author.id &&
    a.author.kind !== "system" &&
    Date.parse(b.at) - Date.parse(a.at) < 120_000
  );
}

/** The page the visitor is on. Its address comes from the visitor's browser: a link only when it is a web address. */
function pageLink(url) {
  if (url === undefined) return undefined;
  if (!URL.canParse(url)) return url;
  const { protocol, pathname, host } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") return url;
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer", title: url }, pathname === "/" ? host : pathname);
}
