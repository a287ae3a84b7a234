/** What every store must do with jobs: order per key, leases, dead letters, replay. Run as part of `storeContract`. */
import assert from "node:assert/strict";
import type { JobDraft, Store } from "../store/store.ts";
import { sampleAt as at, storedConversation, type OpenedStore } from "./store-samples.ts";

const LEASE_MS = 1_000;

async function addJobs(store: Store, jobs: (Partial<JobDraft> & { id: string })[]): Promise<void> {
  const conversationId = await storedConversation(store);
  await store.append({ conversationId, entries: [], at, jobs: jobs.map((job) => ({ kind: "desk", payload: null, ...job })) });
}
async function claim(store: Store, nowMs = at, limit = 100): Promise<string[]> {
  return (await store.claimJobs(nowMs, limit, LEASE_MS)).map((job) => job.id);
}

export const jobCases: Record<string, (opened: OpenedStore) => Promise<void>> = {
  "a job comes back as it was written": async ({ store }) => {
    await addJobs(store, [{ id: "a", kind: "timer", key: "k", payload: { text: "äß", list: [1] } }]);
    assert.deepEqual(await store.claimJobs(at, 1, LEASE_MS), [
      { id: "a", kind: "timer", key: "k", payload: { text: "äß", list: [1] }, dueAt: at, attempts: 0, createdAt: at },
    ]);
  },

  "due first, then in order of creation, at most the limit": async ({ store }) => {
    await addJobs(store, [
      { id: "late", dueAt: at + 10 },
      { id: "b", dueAt: at - 5 },
      { id: "c", dueAt: at - 5 },
      { id: "a", dueAt: at - 9 },
    ]);
    assert.deepEqual(await claim(store, at, 2), ["a", "b"]);
    assert.deepEqual(await claim(store, at), ["c"]);
    assert.deepEqual(await claim(store, at + 9), []);
    assert.deepEqual(await claim(store, at + 10), ["late"]);
  },

  "a second job of one id is not added": async ({ store }) => {
    await addJobs(store, [
      { id: "a", payload: 1 },
      { id: "a", payload: 2 },
    ]);
    await addJobs(store, [{ id: "a", payload: 3 }]);
    assert.deepEqual(
      (await store.claimJobs(at, 10, LEASE_MS)).map((job) => job.payload),
      [1],
    );
  },

  "one of a key at a time, in order of creation": async ({ store }) => {
    await addJobs(store, [
      { id: "k1", key: "k" },
      { id: "k2", key: "k" },
      { id: "m1", key: "m" },
      { id: "k3", key: "k" },
      { id: "free1" },
      { id: "free2" },
    ]);
    assert.deepEqual(await claim(store), ["k1", "m1", "free1", "free2"]);
    assert.deepEqual(await claim(store), []);
    await store.finishJob("k1");
    assert.deepEqual(await claim(store), ["k2"]);
    await store.finishJob("k2");
    await addJobs(store, [{ id: "k4", key: "k" }]);
    assert.deepEqual(await claim(store), ["k3"]);
    await store.finishJob("k3");
    assert.deepEqual(await claim(store), ["k4"]);
    await store.finishJob("k4");
    await addJobs(store, [{ id: "k5", key: "k" }]);
    assert.deepEqual(await claim(store), ["k5"]);
  },

  "a key waits while its head waits for a retry": async ({ store }) => {
    await addJobs(store, [
      { id: "k1", key: "k" },
      { id: "k2", key: "k" },
    ]);
    await claim(store);
    await store.failJob("k1", "refused: 503", at + 50);
    assert.deepEqual(await claim(store, at + 49), []);
    const [head] = await store.claimJobs(at + 50, 10, LEASE_MS);
    assert.deepEqual(
      { id: head?.id, attempts: head?.attempts, dueAt: head?.dueAt, lastError: head?.lastError },
      { id: "k1", attempts: 1, dueAt: at + 50, lastError: "refused: 503" },
    );
  },

  "a lease holds, lapses and can be released": async ({ store, reopen }) => {
    await addJobs(store, [
      { id: "k1", key: "k" },
      { id: "k2", key: "k" },
    ]);
    assert.deepEqual(await claim(store), ["k1"]);
    assert.deepEqual(await claim(store, at + LEASE_MS - 1), []);
    assert.deepEqual(await claim(store, at + LEASE_MS), ["k1"]);
    const again = reopen === undefined ? store : await reopen();
    assert.deepEqual(await claim(again, at + LEASE_MS), []);
    await again.releaseLeases();
    assert.deepEqual(await claim(again, at + LEASE_MS), ["k1"]);
  },

  "the next time is that of the first job that could be taken": async ({ store }) => {
    assert.equal(await store.nextJobAt(), undefined);
    await addJobs(store, [
      { id: "k1", key: "k", dueAt: at + 100 },
      { id: "k2", key: "k", dueAt: at - 100 },
      { id: "free", dueAt: at + 200 },
    ]);
    assert.equal(await store.nextJobAt(), at + 100, "a job behind another of its key does not count");
    await claim(store, at + 100);
    assert.equal(await store.nextJobAt(), at + 200, "a lease that ends later does not hide what is due before");
    await claim(store, at + 200);
    assert.equal(await store.nextJobAt(), at + 100 + LEASE_MS, "a lease counts with its end");
    await store.finishJob("free");
    await store.finishJob("k1");
    assert.equal(await store.nextJobAt(), at - 100);
    await store.finishJob("k2");
    assert.equal(await store.nextJobAt(), undefined);
  },

  "a dead job leaves the way free and lies in the dead letters": async ({ store }) => {
    await addJobs(store, [
      { id: "k1", key: "k" },
      { id: "k2", key: "k" },
    ]);
    await claim(store);
    await store.failJob("k1", "refused: 410", undefined);
    assert.deepEqual(
      (await store.deadJobs(10)).map((job) => [job.id, job.attempts, job.lastError]),
      [["k1", 1, "refused: 410"]],
    );
    assert.deepEqual(await claim(store), ["k2"]);
    await store.finishJob("k1");
    assert.equal((await store.deadJobs(10)).length, 1, "finishing does not remove a dead letter");
    const [dead] = await store.deadJobs(10);
    const createdAt = dead?.createdAt ?? 0;
    const ids = async (where: Parameters<typeof store.deadJobs>[1]): Promise<(string | undefined)[]> =>
      (await store.deadJobs(10, where)).map((job) => job.id);
    assert.deepEqual(await ids({ key: dead?.key }), [dead?.id], "by key");
    assert.deepEqual(await ids({ key: "another" }), [], "another key has none");
    assert.deepEqual(await ids({ since: createdAt, until: createdAt + 1 }), [dead?.id], "by time");
    assert.deepEqual([...(await ids({ since: createdAt + 1 })), ...(await ids({ until: createdAt }))], [], "outside its time");
    await addJobs(store, [
      { id: "desk", key: "k desk" },
      { id: "receiver", key: "k/receiver" },
      { id: "longer", key: "kk" },
    ]);
    for (const id of ["desk", "receiver", "longer"]) await store.failJob(id, "refused: 410", undefined);
    assert.deepEqual(await ids({ key: "k" }), ["k1", "desk", "receiver"], "by key, with its own");
  },

  "a replayed job runs again, first of its key": async ({ store }) => {
    await addJobs(store, [
      { id: "k1", key: "k" },
      { id: "k2", key: "k" },
      { id: "k3", key: "k" },
    ]);
    await claim(store);
    await store.failJob("k1", "refused: 410", undefined);
    assert.equal(await store.replayJob("nothing", at), false);
    assert.equal(await store.replayJob("k2", at), false, "only a dead job can be replayed");
    assert.equal(await store.replayJob("k1", at + 5), true);
    assert.equal(await store.replayJob("k1", at + 5), false);
    assert.deepEqual(await store.deadJobs(10), []);
    const [job] = await store.claimJobs(at + 5, 10, LEASE_MS);
    assert.deepEqual({ id: job?.id, attempts: job?.attempts, dueAt: job?.dueAt }, { id: "k1", attempts: 0, dueAt: at + 5 });
    await store.finishJob("k1");
    assert.deepEqual(await claim(store, at + 5), ["k2"]);
  },

  "a replayed job waits for the one of its key that runs": async ({ store }) => {
    await addJobs(store, [
      { id: "k1", key: "k" },
      { id: "k2", key: "k" },
      { id: "k3", key: "k" },
    ]);
    await claim(store);
    await store.failJob("k1", "refused: 410", undefined);
    assert.deepEqual(await claim(store), ["k2"]);
    await store.replayJob("k1", at);
    assert.deepEqual(await claim(store), []);
    await store.finishJob("k2");
    assert.deepEqual(await claim(store), ["k1"]);
    await store.finishJob("k1");
    assert.deepEqual(await claim(store), ["k3"]);
  },

  "a cancelled job is gone, and the next of its key takes its place": async ({ store }) => {
    await addJobs(store, [{ id: "k1", key: "k" }, { id: "k2", key: "k" }, { id: "timer" }]);
    const conversationId = await storedConversation(store);
    await store.append({ conversationId, entries: [], at, cancelJobs: ["k1", "timer", "never-there"] });
    assert.deepEqual(await claim(store), ["k2"]);
  },

  "a timer can be set again under its old id": async ({ store }) => {
    await addJobs(store, [{ id: "timer", dueAt: at }]);
    const conversationId = await storedConversation(store);
    await store.append({
      conversationId,
      entries: [],
      at,
      cancelJobs: ["timer"],
      jobs: [{ id: "timer", kind: "timer", payload: null, dueAt: at + 60 }],
    });
    assert.equal(await store.nextJobAt(), at + 60);
  },

  "jobs that are moved keep their order in another key, and the way is free in their own": async ({ store }) => {
    const conversationId = await storedConversation(store);
    await addJobs(store, [
      { id: "dead", key: "k" },
      { id: "k1", key: "k" },
      { id: "m1", key: "m" },
      { id: "k2", key: "k" },
      { id: "gone", key: "k" },
      { id: "m2", key: "m" },
    ]);
    assert.deepEqual(await claim(store), ["dead", "m1"]);
    await store.failJob("dead", "refused: 410", undefined);
    assert.deepEqual(await claim(store), ["k1"]);
    await store.failJob("k1", "refused: 503", at + 50);
    await store.failJob("m1", "refused: 503", at + 70);
    await store.append({
      conversationId,
      entries: [],
      at,
      cancelJobs: ["gone"],
      moveJobs: { from: "k", to: "m" },
      jobs: ["k", "m"].map((key) => ({ id: `${key}3`, key, kind: "desk", payload: null })),
    });
    await addJobs(store, [{ id: "k4", key: "k" }]);
    assert.deepEqual(await claim(store), ["k4"]);
    await store.finishJob("k4");
    const order: { id: string; key: string | undefined; attempts: number }[] = [];
    for (let [job] = await store.claimJobs(at + 70, 9, LEASE_MS); job !== undefined; [job] = await store.claimJobs(at + 70, 9, LEASE_MS)) {
      order.push({ id: job.id, key: job.key, attempts: job.attempts });
      await store.finishJob(job.id);
    }
    assert.deepEqual(
      order.map(({ id }) => id),
      ["k1", "m1", "k2", "m2", "k3", "m3"],
    );
    assert.deepEqual(order[0], { id: "k1", key: "m", attempts: 1 });
    assert.deepEqual(
      (await store.deadJobs(9, { key: "k" })).map(({ id }) => id),
      ["dead"],
      "a dead letter stays where it was",
    );
    await store.append({ conversationId, entries: [], at, moveJobs: { from: "nothing", to: "k" } });
  },

  "what is moved before the new jobs leaves these, and a cancelled id may be among them": async ({ store }) => {
    const conversationId = await storedConversation(store);
    await addJobs(store, [
      { id: "k1", key: "k" },
      { id: "k2", key: "k" },
    ]);
    const jobs = ["k2", "k3"].map((id) => ({ id, key: "k", kind: "desk", payload: null }));
    await store.append({ conversationId, entries: [], at, jobs, cancelJobs: ["k2"], moveJobs: { from: "k", to: "m", earlier: true } });
    const claimed = await store.claimJobs(at, 9, LEASE_MS);
    assert.deepEqual(claimed.map(({ id, key }) => `${id} ${key ?? ""}`).sort(), ["k1 m", "k2 k"]);
    await store.finishJob("k2");
    assert.deepEqual(await claim(store), ["k3"]);
  },

  "a job that is moved while it is worked on goes on, and the others of its new key wait for it": async ({ store }) => {
    const conversationId = await storedConversation(store);
    await addJobs(store, [
      { id: "m1", key: "m", dueAt: at + 10 },
      { id: "k1", key: "k" },
      { id: "k2", key: "k" },
    ]);
    assert.deepEqual(await claim(store), ["k1"]);
    await store.append({ conversationId, entries: [], at, moveJobs: { from: "k", to: "m" } });
    await addJobs(store, [{ id: "k3", key: "k" }]);
    assert.deepEqual(await claim(store, at + 10), ["k3"]);
    await store.finishJob("k1");
    assert.deepEqual(await claim(store, at + 10), ["m1"]);
    await store.finishJob("m1");
    assert.deepEqual(await claim(store, at + 10), ["k2"]);
  },

  "a thousand keys drain in order, each one at a time": async ({ store }) => {
    const keys = Array.from({ length: 100 }, (_, index) => `key${index}`);
    await addJobs(
      store,
      Array.from({ length: 1_000 }, (_, index) => ({ id: `${index}`, key: keys[index % keys.length]! })),
    );
    const seen = new Map<string, number[]>();
    for (let claimed = await store.claimJobs(at, 16, LEASE_MS); claimed.length > 0; claimed = await store.claimJobs(at, 16, LEASE_MS)) {
      assert.equal(new Set(claimed.map((job) => job.key)).size, claimed.length);
      for (const job of claimed) seen.set(job.key!, [...(seen.get(job.key!) ?? []), Number(job.id)]);
      await Promise.all(claimed.map((job) => store.finishJob(job.id)));
    }
    for (const key of keys)
      assert.deepEqual(
        seen.get(key),
        [...(seen.get(key) ?? [])].sort((left, right) => left - right),
      );
    assert.equal([...seen.values()].flat().length, 1_000);
  },
};
