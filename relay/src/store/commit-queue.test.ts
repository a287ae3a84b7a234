import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { createCommitQueue } from "./commit-queue.ts";
import type { Operation } from "./operations.ts";
import { StoreError } from "./store.ts";

const write = (value: string) => ({ type: "probe", value }) as const;

function setUp(maxBatchRows: number, maxQueued: number) {
  const batches: string[][] = [];
  const queue = createCommitQueue({
    send: (operations: Operation[]) => batches.push(operations.map((one) => ("value" in one ? one.value : one.type))),
    maxBatchRows,
    maxQueued,
  });
  const settle = (commits = 1) => queue.settle({ settled: batches.at(-1)!.map(() => ({ ok: true, value: null })), commits });
  return { queue, batches, settle };
}

test("what one turn of the loop brings is one batch, and the next waits for its return", async () => {
  const { queue, batches, settle } = setUp(10, 100);
  const first = Promise.all([queue.submit(write("a")), queue.submit(write("b"))]);
  await turn();
  const second = queue.submit(write("c"));
  await turn();
  expect(batches).toEqual([["a", "b"]]);
  expect(queue.queued()).toBe(3);
  settle();
  await first;
  await turn();
  expect(batches).toEqual([["a", "b"], ["c"]]);
  settle();
  await second;
  expect([queue.queued(), queue.commits()]).toEqual([0, 2]);
});

test("a batch is bounded in rows, and order is kept", async () => {
  const { queue, batches, settle } = setUp(2, 100);
  const all = Promise.all(["a", "b", "c", "d", "e"].map((value) => queue.submit(write(value))));
  for (let batch = 0; batch < 3; batch += 1) {
    await turn();
    settle();
  }
  await all;
  expect(batches).toEqual([["a", "b"], ["c", "d"], ["e"]]);
});

test("too long a queue refuses at once and keeps what it has", async () => {
  const { queue, batches, settle } = setUp(10, 2);
  const kept = Promise.all([queue.submit(write("a")), queue.submit(write("b"))]);
  await expect(queue.submit(write("c"))).rejects.toThrow(StoreError);
  await turn();
  settle();
  await kept;
  expect(batches).toEqual([["a", "b"]]);
});

test("only the operation that failed is rejected", async () => {
  const { queue } = setUp(10, 100);
  const [good, bad] = [queue.submit(write("a")), queue.submit(write("b"))];
  await turn();
  queue.settle({
    settled: [
      { ok: true, value: null },
      { ok: false, failure: { message: "constraint failed", code: "SQLITE_CONSTRAINT" } },
    ],
    commits: 1,
  });
  await expect(good).resolves.toBeNull();
  await expect(bad).rejects.toMatchObject({ name: "StoreError", cause: { code: "SQLITE_CONSTRAINT" } });
});

test("a dead engine rejects what is out, what waits and what comes", async () => {
  const { queue } = setUp(1, 100);
  const pending = [queue.submit(write("a")), queue.submit(write("b"))];
  await turn();
  queue.fail(new StoreError("gone"));
  for (const one of [...pending, queue.submit(write("c"))]) await expect(one).rejects.toThrow("gone");
});
