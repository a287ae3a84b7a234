/** Hours in which a visitor is not written to, by the clock on their own wall. Pure. */
import type { Slot } from "./calendar.ts";
import { openIntervals } from "./calendar.ts";
import { DAY_MS } from "./wall-clock.ts";

/** Whole days of quiet that touch are one; more of them than this are not looked through. */
const LOOK_AHEAD_MS = 3 * DAY_MS;

/** When quiet hours that hold at `nowMs` end, Unix milliseconds; `undefined`: it is not quiet. `daily`: slots of every day. `timezone`: IANA. */
export function quietUntil(daily: readonly Slot[], timezone: string, nowMs: number): number | undefined {
  if (daily.length === 0) return undefined;
  const week = Array.from({ length: 7 }, () => daily);
  const calendar = { timezone, week, exceptions: new Map(), holidays: new Map(), closures: [] };
  const [first] = openIntervals(calendar, nowMs, nowMs + LOOK_AHEAD_MS);
  return first !== undefined && first.from <= nowMs ? first.to : undefined;
}

/** True when some minute of the day is not quiet. */
export function leavesRoom(daily: readonly Slot[]): boolean {
  const minutes = new Set<number>();
  for (const { from, to } of daily) for (let minute = from; minute < to; minute += 1) minutes.add(minute % 1_440);
  return minutes.size < 1_440;
}
