/**
 * What the main thread asks of the store's worker and what it gets back: plain data, structured-clone cheap (bodies are JSON
 * text already). One batch is one message each way. Owns the shapes only.
 */
import type { NewJob } from "./job-queries.ts";
import type { ConversationColumns } from "./queries.ts";
import type { ConversationTable, EntryTable, JobTable, RecordTable, SessionTable } from "./schema.ts";

export type AppendOperation = {
  type: "append";
  conversationId: string;
  at: number;
  ids: string[];
  /** `Draft` as JSON, one for each id. */
  events: string[];
  openTurn?: string | undefined;
  closeTurn?: string | undefined;
  patch?: ConversationColumns | undefined;
  jobs?: NewJob[] | undefined;
  cancelJobs?: string[] | undefined;
  moveJobs?: { from: string; to: string; earlier?: true | undefined } | undefined;
  inbound?: { source: string; externalId: string } | undefined;
  records?: RecordTable[] | undefined;
  session?: SessionTable | undefined;
  skipIfKnown: boolean;
};
/** Where each entry lies. A bare number is the `seq` of a new one; an object is the place of one that was known. */
export type AppendOutcome = { duplicate: boolean; places: (number | { seq: number; at: number })[] };

export type EntryRow = Pick<EntryTable, "seq" | "at" | "event">;
export type OpenTurnRow = Pick<EntryTable, "conversation_id" | "id" | "seq" | "at">;
export type JobRow = Omit<JobTable, "state" | "claim_at" | "position"> & { position: number };
type Writes = {
  append: { operation: AppendOperation; outcome: AppendOutcome };
  create: {
    operation: { type: "create"; conversation: ConversationTable; session?: SessionTable | undefined; first?: AppendOperation | undefined };
    outcome: AppendOutcome;
  };
  erase: { operation: { type: "erase"; conversationId: string }; outcome: boolean };
  "touch-session": { operation: { type: "touch-session"; tokenHash: string; expiresAt: number }; outcome: null };
  "claim-jobs": { operation: { type: "claim-jobs"; now: number; limit: number; leaseUntil: number }; outcome: JobRow[] };
  "finish-job": { operation: { type: "finish-job"; id: string }; outcome: null };
  "fail-job": { operation: { type: "fail-job"; id: string; error: string; dueAt: number | undefined }; outcome: null };
  "replay-job": { operation: { type: "replay-job"; id: string; now: number }; outcome: boolean };
  "release-leases": { operation: { type: "release-leases" }; outcome: null };
  "put-records": { operation: { type: "put-records"; records: RecordTable[] }; outcome: null };
  "remove-records": { operation: { type: "remove-records"; kind: string; regionId: string; before: number }; outcome: number };
  probe: { operation: { type: "probe"; value: string }; outcome: null };
};
type Reads = {
  session: { operation: { type: "session"; tokenHash: string }; outcome: SessionTable | undefined };
  conversation: { operation: { type: "conversation"; id: string }; outcome: { row: ConversationTable; headSeq: number } | undefined };
  "knows-inbound": { operation: { type: "knows-inbound"; source: string; externalId: string }; outcome: boolean };
  place: { operation: { type: "place"; conversationId: string; id: string }; outcome: { seq: number; at: number } | undefined };
  "entries-after": { operation: { type: "entries-after"; conversationId: string; after: number; limit: number }; outcome: EntryRow[] };
  "entries-before": { operation: { type: "entries-before"; conversationId: string; before: number; limit: number }; outcome: EntryRow[] };
  "open-turns": { operation: { type: "open-turns"; limit: number }; outcome: OpenTurnRow[] };
  "open-turns-of": { operation: { type: "open-turns-of"; conversationId: string }; outcome: OpenTurnRow[] };
  "next-job": { operation: { type: "next-job" }; outcome: number | undefined };
  "team-loads": { operation: { type: "team-loads"; regionId: string }; outcome: { team_id: string | null; count: number }[] };
  "cases-in": {
    operation: { type: "cases-in"; regionId: string; mode: "queued" | "agent"; limit: number };
    outcome: Pick<ConversationTable, "id" | "team_id" | "case_at" | "route">[];
  };
  record: { operation: { type: "record"; kind: string; regionId: string; id: string }; outcome: RecordTable | undefined };
  records: { operation: { type: "records"; kind: string; regionId: string; since: number; limit: number }; outcome: RecordTable[] };
  "dead-jobs": { operation: { type: "dead-jobs"; limit: number; key: string | null; since: number; until: number }; outcome: JobRow[] };
};
type Operations = Writes & Reads;

export type OperationType = keyof Operations;
export type OperationOf<Type extends OperationType> = Operations[Type]["operation"];
export type OutcomeOf<Type extends OperationType> = Operations[Type]["outcome"];
export type Operation = OperationOf<OperationType>;
export type Outcome = OutcomeOf<OperationType>;

const reads: Record<keyof Reads, true> = {
  session: true,
  conversation: true,
  "knows-inbound": true,
  place: true,
  "entries-after": true,
  "entries-before": true,
  "open-turns": true,
  "open-turns-of": true,
  "next-job": true,
  "dead-jobs": true,
  "team-loads": true,
  "cases-in": true,
  record: true,
  records: true,
};
/** Needs no transaction: a batch of these alone commits nothing. */
export function isRead(operation: Operation): boolean {
  return Object.hasOwn(reads, operation.type);
}

/** Rows an operation may write, roughly: what `maxBatchRows` counts. At least 1. */
export function rowsOf(operation: Operation): number {
  if (operation.type === "append")
    return Math.max(
      1,
      operation.ids.length + (operation.jobs?.length ?? 0) + (operation.records?.length ?? 0) + (operation.session === undefined ? 0 : 1),
    );
  if (operation.type === "create") return 2 + (operation.first === undefined ? 0 : rowsOf(operation.first));
  if (operation.type === "put-records") return Math.max(1, operation.records.length);
  if (operation.type === "claim-jobs") return Math.max(1, operation.limit);
  return 1;
}

/** An error on its way between threads. `code` is the engine's: `SQLITE_FULL`. */
export type Failure = { message: string; code?: string | undefined };
export type Settled = { ok: true; value: Outcome } | { ok: false; failure: Failure };
/** The answer to a batch: one for each operation, in order, and how many transactions were committed for it. */
export type BatchReply = { settled: Settled[]; commits: number };

export type ToWorker = { type: "batch"; operations: Operation[] } | { type: "close" };
export type FromWorker = { type: "ready"; epoch: string } | { type: "failed"; failure: Failure } | ({ type: "settled" } & BatchReply);
