/**
 * The worker thread behind sqlite.ts: the only place that touches the database file. One message is one batch is one
 * transaction, synced before the answer leaves. Owns transactions and what happens when one fails; started by sqlite.ts only.
 */
import { mkdirSync, statfsSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import BetterSqlite3 from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { RESIDENCY_LABEL } from "./residency.ts";
import { lockDatabase } from "./sqlite-lock.ts";
import { migrate } from "./migrate.ts";
import { isRead, type BatchReply, type Failure, type FromWorker, type Operation, type Settled, type ToWorker } from "./operations.ts";
import { buildQueries } from "./queries.ts";
import { createExecutor, sqliteCompiler, type Executor } from "./sqlite-executor.ts";

export type WorkerOptions = { path: string; busyTimeoutMs: number; exclusive: boolean; label?: string | undefined };

// The disk or the file, not the operation: trying the operations of the batch singly would fail as often as there are operations.
const ENGINE_TROUBLE = /^SQLITE_(FULL|IOERR|READONLY|BUSY|LOCKED|CORRUPT|NOTADB|CANTOPEN|NOMEM)/;

const PAGE_BYTES = 4_096;
const MAX_CHECKPOINT_PAGES = 16_000;
const MIN_CHECKPOINT_PAGES = 64;
/** Messages wait meanwhile: a backup that reads is not waited for longer. */
const EMPTY_LOG_MS = 200;

function send(message: FromWorker): void {
  parentPort!.postMessage(message);
}

function failureOf(error: unknown): Failure {
  const { message, code } = error as { message?: unknown; code?: unknown };
  return { message: typeof message === "string" ? message : String(error), ...(typeof code === "string" ? { code } : {}) };
}

async function open({ path, busyTimeoutMs }: Pick<WorkerOptions, "path" | "busyTimeoutMs">): Promise<BetterSqlite3.Database> {
  const database = new BetterSqlite3(path, { timeout: busyTimeoutMs });
  try {
    database.pragma("journal_mode = WAL");
    // In WAL mode FULL syncs the log at every commit: what was answered survives a power cut.
    database.pragma("synchronous = FULL");
    database.pragma("foreign_keys = ON");
    database.pragma("cache_size = -32000");
    // What is deleted or replaced is overwritten where its page is written anyway; ON would write the pages that finished jobs let go of as well.
    // An erasure is worth that, and asks for it (sqlite-executor.ts).
    database.pragma("secure_delete = FAST");
    // 64 MB of log before its pages are carried over: under load a page is then copied once, not twenty times a second (measured: a
    // quarter more messages a second than with the usual 1,000 pages). Reading it all again after a crash takes well under a second.
    // On a small disk less: a log that filled the disk could not be carried over any more.
    database.pragma(`wal_autocheckpoint = ${checkpointPages(freeBytes(path))}`);
    // Never destroyed: that would close the database, which the batches go on using.
    await migrate(new Kysely<unknown>({ dialect: new SqliteDialect({ database }) }));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Pages of the write-ahead log before they are carried over: at most an eighth of what the disk has left. */
function checkpointPages(free: number): number {
  return Math.max(MIN_CHECKPOINT_PAGES, Math.min(MAX_CHECKPOINT_PAGES, Math.floor(free / 8 / PAGE_BYTES)));
}
function freeBytes(path: string): number {
  if (path === ":memory:") return Infinity;
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize;
}

/** The epoch of the log, made when there is none. A new log is labelled as well. */
function epochOf(database: BetterSqlite3.Database, label: string | undefined): string {
  const { addMeta, readMeta } = buildQueries(sqliteCompiler());
  if (label !== undefined) database.prepare(addMeta.sql).run(addMeta.values({ name: RESIDENCY_LABEL, value: label }));
  database.prepare(addMeta.sql).run(addMeta.values({ name: "epoch", value: randomBytes(12).toString("base64url") }));
  return (database.prepare(readMeta.sql).get(readMeta.values({ name: "epoch" })) as { value: string }).value;
}

function attempt(run: () => Settled): Settled {
  try {
    return run();
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}

function createBatchRunner(
  database: BetterSqlite3.Database,
  executor: Executor,
  busyTimeoutMs: number,
): (operations: Operation[]) => BatchReply {
  const settle = (operation: Operation): Settled => ({ ok: true, value: executor.execute(operation) });
  const one = database.transaction(settle);
  let failedInside = false;
  const all = database.transaction((operations: Operation[]) => {
    try {
      return operations.map(settle);
    } catch (error) {
      failedInside = true;
      throw error;
    }
  });

  function singly(operations: Operation[]): BatchReply {
    let commits = 0;
    const settled = operations.map((operation) => {
      if (isRead(operation)) return attempt(() => settle(operation));
      // Between two transactions another process may write: what one of them learnt is asked again in the next.
      executor.forget();
      const result = attempt(() => one.immediate(operation));
      if (result.ok) commits += 1;
      return result;
    });
    executor.forget();
    return { settled, commits };
  }

  /** The write-ahead log still has what was erased: its pages are carried over and it is emptied. One that is being read is at the next checkpoint. */
  function emptyLog(): void {
    database.pragma(`busy_timeout = ${Math.min(busyTimeoutMs, EMPTY_LOG_MS)}`);
    try {
      database.pragma("wal_checkpoint(TRUNCATE)");
    } catch {
      // The erasure is committed, and a checkpoint comes again by itself.
    } finally {
      database.pragma(`busy_timeout = ${busyTimeoutMs}`);
    }
  }

  function runAll(operations: Operation[]): BatchReply {
    if (operations.every(isRead)) return { settled: operations.map((operation) => attempt(() => settle(operation))), commits: 0 };
    failedInside = false;
    try {
      return { settled: all.immediate(operations), commits: 1 };
    } catch (error) {
      executor.forget();
      const failure = failureOf(error);
      if (failedInside && !ENGINE_TROUBLE.test(failure.code ?? "")) return singly(operations);
      return {
        settled: operations.map((operation) => (isRead(operation) ? attempt(() => settle(operation)) : { ok: false, failure })),
        commits: 0,
      };
    }
  }

  return (operations) => {
    const reply = runAll(operations);
    if (operations.some(({ type }) => type === "erase")) emptyLog();
    return reply;
  };
}

async function main(): Promise<void> {
  const port = parentPort!;
  try {
    const { path, busyTimeoutMs, exclusive, label } = workerData as WorkerOptions;
    if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
    const unlock = exclusive && path !== ":memory:" ? lockDatabase(path, busyTimeoutMs) : () => {};
    const database = await open({ path, busyTimeoutMs });
    const run = createBatchRunner(database, createExecutor(database), busyTimeoutMs);
    port.on("message", (message: ToWorker) => {
      if (message.type === "batch") return send({ type: "settled", ...run(message.operations) });
      database.close();
      unlock();
      port.close();
    });
    send({ type: "ready", epoch: epochOf(database, label) });
  } catch (error) {
    send({ type: "failed", failure: failureOf(error) });
    port.close();
  }
}

await main();
