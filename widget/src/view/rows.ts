/**
 * From the timeline to the rows on screen: day lines, the line before what is new, messages in groups with what stands
 * below each, and notes about who is here. Pure; knows no words and no Lit. Order is never changed, rows are only added.
 */
import type { Agent, Part } from "@allhours/protocol";
import type { TimelineItem } from "../core/state.ts";

export type MessageItem = Extract<TimelineItem, { kind: "message" }>;
export type ModeItem = Extract<TimelineItem, { kind: "mode" }>;

/** What stands below a message of the visitor. */
export type DeliveryNote =
  | { kind: "pending"; sending: boolean; count: number }
  | { kind: "acknowledged"; state: "sent" | "delivered" | "read" }
  | { kind: "failed"; code: string };

export type MessageRow = {
  kind: "message";
  key: string;
  item: MessageItem;
  /** First and last of neighbouring messages by one author. */
  first: boolean;
  last: boolean;
  delivery: DeliveryNote | undefined;
  /** Name and time are shown below; only under the last of a group by a person, or by an expert. */
  signed: boolean;
  /** The choices of this message may be taken. */
  choices: boolean;
  /** The question in this message, for consent or whether something shall be done, can be answered. */
  consent: boolean;
  /** Thumbs are shown below. */
  rateable: boolean;
};
export type Row =
  | { kind: "day"; key: string; at: number }
  | { kind: "new"; key: string }
  | MessageRow
  | { kind: "note"; key: string; note: "joined" | "left" | "backToAssistant" | "ended"; name: string }
  | { kind: "queued"; key: string }
  | { kind: "taken"; key: string; agent: Agent; at: number };

export type RowOptions = {
  /** The link is up: what waits is on its way. `undefined` in a tab that does not send, where the items say what is known. */
  online: boolean | undefined;
  /** Messages of others above this get a line before the first of them; `undefined` for none. */
  newAfterSeq: number | undefined;
  /** Local calendar day of a time, as a key. */
  dayOf: (at: number) => string;
};

/** Neighbours further apart than this begin a new group. */
const groupWithinMs = 5 * 60_000;

/** The rows of a timeline. Linear in its length. */
export function rowsOf(timeline: readonly TimelineItem[], options: RowOptions): Row[] {
  const rows: Row[] = [];
  const lastMode = timeline.findLast((item) => item.kind === "mode");
  const messages = timeline.filter((item) => item.kind === "message");
  const facts = factsOf(messages, lastMode?.kind === "mode" && lastMode.mode === "queued");
  let day = "";
  let newShown = options.newAfterSeq === undefined;
  let handedOff = false;

  for (const [index, item] of timeline.entries()) {
    const itemDay = options.dayOf(item.at);
    if (itemDay !== day) rows.push({ kind: "day", key: `day ${itemDay}`, at: item.at });
    day = itemDay;
    if (item.kind === "message") {
      if (!newShown && item.author.kind !== "visitor" && item.seq > options.newAfterSeq!) {
        rows.push({ kind: "new", key: "new" });
        newShown = true;
      }
      rows.push(messageRow(item, timeline[index - 1], timeline[index + 1], facts, options));
    } else if (item.kind === "presence") {
      rows.push({ kind: "note", key: item.id, note: item.state, name: item.agent.name });
    } else {
      const row = modeRow(item, item === lastMode, handedOff);
      if (row !== undefined) rows.push(row);
      handedOff = item.mode === "queued" || item.mode === "agent";
    }
  }
  return rows;
}

type Facts = {
  /** A person is awaited. */
  queued: boolean;
  /** Messages of which a button was pressed. */
  answered: ReadonlySet<string>;
  last: MessageItem | undefined;
  /** The newest that asks whether something shall be done: older ones are out of date. */
  asked: MessageItem | undefined;
  lastAcknowledged: MessageItem | undefined;
  lastPending: MessageItem | undefined;
  pending: number;
  sending: boolean;
};

function has({ parts }: MessageItem, type: Part["type"]): boolean {
  return parts.some((part) => part.type === type);
}

function factsOf(messages: readonly MessageItem[], queued: boolean): Facts {
  const pending = messages.filter((item) => item.delivery === "waiting" || item.delivery === "sending");
  return {
    queued,
    answered: new Set(messages.flatMap(({ parts }) => parts.flatMap((part) => (part.type === "choice" ? [part.messageId] : [])))),
    last: messages.at(-1),
    asked: messages.findLast((item) => has(item, "confirm")),
    lastAcknowledged: messages.findLast((item) => item.delivery === "sent" || item.delivery === "delivered" || item.delivery === "read"),
    lastPending: pending.at(-1),
    pending: pending.length,
    sending: pending.some((item) => item.delivery === "sending"),
  };
}

function sameGroup(one: TimelineItem | undefined, other: TimelineItem | undefined, dayOf: RowOptions["dayOf"]): boolean {
  if (one?.kind !== "message" || other?.kind !== "message") return false;
  return (
    one.author.kind === other.author.kind &&
    one.author.id === other.author.id &&
    Math.abs(other.at - one.at) < groupWithinMs &&
    dayOf(one.at) === dayOf(other.at)
  );
}

/** What only an answer carries: greetings, questions back and notices about a person have nothing to rate in them. */
function isAnswer(part: Part): boolean {
  return part.type === "sources" || part.type === "card";
}

function messageRow(
  item: MessageItem,
  before: TimelineItem | undefined,
  after: TimelineItem | undefined,
  facts: Facts,
  options: RowOptions,
): MessageRow {
  const last = !sameGroup(item, after, options.dayOf);
  return {
    kind: "message",
    key: item.id,
    item,
    first: !sameGroup(before, item, options.dayOf),
    last,
    delivery: deliveryOf(item, facts, options.online),
    // A machine with an id is not the shop's own assistant.
    signed: last && (item.author.kind === "agent" || (item.author.kind === "bot" && item.author.id !== undefined)),
    choices: item === facts.last && item.author.kind !== "visitor" && item.streaming !== true,
    consent:
      (item === facts.asked || (facts.queued && !has(item, "confirm"))) && item.author.kind === "bot" && !facts.answered.has(item.id),
    rateable: item.author.kind === "bot" && item.streaming !== true && item.parts.some(isAnswer),
  };
}

function deliveryOf(item: MessageItem, facts: Facts, online: boolean | undefined): DeliveryNote | undefined {
  if (item.delivery === "failed") return { kind: "failed", code: item.error ?? "" };
  if (item === facts.lastPending) return { kind: "pending", sending: online ?? facts.sending, count: facts.pending };
  if (item !== facts.lastAcknowledged) return undefined;
  return { kind: "acknowledged", state: item.delivery as "sent" | "delivered" | "read" };
}

/** Only the newest change of mode gets a card; the ones before it have been overtaken and shrink to a note or nothing. */
function modeRow(item: ModeItem, newest: boolean, handedOff: boolean): Row | undefined {
  if (item.mode === "queued") return newest ? { kind: "queued", key: item.id } : undefined;
  if (item.mode === "agent")
    return newest && item.agent !== undefined ? { kind: "taken", key: item.id, agent: item.agent, at: item.at } : undefined;
  if (item.mode === "ended") return { kind: "note", key: item.id, note: "ended", name: "" };
  return handedOff ? { kind: "note", key: item.id, note: "backToAssistant", name: "" } : undefined;
}
