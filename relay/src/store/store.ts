/**
 * The store: the log of every conversation, and what must be committed together with it. One method per thing the relay
 * needs done atomically; no SQL shows here. Every promise resolves after the commit that holds the change is synced.
 *
 * Who retries: nobody in here. A failed write rejects with `StoreError`; the caller answers `store-unavailable`.
 */
import type { Agent, DurableEvent, Mode } from "@allhours/protocol";

/** A durable event before it has its place: `seq` and `at` are given by the append. */
export type Draft = WithoutPlace<DurableEvent>;
type WithoutPlace<One> = One extends unknown ? Omit<One, "seq" | "at" | "conversationId"> : never;

export type Entry = {
  seq: number;
  /** Unix milliseconds. */
  at: number;
  event: DurableEvent;
};

/** What the assistant made of the visitor's messages so far, for who takes over: the last intent, and values in their normal form, oldest first. */
export type Understood = {
  intent?: string | undefined;
  slots: { name: string; value: string }[];
  /** Id of an action whose values were asked for in the last answer. */
  action?: string | undefined;
};
/** Where an open case stands on its way to a person. Times are Unix milliseconds. */
export type Route = {
  /** `team`: somebody at work is asked, or has it. `ticket`: nobody at work could be asked. */
  tier: "team" | "ticket";
  /** Which offer this is, from 1: what comes late names an earlier one. */
  offer: number;
  /** Job that makes the offer: run again after a crash it makes the same one. */
  jobId: string;
  /** Desk that is asked, or has it: no other may answer. */
  deskId?: string | undefined;
  /** The offer holds until then; absent once it was accepted. */
  leaseUntil?: number | undefined;
  /** Teams that let an offer of this case pass; one whose next shift begins after `since` is asked again. */
  passed: string[];
  /** Teams this offer was made to whose desk has not taken it, as far as is known. */
  untold?: string[] | undefined;
  /** Teams that offers of this case ran out for without their desk having taken one: each is asked once more, then it counts as passed. */
  unheard?: string[] | undefined;
  /** When it became what it is. */
  since: number;
  /** Asked to take over from the agent who has it, as a shift ends. */
  /** `seq`: head of the log when it was decided; its transcript ends there or later. */
  baton?: { teamId: string; deskId: string; offer: number; seq?: number | undefined } | undefined;
  /** What was written up to this `seq` is still owed to a desk that had the case before, and is nobody else's to leave out. */
  owedSeq?: number | undefined;
  /** Team the agent who passed it on has named, and a word of theirs. */
  wanted?: string | undefined;
  note?: string | undefined;
  /** What the visitor was told: a person answers by then. */
  promisedAt?: number | undefined;
  /** The expert's part: the consultation, and what it has come to. `messageId`: the message the visitor answers now, by a button. */
  expert?:
    | { id: string; expertId: string; messageId: string; state: "asked" | "consulting" | "answered" | "over"; tried: string[] }
    | undefined;
  /** How many promises of this case were broken. */
  broken?: number | undefined;
};
export type Conversation = {
  id: string;
  siteId: string;
  regionId: string;
  visitorId: string;
  mode: Mode;
  /** BCP 47; the language the conversation is held in. */
  language: string;
  /** IANA zone of the visitor, when told. */
  timezone?: string | undefined;
  /** Country from a trusted header, ISO 3166-1 alpha-2. */
  country?: string | undefined;
  caseId?: string | undefined;
  /** Desk that took the offer of the open case; later events go there alone. */
  deskId?: string | undefined;
  agent?: Agent | undefined;
  /** Bot give-ups in a row. */
  giveUps: number;
  deliveredSeq: number;
  readSeq: number;
  /** How far the visitor has read. */
  visitorReadSeq: number;
  /** Last page the visitor wrote from. */
  pageUrl?: string | undefined;
  understood?: Understood | undefined;
  /** Team that has the open case, or its offer. */
  teamId?: string | undefined;
  /** When the open case began, Unix milliseconds: its place in the queue. */
  caseAt?: number | undefined;
  /** Higher comes first in the queue. */
  caseRank?: number | undefined;
  route?: Route | undefined;
  createdAt: number;
};
export type OpenCase = { conversationId: string; teamId?: string | undefined; caseAt: number; route?: Route | undefined };
export type ConversationPatch = Partial<
  Pick<
    Conversation,
    | "mode"
    | "language"
    | "timezone"
    | "country"
    | "caseId"
    | "deskId"
    | "agent"
    | "giveUps"
    | "deliveredSeq"
    | "readSeq"
    | "visitorReadSeq"
    | "pageUrl"
    | "understood"
    | "teamId"
    | "caseAt"
    | "caseRank"
    | "route"
    | "regionId"
  >
>;

export type Session = { tokenHash: string; visitorId: string; conversationId: string; siteId: string; expiresAt: number };

/** Work for later, written with the entry it reports. Jobs of one `key` run one at a time, in order of creation. */
export type JobDraft = {
  kind: string;
  /** Ordering key: a conversation id for webhooks. Jobs whose key is `undefined` are independent. */
  key?: string | undefined;
  /** Unix milliseconds before which it does not run; default now. */
  dueAt?: number | undefined;
  payload: unknown;
  /** Stays the same through every attempt and replay: the `webhook-id`. Unique; a second job with the same id is not added. */
  id: string;
};
export type Job = Required<Pick<JobDraft, "kind" | "id" | "payload">> & {
  key?: string | undefined;
  dueAt: number;
  /** Attempts that failed so far; 0 again after a replay. */
  attempts: number;
  createdAt: number;
  lastError?: string | undefined;
};

/** Which dead letters: of one key and its own (`<key>/...`, `<key> ...`), created at or after `since` and before `until` (Unix milliseconds). What is left out does not narrow. */
export type DeadJobFilter = { key?: string | undefined; since?: number | undefined; until?: number | undefined };

export type AppendRequest = {
  conversationId: string;
  /** In order. Each has an id unique in the conversation: a known id is not written again and gives its old `seq`. */
  entries: { id: string; event: Draft }[];
  /** Unix milliseconds put on new entries. */
  at: number;
  /**
   * Marks a turn open for the entry with this id, if the entry is new. `handle` closes it with `closeTurn`.
   * A crash in between leaves it in `openTurns()`.
   */
  openTurn?: string | undefined;
  closeTurn?: string | undefined;
  patch?: ConversationPatch | undefined;
  jobs?: JobDraft[] | undefined;
  /** Ids of pending jobs that are no longer wanted (timers). */
  cancelJobs?: string[] | undefined;
  /**
   * Unfinished jobs of the key `from` are of the key `to` from now on, in the order all were created in; one that is worked on goes on, and the
   * others wait for it. After `jobs`, so that these move as well; `earlier`: before them, and after `cancelJobs`.
   */
  moveJobs?: { from: string; to: string; earlier?: true | undefined } | undefined;
  /** Dedupe key of an inbound delivery: if known, nothing of this request is written and `duplicate` is true. */
  inbound?: { source: string; externalId: string } | undefined;
  /** Put down or replaced, with the entries or not at all. */
  records?: StoreRecord[] | undefined;
  /** One more session of the conversation, with the entries or not at all. Its `tokenHash` must be new. */
  session?: Session | undefined;
  /** If the first entry's id is known, leave out patch, jobs, records and session as well (default true). */
  skipIfKnown?: boolean | undefined;
};
export type Appended = { entries: { id: string; seq: number; at: number; known: boolean }[]; duplicate: boolean };

/** Something a region keeps beside its conversations: what it is learning. `id` is unique in its kind and region; `body` is JSON. */
export type StoreRecord = { kind: string; regionId: string; id: string; at: number; body: unknown };

export type OpenTurn = { conversationId: string; entryId: string; seq: number; at: number };

/** How full and how healthy: for `/readyz` and `/metrics`. `commits` and new `entries` are counted since the store was opened. */
export type StoreHealth = { ok: boolean; reason?: string | undefined; queued: number; commits: number; entries: number };

export interface Store {
  /** Random text made when the log that holds the conversation was created: a cursor of another epoch does not fit it. */
  epochOf(conversationId: string): string;
  /** Creates session and conversation together with their first entries. */
  createConversation(conversation: Conversation, session: Session | undefined, first: AppendRequest | undefined): Promise<Appended>;
  findSession(tokenHash: string): Promise<Session | undefined>;
  /** Slides the expiry of a session. */
  touchSession(tokenHash: string, expiresAt: number): Promise<void>;
  conversation(id: string): Promise<(Conversation & { headSeq: number }) | undefined>;
  /** The one road into the log. Atomic: all of it or none. */
  append(request: AppendRequest): Promise<Appended>;
  /**
   * Forgets a conversation in one commit: its row, entries, sessions and dedupe keys; its jobs, dead ones and those under a lease too; the records
   * about it (erase.ts). Whatever is written to it afterwards is refused as for one that never was. False when there is none. Reads every job and
   * record that may be meant: for an operator's hand, not for every minute.
   */
  eraseConversation(id: string): Promise<boolean>;
  /** Was a delivery with this dedupe key written before? */
  knowsInbound(source: string, externalId: string): Promise<boolean>;
  /** Where the entry with this id lies, if it was written. */
  placeOf(conversationId: string, entryId: string): Promise<{ seq: number; at: number } | undefined>;
  /** Entries with `seq > after`, ascending, at most `limit`. */
  entriesAfter(conversationId: string, after: number, limit: number): Promise<Entry[]>;
  /** The last `limit` entries with `seq < before`, ascending. */
  entriesBefore(conversationId: string, before: number, limit: number): Promise<Entry[]>;
  openTurns(limit: number): Promise<OpenTurn[]>;
  /** Open turns of one conversation, oldest first. */
  openTurnsOf(conversationId: string): Promise<OpenTurn[]>;
  /**
   * Takes due jobs under a lease. Never two of the same key, never one whose key has an earlier unfinished job, and never one
   * whose lease (`leaseMs`) still holds.
   */
  claimJobs(nowMs: number, limit: number, leaseMs: number): Promise<Job[]>;
  /** When the next job can be claimed, Unix milliseconds: due, first of its key, and its lease, if any, over. */
  nextJobAt(): Promise<number | undefined>;
  finishJob(id: string): Promise<void>;
  /** Puts records down, or in the place of those with the same kind, region and id. */
  putRecords(records: readonly StoreRecord[]): Promise<void>;
  record(kind: string, regionId: string, id: string): Promise<StoreRecord | undefined>;
  /** Of a kind and a region, at or after `since`, newest first, at most `limit`. */
  records(kind: string, regionId: string, since: number, limit: number): Promise<StoreRecord[]>;
  /** Drops what is older than `before`; gives how many. */
  removeRecords(kind: string, regionId: string, before: number): Promise<number>;
  /** Open cases a team, offers included. Teams without any are absent. */
  teamLoads(regionId: string): Promise<Map<string, number>>;
  /** Cases that wait for a person, or that one has; first the most urgent, then the oldest. */
  casesIn(regionId: string, mode: "queued" | "agent", limit: number): Promise<OpenCase[]>;
  /** Puts a failed job back for `dueAt`, or into the dead letters with `dueAt` undefined. */
  failJob(id: string, error: string, dueAt: number | undefined): Promise<void>;
  /** Dead letters in order of creation, at most `limit`. */
  deadJobs(limit: number, where?: DeadJobFilter): Promise<Job[]>;
  /** Puts a dead job back to pending, due now, under its old id. False when there is none with this id. */
  replayJob(id: string, nowMs: number): Promise<boolean>;
  /** Forgets every lease: called once at start, when no other process shares the store. */
  releaseLeases(): Promise<void>;
  /** Writes and syncs a probe row of at least `sizeBytes` (default a few), for `/readyz`. */
  health(sizeBytes?: number): Promise<StoreHealth>;
  /** Waits for what is queued, then closes. */
  close(): Promise<void>;
}

/** A write or read that did not happen. `cause` is the engine's error. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}
