import { describe, expect, it } from "vitest";
import { ana, bo, HOUR, seen, setUp, START, team } from "../testing/case-room.ts";
import { HANDOFF_JOB } from "./case-jobs.ts";
import { modeChange } from "./cases.ts";
import { PROMISE } from "./promises.ts";

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

  it("is made to many who wait at once as far as there is room, and who has what is counted once", async () => {
    const { ask, clock, store, offers, told } = setUp([team("manila", 20, 24, { capacity: 3 })], ["manila"]);
    for (let waiting = 0; waiting < 8; waiting += 1) await ask();
    told.length = 0;
    let asked = 0;
    const teamLoads = store.teamLoads.bind(store);
    store.teamLoads = async (regionId) => {
      asked += 1;
      return teamLoads(regionId);
    };
    await clock.advance(10 * HOUR - 1);
    asked = 0;
    await clock.advance(1);
    expect(await offers.sweep()).toBe(3);
    await clock.advance(0);
    // Once for all who wait, and once for each that is offered.
    expect(asked).toBe(1 + 3);
    expect(seen(told).filter((line) => line.includes("at-work"))).toHaveLength(3);
  });

  it("that nobody takes tells the visitor a time each time it comes to that, also after a person had written", async () => {
    const { ask, clock, desk, lines } = setUp([team("paris", 8, 18)], ["paris"]);
    const room = await ask();
    await clock.advance(45_000);
    expect(await desk("paris", room, { type: "accept" })).toBe("ok");
    expect(await desk("paris", room, { type: "message" })).toBe("ok");
    expect(await desk("paris", room, { type: "leave" })).toBe("ok");
    await clock.advance(45_000);
    expect((await lines(room)).filter((line) => line.includes("Nobody has been free"))).toHaveLength(2);
    expect(room.conversation.route).toMatchObject({ tier: "ticket", promisedAt: expect.any(Number) as number });
  });

  it("goes on to the next team at once though the desk that had it is down by then, with what was written meanwhile", async () => {
    const { ask, clock, told, down, write, desk, store } = setUp(day, ["paris", "lagos"]);
    const room = await ask();
    down.add("paris");
    await write(room, "Are you there?");
    await clock.advance(45_000);
    expect(seen(told).slice(1)).toEqual(["lagos: offer-expired #2 lagos"]);
    expect(await desk("lagos", room, { type: "accept", agent: bo })).toBe("ok");
    await write(room, "Thank you!");
    down.delete("paris");
    await clock.advance(HOUR);
    // Nothing of it is lost, or told to lagos a second time; paris is told to close it.
    expect(seen(told).slice(2)).toEqual(["lagos: message.created", "paris: handoff.withdrawn offer-expired"]);
    expect(await store.deadJobs(10)).toEqual([]);
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

it("a case that was opened before there were routes is offered all the same", async () => {
  const { ask, told, clock, publisher, desk } = setUp([team("paris", 8, 18)], ["paris"]);
  const room = await ask();
  await publisher.commit(room, { entries: [], patch: { route: undefined, teamId: undefined, deskId: undefined } });
  const { id: conversationId, caseId } = room.conversation;
  const payload = { conversationId, caseId, type: "offered", entryId: "", reason: "agent-left", priority: "high", at: START };
  await publisher.commit(room, { entries: [], jobs: [{ kind: HANDOFF_JOB, id: "evt_old", payload }] });
  await clock.advance(0);
  expect(seen(told).at(-1)).toBe("paris: agent-left #1 paris");
  expect(await desk("paris", room, { type: "accept" })).toBe("ok");
});
