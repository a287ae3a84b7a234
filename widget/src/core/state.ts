/**
 * The one state of a chat, as plain data. Only `reduce.ts` makes a new one. The view renders from it and holds no copy.
 */
import type { Agent, Author, ContactState, Mode, Part, QueueState } from "@allhours/protocol";

/** `waiting`: in the outbox. `sending`: on the wire. Then acknowledged, at the other side, read. `failed`: refused for good. */
export type DeliveryState = "waiting" | "sending" | "sent" | "delivered" | "read" | "failed";

export type TimelineItem =
  | {
      kind: "message";
      id: string;
      /** 0 while it is only in the outbox or streaming. */
      seq: number;
      /** Unix milliseconds. */
      at: number;
      author: Author;
      parts: Part[];
      language?: string | undefined;
      inReplyTo?: string | undefined;
      /** Visitor messages only. */
      delivery?: DeliveryState | undefined;
      /** Wire error code, with `delivery: "failed"`. */
      error?: string | undefined;
      /** A bot answer still arriving. */
      streaming?: boolean | undefined;
      rating?: "up" | "down" | undefined;
    }
  | { kind: "mode"; id: string; seq: number; at: number; mode: Mode; reason: string; agent?: Agent | undefined }
  | { kind: "presence"; id: string; seq: number; at: number; agent: Agent; state: "joined" | "left" };

/**
 * `idle`: not asked to connect yet. `connecting`: the first try. `online`. `reconnecting`: was online or a try failed.
 * `offline`: the browser has no network. `refused`: the relay will not have us (wrong site, origin, version): no retry.
 */
export type ConnectionState =
  | { status: "idle" }
  | { status: "connecting" }
  | { status: "online"; pipe: "socketio" | "sse" | "loopback"; region: string }
  | { status: "reconnecting"; attempt: number; nextAt: number | undefined }
  | { status: "offline" }
  | { status: "refused"; code: string };

export type ChatState = {
  ready: boolean;
  connection: ConnectionState;
  /** True in the tab that sends. */
  leading: boolean;
  storage: "idb" | "memory";
  conversationId: string | undefined;
  visitorId: string | undefined;
  siteName: string | undefined;
  /** Language the conversation is held in, as the relay decided. */
  language: string | undefined;
  epoch: string | undefined;
  /** The cursor's `seq`. Never falls but by a reset. */
  seq: number;
  mode: Mode;
  agent: Agent | undefined;
  queue: QueueState | undefined;
  /** Where the visitor can be told of an answer after they left, and where they are; `undefined` where nothing is on offer. */
  contact: ContactState | undefined;
  /** Log entries by `seq`, then streams, then the outbox in `order`: the order on screen and the order read aloud. */
  timeline: TimelineItem[];
  /** Who types now, and until when (Unix ms). */
  typing: { author: Author; until: number } | undefined;
  receipts: { deliveredSeq: number; readSeq: number };
  /** Highest `seq` the visitor has seen. */
  seenSeq: number;
  /** Messages of others above `seenSeq`. */
  unread: number;
  limits: { messageChars: number; partsPerMessage: number };
  features: { handoff: boolean };
  /** The link of a notice did not open its conversation: used, too old, or void. */
  linkGone?: boolean | undefined;
  /** There is another conversation to go to: the one this device had before. */
  hasOther?: boolean | undefined;
};
