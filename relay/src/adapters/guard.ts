/**
 * The one owner of time-out, retry, circuit breaker and fallback order for calls to adapters. Tries the adapters of a list in order, each
 * within its limits, until one answers. Knows nothing of what an adapter does.
 */
import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  TaskCancelledError,
  TimeoutStrategy,
  circuitBreaker,
  handleWhen,
  retry,
  timeout,
} from "cockatiel";
import { AdapterError, isAdapterError, type AdapterErrorCode } from "./errors.ts";
import type { AdapterLogger, Lifecycle } from "./spec.ts";
import { untilAborted } from "./until-aborted.ts";

export type GuardedAdapter<Adapter> = {
  /** For logs, metrics and `call`'s answer: the adapter's path or id. */
  name: string;
  adapter: Adapter;
  /** Longest wait for one try, milliseconds; default 5,000, and none for an adapter that answers in process. An adapter that stalls is not tried again in the same call. */
  timeoutMs?: number | undefined;
  /** More tries after a failure that another try may help; default 1. They wait 100 ms, then twice as long each time, with jitter. */
  retries?: number | undefined;
  /** Opens after `failures` failed tries in a row (default 5); one trial is let through after `halfOpenAfterMs` (default 10,000). */
  breaker?: { failures?: number | undefined; halfOpenAfterMs?: number | undefined } | undefined;
};
export type BreakerState = "closed" | "open" | "half-open";
/** One try. `error` is absent for the one that answered; `breaker-open` cost nothing: the adapter was not called. */
export type Attempt = { adapter: string; ms: number; error?: AdapterErrorCode | "breaker-open" };
export interface GuardMetrics {
  attempt(attempt: Attempt): void;
  breaker(adapter: string, state: BreakerState): void;
}
export type GuardOptions<Adapter> = {
  adapters: readonly GuardedAdapter<Adapter>[];
  logger: AdapterLogger;
  metrics?: GuardMetrics | undefined;
  /** 0 to 1; spreads retries. */
  random?: (() => number) | undefined;
};
export interface Guard<Adapter> {
  /**
   * The first answer. `run`'s signal fires at the time-out and whenever `signal` does, also after `run` has answered, so that a streamed
   * answer can still be stopped. Rejects with `GuardError` when nobody answered and with `signal.reason` when the caller gave up.
   * An answer that `accept` turns down ("not mine") is no failure: the next adapter is asked, and it stands when nobody has a better one.
   */
  call<Value>(
    run: (adapter: Adapter, signal: AbortSignal) => Promise<Value>,
    signal?: AbortSignal,
    accept?: (value: Value) => boolean,
  ): Promise<{ value: Value; adapter: string; attempts: Attempt[] }>;
  states(): { name: string; state: BreakerState }[];
}

/** Nobody answered: every try, in order. Its code is that of the last adapter that was really called. */
export class GuardError extends AdapterError {
  readonly attempts: readonly Attempt[];
  constructor(code: AdapterErrorCode, attempts: readonly Attempt[], cause: unknown) {
    const told = attempts.map((attempt) => `${attempt.adapter}: ${attempt.error ?? "answered"}`).join(", ");
    super(code, told === "" ? "no adapter is configured" : `no adapter answered (${told})`, { cause });
    this.attempts = attempts;
  }
}

/** The caller's own signal fired: nobody's fault, and no reason to try anyone else. */
class CallerLeft extends Error {
  override readonly name = "CallerLeft";
}

const FIRST_RETRY_MS = 100;
/** A wait above this is not worth a visitor's time: the next adapter is asked instead. */
const LONGEST_RETRY_MS = 2_000;
const stateNames: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: "closed",
  [CircuitState.Open]: "open",
  [CircuitState.HalfOpen]: "half-open",
  [CircuitState.Isolated]: "open",
};

export function createGuard<Adapter>(options: GuardOptions<Adapter>): Guard<Adapter> {
  const guarded = options.adapters.map((one) => createOne(one, options));
  return {
    async call(run, signal = new AbortController().signal, accept = () => true) {
      const attempts: Attempt[] = [];
      let last: AdapterError | undefined;
      let passed: { value: Awaited<ReturnType<typeof run>>; adapter: string } | undefined;
      for (const one of guarded) {
        signal.throwIfAborted();
        try {
          const value = await one.run(run, signal, attempts);
          if (accept(value)) return { value, adapter: one.name, attempts };
          passed = { value, adapter: one.name };
        } catch (error) {
          if (signal.aborted) throw signal.reason;
          if (error instanceof BrokenCircuitError) continue;
          last = asAdapterError(error);
        }
      }
      if (passed !== undefined) return { ...passed, attempts };
      throw new GuardError(last?.code ?? "unreachable", attempts, last);
    },
    states: () => guarded.map(({ name, state }) => ({ name, state: state() })),
  };
}

type One<Adapter> = {
  name: string;
  state: () => BreakerState;
  run: <Value>(run: (adapter: Adapter, signal: AbortSignal) => Promise<Value>, signal: AbortSignal, attempts: Attempt[]) => Promise<Value>;
};

function createOne<Adapter>(guarded: GuardedAdapter<Adapter>, options: GuardOptions<Adapter>): One<Adapter> {
  const { name, adapter, timeoutMs = 5_000, retries = 1, breaker: { failures = 5, halfOpenAfterMs = 10_000 } = {} } = guarded;
  const { logger, metrics, random = Math.random } = options;

  // A streamed answer outlives the call that began it, so its signal is left alone when the call returns.
  const timeoutPolicy = timeout(timeoutMs, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false });
  const breakerPolicy = circuitBreaker(
    // A trial that its caller abandoned has shown nothing good: the breaker opens again.
    handleWhen((error) => (error instanceof CallerLeft ? breakerPolicy.state === CircuitState.HalfOpen : speaksAgainstAdapter(error))),
    { breaker: new ConsecutiveBreaker(failures), halfOpenAfter: halfOpenAfterMs },
  );
  const retryPolicy = retry(
    handleWhen((error) => worthAnotherTry(error)),
    { maxAttempts: retries, backoff: { next: (context) => retryDelay(context, random) } },
  );

  breakerPolicy.onStateChange((state) => {
    const next = stateNames[state];
    metrics?.breaker(name, next);
    logger[next === "open" ? "warn" : "info"]({ adapter: name, state: next }, "adapter breaker changed");
  });

  /** False after a failure, until an answer: what is not well is tried by the long way, which counts. */
  let well = isInProcess(adapter) && guarded.timeoutMs === undefined;
  const inProcess = well;

  const tell = (attempts: Attempt[], attempt: Attempt): void => {
    attempts.push(attempt);
    metrics?.attempt(attempt);
    if (attempt.error !== undefined && attempt.error !== "breaker-open") logger.warn(attempt, "adapter call failed");
  };

  type Run<Value> = (adapter: Adapter, signal: AbortSignal) => Promise<Value>;

  /** A call that waits for nothing needs no timer and no race with the caller's signal. */
  async function direct<Value>(run: Run<Value>, caller: AbortSignal, attempts: Attempt[]): Promise<Value> {
    const started = performance.now();
    let failure: unknown;
    try {
      const value = await run(adapter, caller);
      tell(attempts, { adapter: name, ms: performance.now() - started });
      return value;
    } catch (error) {
      failure = error;
    }
    well = false;
    // The failure is handed to the policies as the first try, so that it counts like any other.
    let first = true;
    return guardedRun(
      (mine, signal) => {
        if (!first) return run(mine, signal);
        first = false;
        return Promise.reject(asAdapterError(failure));
      },
      caller,
      attempts,
    );
  }

  const guardedRun = <Value>(run: Run<Value>, caller: AbortSignal, attempts: Attempt[]): Promise<Value> =>
    untilAborted(
      caller,
      retryPolicy.execute(() => {
        // While one trial is on its way nobody else waits for its end.
        if (breakerPolicy.state === CircuitState.HalfOpen) {
          tell(attempts, { adapter: name, ms: 0, error: "breaker-open" });
          throw new BrokenCircuitError();
        }
        const started = performance.now();
        return breakerPolicy
          .execute(async () => {
            if (caller.aborted) throw new CallerLeft();
            try {
              return await timeoutPolicy.execute(({ signal }) => run(adapter, AbortSignal.any([caller, signal])), caller);
            } catch (error) {
              if (caller.aborted) throw new CallerLeft();
              throw error instanceof TaskCancelledError
                ? new AdapterError("timeout", `no answer within ${timeoutMs} ms`)
                : asAdapterError(error);
            }
          })
          .then(
            (value) => {
              well = inProcess;
              tell(attempts, { adapter: name, ms: performance.now() - started });
              return value;
            },
            (error: unknown) => {
              const code = error instanceof BrokenCircuitError ? "breaker-open" : asAdapterError(error).code;
              if (!(error instanceof CallerLeft)) tell(attempts, { adapter: name, ms: performance.now() - started, error: code });
              throw error;
            },
          );
      }),
    );

  return {
    name,
    state: () => stateNames[breakerPolicy.state],
    run: (run, caller, attempts) => (well ? direct(run, caller, attempts) : guardedRun(run, caller, attempts)),
  };
}

function isInProcess(adapter: unknown): boolean {
  return typeof adapter === "object" && adapter !== null && (adapter as Lifecycle).inProcess === true;
}

/** `AdapterError` as it is; anything else an adapter throws counts as `failed`. */
function asAdapterError(error: unknown): AdapterError {
  return isAdapterError(error) ? error : new AdapterError("failed", "the adapter threw", { cause: error });
}

/** A request the other side finds wrong, or a model still in training, says nothing about its health. */
function speaksAgainstAdapter(error: unknown): boolean {
  return isAdapterError(error) && error.code !== "bad-request" && error.code !== "not-ready";
}

function worthAnotherTry(error: unknown): boolean {
  if (!isAdapterError(error) || error.permanent) return false;
  if (error.code === "timeout" || error.code === "not-ready") return false;
  return (error.retryAfterMs ?? 0) <= LONGEST_RETRY_MS;
}

type Backoff = { duration: number; next: (context: { attempt: number; result: unknown }) => Backoff };

function retryDelay(context: { attempt: number; result: unknown }, random: () => number): Backoff {
  const asked = (context.result as { error?: { retryAfterMs?: number } }).error?.retryAfterMs ?? 0;
  const usual = FIRST_RETRY_MS * 2 ** (context.attempt - 1);
  const duration = Math.min(LONGEST_RETRY_MS, Math.max(asked, usual * (0.5 + random() / 2)));
  return { duration, next: (later) => retryDelay(later, random) };
}
