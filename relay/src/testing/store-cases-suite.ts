/** What every store must do with open cases: count them by team, and queue them, whoever came first among equals first. */
import assert from "node:assert/strict";
import type { Conversation, Route, Store } from "../store/store.ts";
import { sampleConversation, type OpenedStore } from "./store-samples.ts";

async function stored(store: Store, over: Partial<Conversation>): Promise<string> {
  const conversation = sampleConversation(over);
  await store.createConversation(conversation, undefined, undefined);
  return conversation.id;
}
const route: Route = { tier: "team", offer: 2, jobId: "evt_1", leaseUntil: 5, passed: ["paris"], since: 4 };

export const caseCases: Record<string, (opened: OpenedStore) => Promise<void>> = {
  "where a case stands comes back as it was written, and goes when it is emptied": async ({ store }) => {
    const id = await stored(store, {});
    const patch = { mode: "queued" as const, teamId: "paris", caseAt: 7, caseRank: 2, route };
    await store.append({ conversationId: id, entries: [], at: 1, patch });
    const found = await store.conversation(id);
    assert.deepEqual(
      { mode: found?.mode, teamId: found?.teamId, caseAt: found?.caseAt, caseRank: found?.caseRank, route: found?.route },
      patch,
    );
    const none = { teamId: undefined, caseAt: undefined, caseRank: undefined, route: undefined };
    await store.append({ conversationId: id, entries: [], at: 1, patch: { mode: "bot", ...none } });
    const after = await store.conversation(id);
    assert.deepEqual([after?.teamId, after?.caseAt, after?.caseRank, after?.route], [undefined, undefined, undefined, undefined]);
  },

  "open cases are counted by team, of one region": async ({ store }) => {
    await stored(store, { regionId: "eu", mode: "queued", teamId: "paris" });
    await stored(store, { regionId: "eu", mode: "agent", teamId: "paris" });
    await stored(store, { regionId: "eu", mode: "agent", teamId: "manila" });
    await stored(store, { regionId: "eu", mode: "ended", teamId: "manila" });
    await stored(store, { regionId: "eu", mode: "queued" });
    await stored(store, { regionId: "apac", mode: "queued", teamId: "paris" });
    assert.deepEqual(Object.fromEntries(await store.teamLoads("eu")), { paris: 2, manila: 1 });
    assert.equal((await store.teamLoads("nowhere")).size, 0);
  },

  "waiting cases stand in order of rank, then of time, at most the limit": async ({ store }) => {
    const late = await stored(store, { regionId: "eu", mode: "queued", caseAt: 30 });
    const early = await stored(store, { regionId: "eu", mode: "queued", caseAt: 10, caseRank: 0, teamId: "paris" });
    const urgent = await stored(store, { regionId: "eu", mode: "queued", caseAt: 40, caseRank: 2 });
    await stored(store, { regionId: "eu", mode: "agent", caseAt: 1, caseRank: 2 });
    await stored(store, { regionId: "apac", mode: "queued", caseAt: 1 });
    // A rank that is absent is the lowest.
    assert.deepEqual(
      (await store.casesIn("eu", "queued", 10)).map(({ conversationId }) => conversationId),
      [urgent, early, late],
    );
    assert.deepEqual(await store.casesIn("eu", "queued", 2), [
      { conversationId: urgent, caseAt: 40 },
      { conversationId: early, caseAt: 10, teamId: "paris" },
    ]);
    assert.deepEqual(
      (await store.casesIn("eu", "agent", 2)).map(({ caseAt }) => caseAt),
      [1],
    );
  },
};
