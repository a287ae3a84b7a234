/**
 * The agent desk's page: joins stream, outbox, list and conversation. Who is looking (desk and agent) and which case is open are in the
 * address, so two windows can be two agents and a reload changes nothing.
 */
import { createAttach } from "./attach.js";
import { createCanned } from "./canned.js";
import { createCaseList } from "./case-list.js";
import { titleOf, unreadOf } from "./case-words.js";
import { createComposer } from "./composer.js";
import { createConversation } from "./conversation.js";
import { byId, el, say } from "./dom.js";
import { fetchRoster, openStream, postAction } from "./link.js";
import { createOutbox } from "./outbox.js";
import { createShift } from "./shift.js";
import { createSound } from "./sound.js";

const TICK_MS = 10_000;

const connectionWords = { connecting: "Connecting", live: "Live", lost: "Reconnecting" };
const panes = byId("panes");
const deskPicker = /** @type {HTMLSelectElement} */ (byId("desk"));
const agentPicker = /** @type {HTMLSelectElement} */ (byId("agent"));

let roster = [];
let desk = { id: "", label: "", agents: [] };
let agent = { id: "", name: "" };
/** @type {Map<string, any>} */
let cases = new Map();
let openId;
let closeStream = () => undefined;
/** The last `seq` told as read, by case: the stream's answer takes a moment. */
const toldRead = new Map();
/** Buttons whose action may or may not have arrived. */
const unsure = new Map();

const list = createCaseList({ onOpen: openCase });
const conversation = createConversation({
  onAction: (type) => void act(type),
  onSeen: tellRead,
  onBack: toList,
  onRetry: (actionId) => openId !== undefined && outbox.retry(openId, actionId),
  onDiscard: (actionId) => openId !== undefined && outbox.discard(openId, actionId),
});
const composer = createComposer({
  onSend: (caseId, text) => outbox.add(caseId, actionOf(caseId, "message.created", { text }), { kind: "agent", ...agent }),
  onTyping: (caseId, typing) => {
    if (caseIsMine(caseId)) void postAction(actionOf(caseId, "agent.typing", { typing }));
  },
  onEscape: toList,
});
const attach = createAttach({
  onAttach: async (articleId) => (openId === undefined ? { ok: false } : postAction(actionOf(openId, "question.attached", { articleId }))),
});
const outbox = createOutbox({
  onChange: (caseId) => {
    if (caseId === openId) drawConversation();
  },
});

const sound = createSound();
let teamId = "";
const shift = createShift({
  onTeam: (id) => {
    teamId = id;
    writeAddress();
  },
});
createCanned({ agentName: () => agent.name, onPick: (text) => composer.fill(text) });

/** Asks for a word for the next; `undefined`: not passed on after all. */
function askNote() {
  const dialog = /** @type {HTMLDialogElement} */ (byId("pass"));
  const note = /** @type {HTMLTextAreaElement} */ (byId("pass-note"));
  note.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "pass" ? note.value.trim() : undefined), { once: true });
  });
}

/** One id per thing done, made here: whatever is sent again, by a double click or a retry, is done once. */
function actionOf(caseId, type, more = {}) {
  return { desk: desk.id, agentId: agent.id, ...(teamId === "" ? {} : { teamId }), caseId, type, actionId: crypto.randomUUID(), ...more };
}

function caseIsMine(caseId) {
  const item = cases.get(caseId);
  return item?.status === "open" && item.agent?.id === agent.id;
}

async function act(type) {
  const caseId = openId;
  if (caseId === undefined) return;
  const text = type === "handoff.passed" ? await askNote() : undefined;
  if (type === "handoff.passed" && text === undefined) return;
  conversation.busy(type, true);
  conversation.fail(undefined);
  // Pressed again after "it may not have arrived", it is still the same action.
  const key = `${caseId} ${agent.id} ${type}`;
  const action = unsure.get(key) ?? actionOf(caseId, type, text === undefined ? {} : { text });
  const result = await postAction(action);
  if (!result.ok && result.unsure) unsure.set(key, action);
  else unsure.delete(key);
  conversation.busy(type, false);
  if (caseId !== openId) return;
  if (!result.ok) conversation.fail(result.message);
  else if (type === "handoff.accepted") composer.focus();
  else toList();
}

function tellRead(seq) {
  const caseId = openId;
  if (caseId === undefined || (toldRead.get(caseId) ?? 0) >= seq) return;
  toldRead.set(caseId, seq);
  void postAction(actionOf(caseId, "message.read", { seq }));
}

function openCase(caseId) {
  openId = caseId;
  panes.dataset.view = "case";
  writeAddress();
  draw();
  if (caseIsMine(caseId)) composer.focus();
  else conversation.focus();
}

/** Where there is room for both, the conversation stays; on a phone the list takes its place. */
function toList() {
  panes.dataset.view = "list";
  list.focus();
}

function draw() {
  list.draw([...cases.values()], { agentId: agent.id, openId });
  drawConversation();
  const waiting = [...cases.values()].filter((item) => item.status === "waiting").length;
  say(byId("inbox-count"), waiting === 0 ? "Nobody waits" : `${waiting} waiting`);
  say(byId("empty-text"), cases.size === 0 ? "All quiet." : "Choose a case to read it.");
  const unread = [...cases.values()].filter((item) => caseIsMine(item.caseId) && unreadOf(item) > 0).length;
  shift.talks([...cases.values()].filter((item) => caseIsMine(item.caseId)).length);
  document.title = `${waiting + unread === 0 ? "" : `(${waiting + unread}) `}${desk.label || "Linden desk"}`;
}

function drawConversation() {
  const item = openId === undefined ? undefined : cases.get(openId);
  conversation.draw(item, { agent: agent.id, pending: item === undefined ? [] : outbox.pending(item.caseId) });
  attach.draw(item !== undefined && caseIsMine(item.caseId) ? item : undefined);
  // After the pane is shown: the field measures its text.
  composer.open(item !== undefined && caseIsMine(item.caseId) ? item.caseId : undefined);
}

function connect() {
  closeStream();
  cases = new Map();
  toldRead.clear();
  draw();
  closeStream = openStream({
    desk: desk.id,
    agent: agent.id,
    onState: (all) => {
      cases = new Map(all.map((item) => [item.caseId, item]));
      toldRead.clear();
      if (openId !== undefined && !cases.has(openId)) openId = undefined;
      draw();
      outbox.retryUnsure();
    },
    onPresence: (here) => {
      const names = here.filter((id) => id !== agent.id).map((id) => desk.agents.find((one) => one.id === id)?.name ?? id);
      say(byId("here"), names.length === 0 ? "Nobody else here" : `Here too: ${names.join(", ")}`);
    },
    onCase: (item) => {
      const before = cases.get(item.caseId);
      cases.set(item.caseId, item);
      if (item.status === "waiting" && before?.status !== "waiting") {
        say(byId("announce"), `New case: ${titleOf(item)}`);
        sound.waits();
      } else if (caseIsMine(item.caseId) && (document.hidden || item.caseId !== openId) && unreadOf(item) > unreadOf(before ?? item))
        sound.writes();
      draw();
    },
    onTyping: (caseId, typing) => {
      if (caseId === openId) conversation.setTyping(typing);
    },
    onConnection: (state) => {
      byId("connection").dataset.state = state;
      say(byId("connection"), connectionWords[state]);
    },
  });
}

function pick(deskId, agentId, wantedTeam) {
  const before = desk.id;
  desk = roster.find((one) => one.id === deskId) ?? roster[0];
  agent = desk.agents.find((one) => one.id === agentId) ?? desk.agents[0];
  const options = (all, chosen, label) => all.map((one) => el("option", { value: one.id, selected: one.id === chosen.id }, label(one)));
  deskPicker.replaceChildren(...options(roster, desk, (one) => one.label));
  agentPicker.replaceChildren(...options(desk.agents, agent, (one) => one.name));
  if (desk.id !== before) {
    teamId = wantedTeam ?? "";
    shift.desk(desk.id, wantedTeam);
  }
  writeAddress();
  connect();
}

function writeAddress() {
  const query = new URLSearchParams({
    desk: desk.id,
    agent: agent.id,
    ...(teamId === "" ? {} : { team: teamId }),
    ...(openId === undefined ? {} : { case: openId }),
  });
  history.replaceState(null, "", `?${query}`);
}

function onKey(event) {
  const { target } = event;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const inField = target instanceof HTMLElement && (target.matches("textarea, input, select") || target.isContentEditable);
  if (inField) return;
  const inLog = target instanceof HTMLElement && target.id === "log";
  const steps = { j: 1, k: -1, ...(inLog ? {} : { ArrowDown: 1, ArrowUp: -1 }) };
  if (event.key in steps) {
    event.preventDefault();
    list.move(steps[event.key]);
  } else if (event.key === "Escape") {
    toList();
  }
}

async function start() {
  const query = new URLSearchParams(location.search);
  openId = query.get("case") ?? undefined;
  if (openId !== undefined) panes.dataset.view = "case";
  try {
    roster = await fetchRoster();
  } catch {
    setTimeout(() => void start(), 3_000);
    return;
  }
  pick(query.get("desk"), query.get("agent"), query.get("team") ?? undefined);
}

byId("pickers").addEventListener("submit", (event) => event.preventDefault());
deskPicker.addEventListener("change", () => {
  openId = undefined;
  panes.dataset.view = "list";
  pick(deskPicker.value, undefined);
});
agentPicker.addEventListener("change", () => pick(desk.id, agentPicker.value));
document.addEventListener("keydown", onKey);
setInterval(() => {
  list.tick();
  conversation.tick();
  shift.tick();
}, TICK_MS);
void start();
