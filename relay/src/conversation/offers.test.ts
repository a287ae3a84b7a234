import type { Agent } from "@allhours/protocol";
import { newId, textOf } from "@allhours/protocol";
import { describe, expect, it } from "vitest";
import { AdapterError } from "../adapters/errors.ts";
import type { DeskCommand, HandoffAdapter, HandoffEvent } from "../adapters/spec.ts";
import { createJobRunner } from "../jobs/runner.ts";
import { webhookSchedule } from "../jobs/schedule.ts";
import { createLogger } from "../observe/logger.ts";
import { createMetrics } from "../observe/metrics.ts";
import type { Priority } from "../pipeline/turn.ts";
import { createRota, type Team } from "../routing/rota.ts";
import { createMemoryStore } from "../store/memory.ts";
import type { Conversation } from "../store/store.ts";
import { bareConversation, bareShop } from "../testing/bare-shop.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { HANDOFF_JOB, OFFER_TIMEOUT_JOB, PROMISE_JOB } from "./case-jobs.ts";
import { modeChange, openCase } from "./cases.ts";
import { createDeskDoor } from "./desk.ts";
import { createDeskJobs } from "./desk-jobs.ts";
import { createHub } from "./hub.ts";
import { createOffers } from "./offers.ts";
import { createPromises, PROMISE } from "./promises.ts";
import { createPublisher } from "./publish.ts";
import { createSerialQueue } from "./queue.ts";
import { createRooms, type Room } from "./rooms.ts";

const START = Date.parse("2026-11-30T10:00:00Z"); // a Monday
const HOUR = 3_600_000;
const ana: Agent = { id: "ana", name: "Ana" };
const bo: Agent = { id: "bo", name: "Bo" };

function team(id: string, from: number, to: number, over: Partial<Team> = {}): Team {
  const hours = Array.from({ length: 7 }, () => [{ from: from * 60, to: to * 60 }]);
  const rest = { timezone: "UTC", languages: ["en"], translates: false, skills: [], capacity: 10, exceptions: [], feeds: [] };
  return { id, desk: id, hours, ...rest, ...over };
}

type Told = { desk: string; type: HandoffEvent["type"]; reason?: string; team?: string; tier?: string; offer?: number };
function setUp(teams: Team[] | undefined, deskIds: string[]) {
  const logger = createLogger("silent");
  const clock = createFakeClock(START);
  const told: Told[] = [];
  const down = new Set<string>();
  const desks = deskIds.map((id) => ({
    id,
    adapter: {
      kind: "handoff",
      deliver: async (event: HandoffEvent) => {
        if (down.has(id)) throw new AdapterError("unreachable", "down");
        const { data } = event;
        const offer = "offer" in data ? { team: data.team?.id ?? "-", tier: data.tier, offer: data.offer } : {};
        told.push({ desk: id, type: event.type, ...("reason" in data ? { reason: data.reason } : {}), ...offer });
      },
    } as unknown as HandoffAdapter,
  }));
  const shop = bareShop(logger, desks);
  const { region, site, directory } = shop;
  if (teams !== undefined) {
    region.rota = createRota(teams);
    region.config = { ...region.config, teams };
  }
  const store = createMemoryStore();
  const rooms = createRooms(store, () => clock.now());
  const serial = createSerialQueue();
  const publisher = createPublisher({ store, hub: createHub(), now: () => clock.now(), wakeJobs: () => runner.wake() });
  const shared = { store, rooms, serial, publisher, directory: () => directory, clock, logger };
  const metrics = createMetrics();
  const offers = createOffers(shared);
  const promises = createPromises({ ...shared, metrics });
  const runner = createJobRunner({
    store,
    clock,
    logger,
    schedule: webhookSchedule,
    handlers: {
      [HANDOFF_JOB]: createDeskJobs({ ...shared, offers }).handoff,
      [OFFER_TIMEOUT_JOB]: offers.leaseEnded,
      [PROMISE_JOB]: promises.due,
    },
  });
  runner.start();
  const door = createDeskDoor({ ...shared, review: { attach: async () => Promise.reject(new Error("not asked")) }, metrics });

  async function ask(over: Partial<Conversation> = {}, priority: Priority = "normal"): Promise<Room> {
    const conversation = { ...bareConversation(clock.now()), ...over };
    await store.createConversation(conversation, undefined, undefined);
    const room = rooms.add(conversation, 0);
    const { language } = conversation;
    const waiting = (await store.queuedCases(region.id, 100)).length;
    await serial.run(conversation.id, async () =>
      publisher.commit(
        room,
        openCase(room, site, region, { requestId: newId(), reason: "visitor-asked", priority, language, nowMs: clock.now(), waiting }),
      ),
    );
    await clock.advance(0);
    return room;
  }
  let said = 0;
  async function desk(
    id: string,
    room: Room,
    command: { type: "accept" | "message" | "leave" | "release" | "end"; agent?: Agent },
    caseId?: string,
  ): Promise<string> {
    said += 1;
    const base = { externalId: `e${said}`, caseId: caseId ?? room.conversation.caseId ?? "none", conversationId: room.conversation.id };
    const full = { agent: ana, text: "hello", ...command, ...base } as DeskCommand;
    const answer = await door.receive(id, region, full);
    await clock.advance(0);
    return answer.ok ? "ok" : answer.error.code;
  }
  const lines = async (room: Room): Promise<string[]> =>
    (await store.entriesAfter(room.conversation.id, 0, 100)).flatMap(({ event }) =>
      event.type === "message-added" ? [textOf(event.message.parts)] : event.type === "mode-changed" ? [`-> ${event.mode}`] : [],
    );
  return { clock, store, told, down, ask, desk, lines, offers, region, site, serial, publisher, rooms, metrics };
}
const seen = (told: readonly Told[]): string[] =>
  told.map(({ desk, type, reason, team: asked, tier, offer }) =>
    type === "handoff.offered"
      ? `${desk}: ${reason} #${offer} ${tier === "ticket" ? "ticket" : asked}`
      : `${desk}: ${type} ${reason ?? ""}`.trim(),
  );

describe("an offer", () => {
  const day = [team("paris", 8, 18), team("lagos", 9, 19, { capacity: 5 })];

  it("holds for a while, then goes to the next team, and the desk that had it is told", async () => {
    const { ask, clock, told, desk } = setUp(day, ["paris", "lagos"]);
    const room = await ask();
    await clock.advance(44_999);
    expect(seen(told)).toEqual(["paris: visitor-asked #1 paris"]);
    await clock.advance(1);
    expect(seen(told).slice(1)).toEqual(["paris: handoff.withdrawn offer-expired", "lagos: offer-expired #2 lagos"]);
    // Late: another desk has it now.
    expect(await desk("paris", room, { type: "accept" })).toBe("conflict");
    expect(await desk("lagos", room, { type: "accept", agent: bo })).toBe("ok");
    expect(room.conversation).toMatchObject({ mode: "agent", teamId: "lagos", agent: { id: "bo" } });
    await clock.advance(HOUR);
    expect(told).toHaveLength(3);
  });

  it("is the only one: of two desks that accept, the one that was asked has it, and of two agents the first", async () => {
    const { ask, desk } = setUp(day, ["paris", "lagos"]);
    const room = await ask();
    const answers = await Promise.all([
      desk("lagos", room, { type: "accept", agent: bo }),
      desk("paris", room, { type: "accept" }),
      desk("paris", room, { type: "accept", agent: bo }),
    ]);
    expect(answers).toEqual(["conflict", "ok", "conflict"]);
    expect(room.conversation.agent).toEqual(ana);
  });

  it("runs out sooner the more urgent it is", async () => {
    const { ask, clock, told } = setUp(day, ["paris", "lagos"]);
    await ask({}, "critical");
    await clock.advance(14_999);
    expect(told).toHaveLength(1);
    await clock.advance(1);
    expect(seen(told).at(-1)).toBe("lagos: offer-expired #2 lagos");
  });

  it("that nobody takes leaves the case where it is, tells the visitor a time, and can still be taken", async () => {
    const { ask, clock, told, desk, lines } = setUp(day, ["paris", "lagos"]);
    const room = await ask();
    await clock.advance(90_000);
    expect(room.conversation.route).toMatchObject({ tier: "ticket", passed: ["paris", "lagos"], promisedAt: START + 24 * HOUR });
    expect((await lines(room)).at(-1)).toMatch(/^Nobody has been free to answer yet\. A person answers by Tuesday, 10:00 AM UTC\./);
    expect(told).toHaveLength(3);
    expect(await desk("lagos", room, { type: "message" })).toBe("ok");
    expect(room.conversation.mode).toBe("agent");
  });

  it("goes to another desk at once when one cannot be reached, and to the first again when it can", async () => {
    const { ask, clock, told, down } = setUp(day, ["paris", "lagos"]);
    down.add("paris");
    const room = await ask();
    expect(seen(told)).toEqual(["lagos: visitor-asked #1 lagos"]);
    expect(room.conversation.route).toMatchObject({ deskId: "lagos", leaseUntil: START + 45_000 });
    down.add("lagos");
    const other = await ask();
    await clock.advance(4_000);
    down.clear();
    await clock.advance(3_000);
    expect(seen(told).at(-1)).toMatch(/(paris|lagos): visitor-asked #1/);
    // What could not be delivered cost the visitor none of the time.
    expect(other.conversation.route?.leaseUntil).toBe(START + 45_000);
  });

  it("counts what a team has already, and leaves it alone when it is full", async () => {
    const { ask, told, desk, clock, offers } = setUp(
      [team("paris", 8, 18, { capacity: 2 }), team("lagos", 9, 19, { capacity: 1 })],
      ["paris", "lagos"],
    );
    const first = await ask();
    await ask();
    await ask();
    const last = await ask();
    expect(seen(told).map((line) => line.replace(/.* /, ""))).toEqual(["paris", "lagos", "paris", "ticket"]);
    expect(last.conversation.route?.promisedAt).toBe(START + 24 * HOUR);
    expect(await offers.sweep()).toBe(0);
    await desk("paris", first, { type: "accept" });
    await desk("paris", first, { type: "end" });
    expect(first.conversation).toMatchObject({ mode: "ended", teamId: undefined, route: undefined });
    expect(await offers.sweep()).toBe(1);
    await clock.advance(0);
    expect(seen(told).at(-1)).toBe("paris: at-work #2 paris");
    expect(await offers.sweep()).toBe(0);
  });

  it("is made to everybody anew when the agent leaves, and to nobody after a release", async () => {
    const { ask, told, desk, clock } = setUp(day, ["paris", "lagos"]);
    const room = await ask();
    await desk("paris", room, { type: "accept" });
    await desk("paris", room, { type: "leave" });
    expect(seen(told).at(-1)).toBe("paris: agent-left #2 paris");
    const { caseId } = room.conversation;
    await desk("paris", room, { type: "accept", agent: bo });
    await desk("paris", room, { type: "release" });
    expect(await desk("paris", room, { type: "message", agent: bo }, caseId)).toBe("not-found");
    await clock.advance(2 * HOUR);
    expect(told).toHaveLength(2);
  });

  it("goes to desks in their order where the region has no teams", async () => {
    const { ask, clock, told } = setUp(undefined, ["one", "two"]);
    await ask();
    await ask();
    await clock.advance(45_000);
    expect(seen(told).sort()).toEqual([
      "one: handoff.withdrawn offer-expired",
      "one: handoff.withdrawn offer-expired",
      "one: visitor-asked #1 -",
      "one: visitor-asked #1 -",
      "two: offer-expired #2 -",
      "two: offer-expired #2 -",
    ]);
  });

  it("dies with the visitor's wish: cancelled, it is withdrawn and never made again", async () => {
    const { ask, clock, told, serial, publisher, site } = setUp(day, ["paris", "lagos"]);
    const room = await ask();
    await serial.run(room.conversation.id, async () => {
      const cancelled = modeChange(room, site, { type: "cancel" }, { id: "c", reason: "visitor-cancelled", nowMs: clock.now() });
      if ("change" in cancelled) await publisher.commit(room, cancelled.change);
    });
    await clock.advance(48 * HOUR);
    expect(seen(told)).toEqual(["paris: visitor-asked #1 paris", "paris: handoff.withdrawn visitor-cancelled"]);
  });
});

describe("at night", () => {
  const teams = [team("paris", 8, 18), team("manila", 8, 16, { timezone: "Asia/Manila" })];
  const night = 10 * HOUR; // 20:00 UTC; Manila begins at 00:00 UTC

  it("the visitor is told at once when a person answers, the case lies with who comes next, and is offered when they are there", async () => {
    const { ask, clock, told, lines, offers, desk, store } = setUp(teams, ["paris", "manila"]);
    await clock.advance(night);
    const room = await ask({ timezone: "Europe/Paris" });
    expect((await lines(room)).at(-1)).toMatch(/^Nobody of our team is at work right now\. A person answers by Tuesday .*01:10/);
    expect(seen(told)).toEqual(["manila: visitor-asked #1 ticket"]);
    await clock.advance(3 * HOUR + 50 * 60_000);
    expect(await offers.sweep()).toBe(0);
    await clock.advance(10 * 60_000);
    expect(await offers.sweep()).toBe(1);
    await clock.advance(1_000);
    expect(seen(told)).toEqual(["manila: visitor-asked #1 ticket", "manila: at-work #2 manila"]);
    await desk("manila", room, { type: "message" });
    expect(await store.records(PROMISE, "one", 0, 10)).toMatchObject([
      { id: room.conversation.caseId, body: { kept: true, teamId: "manila" } },
    ]);
    await clock.advance(HOUR);
    expect(await lines(room)).toHaveLength(4);
  });

  it("a promise that is broken is said to be, three times at most, and written down once", async () => {
    const { ask, clock, lines, store, metrics } = setUp(teams, ["paris", "manila"]);
    await clock.advance(night);
    const room = await ask();
    await clock.advance(4 * HOUR + 9 * 60_000);
    expect((await lines(room)).filter((line) => line.startsWith("I’m sorry"))).toHaveLength(0);
    await clock.advance(60_000);
    expect((await lines(room)).filter((line) => line.startsWith("I’m sorry"))).toHaveLength(1);
    await clock.advance(14 * 24 * HOUR);
    expect((await lines(room)).filter((line) => line.startsWith("I’m sorry"))).toHaveLength(2);
    expect(await store.records(PROMISE, "one", 0, 10)).toMatchObject([{ body: { kept: false } }]);
    expect(await metrics.registry.metrics()).toContain('allhours_promises_total{region="one",result="broken"} 3');
  });

  it("those who come later are promised a later time", async () => {
    const { ask, clock } = setUp([team("manila", 8, 16, { timezone: "Asia/Manila", capacity: 1 })], ["manila"]);
    await clock.advance(night);
    const promised: (number | undefined)[] = [];
    for (let index = 0; index < 3; index += 1) promised.push((await ask()).conversation.route?.promisedAt);
    const midnight = START + 14 * HOUR;
    expect(promised).toEqual([10, 20, 30].map((minutes) => midnight + minutes * 60_000));
  });
});

it("an offer is made again after a crash, the same one, and not once it has run out", async () => {
  const { ask, told, clock, publisher } = setUp([team("paris", 8, 18), team("lagos", 9, 19)], ["paris", "lagos"]);
  const room = await ask();
  const { id: conversationId, caseId, route } = room.conversation;
  // A job that was done is put back, as a crash before its end leaves it.
  const payload = { conversationId, caseId, type: "offered", entryId: "", reason: "visitor-asked", priority: "normal", at: START };
  const again = async (): Promise<void> => {
    await publisher.commit(room, { entries: [], jobs: [{ kind: HANDOFF_JOB, id: route?.jobId ?? "", payload }] });
    await clock.advance(0);
  };
  await again();
  expect(seen(told)).toEqual(["paris: visitor-asked #1 paris", "paris: visitor-asked #1 paris"]);
  await clock.advance(45_000);
  await again();
  expect(seen(told).slice(2)).toEqual(["paris: handoff.withdrawn offer-expired", "lagos: offer-expired #2 lagos"]);
});
