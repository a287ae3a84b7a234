/** Erasing, with what may be under way at the same moment: a case, a desk that is down, a turn, a link, a desk's word in the queue. */
import { expect, it } from "vitest";
import { newId, PROTOCOL_VERSION, type Event } from "@allhours/protocol";
import type { Step } from "../pipeline/turn.ts";
import type { Session, Store } from "../store/store.ts";
import { bareConversation } from "../testing/bare-shop.ts";
import { ana, seen, setUp, START, team } from "../testing/case-room.ts";
import { createErase } from "./erase.ts";
import { createHello } from "./hello.ts";
import { hashToken } from "./session.ts";
import { createTickets } from "./tickets.ts";
import type { HubLink } from "./hub.ts";
import type { Room } from "./rooms.ts";
import { createTurns } from "./turns.ts";

function erasing(deskIds = ["paris"]) {
  const world = setUp(
    deskIds.map((id) => team(id, 0, 24)),
    deskIds,
  );
  return { ...world, erase: createErase({ ...world.shared, hub: world.hub }) };
}
const LATER = 1_000_000_000;

it("withdraws an offer and a case from the desk that has it, once, and leaves no job behind", async () => {
  const { ask, desk, erase, store, told } = erasing();
  const offered = await ask();
  const taken = await ask();
  expect(await desk("paris", taken, { type: "accept" })).toBe("ok");
  for (const room of [offered, taken]) expect(await erase(room.conversation.id)).toBe(true);
  expect(seen(told).slice(2)).toEqual(["paris: handoff.withdrawn erased", "paris: handoff.withdrawn erased"]);
  expect(await store.claimJobs(START + LATER, 100, 1_000)).toEqual([]);
  expect(await erase(offered.conversation.id)).toBe(false);
  expect(told).toHaveLength(4);
});

it("tells nobody where no case is open", async () => {
  const { ask, desk, erase, told } = erasing();
  const room = await ask();
  await desk("paris", room, { type: "accept" });
  await desk("paris", room, { type: "release", agent: ana });
  expect(await erase(room.conversation.id)).toBe(true);
  expect(told.map(({ type }) => type)).toEqual(["handoff.offered"]);
});

it("erases although the desk is down, and does not try again", async () => {
  const { ask, clock, down, erase, store, told } = erasing();
  const room = await ask();
  down.add("paris");
  expect(await erase(room.conversation.id)).toBe(true);
  down.clear();
  await clock.advance(LATER);
  expect(told).toHaveLength(1);
  expect(await store.conversation(room.conversation.id)).toBeUndefined();
  expect(await store.deadJobs(10)).toEqual([]);
});

it("is not undone by a turn that runs, nor by those behind it", async () => {
  const { ask, clock, desk, erase, rooms, shared, store } = erasing();
  const room = await ask();
  await desk("paris", room, { type: "accept" });
  await desk("paris", room, { type: "release", agent: ana });
  let answer = (): void => undefined;
  let runs = 0;
  const slow: Step = {
    name: "slow",
    run: async () => {
      runs += 1;
      await new Promise<void>((resolve) => (answer = resolve));
      return { next: false, outcome: { kind: "answered", parts: [{ type: "text", text: "late", format: "plain" }] } };
    },
  };
  const reports: string[] = [];
  const logged: string[] = [];
  const note = (_fields: object, message: string): void => void logged.push(message);
  const logger = { debug: note, info: note, warn: note, error: note };
  const turns = createTurns({ ...shared, logger, report: ({ outcome }) => reports.push(outcome), steps: [slow] });
  const { id: conversationId } = room.conversation;
  for (const text of ["one", "two"]) {
    const id = newId();
    const message = { id, author: { kind: "visitor" as const }, parts: [{ type: "text" as const, text }] };
    const entry = { id, event: { type: "message-added" as const, message } };
    const { entries } = await store.append({ conversationId, entries: [entry], at: START, openTurn: id });
    turns.start(room, { ...entry.event, conversationId, seq: entries[0]?.seq ?? 0, at: START });
  }
  await clock.advance(0);
  expect(await erase(conversationId)).toBe(true);
  answer();
  await clock.advance(0);
  await turns.drain(1_000);
  expect([turns.running, runs, reports]).toEqual([0, 1, []]);
  expect(logged).toEqual(["a turn ended with its conversation, which was erased"]);
  expect(await store.conversation(conversationId)).toBeUndefined();
  expect(await store.openTurns(10)).toEqual([]);
  expect(await turns.recover()).toBe(0);
  expect(await rooms.get(conversationId)).toBeUndefined();
});

it("closes its links, and no other's", async () => {
  const { ask, erase, hub } = erasing();
  const [gone, kept] = [await ask(), await ask()];
  const closed: string[] = [];
  const link = (name: string): HubLink => ({
    send: (_event: Event) => undefined,
    close: (reason) => void closed.push(`${name}: ${reason}`),
  });
  hub.subscribe(gone.conversation.id, link("one"));
  hub.subscribe(gone.conversation.id, link("two"));
  hub.subscribe(kept.conversation.id, link("kept"));
  await erase(gone.conversation.id);
  expect(closed).toEqual(["one: erased", "two: erased"]);
});

it("refuses what a desk says as not found, in the queue behind it or afterwards", async () => {
  const { ask, desk, erase, store } = erasing();
  const room = await ask();
  const say = async (): Promise<string> => desk("paris", room, { type: "message" });
  const [erased, queued] = await Promise.all([erase(room.conversation.id), say()]);
  expect([erased, queued, await say()]).toEqual([true, "not-found", "not-found"]);
  expect(await store.conversation(room.conversation.id)).toBeUndefined();
});

it("answers a hello that is under way as one of a session that is unknown", async () => {
  const { contacts, erase, hub, shared, store } = erasing();
  const conversation = bareConversation(START);
  const session: Session = {
    tokenHash: hashToken("token"),
    visitorId: conversation.visitorId,
    conversationId: conversation.id,
    siteId: conversation.siteId,
    expiresAt: START + LATER,
  };
  await store.createConversation(conversation, session, undefined);
  let reads = (): void => undefined;
  let answer = (): void => undefined;
  const reading = new Promise<void>((resolve) => (reads = resolve));
  const slow: Store = {
    ...store,
    async entriesBefore(...asked) {
      reads();
      await new Promise<void>((resolve) => (answer = resolve));
      return store.entriesBefore(...asked);
    },
  };
  const turns = createTurns({ ...shared, report: () => undefined });
  const hello = createHello({
    ...shared,
    store: slow,
    hub,
    turns,
    contacts,
    tickets: createTickets({ ...shared, contacts }),
    failover: { left: () => undefined },
    wakeJobs: () => undefined,
  });
  const link: HubLink = { send: () => undefined, close: () => undefined };
  const asked = { type: "hello" as const, version: PROTOCOL_VERSION, site: conversation.siteId, token: "token" };
  const opening = hello.open(asked, {}, link);
  await reading;
  expect(hub.size).toBe(1);
  expect(await erase(conversation.id)).toBe(true);
  answer();
  expect(await opening).toMatchObject({ ok: false, error: { code: "session-unknown" } });
  expect(hub.size).toBe(0);
});

it("reaches who reads it into memory at the same moment", async () => {
  const { ask, erase, rooms, clock } = erasing();
  const { id } = (await ask()).conversation;
  await clock.advance(LATER);
  rooms.sweep();
  // Both read it, and the other holds what it got.
  const held: Promise<Room | undefined> = rooms.get(id);
  expect(await erase(id)).toBe(true);
  expect((await held)?.gone).toBe(true);
  expect(await rooms.get(id)).toBeUndefined();
});
