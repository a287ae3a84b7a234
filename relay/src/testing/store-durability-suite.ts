/**
 * What every store must keep through refusals, repeats, reopening and closing. Run as part of `storeContract`.
 */
import assert from "node:assert/strict";
import { newId } from "@allhours/protocol";
import { StoreError } from "../store/store.ts";
import {
  sampleAppend,
  sampleAt,
  sampleConversation,
  sampleEntry,
  sampleSession,
  storedConversation,
  type OpenedStore,
} from "./store-samples.ts";

export const durabilityCases: Record<string, (opened: OpenedStore) => Promise<void>> = {
  "an append to an unknown conversation is refused and harms nobody": async ({ store }) => {
    const conversationId = await storedConversation(store);
    const ids = Array.from({ length: 30 }, () => newId());
    const appends = ids.map((id, index) =>
      store.append(
        sampleAppend(index === 11 ? newId() : conversationId, {
          entries: [sampleEntry(id, `${index}`)],
          jobs: [{ kind: "desk", id: `j${index}`, payload: 0 }],
        }),
      ),
    );
    const settled = await Promise.allSettled(appends);
    for (const [index, one] of settled.entries()) {
      if (index === 11) assert.ok(one.status === "rejected" && one.reason instanceof StoreError, "the guilty one is rejected");
      else assert.equal(one.status, "fulfilled");
    }
    const seqs = (await store.entriesAfter(conversationId, 0, 100)).map((entry) => entry.seq);
    assert.deepEqual(
      seqs,
      Array.from({ length: 29 }, (_, index) => index + 1),
      "the others are all there, without a gap",
    );
    const jobs = await store.claimJobs(sampleAt, 100, 1_000);
    assert.ok(!jobs.some((job) => job.id === "j11"), "nothing of the refused append is there");
    assert.equal(jobs.length, 29);
  },

  "an inbound delivery is taken once": async ({ store }) => {
    const [left, right] = [await storedConversation(store), await storedConversation(store)];
    const inbound = { source: "desk", externalId: "m-1" };
    assert.equal(await store.knowsInbound("desk", "m-1"), false);
    assert.equal((await store.append(sampleAppend(left, { inbound }))).duplicate, false);
    assert.equal(await store.knowsInbound("desk", "m-1"), true);
    const again = await store.append(
      sampleAppend(right, { inbound, patch: { giveUps: 3 }, jobs: [{ kind: "desk", id: "j", payload: 0 }] }),
    );
    assert.deepEqual(again, { entries: [], duplicate: true });
    assert.equal((await store.conversation(right))?.headSeq, 0);
    assert.equal((await store.conversation(right))?.giveUps, 0);
    assert.equal(await store.nextJobAt(), undefined);
    assert.equal((await store.append(sampleAppend(left, { inbound: { source: "other", externalId: "m-1" } }))).duplicate, false);
  },

  "open turns are listed until closed, and survive a reopening": async ({ store, reopen }) => {
    const conversationId = await storedConversation(store);
    const [question, later, other] = [newId(), newId(), newId()];
    await store.append(sampleAppend(conversationId, { entries: [sampleEntry(question)], openTurn: question }));
    await store.append(sampleAppend(conversationId, { entries: [sampleEntry(later)], openTurn: later, at: sampleAt + 1 }));
    await store.append(sampleAppend(conversationId, { entries: [sampleEntry(other)] }));
    await store.append(sampleAppend(conversationId, { entries: [sampleEntry(newId(), "Here", "bot")], closeTurn: later }));
    // Known by now: the mark of a closed turn must not come back.
    await store.append(sampleAppend(conversationId, { entries: [sampleEntry(later)], openTurn: later }));
    const again = reopen === undefined ? store : await reopen();
    const open = [{ conversationId, entryId: question, seq: 1, at: sampleAt }];
    assert.deepEqual(await again.openTurns(10), open);
    assert.deepEqual(await again.openTurnsOf(conversationId), open);
    assert.deepEqual(await again.openTurnsOf(newId()), []);
    const reply = [sampleEntry(newId(), "Here", "bot")];
    await again.append(sampleAppend(conversationId, { entries: reply }));
    // A turn run again after a crash: its reply is known, and it must end all the same.
    await again.append(sampleAppend(conversationId, { entries: reply, closeTurn: question }));
    assert.deepEqual(await again.openTurns(10), []);
  },

  "what was written is there after a reopening, under the same epoch": async ({ store, reopen }) => {
    const conversation = sampleConversation();
    await store.createConversation(
      conversation,
      sampleSession(conversation),
      sampleAppend(conversation.id, { jobs: [{ kind: "desk", id: "j", payload: { a: [1, null] } }] }),
    );
    const epoch = store.epochOf(conversation.id);
    const again = reopen === undefined ? store : await reopen();
    assert.equal((await again.conversation(conversation.id))?.headSeq, 1);
    assert.equal(again.epochOf(conversation.id), epoch);
    assert.ok(await again.findSession(`hash-of-${conversation.id}`));
    assert.deepEqual((await again.claimJobs(sampleAt, 1, 1_000))[0]?.payload, { a: [1, null] });
    assert.equal((await again.append(sampleAppend(conversation.id))).entries[0]?.seq, 2);
  },

  "a read that follows a write sees it, without waiting for it": async ({ store }) => {
    const conversationId = await storedConversation(store);
    const [, entries] = await Promise.all([store.append(sampleAppend(conversationId)), store.entriesAfter(conversationId, 0, 10)]);
    assert.equal(entries.length, 1);
  },

  "close waits for what is queued, then refuses": async ({ store, reopen }) => {
    const conversationId = await storedConversation(store);
    const appends = Array.from({ length: 1_200 }, () => store.append(sampleAppend(conversationId)));
    let settled = 0;
    for (const append of appends) void append.then(() => (settled += 1));
    await store.close();
    await Promise.all(appends);
    assert.equal(settled, 1_200);
    await assert.rejects(store.append(sampleAppend(conversationId)), StoreError);
    assert.equal((await store.health()).ok, false);
    await store.close();
    if (reopen !== undefined) assert.equal((await (await reopen()).conversation(conversationId))?.headSeq, 1_200);
  },

  "health is good and counts": async ({ store }) => {
    const conversationId = await storedConversation(store);
    await store.append(sampleAppend(conversationId));
    const before = await store.health();
    await store.append(sampleAppend(conversationId));
    const after = await store.health();
    assert.deepEqual(
      { ok: after.ok, reason: after.reason, queued: after.queued, entries: after.entries },
      { ok: true, reason: undefined, queued: 0, entries: before.entries + 1 },
    );
    assert.ok(after.commits > before.commits);
  },
};
