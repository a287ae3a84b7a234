/** Teams of people: what a config says of their hours, read into the calendar's own form. Strict, with the path of each mistake. */
import * as v from "valibot";
import { languageSchema } from "@allhours/protocol";
import { overlapIn, type Slot } from "../routing/calendar.ts";
import { isPlace } from "../routing/holidays.ts";
import { isZone } from "../routing/wall-clock.ts";
import { httpUrlSchema, nameSchema } from "./common.ts";

const text = v.pipe(v.string("expected text"), v.minLength(1, "expected text"), v.maxLength(200, "expected at most 200 characters"));
export const zoneSchema = v.pipe(
  v.string("expected an IANA zone, as Europe/Paris"),
  v.check(isZone, (issue) => `expected an IANA zone, as Europe/Paris; "${issue.input}" is none`),
);
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const SLOT = "expected hours as 09:00-12:30, or 22:00-06:00 over midnight";
function slotOf(written: string): Slot | undefined {
  const [, fromHour, fromMinute, toHour, toMinute] = /^(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/.exec(written.trim()) ?? [];
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const end = Number(toHour) * 60 + Number(toMinute);
  const valid = from < 1_440 && end <= 1_440 && Number(fromMinute) < 60 && Number(toMinute) < 60;
  return valid ? { from, to: end > from ? end : end + 1_440 } : undefined;
}
const slot = v.pipe(
  v.string(SLOT),
  v.check((written) => slotOf(written) !== undefined, SLOT),
);
/** One slot or a list of them, as 09:00-12:30. */
export const slots = v.pipe(
  v.union([slot, v.array(slot, SLOT)], SLOT),
  v.transform((given) => (Array.isArray(given) ? given : [given]).map((written) => slotOf(written)!)),
);

const KEY = "expected days as mon, mon-fri, sat,sun or daily";
/** Places in the week, Monday 0; `undefined` for anything but days. */
function daysOf(key: string): number[] | undefined {
  const days: number[] = [];
  for (const part of key.toLowerCase().split(",")) {
    if (part.trim() === "daily") {
      days.push(0, 1, 2, 3, 4, 5, 6);
      continue;
    }
    const [first, last] = part.split("-").map((day) => DAYS.indexOf(day.trim().slice(0, 3) as (typeof DAYS)[number]));
    if (first === undefined || first < 0 || (last !== undefined && last < 0)) return undefined;
    for (let day = first; ; day = (day + 1) % 7) {
      days.push(day);
      if (day === (last ?? first)) break;
    }
  }
  return days;
}

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60) % 24).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
/** `{ mon-fri: ["09:00-12:30", "13:30-18:00"], sat: "22:00-06:00" }`; a day named twice has both. */
const hours = v.pipe(
  v.record(
    v.pipe(
      v.string(KEY),
      v.check((key) => daysOf(key) !== undefined, KEY),
    ),
    slots,
    "expected days with their hours",
  ),
  v.transform((given): Slot[][] => {
    const week: Slot[][] = Array.from({ length: 7 }, () => []);
    for (const [key, list] of Object.entries(given)) for (const day of daysOf(key)!) week[day]!.push(...list);
    return week;
  }),
  v.check(
    (week) => overlapIn(week) === undefined,
    (issue) => {
      const found = overlapIn(issue.input)!;
      const shown = ({ from, to }: Slot): string => `${clock(from)}-${clock(to)}`;
      return `expected slots that do not overlap; on ${DAYS[found.day]} ${shown(found.one)} meets ${shown(found.other)}`;
    },
  ),
);

const date = v.pipe(v.string("expected a date, as 2026-12-24"), v.isoDate("expected a date, as 2026-12-24"));
const holidays = v.pipe(
  v.union(
    [
      v.pipe(
        v.string(),
        v.transform((country) => ({ country, state: undefined, region: undefined })),
      ),
      v.strictObject({ country: v.string("expected a country, as FR"), state: v.optional(text), region: v.optional(text) }),
    ],
    "expected a country, as FR, or { country, state, region }",
  ),
  v.check(
    isPlace,
    "expected a country, state and region whose holidays are known (package date-holidays), as FR or { country: DE, state: BY }",
  ),
);

export const teamSchema = v.strictObject({
  id: nameSchema,
  /** Shown to the visitor; default the id. */
  name: v.optional(text),
  /** Shown to the visitor with the local time, as Manila. */
  place: v.optional(text),
  /** The handoff adapter they answer in; default the region's first. */
  desk: v.optional(nameSchema),
  timezone: zoneSchema,
  hours,
  /** Public holidays on which no slot begins. */
  holidays: v.optional(holidays),
  /** iCalendar feeds: nobody works during their events. Their hosts must be in the region's `egress`. */
  feeds: v.optional(v.array(httpUrlSchema, "expected a list of URLs"), []),
  /** Days with other hours, or none; they win over week and holidays. */
  exceptions: v.optional(
    v.array(v.strictObject({ date, hours: v.optional(slots, []), name: v.optional(text) }), "expected a list of { date, hours }"),
    [],
  ),
  languages: v.pipe(
    v.array(v.pipe(v.string("expected text"), languageSchema), "expected a list of languages"),
    v.minLength(1, "expected at least one language"),
  ),
  /** May be asked in other languages too, by means of translation; only where nobody on duty speaks it. */
  translates: v.optional(v.boolean("expected true or false"), false),
  /** Topics (intents or article ids, or the part before their first `.` or `-`) that go to this team before others. */
  skills: v.optional(v.array(text, "expected a list of topics"), []),
  /** Open cases it holds at most, offers included. */
  capacity: v.optional(
    v.pipe(
      v.number("expected a whole number"),
      v.integer("expected a whole number"),
      v.minValue(1, "expected at least 1"),
      v.maxValue(10_000),
    ),
    20,
  ),
});
export type TeamConfig = v.InferOutput<typeof teamSchema>;
