/**
 * When a team works: weekly slots in its own zone, holidays, exceptions, closures of a feed. Pure. A slot belongs to the day it begins
 * on: one that begins before midnight of a holiday goes on into it, one that would begin on it does not exist.
 */
import { DAY_MS, dateOf, dayAt, minuteOf, weekdayOf } from "./wall-clock.ts";

/** Minutes since midnight of the day the slot begins on; `to` is above 1,440 where it ends on the next. */
export type Slot = { from: number; to: number };
/** Unix milliseconds; `to` is the first moment after it. */
export type Interval = { from: number; to: number };
export type Calendar = {
  /** IANA. */
  timezone: string;
  /** Seven lists, Monday first. */
  week: readonly (readonly Slot[])[];
  /** By date, as 2026-12-24: these slots instead of the week's, and whatever the holidays say. */
  exceptions: ReadonlyMap<string, readonly Slot[]>;
  /** By date: its name. No slot begins then. */
  holidays: ReadonlyMap<string, string>;
  /** Taken out of every slot, in order; of a feed. */
  closures: readonly (Interval & { name: string })[];
};

/** Longest slot: a day, begun on the minute before midnight. */
const LONGEST_DAYS = 2;

/** Slots that begin on a day. */
export function slotsOn(calendar: Calendar, day: number): readonly Slot[] {
  const date = dateOf(day);
  const exception = calendar.exceptions.get(date);
  if (exception !== undefined) return exception;
  return calendar.holidays.has(date) ? [] : (calendar.week[weekdayOf(day)] ?? []);
}

/** When the team is at work within `[from, to)`, in order, without overlaps; neighbours are one. */
export function openIntervals(calendar: Calendar, from: number, to: number): Interval[] {
  const { timezone } = calendar;
  const found: Interval[] = [];
  const last = dayAt(timezone, to) + 1;
  for (let day = dayAt(timezone, from) - LONGEST_DAYS; day <= last; day += 1) {
    for (const slot of slotsOn(calendar, day)) {
      const begin = Math.max(from, minuteOf(timezone, day, slot.from));
      const end = Math.min(to, minuteOf(timezone, day, slot.to));
      if (begin < end) found.push({ from: begin, to: end });
    }
  }
  return without(joined(found), calendar.closures);
}

/** In order; what overlaps or touches is one. */
export function joined(intervals: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  for (const { from, to } of intervals.toSorted((one, other) => one.from - other.from)) {
    const last = result.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else result.push({ from, to });
  }
  return result;
}

function without(intervals: readonly Interval[], closures: readonly Interval[]): Interval[] {
  if (closures.length === 0) return [...intervals];
  return intervals.flatMap(({ from, to }) => {
    const rest: Interval[] = [];
    let start = from;
    for (const closure of closures) {
      if (closure.to <= start || closure.from >= to) continue;
      if (closure.from > start) rest.push({ from: start, to: closure.from });
      start = Math.max(start, closure.to);
    }
    if (start < to) rest.push({ from: start, to });
    return rest;
  });
}

/** Why nobody works on a day, where holidays say so. */
export function holidayOn(calendar: Calendar, at: number): string | undefined {
  const date = dateOf(dayAt(calendar.timezone, at));
  if (calendar.exceptions.has(date)) return undefined;
  return calendar.holidays.get(date) ?? calendar.closures.find(({ from, to }) => from <= at && at < to)?.name;
}

/** Two slots of the same team at the same moment, told as the days and times they have; `undefined`: there are none. */
export function overlapIn(week: readonly (readonly Slot[])[]): { day: number; one: Slot; other: Slot } | undefined {
  const placed = week.flatMap((slots, day) =>
    slots.flatMap((slot) => [{ day, slot, from: day * 1_440 + slot.from, to: day * 1_440 + slot.to }]),
  );
  for (const [index, one] of placed.entries()) {
    for (const other of placed.slice(index + 1)) {
      // The week is a circle: what ends on Monday morning began on Sunday.
      const meets = [-7, 0, 7].some((days) => one.from < other.to + days * 1_440 && other.from + days * 1_440 < one.to);
      if (meets) return { day: other.day, one: one.slot, other: other.slot };
    }
  }
  return undefined;
}

/** How far ahead hours are looked for: a team that does not work for longer is one that never does. */
export const HORIZON_MS = 60 * DAY_MS;
