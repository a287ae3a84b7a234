/** What every store must do with records: kept, replaced, listed by kind and region, and written with an append or not at all. */
import assert from "node:assert/strict";
import type { StoreRecord } from "../store/store.ts";
import { sampleAppend, sampleAt as at, storedConversation, type OpenedStore } from "./store-samples.ts";

const record = (id: string, over: Partial<StoreRecord> = {}): StoreRecord => ({
  kind: "question",
  regionId: "eu",
  id,
  at,
  body: { text: "äß", list: [1] },
  ...over,
});

export const recordCases: Record<string, (opened: OpenedStore) => Promise<void>> = {
  "a record comes back as it was written, and in its place the newer one": async ({ store }) => {
    await store.putRecords([record("a")]);
    assert.deepEqual(await store.record("question", "eu", "a"), record("a"));
    await store.putRecords([record("a", { at: at + 1, body: null })]);
    assert.deepEqual(await store.records("question", "eu", 0, 10), [record("a", { at: at + 1, body: null })]);
    assert.equal(await store.record("question", "eu", "b"), undefined);
  },

  "records of other kinds and regions are not seen": async ({ store }) => {
    await store.putRecords([record("a"), record("a", { regionId: "apac", body: 1 }), record("a", { kind: "gap", body: 2 })]);
    assert.deepEqual(await store.records("question", "eu", 0, 10), [record("a")]);
    assert.deepEqual((await store.record("question", "apac", "a"))?.body, 1);
    assert.equal(await store.removeRecords("question", "eu", at + 1), 1);
    assert.equal((await store.records("question", "apac", 0, 10)).length, 1);
    assert.equal((await store.records("gap", "eu", 0, 10)).length, 1);
  },

  "records are listed newest first, from a time on, at most the limit": async ({ store }) => {
    await store.putRecords(["a", "b", "c", "d"].map((id, index) => record(id, { at: at + index })));
    const ids = async (since: number, limit: number): Promise<string[]> =>
      (await store.records("question", "eu", since, limit)).map(({ id }) => id);
    assert.deepEqual(await ids(0, 10), ["d", "c", "b", "a"]);
    assert.deepEqual(await ids(at + 2, 10), ["d", "c"]);
    assert.deepEqual(await ids(0, 1), ["d"]);
    assert.equal(await store.removeRecords("question", "eu", at + 2), 2);
    assert.deepEqual(await ids(0, 10), ["d", "c"]);
  },

  "records are written with an append, and not when its first entry is known": async ({ store }) => {
    const conversationId = await storedConversation(store);
    const append = sampleAppend(conversationId, { records: [record("a")] });
    await store.append(append);
    await store.append({ ...append, records: [record("b")] });
    assert.deepEqual(
      (await store.records("question", "eu", 0, 10)).map(({ id }) => id),
      ["a"],
    );
  },

  "records outlive the process": async ({ store, reopen }) => {
    await store.putRecords([record("a")]);
    if (reopen === undefined) return;
    assert.deepEqual(await (await reopen()).record("question", "eu", "a"), record("a"));
  },
};
