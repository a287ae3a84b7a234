/** Days off from an iCalendar feed (RFC 5545), by ical.js: events become closures. Pure. */
import ICAL from "ical.js";
import type { Calendar, Interval } from "./calendar.ts";
import { DAY_MS, isZone, momentOf } from "./wall-clock.ts";

/** A series without an end is followed this often at most. */
const MOST_OCCURRENCES = 2_000;

/**
 * Closures within `[from, to)`, in order. Whole days are days of the team's own zone; a time without a zone is too. Cancelled events and those
 * marked as free (`TRANSP:TRANSPARENT`) with a time close nothing. Throws `SyntaxError` for what is no calendar.
 */
export function closuresOf(source: string, timezone: string, { from, to }: Interval): Calendar["closures"] {
  let root: ICAL.Component;
  try {
    root = new ICAL.Component(ICAL.parse(source) as unknown[]);
  } catch {
    throw new SyntaxError("expected an iCalendar file");
  }
  if (root.name !== "vcalendar") throw new SyntaxError("expected an iCalendar file");
  const zones = new Map(
    root.getAllSubcomponents("vtimezone").map((one) => {
      const zone = new ICAL.Timezone(one);
      return [zone.tzid, zone] as const;
    }),
  );
  const found: (Interval & { name: string })[] = [];
  /** A zone of the runtime's is believed before the feed's own description of it; the team's is taken where neither says anything. */
  const momentAt = (time: ICAL.Time, tzid: string | undefined): number => {
    const wall = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
    if (time.isDate) return momentOf(timezone, wall);
    if (time.zone?.tzid === "UTC") return wall;
    if (tzid === undefined || isZone(tzid)) return momentOf(tzid ?? timezone, wall);
    const described = zones.get(tzid);
    return described === undefined ? momentOf(timezone, wall) : wall - described.utcOffset(time) * 1_000;
  };
  const take = (name: string, start: number, end: number): void => {
    if (end > start && start < to && end > from) found.push({ from: start, to: end, name });
  };
  for (const component of root.getAllSubcomponents("vevent")) {
    const event = new ICAL.Event(component);
    const start = component.getFirstPropertyValue("dtstart") as ICAL.Time | null;
    if (start === null || component.getFirstPropertyValue("status") === "CANCELLED" || event.isRecurrenceException()) continue;
    if (!start.isDate && component.getFirstPropertyValue("transp") === "TRANSPARENT") continue;
    const name = event.summary ?? "";
    const startZone = zoneOf(component, "dtstart");
    const endZone = zoneOf(component, "dtend") ?? startZone;
    if (!event.isRecurring()) {
      take(name, momentAt(event.startDate, startZone), momentAt(event.endDate, endZone));
      continue;
    }
    const series = event.iterator();
    for (let count = 0; count < MOST_OCCURRENCES; count += 1) {
      const next = series.next() as ICAL.Time | undefined;
      if (next === undefined || momentAt(next, startZone) >= to + DAY_MS) break;
      const { startDate, endDate, item } = event.getOccurrenceDetails(next);
      take(item.summary ?? name, momentAt(startDate, startZone), momentAt(endDate, endZone));
    }
  }
  return found.sort((one, other) => one.from - other.from);
}

function zoneOf(component: ICAL.Component, property: string): string | undefined {
  const tzid = component.getFirstProperty(property)?.getFirstParameter("tzid");
  return typeof tzid === "string" ? tzid : undefined;
}
