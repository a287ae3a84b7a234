import { expect, it } from "vitest";
import { ana, setUp, START, team } from "../testing/case-room.ts";
import { createPace } from "./pace.ts";

const MINUTE = 60_000;

it("says nothing until it has seen enough, and forgets what was long ago", () => {
  const pace = createPace();
  for (let case_ = 0; case_ < 4; case_ += 1) pace.taken("eu", case_ * MINUTE, case_ * MINUTE + 20_000);
  expect(pace.etaMs("eu", 1, 5 * MINUTE)).toBeUndefined();
  pace.taken("eu", 4 * MINUTE, 4 * MINUTE + 20_000);
  expect(pace.etaMs("eu", 1, 5 * MINUTE)).toBe(20_000);
  expect(pace.etaMs("apac", 1, 5 * MINUTE)).toBeUndefined();
  expect(pace.etaMs("eu", 1, 200 * MINUTE)).toBeUndefined();
});

it("goes by how long one took to come, and with a queue by how long each of it does", () => {
  const [idle, busy] = [createPace(), createPace()];
  // Every ten minutes somebody, who waits for half a minute: the next will too, though only six come in an hour.
  for (let case_ = 0; case_ < 10; case_ += 1) idle.taken("eu", case_ * 10 * MINUTE, case_ * 10 * MINUTE + 30_000);
  expect(idle.etaMs("eu", 1, 100 * MINUTE)).toBe(30_000);
  // Ten came at once, and one is taken every two minutes: the third of those who wait now waits for six.
  for (let case_ = 0; case_ < 10; case_ += 1) busy.taken("eu", 0, (case_ + 1) * 2 * MINUTE);
  expect(busy.etaMs("eu", 1, 20 * MINUTE)).toBe(2 * MINUTE);
  expect(busy.etaMs("eu", 3, 20 * MINUTE)).toBe(6 * MINUTE);
});

it("errs on the long side, and gives up where an estimate would be none", () => {
  const pace = createPace();
  for (const minutes of [1, 1, 1, 9]) pace.taken("eu", 0, minutes * MINUTE);
  for (let at = 10; at < 14; at += 1) pace.taken("eu", at * MINUTE, at * MINUTE + 1_000);
  // 60, 0, 0, 480, 1, 1, 1, 1 seconds: three of four are at most one second, so nobody is told less than ten.
  expect(pace.etaMs("eu", 1, 15 * MINUTE)).toBe(10_000);
  const slow = createPace();
  for (let case_ = 1; case_ <= 6; case_ += 1) slow.taken("eu", 0, case_ * 15 * MINUTE);
  expect(slow.etaMs("eu", 8, 90 * MINUTE)).toBe(120 * MINUTE);
  expect(slow.etaMs("eu", 17, 90 * MINUTE)).toBeUndefined();
});

it("is what a visitor sees while people are at work, and not when none is", async () => {
  const { ask, desk, clock, queueOf } = setUp([team("paris", 8, 18)], ["paris"]);
  for (let case_ = 0; case_ < 5; case_ += 1) {
    const room = await ask();
    await clock.advance(20_000);
    expect(await desk("paris", room, { type: "accept", agent: { ...ana, id: `a${case_}` } })).toBe("ok");
  }
  const first = await ask();
  await clock.advance(1_000);
  const second = await ask();
  expect(await queueOf(first)).toMatchObject({ position: 1, tier: "team", etaMs: 20_000 });
  expect(await queueOf(second)).toMatchObject({ position: 2, etaMs: 40_000 });
  await clock.advance(Date.parse("2026-11-30T19:00:00Z") - START);
  const late = await ask();
  expect(await queueOf(late)).toMatchObject({ tier: "ticket" });
  expect(await queueOf(late)).not.toHaveProperty("etaMs");
});
