/**
 * What the reducer keeps beside the state a view sees: the timeline in its three pieces, so that each can change without
 * touching the items of the others. The view reads `ChatState` only.
 */
import { LIMITS } from "@allhours/protocol";
import type { ChatState, TimelineItem } from "./state.ts";

export type MessageItem = Extract<TimelineItem, { kind: "message" }>;
/** An answer still arriving. `touchedAt` is when its last piece came, Unix milliseconds. */
export type Stream = { item: MessageItem; touchedAt: number };
/** A message of the outbox, or one acknowledged whose log entry has not come yet (`delivery: "sent"`). */
export type Pending = { item: MessageItem; order: number };
export type Rating = { seq: number; value: "up" | "down" };

export type ChatModel = ChatState & {
  /** Items with a place in the log, by `seq`. */
  log: readonly TimelineItem[];
  streams: readonly Stream[];
  /** By `order`. */
  pending: readonly Pending[];
  /** The newest rating of each message, also of those not loaded. */
  ratings: Readonly<Record<string, Rating>>;
  /** Lowest `seq` loaded; 0 when the log is empty. */
  firstSeq: number;
};

/** The fields that belong to one log, as they are before its first entry. */
export const EMPTY_LOG = {
  log: [],
  streams: [],
  ratings: {},
  seq: 0,
  firstSeq: 0,
  typing: undefined,
  queue: undefined,
  contact: undefined,
} as const satisfies Partial<ChatModel>;

/** The state before anything is loaded. */
export function initialState(storage: ChatState["storage"] = "idb"): ChatModel {
  return {
    ...EMPTY_LOG,
    ready: false,
    connection: { status: "idle" },
    leading: false,
    storage,
    conversationId: undefined,
    visitorId: undefined,
    siteName: undefined,
    language: undefined,
    epoch: undefined,
    mode: "bot",
    agent: undefined,
    timeline: [],
    pending: [],
    receipts: { deliveredSeq: 0, readSeq: 0 },
    seenSeq: 0,
    unread: 0,
    limits: { messageChars: LIMITS.messageChars, partsPerMessage: LIMITS.partsPerMessage },
    features: { handoff: false },
  };
}

/** Applies a patch and brings what is derived (timeline, unread) up to date; unchanged items keep their identity. */
export function patched(model: ChatModel, patch: Partial<ChatModel>): ChatModel {
  const next = { ...model, ...patch };
  const pieces = next.log !== model.log || next.streams !== model.streams || next.pending !== model.pending;
  if (pieces) next.timeline = [...next.log, ...next.streams.map(({ item }) => item), ...next.pending.map(({ item }) => item)];
  if (pieces || next.seenSeq !== model.seenSeq) next.unread = unreadIn(next.log, next.seenSeq);
  return next;
}

function unreadIn(log: readonly TimelineItem[], seenSeq: number): number {
  let count = 0;
  for (let index = log.length - 1; index >= 0; index -= 1) {
    const item = log[index]!;
    if (item.seq <= seenSeq) break;
    if (item.kind === "message" && item.author.kind !== "visitor") count += 1;
  }
  return count;
}
