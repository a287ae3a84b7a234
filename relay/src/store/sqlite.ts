/**
 * The default store: one SQLite file, written by one worker thread, so that a slow sync never holds up a socket. Owns the
 * worker's life and the way between the store's words and operations; batching is commit-queue.ts, SQL is queries.ts.
 */
import { Worker } from "node:worker_threads";
import { createCommitQueue, storeErrorOf, type CommitQueue } from "./commit-queue.ts";
import type { FromWorker, ToWorker } from "./operations.ts";
import {
  appendedOf,
  appendOperation,
  conversationOf,
  conversationRow,
  entryOf,
  jobOf,
  openTurnOf,
  recordOf,
  recordRow,
  sessionOf,
  sessionRow,
} from "./rows.ts";
import type { WorkerOptions } from "./sqlite-worker.ts";
import { StoreError, type Appended, type Route, type Store } from "./store.ts";

export type SqliteStoreOptions = {
  /** The database file; its folder is made. Beside it lie `-wal`, `-shm` and `.lock`. */
  path: string;
  /** Rows in one transaction at most; default 512. */
  maxBatchRows?: number | undefined;
  /** Operations that may wait; above it a call rejects at once. Default 20,000. */
  maxQueued?: number | undefined;
  /** How long a batch waits for another process that holds the file, milliseconds; default 5,000. */
  busyTimeoutMs?: number | undefined;
  /** Residency group whose log it is, written into a new file. */
  label?: string | undefined;
  /** Refuse when another process has the database (default true): two relays on one log would run each job twice. */
  exclusive?: boolean | undefined;
  /** The worker ended unasked: from now on every call rejects. Once at most. Default: nothing. */
  onDeath?: ((error: StoreError) => void) | undefined;
};

type Link = { worker: Worker; queue: CommitQueue; epoch: string; exited: Promise<void> };

/**
 * Opens the file, runs missing migrations and starts the worker. Throws `StoreError` when it cannot be opened or was written
 * by a newer version. If the worker dies later, every call rejects and `onDeath` is told: the process that owns the store must start again.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  let entries = 0;
  let probes = 0;
  let closing: Promise<void> | undefined;
  const { worker, queue, epoch, exited } = await startWorker({
    ...options,
    onDeath: (error) => closing === undefined && options.onDeath?.(error),
  });

  function counted(appended: Appended): Appended {
    for (const entry of appended.entries) if (!entry.known) entries += 1;
    return appended;
  }

  return {
    epochOf: () => epoch,
    createConversation: async (conversation, session, first) => {
      const outcome = await queue.submit({
        type: "create",
        conversation: conversationRow(conversation),
        session: session === undefined ? undefined : sessionRow(session),
        first: first === undefined ? undefined : appendOperation(first),
      });
      return first === undefined ? { entries: [], duplicate: false } : counted(appendedOf(first, outcome));
    },
    append: async (request) => counted(appendedOf(request, await queue.submit(appendOperation(request)))),
    eraseConversation: (conversationId) => queue.submit({ type: "erase", conversationId }),
    findSession: async (tokenHash) => {
      const row = await queue.submit({ type: "session", tokenHash });
      return row === undefined ? undefined : sessionOf(row);
    },
    touchSession: async (tokenHash, expiresAt) => {
      await queue.submit({ type: "touch-session", tokenHash, expiresAt });
    },
    conversation: async (id) => {
      const found = await queue.submit({ type: "conversation", id });
      return found === undefined ? undefined : conversationOf(found.row, found.headSeq);
    },
    knowsInbound: (source, externalId) => queue.submit({ type: "knows-inbound", source, externalId }),
    placeOf: (conversationId, id) => queue.submit({ type: "place", conversationId, id }),
    entriesAfter: async (conversationId, after, limit) => {
      const rows = await queue.submit({ type: "entries-after", conversationId, after, limit });
      return rows.map((row) => entryOf(conversationId, row));
    },
    entriesBefore: async (conversationId, before, limit) => {
      const rows = await queue.submit({ type: "entries-before", conversationId, before, limit });
      return rows.map((row) => entryOf(conversationId, row));
    },
    openTurns: async (limit) => (await queue.submit({ type: "open-turns", limit })).map(openTurnOf),
    openTurnsOf: async (conversationId) => (await queue.submit({ type: "open-turns-of", conversationId })).map(openTurnOf),
    claimJobs: async (nowMs, limit, leaseMs) =>
      (await queue.submit({ type: "claim-jobs", now: nowMs, limit, leaseUntil: nowMs + leaseMs })).map(jobOf),
    nextJobAt: () => queue.submit({ type: "next-job" }),
    finishJob: async (id) => {
      await queue.submit({ type: "finish-job", id });
    },
    failJob: async (id, error, dueAt) => {
      await queue.submit({ type: "fail-job", id, error, dueAt });
    },
    deadJobs: async (limit, { key = null, since = 0, until = Number.MAX_SAFE_INTEGER } = {}) =>
      (await queue.submit({ type: "dead-jobs", limit, key, since, until })).map(jobOf),
    replayJob: (id, nowMs) => queue.submit({ type: "replay-job", id, now: nowMs }),
    teamLoads: async (regionId) =>
      new Map((await queue.submit({ type: "team-loads", regionId })).map((row) => [row.team_id ?? "", row.count])),
    casesIn: async (regionId, mode, limit) =>
      (await queue.submit({ type: "cases-in", regionId, mode, limit })).map(({ id, team_id: teamId, case_at: caseAt, route }) => ({
        conversationId: id,
        caseAt: caseAt ?? 0,
        ...(teamId === null ? {} : { teamId }),
        ...(route === null ? {} : { route: JSON.parse(route) as Route }),
      })),
    putRecords: async (records) => {
      if (records.length > 0) await queue.submit({ type: "put-records", records: records.map(recordRow) });
    },
    record: async (kind, regionId, id) => {
      const row = await queue.submit({ type: "record", kind, regionId, id });
      return row === undefined ? undefined : recordOf(row);
    },
    records: async (kind, regionId, since, limit) => (await queue.submit({ type: "records", kind, regionId, since, limit })).map(recordOf),
    removeRecords: (kind, regionId, before) => queue.submit({ type: "remove-records", kind, regionId, before }),
    releaseLeases: async () => {
      await queue.submit({ type: "release-leases" });
    },
    health: async (sizeBytes = 0) => {
      // A value that differs each time, or the engine could find nothing to write.
      probes += 1;
      const reason = await queue.submit({ type: "probe", value: `${process.pid}.${probes}`.padEnd(sizeBytes, "-") }).then(
        () => undefined,
        (error: StoreError) => error.message,
      );
      return {
        ok: reason === undefined,
        ...(reason === undefined ? {} : { reason }),
        queued: queue.queued(),
        commits: queue.commits(),
        entries,
      };
    },
    close: () => {
      closing ??= (async () => {
        await queue.drain();
        worker.postMessage({ type: "close" } satisfies ToWorker);
        await exited;
      })();
      return closing;
    },
  };
}

async function startWorker({
  path,
  maxBatchRows = 512,
  maxQueued = 20_000,
  busyTimeoutMs = 5_000,
  exclusive = true,
  label,
  onDeath,
}: SqliteStoreOptions): Promise<Link> {
  // Beside this file: TypeScript when running from source, JavaScript from dist.
  const file = import.meta.url.endsWith(".ts") ? "./sqlite-worker.ts" : "./sqlite-worker.js";
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: { path, busyTimeoutMs, exclusive, label } satisfies WorkerOptions,
  });
  const queue = createCommitQueue({
    send: (operations) => worker.postMessage({ type: "batch", operations } satisfies ToWorker),
    maxBatchRows,
    maxQueued,
  });
  const exited = new Promise<void>((resolve) => {
    worker.once("exit", () => resolve());
  });
  const epoch = await new Promise<string>((resolve, reject) => {
    let ready = false;
    worker.on("message", (message: FromWorker) => {
      if (message.type === "settled") return queue.settle(message);
      if (message.type === "ready") {
        ready = true;
        return resolve(message.epoch);
      }
      reject(new StoreError(`The store cannot be opened: ${message.failure.message}`, { cause: storeErrorOf(message.failure).cause }));
    });
    const dead = (error: StoreError): void => {
      queue.fail(error);
      if (ready) onDeath?.(error);
      ready = false;
      reject(error);
    };
    // An "exit" follows every "error".
    worker.once("error", (cause) => dead(new StoreError("The store's worker died", { cause })));
    worker.once("exit", () => dead(new StoreError("The store's worker has ended")));
  });
  return { worker, queue, epoch, exited };
}
