/**
 * Clocks on walls: what a clock in an IANA zone shows at a moment, and the moment at which it shows something. Pure; reads the zone data of
 * the runtime through `Intl`. Luxon leaves open which of two equal wall times it picks, so the choice is made here.
 */
export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const formats = new Map<string, Intl.DateTimeFormat>();

export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    const fields = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" } as const;
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      ...fields,
    });
    formats.set(zone, format);
  }
  return format;
}

/** Clocks are changed on whole quarters of an hour (UTC), so one answer of `Intl` is good for all of it. */
const QUARTER_MS = 15 * MINUTE_MS;
const MOST_OFFSETS = 100_000;
const offsets = new Map<string, Map<number, number>>();
let offsetCount = 0;

/** Milliseconds by which the wall is before UTC. */
function offsetAt(zone: string, at: number): number {
  const quarter = Math.floor(at / QUARTER_MS);
  const known = offsets.get(zone)?.get(quarter);
  if (known !== undefined) return known;
  const digits: Record<string, number> = {};
  const moment = quarter * QUARTER_MS;
  for (const { type, value } of formatOf(zone).formatToParts(moment)) digits[type] = Number(value);
  const { year = 0, month = 1, day, hour, minute, second } = digits;
  const offset = Date.UTC(year, month - 1, day, hour, minute, second) - moment;
  if (offsetCount >= MOST_OFFSETS) {
    offsets.clear();
    offsetCount = 0;
  }
  const ofZone = offsets.get(zone) ?? new Map<number, number>();
  offsets.set(zone, ofZone.set(quarter, offset));
  offsetCount += 1;
  return offset;
}

/** What the wall shows, as milliseconds of a clock that never changes: `Date.UTC` of its digits. */
export function wallAt(zone: string, at: number): number {
  return at + offsetAt(zone, at);
}

/**
 * The first moment at which the wall shows `wall` or later. A time that comes twice is its first; one that is skipped is the moment of the
 * change. So the end of one shift is the start of the next, whatever the clocks do.
 */
export function momentOf(zone: string, wall: number): number {
  const before = offsetAt(zone, wall - DAY_MS);
  const after = offsetAt(zone, wall + DAY_MS);
  const early = wall - before;
  if (before === after) return early;
  // Set back: the wall shows it twice, and the first time is by the old clock. Set forward, and after the change: by the new one.
  if (offsetAt(zone, early) === before) return early;
  const late = wall - after;
  if (offsetAt(zone, late) === after) return late;
  let [low, high] = [Math.min(early, late), Math.max(early, late)];
  while (high - low > 1_000) {
    const middle = Math.floor((low + high) / 2_000) * 1_000;
    if (wallAt(zone, middle) >= wall) high = middle;
    else low = middle;
  }
  return high;
}

/** Days since 1970 of a date as 2026-11-28. */
export function dayOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY_MS;
}
export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
/** The day the wall shows. */
export function dayAt(zone: string, at: number): number {
  return Math.floor(wallAt(zone, at) / DAY_MS);
}
/** 0 is Monday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}
/** Hours and minutes the wall shows, as 08:40. */
export function clockAt(zone: string, at: number): string {
  return new Date(wallAt(zone, at)).toISOString().slice(11, 16);
}
/** The moment of a minute of a day, which may lie beyond its end: 1,500 is one in the morning of the next. */
export function minuteOf(zone: string, day: number, minute: number): number {
  return momentOf(zone, day * DAY_MS + minute * MINUTE_MS);
}
