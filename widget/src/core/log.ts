/**
 * From log events to timeline items. Owns the rules of the cursor: what is at or below it is dropped, what is not the very
 * next one is left alone (the caller sees that the cursor did not move and resumes).
 */
import type { Author } from "@allhours/protocol";
import type { LogEvent } from "./ports.ts";
import type { ChatState, DeliveryState, TimelineItem } from "./state.ts";
import { patched, type ChatModel, type MessageItem, type Rating } from "./model.ts";

type Receipts = ChatState["receipts"];

/** What a visitor's message in the log has reached. */
function deliveryAt(seq: number, receipts: Receipts): DeliveryState {
  if (seq <= receipts.readSeq) return "read";
  return seq <= receipts.deliveredSeq ? "delivered" : "sent";
}

function itemOf(event: LogEvent, receipts: Receipts, rating: Rating | undefined): TimelineItem | undefined {
  const { seq } = event;
  switch (event.type) {
    case "message-added": {
      const { id, author, parts, language, inReplyTo } = event.message;
      const item: MessageItem = { kind: "message", id, seq, at: event.at, author, parts, language, inReplyTo };
      if (author.kind === "visitor") item.delivery = deliveryAt(seq, receipts);
      if (rating !== undefined) item.rating = rating.value;
      return item;
    }
    case "mode-changed":
      return { kind: "mode", id: `mode-${seq}`, seq, at: event.at, mode: event.mode, reason: event.reason, agent: event.agent };
    case "agent-presence":
      return { kind: "presence", id: `presence-${seq}`, seq, at: event.at, agent: event.agent, state: event.state };
    default:
      return undefined;
  }
}

/** The newest rating of each message: `known` stays unless the events hold a later one. */
function ratingsWith(known: ChatModel["ratings"], events: readonly LogEvent[]): ChatModel["ratings"] {
  let ratings = known;
  for (const event of events) {
    if (event.type !== "message-rated" || (ratings[event.messageId]?.seq ?? 0) >= event.seq) continue;
    ratings = { ...ratings, [event.messageId]: { seq: event.seq, value: event.value } };
  }
  return ratings;
}

function rated(log: readonly TimelineItem[], ratings: ChatModel["ratings"]): readonly TimelineItem[] {
  const next = log.map((item) => {
    const value = item.kind === "message" ? ratings[item.id]?.value : undefined;
    return item.kind !== "message" || value === undefined || item.rating === value ? item : { ...item, rating: value };
  });
  return next.some((item, index) => item !== log[index]) ? next : log;
}

/** True when two authors are one: by id where both have one. */
export function sameAuthor(one: Author, other: Author): boolean {
  return one.kind === other.kind && (one.id === undefined || other.id === undefined || one.id === other.id);
}

/** True when this event cannot be applied because an earlier one is missing: resume, never guess. */
export function isAhead(model: ChatModel, event: LogEvent): boolean {
  return event.conversationId === model.conversationId && event.seq > model.seq + 1;
}

/**
 * Moves the cursor over `events` (ascending). Known ones are skipped; it stops before a gap. With `anyStart` the first
 * event of an empty log may have any `seq`: a relay may begin with the newest page.
 */
export function applyEvents(model: ChatModel, events: readonly LogEvent[], anyStart: boolean): ChatModel {
  const applied: LogEvent[] = [];
  let seq = model.seq;
  for (const event of events) {
    if (event.conversationId !== model.conversationId || event.seq <= seq) continue;
    if (event.seq > seq + 1 && !(anyStart && seq === 0)) break;
    seq = event.seq;
    applied.push(event);
  }
  if (applied.length === 0) return model;

  const ratings = ratingsWith(model.ratings, applied);
  const shown = new Set(model.log.map((item) => item.id));
  const added: TimelineItem[] = [];
  const arrived = new Set<string>();
  let { mode, agent, typing } = model;
  for (const event of applied) {
    const item = itemOf(event, model.receipts, event.type === "message-added" ? ratings[event.message.id] : undefined);
    // One id for life: a message that is already shown is never shown again, whatever the log says.
    if (item !== undefined && !shown.has(item.id)) {
      shown.add(item.id);
      added.push(item);
    }
    if (event.type === "message-added") {
      arrived.add(event.message.id);
      if (typing !== undefined && sameAuthor(typing.author, event.message.author)) typing = undefined;
    } else if (event.type === "mode-changed") {
      mode = event.mode;
      agent = event.agent ?? (mode === "agent" ? agent : undefined);
    } else if (event.type === "agent-presence") {
      if (event.state === "joined") agent = event.agent;
      else if (agent?.id === event.agent.id) agent = undefined;
    }
  }
  const log = added.length === 0 ? model.log : [...model.log, ...added];
  const next = patched(model, {
    seq,
    firstSeq: model.firstSeq === 0 ? applied[0]!.seq : model.firstSeq,
    ratings,
    log: ratings === model.ratings ? log : rated(log, ratings),
    streams: without(model.streams, arrived),
    pending: without(model.pending, arrived),
    mode,
    agent,
    typing,
    queue: mode === "queued" ? model.queue : undefined,
  });
  return applyReceipts(next, { deliveredSeq: answeredUpTo(next.log, applied), readSeq: 0 });
}

/** An answer is a receipt: whoever answers a message has it, and an agent has all before it. Gives the `seq` reached, or 0. */
function answeredUpTo(log: readonly TimelineItem[], applied: readonly LogEvent[]): number {
  let reached = 0;
  for (const event of applied) {
    if (event.type !== "message-added") continue;
    const { author, inReplyTo } = event.message;
    if (author.kind === "agent") reached = event.seq;
    else if (author.kind === "bot" && inReplyTo !== undefined)
      reached = Math.max(reached, log.findLast((item) => item.id === inReplyTo)?.seq ?? 0);
  }
  return reached;
}

/** Puts entries older than the first loaded one in front. The cursor, the mode and the agent are not touched. */
export function applyOlder(model: ChatModel, events: readonly LogEvent[]): ChatModel {
  const older = events.filter((event) => event.conversationId === model.conversationId && event.seq < model.firstSeq);
  if (older.length === 0) return model;
  // The page must end right below the first one loaded; with a hole between, it is another page's turn.
  if (older.at(-1)!.seq !== model.firstSeq - 1) return model;
  const ratings = ratingsWith(model.ratings, older);
  const shown = new Set(model.log.map((item) => item.id));
  const items = older.flatMap((event) => {
    const item = itemOf(event, model.receipts, event.type === "message-added" ? ratings[event.message.id] : undefined);
    return item === undefined || shown.has(item.id) ? [] : [item];
  });
  const log = items.length === 0 ? model.log : [...items, ...model.log];
  return patched(model, { firstSeq: older[0]!.seq, ratings, log: ratings === model.ratings ? log : rated(log, ratings) });
}

/** Raises the receipts and what the visitor's messages show; neither falls. */
export function applyReceipts(model: ChatModel, told: Receipts): ChatModel {
  const receipts = {
    deliveredSeq: Math.max(model.receipts.deliveredSeq, told.deliveredSeq),
    readSeq: Math.max(model.receipts.readSeq, told.readSeq),
  };
  if (receipts.deliveredSeq === model.receipts.deliveredSeq && receipts.readSeq === model.receipts.readSeq) return model;
  let changed = false;
  const log = model.log.map((item) => {
    if (item.kind !== "message" || item.delivery === undefined) return item;
    const delivery = deliveryAt(item.seq, receipts);
    if (delivery === item.delivery) return item;
    changed = true;
    return { ...item, delivery };
  });
  return patched(model, { receipts, log: changed ? log : model.log });
}

function without<One extends { item: MessageItem }>(list: readonly One[], ids: ReadonlySet<string>): readonly One[] {
  return list.some(({ item }) => ids.has(item.id)) ? list.filter(({ item }) => !ids.has(item.id)) : list;
}
