import { describe, expect, it } from "vitest";
import { ana, bo, HOUR, seen, setUp, START, team } from "../testing/case-room.ts";

/** Ten in the morning is when a room begins: Paris goes home at noon, Lagos stays. */
const shifts = [team("paris", 8, 12), team("lagos", 9, 19)];
const MINUTE = 60_000;

async function withAna(room = setUp(shifts, ["paris", "lagos"])) {
  const talk = await room.ask();
  expect(await room.desk("paris", talk, { type: "accept" })).toBe("ok");
  expect(await room.desk("paris", talk, { type: "message" })).toBe("ok");
  return { ...room, talk };
}

describe("the baton", () => {
  it("is offered to the next team a little before the shift ends, and taken without a gap", async () => {
    const { baton, clock, desk, told, talk, store, ask } = await withAna();
    await clock.advance(HOUR + 49 * MINUTE);
    expect(await baton.sweep()).toEqual({ offered: 0, queued: 0 });
    await clock.advance(MINUTE);
    expect(await baton.sweep()).toEqual({ offered: 1, queued: 0 });
    await clock.advance(0);
    expect(seen(told)).toEqual(["paris: visitor-asked #1 paris", "lagos: shift-end #2 lagos"]);
    expect(await baton.sweep()).toEqual({ offered: 0, queued: 0 });
    // Ana is still there, and still has it.
    expect(await desk("paris", talk, { type: "message" })).toBe("ok");
    expect(await desk("lagos", talk, { type: "accept", agent: bo })).toBe("ok");
    expect(talk.conversation).toMatchObject({ mode: "agent", agent: bo, teamId: "lagos", deskId: "lagos" });
    expect(seen(told).at(-1)).toBe("paris: handoff.withdrawn taken-over");
    expect(await desk("paris", talk, { type: "message" })).toBe("conflict");
    expect(await desk("paris", talk, { type: "end" })).toBe("conflict");
    const entries = (await store.entriesAfter(talk.conversation.id, 0, 100)).map(({ event }) => event);
    expect(entries.filter(({ type }) => type === "agent-presence" || type === "mode-changed").slice(-3)).toMatchObject([
      { agent: ana, state: "left" },
      { mode: "agent", reason: "shift-changed", agent: bo },
      { agent: bo, state: "joined" },
    ]);
    // The next shift's load is counted where the case is now.
    expect(Object.fromEntries(await store.teamLoads("one"))).toEqual({ lagos: 1 });
    await ask();
    expect(seen(told).at(-1)).toBe("paris: visitor-asked #1 paris");
  });

  it("that nobody takes puts the case back into the queue, once the talk has paused", async () => {
    const { baton, clock, desk, told, talk } = await withAna();
    await clock.advance(HOUR + 50 * MINUTE);
    await baton.sweep();
    await clock.advance(9 * MINUTE);
    await desk("paris", talk, { type: "message" });
    await clock.advance(9 * MINUTE);
    // Nine minutes ago somebody wrote: nobody is taken out of a talk.
    expect(await baton.sweep()).toEqual({ offered: 0, queued: 0 });
    await clock.advance(MINUTE);
    expect(await baton.sweep()).toEqual({ offered: 0, queued: 1 });
    await clock.advance(0);
    expect(talk.conversation.mode).toBe("queued");
    expect(seen(told).slice(1)).toEqual(["lagos: shift-end #2 lagos", "lagos: shift-ended #2 lagos"]);
    expect(await desk("lagos", talk, { type: "accept", agent: bo })).toBe("ok");
  });

  it("goes to nobody when nobody is at work then, and the visitor is told when somebody is", async () => {
    const { baton, clock, told, talk, lines } = await withAna(setUp([team("paris", 8, 12), team("manila", 20, 23)], ["paris", "manila"]));
    await clock.advance(2 * HOUR + 30 * MINUTE);
    expect(await baton.sweep()).toEqual({ offered: 0, queued: 1 });
    await clock.advance(0);
    expect(seen(told).at(-1)).toBe("manila: shift-ended #2 ticket");
    expect((await lines(talk)).at(-1)).toMatch(/^Nobody of our team is at work right now\. A person answers by Monday, 08:10 PM/);
  });

  it("does not go to who goes home at the same time, nor is it needed where a shift follows", async () => {
    const same = await withAna(setUp([team("paris", 8, 12), team("lyon", 9, 12)], ["paris", "lyon"]));
    await same.clock.advance(HOUR + 55 * MINUTE);
    expect(await same.baton.sweep()).toEqual({ offered: 0, queued: 0 });
    const week = Array.from({ length: 7 }, () => [
      { from: 480, to: 720 },
      { from: 720, to: 1_080 },
    ]);
    const goesOn = await withAna(setUp([team("paris", 8, 12, { hours: week }), team("lagos", 9, 19)], ["paris", "lagos"]));
    await goesOn.clock.advance(HOUR + 55 * MINUTE);
    expect(await goesOn.baton.sweep()).toEqual({ offered: 0, queued: 0 });
  });

  it("leaves alone who took a ticket before their shift, and hands it on when that shift has ended", async () => {
    const { ask, clock, desk, baton, store, told } = setUp([team("paris", 8, 12), team("lagos", 9, 19)], ["paris", "lagos"]);
    // Seven in the morning of the next day: Paris is asked as a ticket, and somebody is up early.
    await clock.advance(21 * HOUR);
    const talk = await ask();
    expect(seen(told)).toEqual(["paris: visitor-asked #1 ticket"]);
    expect(await desk("paris", talk, { type: "message" })).toBe("ok");
    expect(Object.fromEntries(await store.teamLoads("one"))).toEqual({ paris: 1 });
    await clock.advance(30 * MINUTE);
    expect(await baton.sweep()).toEqual({ offered: 0, queued: 0 });
    await clock.advance(4 * HOUR + 20 * MINUTE);
    expect(await baton.sweep()).toEqual({ offered: 1, queued: 0 });
    await clock.advance(10 * MINUTE);
    expect(await baton.sweep()).toEqual({ offered: 0, queued: 1 });
  });

  it("is not there for regions without teams", async () => {
    const { baton, clock } = await withAna(setUp(undefined, ["paris"]));
    await clock.advance(48 * HOUR);
    expect(await baton.sweep()).toEqual({ offered: 0, queued: 0 });
  });
});

describe("passing on", () => {
  it("of an offer asks the next team at once", async () => {
    const { ask, desk, told } = setUp(shifts, ["paris", "lagos"]);
    const talk = await ask();
    expect(await desk("lagos", talk, { type: "pass" })).toBe("conflict");
    expect(await desk("paris", talk, { type: "pass", note: "needs the warehouse" })).toBe("ok");
    expect(seen(told).slice(1)).toEqual(["paris: handoff.withdrawn offer-expired", "lagos: offer-expired #2 lagos"]);
    expect(talk.conversation.route).toMatchObject({ passed: ["paris"], note: "needs the warehouse" });
  });

  it("of a case asks the team that was named first, with a note, and not the one that had it", async () => {
    const { ask, desk, told, clock } = setUp([...shifts, team("lima", 9, 19)], ["paris", "lagos", "lima"]);
    const talk = await ask();
    await desk("paris", talk, { type: "accept" });
    expect(await desk("paris", talk, { type: "pass", agent: bo })).toBe("conflict");
    expect(await desk("paris", talk, { type: "pass", to: "lima", note: "speaks Quechua" })).toBe("ok");
    expect(seen(told).at(-1)).toBe("lima: agent-passed #2 lima");
    expect(talk.conversation).toMatchObject({ mode: "queued", teamId: "lima", route: { passed: ["paris"], note: "speaks Quechua" } });
    expect(await desk("lima", talk, { type: "accept", agent: bo })).toBe("ok");
    expect(talk.conversation.route?.note).toBeUndefined();
    await clock.advance(HOUR);
    expect(START).toBeLessThan(clock.now());
    expect(told).toHaveLength(2);
  });

  it("of a ticket leaves it where it lies", async () => {
    const { ask, desk, clock, told } = setUp(shifts, ["paris", "lagos"]);
    await clock.advance(12 * HOUR);
    const talk = await ask();
    expect(await desk("paris", talk, { type: "pass" })).toBe("ok");
    await clock.advance(HOUR);
    expect(seen(told)).toEqual(["paris: visitor-asked #1 ticket"]);
    expect(talk.conversation.mode).toBe("queued");
  });
});
