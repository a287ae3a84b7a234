import { newId } from "@allhours/protocol";
import { describe, expect, it } from "vitest";
import type { HandoffAdapter, HandoffEvent } from "../adapters/spec.ts";
import { HOUR, seen, setUp, team } from "../testing/case-room.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { HANDOFF_JOB } from "./case-jobs.ts";
import { modeChange, openCase } from "./cases.ts";
import { createDeskJobs } from "./desk-jobs.ts";
import type { Room } from "./rooms.ts";
import { createTelling } from "./telling.ts";

const day = [team("paris", 8, 18), team("lagos", 9, 19)];

function twice(teams = day, desks = ["paris", "lagos"]) {
  const room = setUp(teams, desks);
  const { serial, publisher, site, region, clock } = room;
  /** The visitor asks for a person once more. */
  async function askAgain(one: Room): Promise<void> {
    const ask = { requestId: newId(), reason: "visitor-asked", priority: "normal", language: "en", nowMs: clock.now() } as const;
    await serial.run(one.conversation.id, async () => publisher.commit(one, openCase(one, site, region, ask)));
    await clock.advance(0);
  }
  async function cancel(one: Room): Promise<void> {
    await serial.run(one.conversation.id, async () => {
      const done = modeChange(one, site, { type: "cancel" }, { id: newId(), reason: "visitor-cancelled", nowMs: clock.now() });
      if ("change" in done) await publisher.commit(one, done.change);
    });
    await clock.advance(0);
  }
  return { ...room, askAgain, cancel };
}

describe("what a closed case still owes a desk that is down", () => {
  it.each(["release", "end", "cancel"] as const)("does not hold up the visitor's next case: %s", async (how) => {
    const { ask, askAgain, cancel, write, desk, told, down, clock, store } = twice();
    const room = await ask();
    await desk("paris", room, { type: "accept" });
    down.add("paris");
    await write(room, "one");
    await write(room, "two");
    // The next try is more than two hours away.
    await clock.advance(HOUR);
    const { caseId } = room.conversation;
    if (how === "cancel") await cancel(room);
    else await desk("paris", room, { type: how });
    if (how === "end") await write(room, "are you there?");
    await askAgain(room);
    expect(room.conversation.caseId).not.toBe(caseId);
    expect(seen(told)).toEqual(["paris: visitor-asked #1 paris", "lagos: visitor-asked #1 lagos"]);
    await write(room, "three");
    down.clear();
    await clock.advance(3 * HOUR);
    // Nothing is lost, and each desk has what it is owed in its order; how it ended last.
    const of = (id: string): string[] => told.filter((one) => one.desk === id).map(({ type, text, reason }) => text ?? reason ?? type);
    const end = how === "cancel" ? ["visitor-cancelled"] : [];
    expect(of("paris").filter((what) => what !== "offer-expired")).toEqual(["visitor-asked", "one", "two", ...end]);
    expect(of("lagos").slice(0, 2)).toEqual(["visitor-asked", "three"]);
    expect(await store.deadJobs(10)).toEqual([]);
  });

  it("is told to the desk that had it, also what was written before that desk was known to have it", async () => {
    const { ask, askAgain, write, desk, told, down, mute, clock, store } = twice();
    mute.add("paris");
    down.add("lagos");
    const room = await ask();
    await write(room, "one");
    // Its retry gets through, and then the desk is gone.
    mute.clear();
    await clock.advance(6_000);
    expect(room.conversation.deskId).toBe("paris");
    expect(told.map(({ text }) => text).filter(Boolean)).toEqual(["one"]);
    down.add("paris");
    const { deskId } = room.conversation;
    await write(room, "two");
    await desk("paris", room, { type: "accept" });
    await desk("paris", room, { type: "release" });
    down.delete("lagos");
    await askAgain(room);
    expect([deskId, room.conversation.deskId]).toEqual(["paris", "lagos"]);
    down.clear();
    await clock.advance(10_000);
    expect(told.filter(({ type }) => type === "message.created").map(({ desk: id, text }) => `${id} ${text}`)).toEqual([
      "paris one",
      "paris two",
    ]);
    expect(await store.deadJobs(10)).toEqual([]);
  });

  it("is looked at again where the case ended after its job was taken", async () => {
    const { ask, cancel, write, desk, told, clock, store, shared, offers, runner } = twice();
    const room = await ask();
    await desk("paris", room, { type: "accept" });
    await runner.stop(0);
    await write(room, "one");
    const [job] = (await store.claimJobs(clock.now(), 10, 60_000)).filter(({ kind }) => kind === HANDOFF_JOB);
    if (job === undefined) throw new Error("no job was written");
    const before = { ...job, payload: { ...(job.payload as object), deskId: undefined } };
    await cancel(room);
    const jobs = createDeskJobs({ ...shared, offers });
    await expect(jobs.handoff(before, new AbortController().signal)).rejects.toMatchObject({ permanent: false });
    // In its new place it is clear whose it is.
    const moved = { ...before, key: `${room.conversation.id} paris` };
    await jobs.handoff(moved, new AbortController().signal);
    expect(told.at(-1)).toMatchObject({ desk: "paris", text: "one" });
  });

  it("is nothing where no desk ever had it, and the offer that was tried is not tried any more", async () => {
    const { ask, askAgain, cancel, write, told, down, clock, store } = twice();
    down.add("paris");
    down.add("lagos");
    const room = await ask();
    await write(room, "one");
    await clock.advance(40_000);
    await cancel(room);
    down.clear();
    await askAgain(room);
    expect(seen(told)).toEqual(["paris: visitor-asked #1 paris"]);
    await clock.advance(24 * HOUR);
    expect(told.filter(({ text }) => text === "one")).toEqual([]);
    expect(await store.deadJobs(10)).toEqual([]);
  });

  it("does not wait for an offer that nobody needs any more", async () => {
    const { ask, cancel, write, desk, told, down, clock } = twice();
    const room = await ask();
    await desk("paris", room, { type: "accept" });
    down.add("paris");
    down.add("lagos");
    await desk("paris", room, { type: "leave" });
    await write(room, "one");
    // Tried in vain, and again in two minutes.
    await clock.advance(40_000);
    down.clear();
    await cancel(room);
    expect(told.slice(1).map(({ desk: id, text, reason }) => `${id} ${text ?? reason}`)).toEqual(["paris one", "paris visitor-cancelled"]);
  });

  it("does not wait for the baton, which nobody needs any more", async () => {
    const { ask, askAgain, write, desk, told, down, clock, baton } = twice([team("paris", 8, 12), team("lagos", 9, 19)]);
    const room = await ask();
    await desk("paris", room, { type: "accept" });
    down.add("lagos");
    await clock.advance(HOUR + 50 * 60_000);
    expect((await baton.sweep()).offered).toBe(1);
    await clock.advance(40_000);
    await write(room, "bye");
    await desk("paris", room, { type: "release" });
    expect(told.at(-1)).toMatchObject({ desk: "paris", text: "bye" });
    await askAgain(room);
    expect(seen(told).at(-1)).toBe("paris: visitor-asked #1 paris");
  });
});

describe("a desk is told", () => {
  const signal = new AbortController().signal;
  function desks() {
    const waiting: (() => void)[] = [];
    const begun: string[] = [];
    const at = (id: string) => ({
      id,
      adapter: {
        deliver: async (event: HandoffEvent) => {
          begun.push(`${id} ${event.id}`);
          return new Promise<void>((resolve) => waiting.push(resolve));
        },
      } as unknown as HandoffAdapter,
    });
    const event = (id: string, conversationId = "c") => ({ id, data: { conversationId } }) as unknown as HandoffEvent;
    const settle = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    return { begun, at, event, settle, next: () => waiting.shift()?.() };
  }

  it("one thing of a conversation at a time; other desks and conversations do not wait", async () => {
    const { begun, at, event, settle, next } = desks();
    const clock = createFakeClock(1_000);
    const { tell, tookAt } = createTelling(clock);
    const all = [
      tell(at("a"), event("1"), signal),
      tell(at("a"), event("2"), signal),
      tell(at("b"), event("3"), signal),
      tell(at("a"), event("4", "other"), signal),
    ];
    await settle();
    expect(begun).toEqual(["a 1", "b 3", "a 4"]);
    expect(tookAt("a")).toBe(0);
    next();
    await settle();
    expect(begun.at(-1)).toBe("a 2");
    expect(tookAt("a")).toBe(1_000);
    for (let left = 0; left < 3; left += 1) next();
    await Promise.all(all);
  });

  it("nothing once it need not be: who waits for a turn may give up", async () => {
    const { begun, at, event, settle, next } = desks();
    const { tell } = createTelling(createFakeClock(1_000));
    const stop = new AbortController();
    const first = tell(at("a"), event("1"), signal);
    const second = tell(at("a"), event("2"), stop.signal);
    const refused = expect(second).rejects.toThrow("enough");
    stop.abort(new Error("enough"));
    next();
    await settle();
    next();
    await first;
    await refused;
    expect(begun).toEqual(["a 1"]);
  });
});
