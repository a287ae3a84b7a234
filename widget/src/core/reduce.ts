/**
 * The one place where a new state is made. Pure: time comes in with the action. Owns what each action means; the rules of
 * the log and its cursor are in log.ts, the derived fields in model.ts.
 */
import { LIMITS, type Event, type QueueState, type UnknownDurable, type Welcome } from "@allhours/protocol";
import type { LogEvent, OutboxEntry, Snapshot } from "./ports.ts";
import type { ChatState, ConnectionState } from "./state.ts";
import { applyEvents, applyOlder, applyReceipts, sameAuthor } from "./log.ts";
import { EMPTY_LOG, patched, type ChatModel, type MessageItem, type Pending } from "./model.ts";

export { initialState } from "./model.ts";
export { isAhead } from "./log.ts";

/** An answer without a new piece for this long is dropped: its end may have been lost with a link. The final message heals it. */
export const STREAM_IDLE_MS = 20_000;

export type Action =
  /** What the storage holds: at start, and again when another tab changed it. */
  | { type: "loaded"; snapshot: Snapshot }
  | { type: "welcome"; welcome: Welcome }
  /** `now`: Unix milliseconds, for what fades by itself. */
  | { type: "event"; event: Event | UnknownDurable; now: number }
  /** A page of history that continues the cursor. */
  | { type: "page"; events: readonly LogEvent[] }
  /** A page of history that ends below the first entry loaded. */
  | { type: "older"; events: readonly LogEvent[] }
  /** The whole outbox, in order. */
  | { type: "outbox"; entries: readonly OutboxEntry[] }
  | { type: "sending"; id: string }
  | { type: "acked"; id: string; seq: number }
  | { type: "failed"; id: string; code: string }
  | { type: "connection"; connection: ConnectionState }
  /** Lets a typing sign or a stalled stream fade. */
  | { type: "expire"; now: number }
  | { type: "seen"; seq: number }
  | { type: "leading"; leading: boolean }
  /** What became of the link of a notice. */
  | { type: "link"; patch: Pick<ChatState, "linkGone" | "hasOther"> }
  | { type: "storage"; storage: ChatState["storage"] };

/** The next state. The same object comes back when nothing changed. */
export function reduce(model: ChatModel, action: Action): ChatModel {
  switch (action.type) {
    case "loaded":
      return onLoaded(model, action.snapshot);
    case "welcome":
      return onWelcome(model, action.welcome);
    case "event":
      return onEvent(model, action.event, action.now);
    case "page":
      return applyEvents(model, action.events, false);
    case "older":
      return applyOlder(model, action.events);
    case "outbox":
      return onOutbox(model, action.entries);
    case "sending":
      return onPending(model, action.id, (item) => (item.delivery === "waiting" ? { ...item, delivery: "sending" } : item));
    case "acked":
      return onAcked(model, action.id, action.seq);
    case "failed":
      return onPending(model, action.id, (item) => (item.delivery === "sent" ? item : { ...item, delivery: "failed", error: action.code }));
    case "connection":
      return sameConnection(model.connection, action.connection) ? model : patched(model, { connection: action.connection });
    case "expire":
      return onExpire(model, action.now);
    case "seen":
      return Math.min(action.seq, model.seq) > model.seenSeq ? patched(model, { seenSeq: Math.min(action.seq, model.seq) }) : model;
    case "leading":
      return action.leading === model.leading ? model : patched(model, { leading: action.leading });
    case "link":
      return patched(model, action.patch);
    default:
      return action.storage === model.storage ? model : patched(model, { storage: action.storage });
  }
}

/** When `expire` has something to do next, Unix milliseconds. */
export function nextExpiry(model: ChatModel): number | undefined {
  const times = model.streams.map((stream) => stream.touchedAt + STREAM_IDLE_MS);
  if (model.typing !== undefined) times.push(model.typing.until);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** True when this welcome begins a timeline instead of continuing the one shown. The outbox is never touched by it. */
export function startsOver(model: ChatModel, welcome: Welcome): boolean {
  return (
    welcome.resume === "fresh" ||
    welcome.resume === "reset" ||
    welcome.conversationId !== model.conversationId ||
    welcome.epoch !== model.epoch
  );
}

function onLoaded(model: ChatModel, { session, cursor: stored, events, outbox }: Snapshot): ChatModel {
  // Session and log are saved one after the other: between them the log, and its cursor with it, may be another conversation's.
  const cursor = events.some((event) => event.conversationId !== session?.conversationId) ? undefined : stored;
  const same = model.ready && session?.conversationId === model.conversationId;
  const seen = session?.seenSeq ?? 0;
  const base = { ...model, ready: true, conversationId: session?.conversationId, visitorId: session?.visitorId };
  // Stored entries continue what is shown, unless another tab began a new log or is further ahead than the storage keeps.
  const continues =
    same && cursor?.epoch === model.epoch && (cursor?.seq ?? 0) >= model.seq && (events[0] === undefined || events[0].seq <= model.seq + 1);
  const fresh = same ? model.seenSeq : 0;
  const start: ChatModel = continues
    ? base
    : {
        ...base,
        ...EMPTY_LOG,
        epoch: cursor?.epoch,
        mode: "bot",
        agent: undefined,
        receipts: same ? model.receipts : { deliveredSeq: 0, readSeq: 0 },
        pending: model.pending,
        seenSeq: fresh,
      };
  const logged = applyEvents(start, events, !continues);
  // A cursor may be ahead of the entries kept beside it; it is the truth about what was received.
  const seq = cursor === undefined ? logged.seq : Math.max(logged.seq, cursor.seq);
  const derived = patched(model, { ...logged, seq, seenSeq: Math.max(logged.seenSeq, Math.min(seen, seq)) });
  return onOutbox(derived, outbox);
}

function onWelcome(model: ChatModel, welcome: Welcome): ChatModel {
  const over = startsOver(model, welcome);
  const { conversationId, visitorId, epoch, language, head } = welcome;
  const seenSeq = conversationId === model.conversationId ? Math.min(model.seenSeq, over ? head : model.seenSeq) : 0;
  const base: ChatModel = over ? { ...model, ...EMPTY_LOG, receipts: welcome.receipts, seenSeq } : applyReceipts(model, welcome.receipts);
  const logged = applyEvents({ ...base, conversationId, visitorId, epoch }, welcome.events, over);
  // Acknowledged messages are in the log by now, or the log that had them is gone.
  const pending = over || !welcome.more ? logged.pending.filter(({ item }) => item.delivery !== "sent") : logged.pending;
  return patched(model, {
    ...logged,
    pending: pending.length === logged.pending.length ? logged.pending : pending,
    ready: true,
    mode: welcome.mode,
    agent: welcome.agent,
    queue: welcome.mode === "queued" ? (welcome.queue ?? logged.queue) : undefined,
    contact: welcome.contact,
    language,
    siteName: welcome.site.name,
    limits: { messageChars: welcome.limits.messageChars, partsPerMessage: welcome.limits.partsPerMessage },
    features: welcome.features,
  });
}

function onEvent(model: ChatModel, event: Event | UnknownDurable, now: number): ChatModel {
  if (event.type === "goaway" || event.conversationId !== model.conversationId) return model;
  switch (event.type) {
    case "typing": {
      const { author } = event;
      if (author.kind === "visitor") return model;
      if (event.typing) return patched(model, { typing: { author, until: now + LIMITS.typingTtlMs } });
      return model.typing !== undefined && sameAuthor(model.typing.author, author) ? patched(model, { typing: undefined }) : model;
    }
    case "message-delta":
      return onDelta(model, event, now);
    case "message-abandoned":
      return model.streams.some(({ item }) => item.id === event.messageId)
        ? patched(model, { streams: model.streams.filter(({ item }) => item.id !== event.messageId) })
        : model;
    case "receipts":
      return applyReceipts(model, event);
    case "queue-position":
      return model.mode === "queued" ? patched(model, { queue: queueIn(event) }) : model;
    case "contact":
      return patched(model, { contact: event });
    default:
      return applyEvents(model, [event], false);
  }
}

function queueIn({ position, etaMs, tier, expert, promisedAt, teams }: Extract<Event, { type: "queue-position" }>): QueueState {
  return { position, etaMs, tier, expert, promisedAt, teams };
}

function onDelta(model: ChatModel, delta: Extract<Event, { type: "message-delta" }>, now: number): ChatModel {
  const { messageId: id, author, offset } = delta;
  const known = model.streams.find(({ item }) => item.id === id);
  const part = known?.item.parts[0];
  const text = part?.type === "text" ? part.text : "";
  if (offset !== text.length || (known === undefined && model.log.some((item) => item.id === id))) return model;
  const item: MessageItem = {
    kind: "message",
    id,
    seq: 0,
    at: known?.item.at ?? now,
    author,
    parts: [{ type: "text", text: text + delta.text, format: "markdown" }],
    streaming: true,
  };
  const stream = { item, touchedAt: now };
  const typing = model.typing !== undefined && sameAuthor(model.typing.author, author) ? undefined : model.typing;
  const streams = known === undefined ? [...model.streams, stream] : model.streams.map((one) => (one === known ? stream : one));
  return patched(model, { streams, typing });
}

function onExpire(model: ChatModel, now: number): ChatModel {
  const typing = model.typing !== undefined && model.typing.until <= now ? undefined : model.typing;
  const streams = model.streams.filter((stream) => stream.touchedAt + STREAM_IDLE_MS > now);
  if (typing === model.typing && streams.length === model.streams.length) return model;
  return patched(model, { typing, streams: streams.length === model.streams.length ? model.streams : streams });
}

function onOutbox(model: ChatModel, entries: readonly OutboxEntry[]): ChatModel {
  const logged = new Set(model.log.map((item) => item.id));
  const known = new Map(model.pending.map((one) => [one.item.id, one]));
  const waiting = new Set(entries.map((entry) => entry.id));
  const kept = model.pending.filter(({ item }) => item.delivery === "sent" && !waiting.has(item.id));
  const listed = entries.filter((entry) => !logged.has(entry.id)).map((entry) => pendingOf(entry, known.get(entry.id)));
  const pending = [...kept, ...listed].sort((one, other) => one.order - other.order);
  const same = pending.length === model.pending.length && pending.every((one, index) => one === model.pending[index]);
  return same ? model : patched(model, { pending });
}

/** How an outbox entry shows. A state reached is kept, except that a visitor's retry takes a failed one back to waiting. */
function pendingOf(entry: OutboxEntry, known: Pending | undefined): Pending {
  const delivery =
    entry.failed !== undefined ? "failed" : known === undefined || known.item.delivery === "failed" ? "waiting" : known.item.delivery;
  const error = entry.failed?.code;
  if (known !== undefined && known.item.delivery === delivery && known.item.error === error) return known;
  const { id, createdAt, parts, language } = entry;
  return {
    order: entry.order,
    item: { kind: "message", id, seq: 0, at: createdAt, author: { kind: "visitor" }, parts, language, delivery, error },
  };
}

function onAcked(model: ChatModel, id: string, seq: number): ChatModel {
  // The log already passed this place: the message is shown there, or is older than what is loaded.
  if (seq <= model.seq) {
    const pending = model.pending.filter(({ item }) => item.id !== id);
    return pending.length === model.pending.length ? model : patched(model, { pending });
  }
  return onPending(model, id, (item) => (item.delivery === "sent" ? item : { ...item, delivery: "sent", error: undefined }));
}

function onPending(model: ChatModel, id: string, change: (item: MessageItem) => MessageItem): ChatModel {
  const index = model.pending.findIndex(({ item }) => item.id === id);
  const one = model.pending[index];
  if (one === undefined) return model;
  const item = change(one.item);
  return item === one.item ? model : patched(model, { pending: model.pending.with(index, { ...one, item }) });
}

function sameConnection(one: ConnectionState, other: ConnectionState): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
