import { expect, it } from "vitest";
import { bo, seen, setUp, team } from "../testing/case-room.ts";

const day = [team("paris", 8, 18), team("lagos", 9, 19)];

it("a desk that accepts has what the visitor writes from then on, though its answer to the offer was lost", async () => {
  const { ask, write, desk, told, mute, clock } = setUp(day, ["paris", "lagos"]);
  mute.add("paris");
  mute.add("lagos");
  const room = await ask();
  const asked = room.conversation.route?.deskId ?? "";
  expect(await desk(asked, room, { type: "accept" })).toBe("ok");
  mute.clear();
  await write(room);
  await clock.advance(10_000);
  expect(seen(told).filter((line) => line.endsWith("message.created"))).toEqual([`${asked}: message.created`]);
  expect(room.conversation.deskId).toBe(asked);
});

it("a desk has what was written while it had the case, though the case is closed before it is told, and another is open", async () => {
  const { ask, write, desk, told, down, clock, store } = setUp(day, ["paris", "lagos"]);
  const room = await ask();
  await desk("paris", room, { type: "accept" });
  down.add("paris");
  await write(room);
  await desk("paris", room, { type: "release" });
  down.clear();
  await clock.advance(10_000);
  expect(seen(told)).toEqual(["paris: visitor-asked #1 paris", "paris: message.created"]);
  expect(await store.deadJobs(10)).toEqual([]);
});

it("an offer that has run out can no longer be accepted, also before the next desk is asked", async () => {
  const { ask, desk, told, down, clock } = setUp(day, ["paris", "lagos"]);
  const room = await ask();
  down.add("paris");
  await clock.advance(45_000);
  expect(await desk("paris", room, { type: "accept" })).toBe("conflict");
  expect(seen(told)).toEqual(["paris: visitor-asked #1 paris", "lagos: offer-expired #2 lagos"]);
  expect(await desk("lagos", room, { type: "accept", agent: bo })).toBe("ok");
});

it("leaves to the next offer what was written before any desk answered to the first", async () => {
  const { ask, write, told, mute, clock, store } = setUp(day, ["paris", "lagos"]);
  mute.add("paris");
  mute.add("lagos");
  const room = await ask();
  await write(room);
  await clock.advance(50_000);
  mute.clear();
  await clock.advance(10 * 60_000);
  // Its transcript has it; and the team that was asked in vain meanwhile is asked once more.
  expect(seen(told).slice(-4)).toEqual([
    "lagos: offer-expired #2 lagos",
    "lagos: offer-expired #2 lagos",
    "lagos: handoff.withdrawn offer-expired",
    "paris: offer-expired #3 paris",
  ]);
  expect(await store.deadJobs(10)).toEqual([]);
});

it("tells a desk that accepts an offer it was not known to have heard what was written in the case", async () => {
  const { ask, write, desk, told, publisher, clock } = setUp(day, ["paris", "lagos"]);
  const room = await ask();
  await write(room);
  // A relay that dies between writing down whom it asks and asking leaves this.
  const route = { ...room.conversation.route!, offer: 2, deskId: "lagos" };
  await publisher.commit(room, { entries: [], patch: { route, teamId: "lagos" } });
  expect(await desk("lagos", room, { type: "accept", agent: bo })).toBe("ok");
  await clock.advance(10_000);
  expect(seen(told).filter((line) => line.endsWith("message.created"))).toEqual(["paris: message.created", "lagos: message.created"]);
});
