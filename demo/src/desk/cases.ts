/**
 * A desk's cases as plain data, and what each event or action makes of one. Pure: nothing here saves, sends or looks at a clock;
 * board.ts does the first, actions.ts the second.
 */
import type { Author, CaseRef, Offer, Priority, TranscriptLine, Visitor } from "./events.ts";

/**
 * A line as the desk shows it. Lines of the relay carry `seq`; the desk's own (an agent's message, a note) do not, because the relay
 * does not echo them. `actionId` lets a page recognise the message it is still showing as "sending".
 */
export type Line = { id: string; at: string; author: Author; text: string; seq?: number | undefined; actionId?: string | undefined };
export type Holder = { id: string; name: string };
/** Why a case is closed. `gone`: the relay no longer knows it as open. */
export type Closing = "released" | "ended" | "withdrawn" | "passed" | "gone";

export type Case = CaseRef & {
  deskId: string;
  replyPath: string;
  reason: string;
  priority: Priority;
  visitor: Visitor;
  /** Missing in cases kept before the desk knew of them. */
  slots?: Offer["slots"] | undefined;
  tier?: Offer["tier"] | undefined;
  team?: string | undefined;
  leaseUntil?: string | undefined;
  promisedAt?: string | undefined;
  note?: string | undefined;
  intent?: string | undefined;
  /** The shift of who has it ends: a colleague may take it over. */
  handover?: boolean | undefined;
  /** When the (last) offer was made, ISO 8601: waiting counts from here. */
  offeredAt: string;
  status: "waiting" | "open" | "closed";
  /** Who has it while `open`. */
  agent?: Holder | undefined;
  closed?: { at: string; by: Closing } | undefined;
  /** The last `seq` an agent has seen. Never falls. */
  readSeq: number;
  lines: Line[];
};

const closingWords: Record<Closing, string> = {
  released: "Handed back to the assistant",
  ended: "Conversation ended",
  withdrawn: "The visitor went back to the assistant",
  passed: "Another team has been asked",
  gone: "This case is no longer open",
};

/** A new case, or a known one that waits again because its agent left. */
export function offered(known: Case | undefined, deskId: string, offer: Offer, at: string): Case {
  const { transcript, ...rest } = offer;
  // A shift ends: who has it keeps it until somebody takes it over.
  if (offer.reason === "shift-end" && known?.status === "open")
    return withLine(
      { ...known, handover: true, lines: withTranscript(known.lines, transcript) },
      note(`handover-${at}`, at, "This shift ends: take over?"),
    );
  return {
    ...rest,
    deskId,
    offeredAt: at,
    status: "waiting",
    readSeq: known?.readSeq ?? 0,
    lines: withTranscript(known?.lines ?? [], transcript),
  };
}

/**
 * A case the desk has a message for but no offer: its file was lost, or the case was closed long ago and forgotten. It waits like any
 * other, so that the visitor is not. `replyPath` is the one every desk of this name has.
 */
export function orphaned(deskId: string, ref: CaseRef, at: string): Case {
  const empty: Case = {
    ...ref,
    deskId,
    replyPath: `/v1/inbound/${deskId}`,
    reason: "found-again",
    priority: "high",
    visitor: { language: "und" },
    offeredAt: at,
    status: "waiting",
    readSeq: 0,
    lines: [],
  };
  return withLine(empty, note(`orphaned-${ref.caseId}`, at, "The earlier part of this conversation is not here"));
}

/**
 * An offer's transcript is the relay's own account, agents' messages included, so it replaces the desk's copies of those. Notes stay,
 * and so does what is older than the transcript reaches (an offer carries the last lines only).
 */
function withTranscript(known: readonly Line[], transcript: readonly TranscriptLine[]): Line[] {
  const first = transcript[0];
  if (first === undefined) return [...known];
  const older = known.filter((line) => (line.seq === undefined ? line.at < first.at : line.seq < first.seq));
  const notes = known.filter((line) => line.author.kind === "system" && line.seq === undefined && line.at >= first.at);
  const merged: Line[] = [...older];
  for (const line of transcript) {
    while (notes[0] !== undefined && notes[0].at < line.at) merged.push(...notes.splice(0, 1));
    merged.push(line);
  }
  return [...merged, ...notes];
}

/** Adds a line once: the same id again changes nothing. Lines with a `seq` keep its order, others go to the end. */
export function withLine(item: Case, line: Line): Case {
  if (item.lines.some((known) => known.id === line.id)) return item;
  const { seq } = line;
  const later = seq === undefined ? -1 : item.lines.findIndex((known) => known.seq !== undefined && known.seq > seq);
  return { ...item, lines: later < 0 ? [...item.lines, line] : item.lines.toSpliced(later, 0, line) };
}

/** Somebody has it. A repeat changes nothing. */
export function accepted(item: Case, agent: Holder, at: string, noteId: string): Case {
  if (item.status === "open" && item.agent?.id === agent.id) return item;
  const taken: Case = {
    ...item,
    status: "open",
    agent,
    closed: undefined,
    handover: undefined,
    leaseUntil: undefined,
    promisedAt: undefined,
  };
  return withLine(taken, note(noteId, at, `${agent.name} joined`));
}

/** The agent is out of it; the relay offers it again. Nothing happens when somebody else has it by now. */
export function left(item: Case, agent: Holder, at: string, noteId: string): Case {
  if (item.status !== "open" || item.agent?.id !== agent.id) return item;
  return withLine({ ...item, status: "waiting", agent: undefined, offeredAt: at }, note(noteId, at, `${agent.name} left`));
}

export function closed(item: Case, by: Closing, at: string, noteId: string): Case {
  if (item.status === "closed") return item;
  return withLine({ ...item, status: "closed", agent: undefined, closed: { at, by } }, note(noteId, at, closingWords[by]));
}

export function seen(item: Case, seq: number): Case {
  return seq > item.readSeq ? { ...item, readSeq: seq } : item;
}

function note(id: string, at: string, text: string): Line {
  return { id: `note:${id}`, at, author: { kind: "system" }, text };
}
