import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AdapterError } from "./errors.ts";
import { createGuard, GuardError, type Attempt, type GuardedAdapter } from "./guard.ts";
import type { AdapterLogger } from "./spec.ts";

const silent: AdapterLogger = { info: () => undefined, warn: () => undefined, error: () => undefined };
type Stub = { calls: number; answer: (signal: AbortSignal) => Promise<string> };
const stub = (answer: Stub["answer"]): Stub => ({ calls: 0, answer });
const run = async (one: Stub, signal: AbortSignal): Promise<string> => {
  one.calls += 1;
  return one.answer(signal);
};
const stall = (): Promise<string> => new Promise(() => undefined);
const guardOf = (...adapters: (Partial<GuardedAdapter<Stub>> & { adapter: Stub })[]) => {
  const attempts: Attempt[] = [];
  const states: string[] = [];
  const guard = createGuard<Stub>({
    adapters: adapters.map((one, index) => ({ name: `a${index}`, ...one })),
    logger: silent,
    random: () => 0,
    metrics: { attempt: (attempt) => void attempts.push(attempt), breaker: (name, state) => void states.push(`${name} ${state}`) },
  });
  return { guard, attempts, states };
};
/** Runs the fake clock until the call has ended: no limit in these tests is longer than ten seconds. */
const settle = async <Value>(work: Promise<Value>): Promise<PromiseSettledResult<Value>> => {
  const settled = Promise.allSettled([work]);
  await vi.advanceTimersByTimeAsync(10_000);
  return (await settled)[0];
};

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("createGuard", () => {
  it("asks the first adapter, and the next only when it fails", async () => {
    const first = stub(async () => "first");
    const second = stub(async () => "second");
    const { guard } = guardOf({ adapter: first }, { adapter: second });
    await expect(guard.call(run)).resolves.toMatchObject({ value: "first", adapter: "a0", attempts: [{ adapter: "a0" }] });
    first.answer = async () => Promise.reject(new AdapterError("bad-request", "no"));
    await expect(guard.call(run)).resolves.toMatchObject({
      value: "second",
      adapter: "a1",
      attempts: [{ adapter: "a0", error: "bad-request" }, { adapter: "a1" }],
    });
    expect(second.calls).toBe(1);
  });

  it("goes on to the next when an answer is turned down, and falls back to it when nobody has a better one", async () => {
    const first = stub(async () => "not mine");
    const second = stub(async () => "second");
    const { guard, states } = guardOf({ adapter: first }, { adapter: second });
    const accept = (value: string): boolean => value !== "not mine";
    await expect(guard.call(run, undefined, accept)).resolves.toMatchObject({ value: "second", adapter: "a1" });
    second.answer = async () => Promise.reject(new AdapterError("bad-request", "no"));
    await expect(guard.call(run, undefined, accept)).resolves.toMatchObject({ value: "not mine", adapter: "a0" });
    expect(states).toEqual([]);
  });

  it("tries again what may pass, as often as allowed, and not what cannot", async () => {
    const flaky = stub(async () => (flaky.calls < 3 ? Promise.reject(new AdapterError("unreachable", "gone")) : "back"));
    expect(await settle(guardOf({ adapter: flaky, retries: 2 }).guard.call(run))).toMatchObject({ value: { value: "back" } });
    expect(flaky.calls).toBe(3);
    for (const error of [
      new AdapterError("unauthorized", "no"),
      new AdapterError("rate-limited", "later", { retryAfterMs: 60_000 }),
      new AdapterError("not-ready", "training"),
    ]) {
      const dead = stub(async () => Promise.reject(error));
      expect(await settle(guardOf({ adapter: dead, retries: 2 }).guard.call(run))).toMatchObject({
        status: "rejected",
        reason: { code: error.code },
      });
      expect(dead.calls).toBe(1);
    }
  });

  it("waits as long as the other side asked, when that is short", async () => {
    const busy = stub(async () =>
      busy.calls === 1 ? Promise.reject(new AdapterError("rate-limited", "later", { retryAfterMs: 1_500 })) : "ok",
    );
    const call = guardOf({ adapter: busy, retries: 1 }).guard.call(run);
    await vi.advanceTimersByTimeAsync(1_400);
    expect(busy.calls).toBe(1);
    await vi.advanceTimersByTimeAsync(200);
    await expect(call).resolves.toMatchObject({ value: "ok" });
  });

  it("leaves a stalled adapter at its time-out, once, and tells it to stop", async () => {
    let stopped = false;
    const stalled = stub(async (signal) => {
      signal.addEventListener("abort", () => (stopped = true));
      return stall();
    });
    const { guard } = guardOf({ adapter: stalled, timeoutMs: 300, retries: 3 }, { adapter: stub(async () => "other") });
    const result = await settle(guard.call(run));
    expect(result).toMatchObject({ value: { value: "other", attempts: [{ adapter: "a0", error: "timeout" }, { adapter: "a1" }] } });
    expect(stalled.calls).toBe(1);
    expect(stopped).toBe(true);
  });

  it("opens the breaker, skips the adapter, lets one trial through and closes again", async () => {
    const sick = stub(async () => Promise.reject(new AdapterError("failed", "500")));
    const { guard, states } = guardOf(
      { adapter: sick, retries: 0, breaker: { failures: 3, halfOpenAfterMs: 1_000 } },
      { adapter: stub(async () => "other") },
    );
    for (let count = 0; count < 5; count += 1) await guard.call(run);
    expect(sick.calls).toBe(3);
    expect(guard.states()).toEqual([
      { name: "a0", state: "open" },
      { name: "a1", state: "closed" },
    ]);
    await expect(guard.call(run)).resolves.toMatchObject({ attempts: [{ adapter: "a0", error: "breaker-open" }, { adapter: "a1" }] });

    // The trial stalls: everyone else goes on at once instead of waiting for its end.
    vi.setSystemTime(Date.now() + 1_000);
    let finish: (value: string) => void = () => undefined;
    sick.answer = async () => new Promise((resolve) => (finish = resolve));
    const trial = guard.call(run);
    await vi.advanceTimersByTimeAsync(0);
    expect(guard.states()[0]?.state).toBe("half-open");
    await expect(guard.call(run)).resolves.toMatchObject({ value: "other" });
    expect(sick.calls).toBe(4);
    finish("well");
    await expect(trial).resolves.toMatchObject({ value: "well", adapter: "a0" });
    expect(states).toEqual(["a0 open", "a0 half-open", "a0 closed"]);
  });

  it("counts neither wrong requests nor callers that leave against an adapter", async () => {
    const picky = stub(async () => Promise.reject(new AdapterError("bad-request", "no")));
    const { guard } = guardOf({ adapter: picky, breaker: { failures: 2 } });
    for (let count = 0; count < 4; count += 1) await settle(guard.call(run));
    picky.answer = stall;
    for (let count = 0; count < 4; count += 1) {
      const caller = new AbortController();
      const call = guard.call(run, caller.signal);
      caller.abort(new Error("left"));
      await expect(call).rejects.toThrow("left");
    }
    expect(guard.states()[0]?.state).toBe("closed");
  });

  it("opens again when the caller leaves during a trial", async () => {
    const sick = stub(async () => Promise.reject(new AdapterError("failed", "500")));
    const { guard } = guardOf({ adapter: sick, retries: 0, breaker: { failures: 1, halfOpenAfterMs: 1_000 } });
    await settle(guard.call(run));
    vi.setSystemTime(Date.now() + 1_000);
    sick.answer = stall;
    const caller = new AbortController();
    const trial = guard.call(run, caller.signal);
    await vi.advanceTimersByTimeAsync(0);
    caller.abort(new Error("left"));
    await expect(trial).rejects.toThrow("left");
    await vi.advanceTimersByTimeAsync(0);
    expect(guard.states()[0]?.state).toBe("open");
  });

  it("rejects with all attempts when nobody answered", async () => {
    const { guard, attempts } = guardOf(
      { adapter: stub(async () => Promise.reject(new Error("boom"))), retries: 1 },
      { adapter: stub(stall), timeoutMs: 100 },
    );
    const result = await settle(guard.call(run));
    expect(result.status).toBe("rejected");
    const error = (result as PromiseRejectedResult).reason as GuardError;
    expect(error).toBeInstanceOf(GuardError);
    expect(error.code).toBe("timeout");
    expect(error.attempts.map((attempt) => [attempt.adapter, attempt.error])).toEqual([
      ["a0", "failed"],
      ["a0", "failed"],
      ["a1", "timeout"],
    ]);
    expect(attempts).toEqual(error.attempts);
    await expect(guardOf().guard.call(run)).rejects.toMatchObject({ name: "AdapterError", code: "unreachable", attempts: [] });
  });

  it("leaves the signal of a streamed answer alive after the call, and still tied to the caller", async () => {
    let given: AbortSignal | undefined;
    const { guard } = guardOf({ adapter: stub(async (signal) => ((given = signal), "begun")), timeoutMs: 100 });
    const caller = new AbortController();
    await guard.call(run, caller.signal);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(given?.aborted).toBe(false);
    caller.abort(new Error("left"));
    expect(given?.aborted).toBe(true);
  });
});

describe("an adapter that answers in process", () => {
  const inProcess = (answer: Stub["answer"]): Stub => ({ ...stub(answer), inProcess: true }) as Stub;

  it("is given the caller's own signal and leaves no timer behind", async () => {
    let given: AbortSignal | undefined;
    const { guard } = guardOf({ adapter: inProcess(async (signal) => ((given = signal), "at once")) });
    const caller = new AbortController();
    await expect(guard.call(run, caller.signal)).resolves.toMatchObject({ value: "at once", attempts: [{ adapter: "a0" }] });
    expect(given).toBe(caller.signal);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("keeps a time-out that the config asks for", async () => {
    const { guard } = guardOf({ adapter: inProcess(stall), timeoutMs: 200 });
    expect(await settle(guard.call(run))).toMatchObject({ status: "rejected", reason: { code: "timeout" } });
  });

  it("is tried again, counted and skipped like any other", async () => {
    const sick = inProcess(async () => Promise.reject(new AdapterError("failed", "no")));
    const { guard, states } = guardOf(
      { adapter: sick, retries: 1, breaker: { failures: 3, halfOpenAfterMs: 1_000 } },
      { adapter: stub(async () => "other") },
    );
    expect(await settle(guard.call(run))).toMatchObject({
      value: { value: "other", attempts: [{ adapter: "a0", error: "failed" }, { adapter: "a0", error: "failed" }, { adapter: "a1" }] },
    });
    expect(sick.calls).toBe(2);
    sick.answer = async () => "well";
    await expect(guard.call(run)).resolves.toMatchObject({ value: "well" });
    // An answer in between: three failures in a row are needed again.
    sick.answer = async () => Promise.reject(new AdapterError("failed", "no"));
    await settle(guard.call(run));
    expect(guard.states()[0]?.state).toBe("closed");
    await settle(guard.call(run));
    expect(states).toEqual(["a0 open"]);
    expect(sick.calls).toBe(6);
  });
});
