/**
 * Everything the core needs from outside. Implementations live in transport/, storage/ and the view; they import these
 * types, never the reverse. Nothing in core/ touches a socket, IndexedDB, the DOM or a global.
 */
import type { Ack, Command, Cursor, DurableEvent, Event, Hello, UnknownDurable, VisitorPart, Welcome } from "@allhours/protocol";

/** A durable event as stored and reduced. */
export type LogEvent = DurableEvent | UnknownDurable;

/** One open link to one relay. Events arrive only after `open` resolved. */
export interface Link {
  readonly pipe: "socketio" | "sse" | "loopback";
  /** Sends one command and resolves with its ack. Never rejects: no answer in `timeoutMs` or a lost link is `undefined`. */
  send(command: Command, timeoutMs: number): Promise<Ack | undefined>;
  /** Closes for good; no further callback. */
  close(): void;
}
export type LinkHandlers = {
  event(event: Event | UnknownDurable): void;
  /** An event arrived that cannot be read: it is not known what was lost. */
  damaged(): void;
  /** The link is gone, for whatever reason. Called at most once, and not after `close()`. */
  lost(reason: string): void;
};
/** Opens links. One attempt a call; retrying is `connection.ts`'s. */
export interface Transport {
  readonly pipe: Link["pipe"];
  /**
   * Opens a link and says hello. `hello` is asked for once the other side is there; `undefined` means that this link is not wanted any more.
   * Rejects with `LinkRefused` when the relay answered with an error, `LinkFailed` when nothing usable answered within `timeoutMs`.
   */
  open(
    relayUrl: string,
    hello: () => Hello | undefined,
    handlers: LinkHandlers,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<{ link: Link; welcome: Welcome }>;
}
export class LinkFailed extends Error {
  override readonly name = "LinkFailed";
}
export class LinkRefused extends Error {
  override readonly name = "LinkRefused";
  readonly code: string;
  readonly retryAfterMs: number | undefined;
  /** Where the visitor's region is served, with `elsewhere`. */
  readonly endpoints: readonly string[] | undefined;
  constructor(
    code: string,
    message: string,
    details: { retryAfterMs?: number | undefined; endpoints?: readonly string[] | undefined } = {},
  ) {
    super(message);
    this.code = code;
    this.retryAfterMs = details.retryAfterMs;
    this.endpoints = details.endpoints;
  }
}

/** A message waiting to be acknowledged. Kept in `order`, which only grows. */
export type OutboxEntry = {
  id: string;
  /** Position in the queue; given by the storage, across tabs. */
  order: number;
  parts: VisitorPart[];
  language?: string | undefined;
  /** Unix milliseconds, for display. */
  createdAt: number;
  attempts: number;
  /** Set when the relay refused it for good: waits for the visitor to retry or discard, and the next entry goes on. */
  failed?: { code: string } | undefined;
};
export type StoredSession = {
  token: string;
  visitorId: string;
  conversationId: string;
  /** How far the visitor has read, so that the unread count outlives the page. */
  seenSeq?: number | undefined;
  /** Of the conversation. Sent only where the region has relays of its own. */
  region?: string | undefined;
  /** Relays of the region this conversation belongs to, best first: no other is asked for it. */
  endpoints?: readonly string[] | undefined;
  /** From the link of a notice: the conversation this device is to go on with. Until it is let in, the rest is its own, or empty where it has none. */
  join?: { ticket: string; token: string } | undefined;
  /** A link was refused: to be shown in whichever tab the visitor looks at, until the next welcome. */
  linkGone?: true | undefined;
  /** The conversation this device had before it was let into this one, if the visitor wrote in it. */
  other?: StoredSession | undefined;
};
export type Snapshot = { session: StoredSession | undefined; cursor: Cursor | undefined; events: LogEvent[]; outbox: OutboxEntry[] };

/**
 * What survives a reload, for one site. Every write resolves when it is durable (or in memory, when `kind` is `memory`).
 * Losing the database half way is the storage's own trouble: it falls back to memory, keeps what it knew, and tells `onKind`.
 */
export interface OutboxStorage {
  readonly kind: "idb" | "memory";
  onKind(listener: (kind: "idb" | "memory") => void): void;
  load(): Promise<Snapshot>;
  saveSession(session: StoredSession): Promise<void>;
  /** Adds at the end; resolves with the entry's `order`. */
  enqueue(entry: Omit<OutboxEntry, "order">): Promise<OutboxEntry>;
  /** Replaces the entry with this id; one that is gone (another tab sent it) stays gone. */
  update(entry: OutboxEntry): Promise<void>;
  remove(id: string): Promise<void>;
  outbox(): Promise<OutboxEntry[]>;
  /** Events and the cursor that covers them, in one transaction. `reset` replaces the stored log; at most `keep` newest events stay. */
  saveEvents(events: LogEvent[], cursor: Cursor, reset: boolean): Promise<void>;
  /** Forgets everything of this site. */
  clear(): Promise<void>;
  close(): void;
}

/** Which tab sends. Hints only: IndexedDB is the truth. */
export interface Tabs {
  /** Calls `lead` when this tab becomes the one that sends, `follow` when it no longer is. */
  elect(handlers: { lead(): void; follow(): void }): void;
  /** Something in storage changed (outbox or log); other tabs reload from it. */
  hint(kind: "outbox" | "log" | "session"): void;
  onHint(listener: (kind: "outbox" | "log" | "session") => void): void;
  close(): void;
}

export interface Clock {
  now(): number;
  /** Returns a function that cancels. */
  after(delayMs: number, run: () => void): () => void;
  random(): number;
}

/** Whether the page thinks it has a network, and when it is worth probing at once (online, wake, focus). */
export interface Net {
  readonly online: boolean;
  onChange(listener: (online: boolean) => void): () => void;
  /** The page woke up: visible, shown again, focused or online. Debounced 1 s by `connection.ts`. */
  onWake(listener: () => void): () => void;
}

export interface Logger {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
