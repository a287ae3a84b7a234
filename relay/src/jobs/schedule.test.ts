import { expect, test } from "vitest";
import { nextDelayMs, webhookSchedule } from "./schedule.ts";

const even = 0.5;

test("the waits are those promised, and the twelfth failure is the last", () => {
  const waits = Array.from({ length: 12 }, (_, index) => nextDelayMs(webhookSchedule, { failures: index + 1, permanent: false }, even));
  const minutes = waits.map((wait) => (wait === undefined ? undefined : wait / 60_000));
  expect(minutes).toEqual([5 / 60, 0.5, 2, 10, 30, 120, 300, 600, 840, 1200, 1440, undefined]);
});

test("jitter is a fifth to either side", () => {
  const wait = (random: number) => nextDelayMs(webhookSchedule, { failures: 2, permanent: false }, random);
  expect(wait(0)).toBe(24_000);
  expect(wait(0.999_999)).toBe(36_000);
});

test("what the receiver asks for is the least wait, up to the longest", () => {
  const wait = (retryAfterMs: number) => nextDelayMs(webhookSchedule, { failures: 1, permanent: false, retryAfterMs }, even);
  expect(wait(1_000)).toBe(5_000);
  expect(wait(90_000)).toBe(90_000);
  expect(wait(365 * 24 * 3_600_000)).toBe(24 * 3_600_000);
});

test("a permanent failure has no next attempt", () => {
  expect(nextDelayMs(webhookSchedule, { failures: 1, permanent: true, retryAfterMs: 5 }, even)).toBeUndefined();
});
