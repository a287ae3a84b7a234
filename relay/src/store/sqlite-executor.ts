/**
 * Runs one operation on an open SQLite database, inside whatever transaction is open. Owns the meaning of an append: what is
 * written, what is left out when an id is known, in which order. Opens no transaction and catches nothing.
 */
import type BetterSqlite3 from "better-sqlite3";
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import { casesOf, isJobOf, isRecordOf } from "./erase.ts";
import type { AppendOperation, AppendOutcome, JobRow, Operation, OperationOf, OperationType, Outcome, OutcomeOf } from "./operations.ts";
import { buildPatch, buildQueries, type ConversationColumns, type NewEntry } from "./queries.ts";
import type { Database } from "./schema.ts";
import type { Statement } from "./statement.ts";

/** Conversations whose last `seq` is kept in memory. At the limit all are forgotten: asking again costs one index seek each. */
const MAX_HEADS = 20_000;

/** A kysely that compiles for SQLite and reaches no database. */
export function sqliteCompiler(): Kysely<Database> {
  return new Kysely<Database>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}

export type Executor = {
  execute(operation: Operation): Outcome;
  /** To be called after a rollback: what was learnt inside it may not be true. */
  forget(): void;
};

type Handlers = { [Type in OperationType]: (operation: OperationOf<Type>) => OutcomeOf<Type> };

/** Throws the engine's errors; an unknown conversation is one of them. `database` must outlive the executor. */
export function createExecutor(database: BetterSqlite3.Database): Executor {
  const compiler = sqliteCompiler();
  const queries = buildQueries(compiler);
  const bind = <Args, Row>(statement: Statement<Args, Row>) => bindStatement(database, statement);
  const q = {
    addConversation: bind(queries.addConversation),
    conversation: bind(queries.conversation),
    teamLoads: bind(queries.teamLoads),
    casesIn: bind(queries.casesIn),
    addSession: bind(queries.addSession),
    session: bind(queries.session),
    touchSession: bind(queries.touchSession),
    inbound: bind(queries.inbound),
    addInbound: bind(queries.addInbound),
    headSeq: bind(queries.headSeq),
    addEntry: bind(queries.addEntry),
    knownEntry: bind(queries.knownEntry),
    closeTurn: bind(queries.closeTurn),
    entriesAfter: bind(queries.entriesAfter),
    entriesBefore: bind(queries.entriesBefore),
    openTurns: bind(queries.openTurns),
    openTurnsOf: bind(queries.openTurnsOf),
    addJob: bind(queries.addJob),
    claimJobs: bind(queries.claimJobs),
    nextJob: bind(queries.nextJob),
    removeJob: bind(queries.removeJob),
    retryJob: bind(queries.retryJob),
    buryJob: bind(queries.buryJob),
    readyNext: bind(queries.readyNext),
    deadJobs: bind(queries.deadJobs),
    deadJob: bind(queries.deadJob),
    stepBack: bind(queries.stepBack),
    moveJobs: bind(queries.moveJobs),
    reviveJob: bind(queries.reviveJob),
    releaseLeases: bind(queries.releaseLeases),
    writeMeta: bind(queries.writeMeta),
    putRecord: bind(queries.putRecord),
    record: bind(queries.record),
    recordsSince: bind(queries.recordsSince),
    removeRecords: bind(queries.removeRecords),
    removeConversation: bind(queries.removeConversation),
    removeEntries: bind(queries.removeEntries),
    removeSessions: bind(queries.removeSessions),
    removeInbound: bind(queries.removeInbound),
    jobsLike: bind(queries.jobsLike),
    eraseJob: bind(queries.eraseJob),
    recordsLike: bind(queries.recordsLike),
    eraseRecord: bind(queries.eraseRecord),
  };
  const patches = new Map<string, Bound<{ id: string } & ConversationColumns, unknown>>();
  const heads = new Map<string, number>();

  // Asking the log in the INSERT itself cost 10 of the 15 us of a message. A head that is wrong because another process
  // wrote meets the key (conversation, seq): the batch rolls back, forgets, and is run again.
  function headOf(conversationId: string): number {
    const known = heads.get(conversationId);
    if (known !== undefined) return known;
    const head = q.headSeq.get({ conversation_id: conversationId })?.seq ?? 0;
    remember(conversationId, head);
    return head;
  }
  function remember(conversationId: string, head: number): void {
    if (heads.size >= MAX_HEADS) heads.clear();
    heads.set(conversationId, head);
  }

  function addEntry(conversationId: string, id: string, at: number, event: string, opensTurn: boolean): AppendOutcome["places"][number] {
    const seq = headOf(conversationId) + 1;
    const entry: NewEntry = { conversation_id: conversationId, seq, id, at, turn_open: opensTurn ? 1 : null, event };
    if (q.addEntry.run(entry) === 0) return q.knownEntry.get({ conversation_id: conversationId, id })!;
    remember(conversationId, seq);
    return seq;
  }

  function append(operation: AppendOperation): AppendOutcome {
    const { conversationId, at, inbound } = operation;
    // An entry, a patch and a dedupe key need the conversation's row by themselves; what comes alone must not be left to nobody.
    if (
      operation.ids.length === 0 &&
      operation.patch === undefined &&
      inbound === undefined &&
      q.conversation.get({ id: conversationId }) === undefined
    )
      throw new Error("unknown conversation");
    if (
      inbound !== undefined &&
      q.addInbound.run({ source: inbound.source, external_id: inbound.externalId, conversation_id: conversationId }) === 0
    ) {
      return { duplicate: true, places: [] };
    }
    const places = operation.ids.map((id, index) => addEntry(conversationId, id, at, operation.events[index]!, id === operation.openTurn));
    // Harmless twice, and a turn that is run again after a crash must end although its replies are known.
    if (operation.closeTurn !== undefined) q.closeTurn.run({ conversation_id: conversationId, id: operation.closeTurn });
    if (operation.skipIfKnown && typeof places[0] === "object") return { duplicate: false, places };
    if (operation.patch !== undefined) patch(conversationId, operation.patch);
    // Cancel first: a timer may be set again under its old id.
    for (const id of operation.cancelJobs ?? []) removeJob(id);
    const { moveJobs: move } = operation;
    if (move?.earlier === true) moveJobs(move, at);
    for (const job of operation.jobs ?? []) q.addJob.run(job);
    if (move !== undefined && move.earlier !== true) moveJobs(move, at);
    for (const record of operation.records ?? []) q.putRecord.run(record);
    if (operation.session !== undefined) q.addSession.run(operation.session);
    return { duplicate: false, places };
  }

  function patch(id: string, columns: ConversationColumns): void {
    const names = Object.keys(columns) as (keyof ConversationColumns)[];
    const key = names.join();
    let update = patches.get(key);
    if (update === undefined) patches.set(key, (update = bind(buildPatch(compiler, names))));
    if (update.run({ id, ...columns }) === 0) throw new Error("unknown conversation");
  }

  function moveJobs({ from, to }: { from: string; to: string }, now: number): void {
    if (q.moveJobs.run({ from, to, now }) === 0) return;
    // What is worked on goes on, in either key; else the oldest of both is next.
    q.stepBack.run({ job_key: to, position: 0, now });
    q.readyNext.run({ job_key: to });
  }

  function removeJob(id: string): void {
    const removed = q.removeJob.get({ id });
    if (removed !== undefined) next(removed.job_key);
  }
  function next(key: string | null): void {
    if (key !== null) q.readyNext.run({ job_key: key });
  }

  function erase(id: string): boolean {
    const row = q.conversation.get({ id });
    if (row === undefined) return false;
    const events = q.entriesAfter.all({ conversation_id: id, seq: 0, limit: Number.MAX_SAFE_INTEGER });
    const names = new Set([id, ...casesOf([{ caseId: row.case_id }, ...events.map(({ event }) => JSON.parse(event) as unknown)])]);
    const keys = new Set<string>();
    for (const job of q.jobsLike.all({ like: `%${id}%` })) {
      if (!isJobOf(id, { key: job.job_key, payload: JSON.parse(job.payload) as unknown })) continue;
      q.eraseJob.run({ position: job.position });
      if (job.job_key !== null) keys.add(job.job_key);
    }
    for (const key of keys) next(key);
    for (const name of names) {
      for (const record of q.recordsLike.all({ like: `%${name}%` })) {
        if (!isRecordOf(id, names, { id: record.id, body: JSON.parse(record.body) as unknown })) continue;
        q.eraseRecord.run({ kind: record.kind, region_id: record.region_id, id: record.id });
      }
    }
    q.removeInbound.run({ conversation_id: id });
    q.removeSessions.run({ conversation_id: id });
    q.removeEntries.run({ conversation_id: id });
    q.removeConversation.run({ id });
    heads.delete(id);
    return true;
  }
  /** What was there is overwritten, not only let go: costly for a queue's rows that come and go, right for these. */
  function erasing<Value>(run: () => Value): Value {
    database.pragma("secure_delete = ON");
    try {
      return run();
    } finally {
      database.pragma("secure_delete = FAST");
    }
  }

  const handlers: Handlers = {
    append,
    erase: ({ conversationId }) => erasing(() => erase(conversationId)),
    create: ({ conversation, session, first }) => {
      q.addConversation.run(conversation);
      if (session !== undefined) q.addSession.run(session);
      return first === undefined ? { duplicate: false, places: [] } : append(first);
    },
    session: ({ tokenHash }) => q.session.get({ token_hash: tokenHash }),
    "touch-session": ({ tokenHash, expiresAt }) => {
      q.touchSession.run({ token_hash: tokenHash, expires_at: expiresAt });
      return null;
    },
    conversation: ({ id }) => {
      const row = q.conversation.get({ id });
      return row === undefined ? undefined : { row, headSeq: headOf(id) };
    },
    "team-loads": ({ regionId }) => q.teamLoads.all({ region_id: regionId }),
    "cases-in": ({ regionId, mode, limit }) => q.casesIn.all({ region_id: regionId, mode, limit }),
    "knows-inbound": ({ source, externalId }) => q.inbound.get({ source, external_id: externalId }) !== undefined,
    place: ({ conversationId, id }) => q.knownEntry.get({ conversation_id: conversationId, id }),
    "entries-after": ({ conversationId, after, limit }) => q.entriesAfter.all({ conversation_id: conversationId, seq: after, limit }),
    "entries-before": ({ conversationId, before, limit }) =>
      q.entriesBefore.all({ conversation_id: conversationId, seq: before, limit }).reverse(),
    "open-turns": ({ limit }) => q.openTurns.all({ limit }),
    "open-turns-of": ({ conversationId }) => q.openTurnsOf.all({ conversation_id: conversationId }),
    "claim-jobs": ({ now, limit, leaseUntil }) => q.claimJobs.all({ now, limit, lease_until: leaseUntil }).sort(byDue),
    "next-job": () => q.nextJob.get({})?.at ?? undefined,
    "finish-job": ({ id }) => {
      removeJob(id);
      return null;
    },
    "fail-job": ({ id, error, dueAt }) => {
      if (dueAt !== undefined) {
        q.retryJob.run({ id, error, due_at: dueAt });
        return null;
      }
      const buried = q.buryJob.get({ id, error });
      if (buried !== undefined) next(buried.job_key);
      return null;
    },
    "dead-jobs": ({ limit, key, since, until }) => q.deadJobs.all({ limit, job_key: key, since, until }),
    "replay-job": ({ id, now }) => {
      const dead = q.deadJob.get({ id });
      if (dead === undefined) return false;
      if (dead.job_key !== null) q.stepBack.run({ job_key: dead.job_key, position: dead.position, now });
      q.reviveJob.run({ id, now, job_key: dead.job_key });
      return true;
    },
    "release-leases": () => {
      q.releaseLeases.run({});
      return null;
    },
    "put-records": ({ records }) => {
      for (const record of records) q.putRecord.run(record);
      return null;
    },
    "remove-records": ({ kind, regionId, before }) => q.removeRecords.run({ kind, region_id: regionId, before }),
    record: ({ kind, regionId, id }) => q.record.get({ kind, region_id: regionId, id }),
    records: ({ kind, regionId, since, limit }) => q.recordsSince.all({ kind, region_id: regionId, since, limit }),
    probe: ({ value }) => {
      q.writeMeta.run({ name: "probe", value });
      return null;
    },
  };

  return {
    execute: (operation) => (handlers[operation.type] as (operation: Operation) => Outcome)(operation),
    forget: () => heads.clear(),
  };
}

/** The engine gives no order to what an UPDATE returns. */
function byDue(left: JobRow, right: JobRow): number {
  return left.due_at - right.due_at || left.position - right.position;
}

type Bound<Args, Row> = {
  /** Rows changed. */
  run(args: Args): number;
  get(args: Args): Row | undefined;
  all(args: Args): Row[];
};
function bindStatement<Args, Row>(database: BetterSqlite3.Database, statement: Statement<Args, Row>): Bound<Args, Row> {
  const prepared = database.prepare<unknown[], Row>(statement.sql);
  return {
    run: (args) => prepared.run(statement.values(args)).changes,
    get: (args) => prepared.get(statement.values(args)),
    all: (args) => prepared.all(statement.values(args)),
  };
}
