/**
 * What every store must do, as checks that need no test runner: give `storeContract` a way to open an empty store and run each
 * case. Owns the log: ids, order, pages, patches. What outlives a failure is in store-durability-suite.ts, jobs
 * are in store-jobs-suite.ts, records in store-records-suite.ts, erasing in store-erase-suite.ts.
 */
import assert from "node:assert/strict";
import { newId } from "@allhours/protocol";
import type { ContractCase } from "./contract.ts";
import { StoreError, type Store } from "../store/store.ts";
import { durabilityCases } from "./store-durability-suite.ts";
import { jobCases } from "./store-jobs-suite.ts";
import { caseCases } from "./store-cases-suite.ts";
import { eraseCases } from "./store-erase-suite.ts";
import { recordCases } from "./store-records-suite.ts";
import {
  sampleAppend,
  sampleAt,
  sampleConversation,
  sampleEntry,
  sampleSession,
  storedConversation,
  type OpenedStore,
} from "./store-samples.ts";

export type { OpenedStore } from "./store-samples.ts";

type Check = (opened: OpenedStore) => Promise<void>;

/** The cases for one store. Each opens a store of its own with `open` and disposes of it. */
export function storeContract(name: string, open: () => Promise<OpenedStore>): ContractCase[] {
  return Object.entries({ ...logCases, ...durabilityCases, ...jobCases, ...recordCases, ...caseCases, ...eraseCases }).map(
    ([title, check]) => ({
      name: `${name}: ${title}`,
      run: async () => {
        const opened = await open();
        try {
          await check(opened);
        } finally {
          await opened.dispose();
        }
      },
    }),
  );
}

async function textsAfter(store: Store, conversationId: string, after = 0): Promise<string[]> {
  const entries = await store.entriesAfter(conversationId, after, 100_000);
  return entries.map(({ event }) =>
    event.type === "message-added" && event.message.parts[0]?.type === "text" ? event.message.parts[0].text : event.type,
  );
}

const logCases: Record<string, Check> = {
  "an entry is found by its id, in its own conversation only": async ({ store }) => {
    const [one, other] = [await storedConversation(store), await storedConversation(store)];
    const id = newId();
    await store.append(sampleAppend(one, { entries: [sampleEntry(newId()), sampleEntry(id)] }));
    assert.deepEqual(await store.placeOf(one, id), { seq: 2, at: sampleAt });
    assert.equal(await store.placeOf(other, id), undefined);
    assert.equal(await store.placeOf(one, newId()), undefined);
  },
  "a conversation is created with its session and first entries": async ({ store }) => {
    const conversation = sampleConversation({ timezone: "Europe/Lisbon", agent: { id: "a1", name: "Ana" } });
    const session = sampleSession(conversation);
    const id = newId();
    const first = await store.createConversation(conversation, session, sampleAppend(conversation.id, { entries: [sampleEntry(id)] }));
    assert.deepEqual(first, { entries: [{ id, seq: 1, at: sampleAt, known: false }], duplicate: false });
    assert.deepEqual(await store.conversation(conversation.id), { ...conversation, headSeq: 1 });
    assert.deepEqual(await store.findSession(session.tokenHash), session);
    assert.equal(await store.findSession("another"), undefined);
    assert.equal(await store.conversation(newId()), undefined);
    await assert.rejects(store.createConversation(conversation, undefined, undefined), StoreError);
  },

  "a further session comes with an append, or not at all": async ({ store }) => {
    const conversation = sampleConversation();
    const first = sampleSession(conversation);
    await store.createConversation(conversation, first, undefined);
    const session = { ...first, tokenHash: `${first.tokenHash}-2` };
    const record = { kind: "k", regionId: conversation.regionId, id: "r", at: 1, body: { used: true } };
    await store.append({ conversationId: conversation.id, entries: [], at: 1, records: [record], session });
    assert.deepEqual(await store.findSession(session.tokenHash), session);
    assert.deepEqual(await store.findSession(first.tokenHash), first);
    assert.deepEqual(await store.record("k", conversation.regionId, "r"), record);
    const lost = { ...first, tokenHash: `${first.tokenHash}-3`, conversationId: "none" };
    await assert.rejects(store.append({ conversationId: "none", entries: [], at: 1, records: [{ ...record, id: "s" }], session: lost }));
    assert.equal(await store.findSession(lost.tokenHash), undefined);
    assert.equal(await store.record("k", conversation.regionId, "s"), undefined);
    await store.eraseConversation(conversation.id);
    assert.equal(await store.findSession(session.tokenHash), undefined);
  },
  "a session slides": async ({ store }) => {
    const conversation = sampleConversation();
    const session = sampleSession(conversation);
    await store.createConversation(conversation, session, undefined);
    await store.touchSession(session.tokenHash, session.expiresAt + 5);
    assert.equal((await store.findSession(session.tokenHash))?.expiresAt, session.expiresAt + 5);
  },

  "an entry comes back as the event with its place": async ({ store }) => {
    const conversationId = await storedConversation(store);
    const entry = sampleEntry(newId(), "包裹在哪里？ \u0000 \u{1f4e6}");
    await store.append(sampleAppend(conversationId, { entries: [entry], at: sampleAt + 7 }));
    assert.deepEqual(await store.entriesAfter(conversationId, 0, 10), [
      { seq: 1, at: sampleAt + 7, event: { ...entry.event, conversationId, seq: 1, at: sampleAt + 7 } },
    ]);
  },

  "a known id is not written again and keeps its place": async ({ store }) => {
    const conversationId = await storedConversation(store);
    const [first, second] = [newId(), newId()];
    await store.append(sampleAppend(conversationId, { entries: [sampleEntry(first, "one")] }));
    await store.append(sampleAppend(conversationId, { entries: [sampleEntry(second, "two")] }));
    const again = await store.append(
      sampleAppend(conversationId, { entries: [sampleEntry(first, "changed"), sampleEntry(newId(), "three")], at: sampleAt + 99 }),
    );
    assert.deepEqual(
      again.entries.map(({ seq, at, known }) => ({ seq, at, known })),
      [
        { seq: 1, at: sampleAt, known: true },
        { seq: 3, at: sampleAt + 99, known: false },
      ],
    );
    assert.deepEqual(await textsAfter(store, conversationId), ["one", "two", "three"]);
  },

  "the same id in one append, and at once from many, is written once": async ({ store }) => {
    const conversationId = await storedConversation(store);
    const id = newId();
    const twice = await store.append(sampleAppend(conversationId, { entries: [sampleEntry(id), sampleEntry(id)] }));
    assert.deepEqual(
      twice.entries.map((entry) => [entry.seq, entry.known]),
      [
        [1, false],
        [1, true],
      ],
    );
    const other = newId();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => store.append(sampleAppend(conversationId, { entries: [sampleEntry(other)] }))),
    );
    assert.equal(answers.filter((answer) => answer.entries[0]?.known === false).length, 1);
    assert.ok(answers.every((answer) => answer.entries[0]?.seq === 2));
    assert.equal((await store.conversation(conversationId))?.headSeq, 2);
  },

  "an id belongs to its conversation": async ({ store }) => {
    const [left, right] = [await storedConversation(store), await storedConversation(store)];
    const id = newId();
    await store.append(sampleAppend(left, { entries: [sampleEntry(id)] }));
    const there = await store.append(sampleAppend(right, { entries: [sampleEntry(id)] }));
    assert.deepEqual(there.entries[0], { id, seq: 1, at: sampleAt, known: false });
  },

  "thousands at once keep the order of each conversation, without a gap": async ({ store }) => {
    const conversations = await Promise.all(Array.from({ length: 20 }, () => storedConversation(store)));
    const appends = Array.from({ length: 4_000 }, (_, index) => {
      const conversationId = conversations[index % conversations.length]!;
      return store.append(
        sampleAppend(conversationId, { entries: [sampleEntry(newId(), `n${Math.floor(index / conversations.length)}`)] }),
      );
    });
    await Promise.all(appends);
    for (const conversationId of conversations) {
      assert.deepEqual(
        await textsAfter(store, conversationId),
        Array.from({ length: 200 }, (_, index) => `n${index}`),
      );
      assert.equal((await store.conversation(conversationId))?.headSeq, 200);
    }
  },

  "pages run forwards and backwards": async ({ store }) => {
    const conversationId = await storedConversation(store);
    await store.append(
      sampleAppend(conversationId, { entries: Array.from({ length: 7 }, (_, index) => sampleEntry(newId(), `${index + 1}`)) }),
    );
    const seqs = async (page: Promise<{ seq: number }[]>) => (await page).map((entry) => entry.seq);
    assert.deepEqual(await seqs(store.entriesAfter(conversationId, 0, 3)), [1, 2, 3]);
    assert.deepEqual(await seqs(store.entriesAfter(conversationId, 3, 3)), [4, 5, 6]);
    assert.deepEqual(await seqs(store.entriesAfter(conversationId, 6, 3)), [7]);
    assert.deepEqual(await seqs(store.entriesAfter(conversationId, 7, 3)), []);
    assert.deepEqual(await seqs(store.entriesBefore(conversationId, Number.MAX_SAFE_INTEGER, 3)), [5, 6, 7]);
    assert.deepEqual(await seqs(store.entriesBefore(conversationId, 5, 3)), [2, 3, 4]);
    assert.deepEqual(await seqs(store.entriesBefore(conversationId, 2, 3)), [1]);
    assert.deepEqual(await seqs(store.entriesBefore(conversationId, 1, 3)), []);
  },

  "a patch changes what it names, and empties what it names as undefined": async ({ store }) => {
    const conversation = sampleConversation({ country: "PT", caseId: "case-1", agent: { id: "a1", name: "Ana" } });
    await store.createConversation(conversation, undefined, undefined);
    await store.append({
      conversationId: conversation.id,
      entries: [],
      at: sampleAt,
      patch: { mode: "agent", readSeq: 4, agent: { id: "a2", name: "Bo" }, caseId: undefined },
    });
    const { caseId: _caseId, ...rest } = conversation;
    assert.deepEqual(await store.conversation(conversation.id), {
      ...rest,
      mode: "agent",
      readSeq: 4,
      agent: { id: "a2", name: "Bo" },
      headSeq: 0,
    });
  },

  "a repeated first entry leaves out patch and jobs, unless told otherwise": async ({ store }) => {
    const conversationId = await storedConversation(store);
    const entries = [sampleEntry(newId())];
    const at = sampleAt;
    await store.append({ conversationId, entries, at, jobs: [{ kind: "desk", id: "kept", payload: 1 }] });
    const repeat = {
      conversationId,
      entries,
      at,
      patch: { giveUps: 1 },
      jobs: [{ kind: "desk", id: "late", payload: 1 }],
      cancelJobs: ["kept"],
    };
    await store.append(repeat);
    assert.equal((await store.conversation(conversationId))?.giveUps, 0);
    assert.deepEqual(
      (await store.claimJobs(at, 10, 0)).map((job) => job.id),
      ["kept"],
    );
    await store.append({ ...repeat, skipIfKnown: false });
    assert.equal((await store.conversation(conversationId))?.giveUps, 1);
    assert.deepEqual(
      (await store.claimJobs(at, 10, 0)).map((job) => job.id),
      ["late"],
    );
  },
};
