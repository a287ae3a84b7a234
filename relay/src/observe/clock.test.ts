import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "./clock.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const day = 86_400_000;

test("a wait longer than the platform's timers can hold is kept", () => {
  const rang = vi.fn<() => void>();
  systemClock.after(60 * day, rang);
  vi.advanceTimersByTime(60 * day - 1);
  expect(rang).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(rang).toHaveBeenCalledTimes(1);
});

test("a wait can be cancelled, in its second stretch too", () => {
  const rang = vi.fn<() => void>();
  const cancel = systemClock.after(60 * day, rang);
  vi.advanceTimersByTime(30 * day);
  cancel();
  cancel();
  vi.advanceTimersByTime(60 * day);
  expect(rang).not.toHaveBeenCalled();
});
