/**
 * The tables as kysely sees them. Owns names and column types, nothing else: the DDL is in migrations/, the statements are
 * in queries.ts. Times are Unix milliseconds; JSON is kept as text so that one schema serves every SQL engine.
 */
import type { Generated } from "kysely";

/** Facts about the database itself: `epoch`, and the row the health probe writes. */
export type MetaTable = { name: string; value: string };

export type ConversationTable = {
  id: string;
  site_id: string;
  region_id: string;
  visitor_id: string;
  mode: string;
  language: string;
  timezone: string | null;
  country: string | null;
  case_id: string | null;
  desk_id: string | null;
  /** `Agent` as JSON. */
  agent: string | null;
  give_ups: number;
  delivered_seq: number;
  read_seq: number;
  visitor_read_seq: number;
  page_url: string | null;
  /** `Understood` as JSON. */
  understood: string | null;
  team_id: string | null;
  case_at: number | null;
  case_rank: number | null;
  /** `Route` as JSON. */
  route: string | null;
  created_at: number;
};

export type SessionTable = { token_hash: string; visitor_id: string; conversation_id: string; site_id: string; expires_at: number };

export type EntryTable = {
  conversation_id: string;
  seq: number;
  id: string;
  at: number;
  /** 1 while the turn this entry opened has not ended. */
  turn_open: number | null;
  /** `Draft` as JSON: without `seq`, `at` and `conversationId`, which have their own columns. */
  event: string;
};

/**
 * `ready`: first of its key (or without one). `waiting`: behind an unfinished job of its key. `dead`: a dead letter.
 * At most one job of a key is `ready`, so a claim never has to look at the jobs behind it.
 */
export type JobState = "ready" | "waiting" | "dead";

export type JobTable = {
  /** Order of creation. */
  position: Generated<number>;
  id: string;
  kind: string;
  job_key: string | null;
  state: JobState;
  due_at: number;
  /** When it may be taken: `due_at`, or the end of the lease while somebody holds one. */
  claim_at: number;
  attempts: number;
  created_at: number;
  last_error: string | null;
  /** JSON. */
  payload: string;
};

export type InboundTable = { source: string; external_id: string; conversation_id: string };

export type RecordTable = { kind: string; region_id: string; id: string; at: number; /** JSON. */ body: string };

export type Database = {
  meta: MetaTable;
  conversations: ConversationTable;
  sessions: SessionTable;
  entries: EntryTable;
  jobs: JobTable;
  inbound: InboundTable;
  records: RecordTable;
};
