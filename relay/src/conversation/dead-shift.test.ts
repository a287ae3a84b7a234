import { expect, it } from "vitest";
import { bo, HOUR, seen, setUp, team, type Told } from "../testing/case-room.ts";

const MINUTE = 60_000;
/** Paris goes home at noon, Lagos stays; a room begins at ten. */
const shifts = [team("paris", 8, 12), team("lagos", 9, 19)];
const of = (told: readonly Told[], id: string): string[] =>
  told.filter((one) => one.desk === id).map(({ type, text, reason }) => text ?? reason ?? type);

/** Ana has the case at Paris, whose desk is down from half past eleven on; the visitor has written twice since. */
async function withDeadDesk() {
  const room = setUp(shifts, ["paris", "lagos"]);
  const talk = await room.ask();
  await room.desk("paris", talk, { type: "accept" });
  await room.clock.advance(90 * MINUTE);
  room.down.add("paris");
  await room.write(talk, "one");
  await room.write(talk, "two");
  await room.clock.advance(15 * MINUTE);
  return { ...room, talk };
}

it("offers the baton though the desk that has the case is down, and what waited goes to who takes over at once", async () => {
  const { baton, clock, told, talk, write, desk, down, store } = await withDeadDesk();
  await clock.advance(5 * MINUTE);
  expect(await baton.sweep()).toEqual({ offered: 1, queued: 0 });
  await clock.advance(0);
  expect(seen(told).at(-1)).toBe("lagos: shift-end #2 lagos");
  await write(talk, "three");
  expect(await desk("lagos", talk, { type: "accept", agent: bo })).toBe("ok");
  await clock.advance(1_000);
  await write(talk, "four");
  expect(of(told, "lagos")).toEqual(["shift-end", "three", "four"]);
  down.clear();
  await clock.advance(4 * HOUR);
  expect(of(told, "paris")).toEqual(["visitor-asked", "one", "two", "taken-over"]);
  expect(await store.deadJobs(10)).toEqual([]);
});

it("offers the case anew when the shift is over, and the dead desk has what it is owed when it is back", async () => {
  const { baton, clock, told, talk, write, desk, down, store } = await withDeadDesk();
  await clock.advance(30 * MINUTE);
  expect(await baton.sweep()).toEqual({ offered: 0, queued: 1 });
  await clock.advance(0);
  expect(seen(told).at(-1)).toBe("lagos: shift-ended #2 lagos");
  await write(talk, "three");
  expect(of(told, "lagos")).toEqual(["shift-ended", "three"]);
  expect(await desk("lagos", talk, { type: "accept", agent: bo })).toBe("ok");
  await write(talk, "four");
  down.clear();
  await clock.advance(4 * HOUR);
  expect(of(told, "lagos")).toEqual(["shift-ended", "three", "four"]);
  expect(of(told, "paris")).toEqual(["visitor-asked", "one", "two"]);
  expect(await store.deadJobs(10)).toEqual([]);
});

it("offers the case anew when its agent leaves, whoever lets the next offer pass", async () => {
  const { clock, told, talk, desk, down, store } = await withDeadDesk();
  expect(await desk("paris", talk, { type: "leave" })).toBe("ok");
  expect(seen(told).at(-1)).toMatch(/^lagos: .* #2 lagos$/);
  await clock.advance(2 * MINUTE);
  down.clear();
  await clock.advance(4 * HOUR);
  expect(of(told, "paris").filter((what) => ["one", "two"].includes(what))).toEqual(["one", "two"]);
  expect(await store.deadJobs(10)).toEqual([]);
});
