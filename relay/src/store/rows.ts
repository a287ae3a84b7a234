/** Between the store's words and the columns. Pure; JSON is written and read here, on the main thread, once each. */
import type { NewJob } from "./job-queries.ts";
import type { AppendOperation, AppendOutcome, EntryRow, JobRow, OpenTurnRow } from "./operations.ts";
import type { ConversationColumns } from "./queries.ts";
import type { ConversationTable, RecordTable, SessionTable } from "./schema.ts";
import type {
  Appended,
  AppendRequest,
  Conversation,
  ConversationPatch,
  Entry,
  Job,
  JobDraft,
  OpenTurn,
  Session,
  StoreRecord,
} from "./store.ts";

const patchColumns: { [Key in keyof Required<ConversationPatch>]: keyof ConversationColumns } = {
  mode: "mode",
  language: "language",
  timezone: "timezone",
  country: "country",
  caseId: "case_id",
  deskId: "desk_id",
  agent: "agent",
  giveUps: "give_ups",
  deliveredSeq: "delivered_seq",
  readSeq: "read_seq",
  visitorReadSeq: "visitor_read_seq",
  pageUrl: "page_url",
  understood: "understood",
  teamId: "team_id",
  caseAt: "case_at",
  caseRank: "case_rank",
  route: "route",
  regionId: "region_id",
};

export function conversationRow(conversation: Conversation): ConversationTable {
  return {
    id: conversation.id,
    site_id: conversation.siteId,
    region_id: conversation.regionId,
    visitor_id: conversation.visitorId,
    mode: conversation.mode,
    language: conversation.language,
    timezone: conversation.timezone ?? null,
    country: conversation.country ?? null,
    case_id: conversation.caseId ?? null,
    desk_id: conversation.deskId ?? null,
    agent: conversation.agent === undefined ? null : JSON.stringify(conversation.agent),
    give_ups: conversation.giveUps,
    delivered_seq: conversation.deliveredSeq,
    read_seq: conversation.readSeq,
    visitor_read_seq: conversation.visitorReadSeq,
    page_url: conversation.pageUrl ?? null,
    understood: conversation.understood === undefined ? null : JSON.stringify(conversation.understood),
    team_id: conversation.teamId ?? null,
    case_at: conversation.caseAt ?? null,
    case_rank: conversation.caseRank ?? null,
    route: conversation.route === undefined ? null : JSON.stringify(conversation.route),
    created_at: conversation.createdAt,
  };
}

export function conversationOf(row: ConversationTable, headSeq: number): Conversation & { headSeq: number } {
  return {
    id: row.id,
    siteId: row.site_id,
    regionId: row.region_id,
    visitorId: row.visitor_id,
    mode: row.mode as Conversation["mode"],
    language: row.language,
    ...(row.timezone === null ? {} : { timezone: row.timezone }),
    ...(row.country === null ? {} : { country: row.country }),
    ...(row.case_id === null ? {} : { caseId: row.case_id }),
    ...(row.desk_id === null ? {} : { deskId: row.desk_id }),
    ...(row.agent === null ? {} : { agent: JSON.parse(row.agent) as Conversation["agent"] }),
    giveUps: row.give_ups,
    deliveredSeq: row.delivered_seq,
    readSeq: row.read_seq,
    visitorReadSeq: row.visitor_read_seq,
    ...(row.page_url === null ? {} : { pageUrl: row.page_url }),
    ...(row.understood === null ? {} : { understood: JSON.parse(row.understood) as Conversation["understood"] }),
    ...(row.team_id === null ? {} : { teamId: row.team_id }),
    ...(row.case_at === null ? {} : { caseAt: row.case_at }),
    ...(row.case_rank === null ? {} : { caseRank: row.case_rank }),
    ...(row.route === null ? {} : { route: JSON.parse(row.route) as Conversation["route"] }),
    createdAt: row.created_at,
    headSeq,
  };
}

/** Only the columns the patch names: a key that is there with `undefined` empties its column. `undefined` for an empty patch. */
export function patchRow(patch: ConversationPatch): ConversationColumns | undefined {
  const keys = Object.keys(patch) as (keyof ConversationPatch)[];
  if (keys.length === 0) return undefined;
  return Object.fromEntries(
    keys.map((key) => {
      const value = patch[key];
      return [patchColumns[key], value === undefined ? null : typeof value === "object" ? JSON.stringify(value) : value];
    }),
  );
}

export function sessionRow(session: Session): SessionTable {
  return {
    token_hash: session.tokenHash,
    visitor_id: session.visitorId,
    conversation_id: session.conversationId,
    site_id: session.siteId,
    expires_at: session.expiresAt,
  };
}
export function sessionOf(row: SessionTable): Session {
  return {
    tokenHash: row.token_hash,
    visitorId: row.visitor_id,
    conversationId: row.conversation_id,
    siteId: row.site_id,
    expiresAt: row.expires_at,
  };
}

export function entryOf(conversationId: string, row: EntryRow): Entry {
  const draft = JSON.parse(row.event) as object;
  return { seq: row.seq, at: row.at, event: { ...draft, conversationId, seq: row.seq, at: row.at } as Entry["event"] };
}
export function openTurnOf(row: OpenTurnRow): OpenTurn {
  return { conversationId: row.conversation_id, entryId: row.id, seq: row.seq, at: row.at };
}

function jobRow(draft: JobDraft, at: number): NewJob {
  return {
    id: draft.id,
    kind: draft.kind,
    job_key: draft.key ?? null,
    due_at: draft.dueAt ?? at,
    created_at: at,
    payload: JSON.stringify(draft.payload ?? null),
  };
}
export function jobOf(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    payload: JSON.parse(row.payload) as unknown,
    ...(row.job_key === null ? {} : { key: row.job_key }),
    dueAt: row.due_at,
    attempts: row.attempts,
    createdAt: row.created_at,
    ...(row.last_error === null ? {} : { lastError: row.last_error }),
  };
}

export function appendOperation(request: AppendRequest): AppendOperation {
  const operation: AppendOperation = {
    type: "append",
    conversationId: request.conversationId,
    at: request.at,
    ids: request.entries.map((entry) => entry.id),
    events: request.entries.map((entry) => JSON.stringify(entry.event)),
    skipIfKnown: request.skipIfKnown ?? true,
  };
  // A key that is not there costs nothing on its way to the worker; most appends have none of these.
  if (request.openTurn !== undefined) operation.openTurn = request.openTurn;
  if (request.closeTurn !== undefined) operation.closeTurn = request.closeTurn;
  if (request.patch !== undefined) operation.patch = patchRow(request.patch);
  if (request.jobs !== undefined && request.jobs.length > 0) operation.jobs = request.jobs.map((job) => jobRow(job, request.at));
  if (request.cancelJobs !== undefined && request.cancelJobs.length > 0) operation.cancelJobs = request.cancelJobs;
  if (request.moveJobs !== undefined) operation.moveJobs = request.moveJobs;
  if (request.inbound !== undefined) operation.inbound = request.inbound;
  if (request.records !== undefined && request.records.length > 0) operation.records = request.records.map(recordRow);
  if (request.session !== undefined) operation.session = sessionRow(request.session);
  return operation;
}

export function appendedOf(request: AppendRequest, outcome: AppendOutcome): Appended {
  const entries = outcome.places.map((place, index) => {
    const id = request.entries[index]!.id;
    return typeof place === "number" ? { id, seq: place, at: request.at, known: false } : { id, seq: place.seq, at: place.at, known: true };
  });
  return { entries, duplicate: outcome.duplicate };
}

export function recordRow({ kind, regionId, id, at, body }: StoreRecord): RecordTable {
  return { kind, region_id: regionId, id, at, body: JSON.stringify(body) };
}
export function recordOf({ kind, region_id: regionId, id, at, body }: RecordTable): StoreRecord {
  return { kind, regionId, id, at, body: JSON.parse(body) as unknown };
}
