import { expect, test } from "vitest";
import { AdapterError } from "../adapters/errors.ts";
import { createMemoryStore } from "../store/memory.ts";
import type { Job, JobDraft } from "../store/store.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { sampleAt, storedConversation } from "../testing/store-samples.ts";
import { createJobRunner, type JobHandler, type JobRunnerOptions } from "./runner.ts";
import { webhookSchedule } from "./schedule.ts";

type Setting = Partial<Pick<JobRunnerOptions, "concurrency" | "leaseMs" | "random">>;

async function setUp(deliver: JobHandler, setting: Setting = {}) {
  const store = createMemoryStore();
  const clock = createFakeClock(sampleAt);
  const conversationId = await storedConversation(store);
  const lines: { fields: object; message: string }[] = [];
  const log = (fields: object, message: string) => void lines.push({ fields, message });
  let claims = 0;
  const runner = createJobRunner({
    store: { ...store, claimJobs: (...args) => ((claims += 1), store.claimJobs(...args)) },
    clock,
    handlers: { deliver },
    schedule: webhookSchedule,
    logger: { info: log, warn: log, error: log },
    random: () => 0.5,
    ...setting,
  });
  const add = async (...jobs: (Partial<JobDraft> & { id: string })[]) => {
    await store.append({
      conversationId,
      entries: [],
      at: clock.now(),
      jobs: jobs.map((job) => ({ kind: "deliver", payload: "secret words", ...job })),
    });
    runner.wake();
    await clock.advance(0);
  };
  return { store, clock, runner, add, lines, claims: () => claims };
}

/** A handler that notes when it was called and answers as told, call by call. */
function scripted(clock: () => number, ...answers: (Error | undefined)[]) {
  const calls: { id: string; at: number; attempts: number }[] = [];
  const handler: JobHandler = async (job: Job) => {
    calls.push({ id: job.id, at: clock() - sampleAt, attempts: job.attempts });
    const answer = answers[calls.length - 1];
    if (answer !== undefined) throw answer;
  };
  return { calls, handler };
}

/** A handler that does not end before `release`. */
function held() {
  const waiting = new Map<string, () => void>();
  const begun: string[] = [];
  const signals = new Map<string, AbortSignal>();
  const handler: JobHandler = (job, signal) => {
    begun.push(job.id);
    signals.set(job.id, signal);
    return new Promise((resolve) => {
      waiting.set(job.id, resolve);
    });
  };
  return { handler, begun, signals, release: (id: string) => waiting.get(id)?.() };
}

test("a job runs when woken, once, and is gone", async () => {
  const { calls, handler } = scripted(() => sampleAt);
  const { runner, add, store, clock } = await setUp(handler);
  runner.start();
  await add({ id: "a" });
  expect(calls.map((call) => call.id)).toEqual(["a"]);
  await clock.advance(86_400_000);
  expect(calls).toHaveLength(1);
  expect(await store.nextJobAt()).toBeUndefined();
});

test("what lies there at the start is taken without a wake", async () => {
  const { calls, handler } = scripted(() => sampleAt);
  const { runner, add, clock } = await setUp(handler);
  await add({ id: "a" });
  expect(calls).toHaveLength(0);
  runner.start();
  await clock.advance(0);
  expect(calls).toHaveLength(1);
});

test("a later job waits on one timer, with no claims in between", async () => {
  const { calls, handler } = scripted(() => clock.now());
  const { runner, add, clock, claims } = await setUp(handler);
  runner.start();
  await add({ id: "late", dueAt: sampleAt + 3_600_000 });
  const before = claims();
  expect(clock.pending()).toBe(1);
  await clock.advance(3_599_999);
  expect([claims() - before, calls.length]).toEqual([0, 0]);
  await clock.advance(1);
  expect(calls).toEqual([{ id: "late", at: 3_600_000, attempts: 0 }]);
  expect(clock.pending()).toBe(0);
});

test("failures are tried again by the schedule, then the job is a dead letter", async () => {
  const down = Array.from({ length: 12 }, () => new Error("connect ECONNREFUSED"));
  const { calls, handler } = scripted(() => clock.now(), ...down);
  const { runner, add, clock, store, lines } = await setUp(handler);
  runner.start();
  await add({ id: "a" });
  await clock.advance(4 * 86_400_000);
  const waits = calls.map((call, index) => (call.at - (calls[index - 1]?.at ?? 0)) / 1_000);
  expect(waits).toEqual([0, 5, 30, 120, 600, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
  expect(calls.map((call) => call.attempts)).toEqual(calls.map((_, index) => index));
  expect(await store.deadJobs(10)).toMatchObject([{ id: "a", attempts: 12, lastError: "Error: connect ECONNREFUSED" }]);
  expect(lines.at(-1)).toEqual({
    fields: { job: "a", kind: "deliver", failures: 12, error: "Error" },
    message: "a job became a dead letter",
  });
  expect(JSON.stringify(lines)).not.toContain("secret");
  expect(JSON.stringify(lines)).not.toContain("ECONNREFUSED");
});

test("Retry-After is obeyed and a permanent error ends it", async () => {
  const { calls, handler } = scripted(
    () => clock.now(),
    new AdapterError("rate-limited", "429", { retryAfterMs: 90_000 }),
    new AdapterError("refused", "410", { permanent: true }),
  );
  const { runner, add, clock, store } = await setUp(handler);
  runner.start();
  await add({ id: "a" });
  await clock.advance(86_400_000);
  expect(calls.map((call) => call.at)).toEqual([0, 90_000]);
  expect(await store.deadJobs(10)).toMatchObject([{ id: "a", lastError: "refused: 410" }]);
});

test("the key of a failing job waits for it, others go on", async () => {
  const { calls, handler } = scripted(() => clock.now(), new Error("down"));
  const { runner, add, clock } = await setUp(handler);
  runner.start();
  await add({ id: "k1", key: "k" }, { id: "k2", key: "k" }, { id: "m1", key: "m" });
  expect(calls.map((call) => call.id)).toEqual(["k1", "m1"]);
  await clock.advance(4_999);
  expect(calls).toHaveLength(2);
  await clock.advance(1);
  expect(calls.map((call) => call.id)).toEqual(["k1", "m1", "k1", "k2"]);
});

test("a dead letter lets its key go on, and a replay delivers it under the same id", async () => {
  const { calls, handler } = scripted(() => clock.now(), new AdapterError("refused", "410"));
  const { runner, add, clock, store } = await setUp(handler);
  runner.start();
  await add({ id: "k1", key: "k" }, { id: "k2", key: "k" });
  expect(calls.map((call) => call.id)).toEqual(["k1", "k2"]);
  await store.replayJob("k1", clock.now());
  runner.wake();
  await clock.advance(0);
  expect(calls.map((call) => call.id)).toEqual(["k1", "k2", "k1"]);
  expect(await store.deadJobs(10)).toEqual([]);
});

test("never more in flight than allowed, nor two of a key", async () => {
  const { handler, begun, release } = held();
  const { runner, add, clock } = await setUp(handler, { concurrency: 2 });
  runner.start();
  await add({ id: "k1", key: "k" }, { id: "k2", key: "k" }, { id: "a" }, { id: "b" });
  expect(begun).toEqual(["k1", "a"]);
  release("a");
  await clock.advance(0);
  expect(begun).toEqual(["k1", "a", "b"]);
  release("k1");
  await clock.advance(0);
  expect(begun).toEqual(["k1", "a", "b", "k2"]);
  expect(runner.running()).toBe(2);
});

test("a handler is told before its lease ends, and one that hangs on is not started twice", async () => {
  const { handler, begun, signals, release } = held();
  const { runner, add, clock } = await setUp(handler, { leaseMs: 10_000 });
  runner.start();
  await add({ id: "k1", key: "k" }, { id: "k2", key: "k" });
  await clock.advance(8_999);
  expect(signals.get("k1")?.aborted).toBe(false);
  await clock.advance(1);
  expect(signals.get("k1")?.aborted).toBe(true);
  await clock.advance(60_000);
  expect(begun).toEqual(["k1"]);
  release("k1");
  await clock.advance(60_000);
  expect(begun).toEqual(["k1", "k2"]);
});

test("a job nobody knows is a dead letter, not a loop", async () => {
  const { handler } = scripted(() => sampleAt);
  const { runner, add, store } = await setUp(handler);
  runner.start();
  await add({ id: "a", kind: "toString" });
  expect(await store.deadJobs(10)).toMatchObject([{ id: "a", lastError: "Error: no handler for jobs of kind toString" }]);
});

test("stop waits for what runs and takes nothing more", async () => {
  const { handler, begun, release } = held();
  const { runner, add, clock, store } = await setUp(handler, { concurrency: 1 });
  runner.start();
  await add({ id: "a" }, { id: "b" });
  let stopped = false;
  const stop = runner.stop(5_000).then(() => (stopped = true));
  await clock.advance(4_999);
  expect(stopped).toBe(false);
  release("a");
  await stop;
  await clock.advance(60_000);
  expect(begun).toEqual(["a"]);
  expect((await store.claimJobs(clock.now(), 10, 1)).map((job) => job.id)).toEqual(["b"]);
});

test("stop in the middle of a claim begins nothing", async () => {
  const { handler, begun } = held();
  const { runner, add, clock } = await setUp(handler);
  await add({ id: "a" });
  runner.start();
  await runner.stop(5_000);
  await clock.advance(60_000);
  expect(begun).toEqual([]);
});

test("after the deadline of stop a job is told, keeps its attempts and stays in the store", async () => {
  const handler: JobHandler = (_job, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("aborted")));
    });
  const { runner, add, clock, store } = await setUp(handler);
  runner.start();
  await add({ id: "a" });
  const stop = runner.stop(5_000);
  await clock.advance(5_000);
  await stop;
  await clock.advance(0);
  expect(runner.running()).toBe(0);
  await store.releaseLeases();
  expect(await store.claimJobs(clock.now(), 10, 1)).toMatchObject([{ id: "a", attempts: 0 }]);
});

test("a store that fails is asked again a second later", async () => {
  const { calls, handler } = scripted(() => clock.now());
  const clock = createFakeClock(sampleAt);
  const store = createMemoryStore();
  const conversationId = await storedConversation(store);
  await store.append({ conversationId, entries: [], at: clock.now(), jobs: [{ id: "a", kind: "deliver", payload: null }] });
  let failures = 1;
  const messages: string[] = [];
  const log = (_fields: object, message: string) => void messages.push(message);
  const runner = createJobRunner({
    store: { ...store, claimJobs: async (...args) => (failures-- > 0 ? Promise.reject(new Error("disk full")) : store.claimJobs(...args)) },
    clock,
    handlers: { deliver: handler },
    schedule: webhookSchedule,
    logger: { info: log, warn: log, error: log },
  });
  runner.start();
  await clock.advance(999);
  expect([calls.length, messages]).toEqual([0, ["jobs could not be claimed"]]);
  await clock.advance(1);
  expect(calls.map((call) => call.id)).toEqual(["a"]);
});

test("a job claimed in the moment the one before it was settled is run at once, not when its lease ends", async () => {
  const clock = createFakeClock(sampleAt);
  const memory = createMemoryStore();
  const conversationId = await storedConversation(memory);
  const jobs = ["k1", "k2"].map((id) => ({ id, key: "k", kind: "deliver", payload: null }));
  await memory.append({ conversationId, entries: [], at: clock.now(), jobs });
  const begun: string[] = [];
  const log = (): void => undefined;
  const runner = createJobRunner({
    store: {
      ...memory,
      // Settled in the store, and somebody asks for more before the runner hears of it.
      async finishJob(id) {
        await memory.finishJob(id);
        runner.wake();
        await new Promise<void>((heard) => clock.after(5, heard));
      },
    },
    clock,
    handlers: { deliver: async (job) => void begun.push(job.id) },
    schedule: webhookSchedule,
    logger: { info: log, warn: log, error: log },
  });
  runner.start();
  await clock.advance(20);
  expect(begun).toEqual(["k1", "k2"]);
});
