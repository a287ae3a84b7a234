/**
 * Runs the jobs of the store: takes what is due, gives it to its handler, and settles it. The only place that tries later work
 * again. Owns attempts and their times; order per key and leases are the store's, what a job does is its handler's.
 */
import { isAdapterError } from "../adapters/errors.ts";
import type { Clock } from "../observe/clock.ts";
import type { Job, Store } from "../store/store.ts";
import { nextDelayMs, type Failed, type RetrySchedule } from "./schedule.ts";

/**
 * Does one job. Resolves when it is done; throws to have it tried again (`AdapterError` says whether and when that can help). May
 * be called twice for one job, so it must be harmless twice. `signal` fires when the lease is about to end or the relay stops.
 */
export type JobHandler = (job: Job, signal: AbortSignal) => Promise<void>;

export type JobRunnerOptions = {
  store: Pick<Store, "claimJobs" | "nextJobAt" | "finishJob" | "failJob">;
  clock: Clock;
  /** By `Job.kind`. A job of another kind goes to the dead letters. */
  handlers: Readonly<Record<string, JobHandler>>;
  schedule: RetrySchedule;
  logger: JobLogger;
  /** Jobs in flight at once; default 16. */
  concurrency?: number | undefined;
  /** How long a claimed job is kept from others, milliseconds; default 60,000. A handler is told to stop at nine tenths of it. */
  leaseMs?: number | undefined;
  /** For the jitter; default the clock's. */
  random?: (() => number) | undefined;
};

export interface JobLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface JobRunner {
  /** Begins. Leases of an earlier process are the caller's to release before. */
  start(): void;
  /** Something was written that may be due: call it after an append with jobs, and after a replay. Cheap. */
  wake(): void;
  /**
   * Takes no more, waits for what runs at most `deadlineMs`, then fires the signals of the rest and leaves them to their leases:
   * they run again later and lose no attempt. Resolves when nothing runs or the deadline has passed.
   */
  stop(deadlineMs: number): Promise<void>;
  running(): number;
}

/** After the store failed to answer. */
const STORE_PAUSE_MS = 1_000;
/** Least wait for the timer: a job due now that could not be taken must not turn into a busy loop. */
const MIN_WAIT_MS = 5;
const HANDLER_SHARE = 0.9;
const ERROR_CHARS = 500;

export function createJobRunner(options: JobRunnerOptions): JobRunner {
  const { store, clock, handlers, schedule, logger, concurrency = 16, leaseMs = 60_000, random = () => clock.random() } = options;
  const running = new Map<string, { job: Job; stop: AbortController; done: Promise<void> }>();
  let started = false;
  let claiming = false;
  let again = false;
  let cancelTimer: (() => void) | undefined;

  function wake(): void {
    if (!started) return;
    again = true;
    if (!claiming) void claim();
  }

  function wanted(): boolean {
    return started && again;
  }
  async function claim(): Promise<void> {
    claiming = true;
    cancelTimer?.();
    cancelTimer = undefined;
    try {
      while (wanted()) {
        again = false;
        const free = concurrency - running.size;
        // Whoever finishes calls again.
        if (free <= 0) break;
        const jobs = await store.claimJobs(clock.now(), free, leaseMs);
        // Stopped meanwhile: what was taken stays under its lease.
        if (!started) return;
        for (const job of jobs) begin(job);
        if (jobs.length < free && !again) armTimer(await store.nextJobAt());
      }
    } catch (error) {
      logger.error({ error: errorName(error) }, "jobs could not be claimed");
      wakeAfter(STORE_PAUSE_MS);
    } finally {
      claiming = false;
    }
  }

  function armTimer(nextAt: number | undefined): void {
    if (nextAt !== undefined && !again) wakeAfter(Math.max(MIN_WAIT_MS, nextAt - clock.now()));
  }
  function wakeAfter(ms: number): void {
    cancelTimer?.();
    cancelTimer = started ? clock.after(ms, wake) : undefined;
  }

  function begin(job: Job): void {
    // Its lease lapsed while its handler hangs on here: one in flight all the same.
    if (running.has(job.id)) return;
    // The one before it is settled in the store, and this was claimed before its end was heard here; or it hangs on. Either way this one is
    // next: left to its lease it would wait for a minute.
    const before = job.key === undefined ? undefined : runningOf(job.key);
    if (before !== undefined) {
      void before.then(() => started && begin(job));
      return;
    }
    const stop = new AbortController();
    const done = run(job, stop.signal)
      .catch((error: unknown) => logger.error({ ...fieldsOf(job), error: errorName(error) }, "a job could not be settled"))
      .finally(() => {
        running.delete(job.id);
        wake();
      });
    running.set(job.id, { job, stop, done });
  }
  function runningOf(key: string): Promise<void> | undefined {
    for (const one of running.values()) if (one.job.key === key) return one.done;
    return undefined;
  }

  async function run(job: Job, stopped: AbortSignal): Promise<void> {
    const lease = new AbortController();
    const cancelLease = clock.after(leaseMs * HANDLER_SHARE, () =>
      lease.abort(new DOMException("The lease of the job ends", "TimeoutError")),
    );
    try {
      const handler = Object.hasOwn(handlers, job.kind) ? handlers[job.kind] : undefined;
      if (handler === undefined) return await fail(job, new Error(`no handler for jobs of kind ${job.kind}`), true);
      await handler(job, AbortSignal.any([stopped, lease.signal]));
    } catch (error) {
      // Not its fault: the lease brings it back.
      if (stopped.aborted) return;
      return await fail(job, error, false);
    } finally {
      cancelLease();
    }
    await store.finishJob(job.id);
  }

  async function fail(job: Job, error: unknown, hopeless: boolean): Promise<void> {
    const failed = failedOf(error, job.attempts + 1, hopeless);
    const delayMs = nextDelayMs(schedule, failed, random());
    await store.failJob(job.id, errorText(error), delayMs === undefined ? undefined : clock.now() + delayMs);
    const fields = { ...fieldsOf(job), failures: failed.failures, error: errorName(error) };
    if (delayMs === undefined) logger.error(fields, "a job became a dead letter");
    else logger.warn({ ...fields, delayMs }, "a job failed and is tried again");
  }

  return {
    start: () => {
      started = true;
      wake();
    },
    wake,
    stop: async (deadlineMs) => {
      started = false;
      cancelTimer?.();
      cancelTimer = undefined;
      if (running.size === 0) return;
      let cancelDeadline: () => void = () => undefined;
      const deadline = new Promise<void>((resolve) => {
        cancelDeadline = clock.after(deadlineMs, resolve);
      });
      await Promise.race([Promise.all([...running.values()].map((one) => one.done)), deadline]);
      cancelDeadline();
      for (const one of running.values()) one.stop.abort();
      if (running.size > 0) logger.warn({ running: running.size }, "jobs were left to their leases");
    },
    running: () => running.size,
  };
}

function failedOf(error: unknown, failures: number, hopeless: boolean): Failed {
  if (!isAdapterError(error)) return { failures, permanent: hopeless };
  return { failures, permanent: hopeless || error.permanent, retryAfterMs: error.retryAfterMs };
}
/** For the dead letters, where an operator reads it; not for logs. */
function errorText(error: unknown): string {
  const message = error instanceof Error ? error.message : "something other than an Error was thrown";
  return `${errorName(error)}: ${message}`.slice(0, ERROR_CHARS);
}
/** A closed set of words, safe to log: the code of an `AdapterError`, else the error's name. */
function errorName(error: unknown): string {
  if (isAdapterError(error)) return error.code;
  return error instanceof Error ? error.name : typeof error;
}
/** No payload, and no key: that is a conversation. */
function fieldsOf(job: Job): { job: string; kind: string } {
  return { job: job.id, kind: job.kind };
}
