/** What every store must do when a conversation is erased: nothing of it is left, nothing of others is gone, and nothing can be written to it again. */
import assert from "node:assert/strict";
import { newId } from "@allhours/protocol";
import { StoreError, type JobDraft, type Store, type StoreRecord } from "../store/store.ts";
import { sampleAppend, sampleAt as at, sampleConversation, sampleEntry, sampleSession, type OpenedStore } from "./store-samples.ts";

const LEASE_MS = 30_000;
const KINDS = ["contact", "question", "promise", "consultation", "webhook-delivery", "desk-memory"];

type Full = { id: string; caseId: string; token: string; entryId: string; jobs: string[]; records: StoreRecord[] };

/** A conversation with something in every table. */
async function full(store: Store, name: string): Promise<Full> {
  const conversation = sampleConversation();
  const { id } = conversation;
  const [caseId, entryId] = [newId(), newId()];
  const session = sampleSession(conversation);
  const record = (kind: string, recordId: string, body: unknown): StoreRecord => ({ kind, regionId: "eu", id: recordId, at, body });
  const records = [
    record("contact", id, { address: `${name}@example.com` }),
    record("question", entryId, { conversationId: id, text: name }),
    record("promise", caseId, { conversationId: id, kept: true }),
    record("consultation", `exp-${name}`, { conversationId: id, question: name }),
    record("webhook-delivery", `whk_${name}`, { conversationId: id, job: { conversationId: id } }),
    // As adapters remember where a case lies on their side.
    record("desk-memory", `slack:place:${name}`, JSON.stringify({ caseId, conversationId: id })),
    record("desk-memory", `slack:case:${caseId}`, `C1/${name}`),
  ];
  const payload = { conversationId: id };
  const jobs: JobDraft[] = [
    { kind: "handoff", id: `own-${name}`, key: id, payload },
    { kind: "handoff", id: `behind-${name}`, key: id, payload },
    { kind: "webhook", id: `receiver-${name}`, key: `${id}/shop`, payload: 1 },
    { kind: "handoff", id: `aside-${name}`, key: `${id} paris`, payload: 1 },
    { kind: "promise", id: `timer-${name}`, dueAt: at + 5_000, payload },
    { kind: "handoff", id: `dead-${name}`, payload },
  ];
  await store.createConversation(conversation, session, {
    conversationId: id,
    entries: [
      sampleEntry(entryId, name),
      { id: newId(), event: { type: "mode-changed", mode: "queued", reason: "visitor-asked", caseId } },
    ],
    at,
    openTurn: entryId,
  });
  await store.append({ conversationId: id, entries: [], at, jobs, records, inbound: { source: "desk", externalId: name } });
  return { id, caseId, token: session.tokenHash, entryId, jobs: jobs.map((job) => job.id), records };
}

async function recordsLeft(store: Store): Promise<string[]> {
  const lists = await Promise.all(KINDS.map(async (kind) => store.records(kind, "eu", 0, 100)));
  return lists
    .flat()
    .map((record) => record.id)
    .sort();
}

export const eraseCases: Record<string, (opened: OpenedStore) => Promise<void>> = {
  "of an erased conversation nothing is left, and another is untouched": async ({ store, reopen }) => {
    const [gone, kept] = [await full(store, "gone"), await full(store, "kept")];
    // What another says about it is another's.
    await store.append(sampleAppend(kept.id, { entries: [sampleEntry(newId(), gone.id)] }));
    await store.putRecords([{ kind: "question", regionId: "eu", id: "quoted", at, body: { conversationId: kept.id, text: gone.id } }]);
    await store.append({ conversationId: kept.id, entries: [], at, jobs: [{ kind: "alert", id: "quotes", payload: { text: gone.id } }] });
    for (const name of ["gone", "kept"]) await store.failJob(`dead-${name}`, "refused", undefined);

    assert.equal(await store.eraseConversation(gone.id), true);
    const check = async (now: Store): Promise<void> => {
      assert.equal(await now.conversation(gone.id), undefined);
      assert.equal(await now.findSession(gone.token), undefined);
      assert.equal(await now.placeOf(gone.id, gone.entryId), undefined);
      assert.deepEqual(await now.entriesAfter(gone.id, 0, 10), []);
      assert.deepEqual(await now.openTurnsOf(gone.id), []);
      assert.equal(await now.knowsInbound("desk", "gone"), false);
      assert.deepEqual(
        (await now.deadJobs(10)).map(({ id }) => id),
        ["dead-kept"],
      );
      assert.deepEqual(await recordsLeft(now), [...kept.records.map(({ id }) => id), "quoted"].sort());

      assert.equal((await now.conversation(kept.id))?.headSeq, 3);
      assert.equal((await now.findSession(kept.token))?.conversationId, kept.id);
      assert.deepEqual(
        (await now.openTurns(10)).map(({ conversationId }) => conversationId),
        [kept.id],
      );
      assert.equal(await now.knowsInbound("desk", "kept"), true);
    };
    await check(store);
    const after = reopen === undefined ? store : await reopen();
    await check(after);
    const claimed = await after.claimJobs(at + 10_000, 100, LEASE_MS);
    assert.deepEqual(claimed.map(({ id }) => id).sort(), ["aside-kept", "own-kept", "quotes", "receiver-kept", "timer-kept"]);
  },

  "an unknown conversation is not erased, nor one twice": async ({ store }) => {
    const { id } = await full(store, "once");
    assert.equal(await store.eraseConversation(newId()), false);
    assert.equal((await store.conversation(id))?.headSeq, 2);
    assert.equal(await store.eraseConversation(id), true);
    assert.equal(await store.eraseConversation(id), false);
  },

  "a job in flight when its conversation is erased can be finished, or fail, and leaves nothing": async ({ store }) => {
    const { id } = await full(store, "flying");
    const claimed = await store.claimJobs(at, 100, LEASE_MS);
    assert.deepEqual(claimed.map((job) => job.id).sort(), ["aside-flying", "dead-flying", "own-flying", "receiver-flying"]);
    await store.eraseConversation(id);
    await store.finishJob("own-flying");
    await store.failJob("receiver-flying", "down", at + 1_000);
    await store.failJob("aside-flying", "refused", undefined);
    assert.equal(await store.nextJobAt(), undefined);
    assert.deepEqual(await store.deadJobs(10), []);
    assert.equal(await store.replayJob("aside-flying", at), false);
  },

  "an append to an erased conversation is refused whatever it brings, as for an unknown one": async ({ store }) => {
    const { id, entryId } = await full(store, "late");
    await store.eraseConversation(id);
    const record: StoreRecord = { kind: "question", regionId: "eu", id: "late", at, body: {} };
    const late: Parameters<Store["append"]>[0][] = [
      sampleAppend(id),
      { conversationId: id, entries: [], at },
      { conversationId: id, entries: [], at, closeTurn: entryId },
      { conversationId: id, entries: [], at, jobs: [{ kind: "handoff", id: "late", payload: 1 }] },
      { conversationId: id, entries: [], at, records: [record] },
      { conversationId: id, entries: [], at, patch: { readSeq: 1 } },
      { conversationId: id, entries: [], at, inbound: { source: "desk", externalId: "late" } },
    ];
    for (const request of late) await assert.rejects(store.append(request), StoreError);
    assert.deepEqual(await recordsLeft(store), []);
    assert.equal(await store.nextJobAt(), undefined);
    assert.equal(await store.knowsInbound("desk", "late"), false);
  },
};
