import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { holidayOn, openIntervals, overlapIn, type Calendar, type Slot } from "./calendar.ts";
import { clockAt, DAY_MS, dateOf, dayOf, minuteOf, momentOf, wallAt, weekdayOf } from "./wall-clock.ts";

const ZONES = [
  "Europe/Paris",
  "Europe/London",
  "Europe/Lisbon",
  "Europe/Chisinau",
  "America/New_York",
  "America/St_Johns",
  "America/Sao_Paulo",
  "America/Santiago",
  "America/Lima",
  "Africa/Lagos",
  "Africa/Cairo",
  "Africa/Casablanca",
  "Asia/Shanghai",
  "Asia/Kolkata",
  "Asia/Manila",
  "Asia/Beirut",
  "Asia/Jerusalem",
  "Australia/Lord_Howe",
  "Pacific/Auckland",
  "Pacific/Chatham",
];
const FIRST = dayOf("2026-01-01");
const LAST = dayOf("2036-01-01");

/** The same promise by another library: the first moment at which the wall shows it or later. */
function expected(zone: string, day: number, minute: number): number {
  const wall = Temporal.PlainDateTime.from(dateOf(day)).add({ minutes: minute });
  const moment = wall.toZonedDateTime(zone, { disambiguation: "earlier" });
  if (moment.toPlainDateTime().equals(wall)) return moment.epochMilliseconds;
  // Skipped: the change itself is the next transition before the wall as the old clock would have it.
  const after = wall.toZonedDateTime(zone, { disambiguation: "later" }).add({ seconds: 1 });
  return after.getTimeZoneTransition("previous")!.epochMilliseconds;
}

describe("the clock on the wall", () => {
  it.each(ZONES)("agrees with another implementation on every quarter of an hour of each change in ten years: %s", (zone) => {
    let transition = Temporal.Instant.fromEpochMilliseconds(FIRST * DAY_MS)
      .toZonedDateTimeISO(zone)
      .getTimeZoneTransition("next");
    let changes = 0;
    while (transition !== null && transition.epochMilliseconds < LAST * DAY_MS) {
      changes += 1;
      const day = dayOf(transition.toPlainDate().toString());
      for (let minute = -180; minute <= 1_620; minute += 15)
        expect(minuteOf(zone, day, minute), `${zone} ${dateOf(day)} ${minute}`).toBe(expected(zone, day, minute));
      transition = transition.getTimeZoneTransition("next");
    }
    // Zones without a change are asked on any day; that those with changes were not skipped is seen here.
    if (["Europe/Paris", "America/New_York", "Pacific/Auckland", "Australia/Lord_Howe"].includes(zone)) expect(changes).toBe(20);
  });

  it("agrees with it at any minute of ten years", () => {
    const moments = fc.tuple(fc.constantFrom(...ZONES), fc.integer({ min: FIRST, max: LAST - 1 }), fc.integer({ min: 0, max: 2_879 }));
    fc.assert(
      fc.property(moments, ([zone, day, minute]) => {
        const at = minuteOf(zone, day, minute);
        expect(at).toBe(expected(zone, day, minute));
        expect(wallAt(zone, at)).toBeGreaterThanOrEqual(day * DAY_MS + minute * 60_000);
        expect(wallAt(zone, at - 1_000)).toBeLessThan(day * DAY_MS + minute * 60_000);
      }),
      { numRuns: 4_000, seed: 20_261_128 },
    );
  });

  it("knows the days of the week, and a day that was left out", () => {
    expect([weekdayOf(dayOf("2026-11-30")), weekdayOf(dayOf("2026-11-29")), weekdayOf(dayOf("1969-12-29"))]).toEqual([0, 6, 0]);
    // Samoa went over the date line: 30 December 2011 was never there.
    expect(momentOf("Pacific/Apia", Date.parse("2011-12-30T12:00:00Z"))).toBe(Date.parse("2011-12-31T00:00:00+14:00"));
  });
});

const nine: Slot = { from: 9 * 60, to: 17 * 60 };
const lunch: Slot[] = [
  { from: 9 * 60, to: 12 * 60 + 30 },
  { from: 13 * 60 + 30, to: 18 * 60 },
];
const night: Slot = { from: 22 * 60, to: 30 * 60 };
const every = (...slots: Slot[]): Slot[][] => Array.from({ length: 7 }, () => slots);
function calendar(timezone: string, week: Slot[][], more: Partial<Calendar> = {}): Calendar {
  return { timezone, week, exceptions: new Map(), holidays: new Map(), closures: [], ...more };
}
function shown(zone: string, from: string, to: string, own: Calendar): string[] {
  return openIntervals(own, Date.parse(from), Date.parse(to)).map((one) => {
    const day = (at: number): string => new Date(wallAt(zone, at)).toISOString().slice(5, 10);
    return `${day(one.from)} ${clockAt(zone, one.from)} - ${day(one.to)} ${clockAt(zone, one.to)}`;
  });
}

describe("a calendar", () => {
  it("has lunch breaks, nights, and days off", () => {
    const week = [lunch, lunch, lunch, lunch, lunch, [], []];
    expect(shown("Europe/Paris", "2026-11-27T00:00:00Z", "2026-12-01T00:00:00Z", calendar("Europe/Paris", week))).toEqual([
      "11-27 09:00 - 11-27 12:30",
      "11-27 13:30 - 11-27 18:00",
      "11-30 09:00 - 11-30 12:30",
      "11-30 13:30 - 11-30 18:00",
    ]);
    expect(shown("Asia/Manila", "2026-11-27T00:00:00Z", "2026-11-28T15:00:00Z", calendar("Asia/Manila", every(night)))).toEqual([
      "11-27 22:00 - 11-28 06:00",
      "11-28 22:00 - 11-28 23:00",
    ]);
    // Begun the evening before, and seen from the middle of it.
    expect(shown("Asia/Manila", "2026-11-27T18:00:00Z", "2026-11-27T23:00:00Z", calendar("Asia/Manila", every(night)))).toEqual([
      "11-28 02:00 - 11-28 06:00",
    ]);
    expect(openIntervals(calendar("Asia/Manila", every()), 0, 10 * DAY_MS)).toEqual([]);
  });

  it("keeps a night shift whole over both changes of the clock", () => {
    const hours = (from: string, to: string): number[] =>
      openIntervals(calendar("Europe/Paris", every(night)), Date.parse(from), Date.parse(to)).map((one) => (one.to - one.from) / 3_600_000);
    expect(hours("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z")).toEqual([7]);
    expect(hours("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z")).toEqual([9]);
    expect(hours("2026-10-25T12:00:00Z", "2026-10-26T12:00:00Z")).toEqual([8]);
  });

  it("leaves no hole and no overlap between shifts, in any zone, on any day of ten years", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: FIRST, max: LAST - 1 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 1_439 }), { minLength: 2, maxLength: 5 }),
        (zone, day, cuts) => {
          const sorted = cuts.sort((one, other) => one - other);
          const slots = sorted.map((from, index) => ({ from, to: sorted[index + 1] ?? (sorted[0] ?? 0) + 1_440 }));
          const from = minuteOf(zone, day, 0);
          const to = minuteOf(zone, day + 2, 0);
          // Together they are always at work; and each moment is one shift's only.
          expect(openIntervals(calendar(zone, every(...slots)), from, to)).toEqual([{ from, to }]);
          const each = slots.flatMap((slot) => openIntervals(calendar(zone, every(slot)), from, to));
          expect(each.reduce((sum, one) => sum + one.to - one.from, 0)).toBe(to - from);
        },
      ),
      { numRuns: 500, seed: 20_261_128 },
    );
  });

  it("is closed on holidays, but for an exception, and opens on days it says", () => {
    const own = calendar("Europe/Paris", every(night), {
      holidays: new Map([
        ["2026-12-25", "Noël"],
        ["2026-12-26", "x"],
      ]),
      exceptions: new Map([
        ["2026-12-26", [nine]],
        ["2026-12-27", []],
      ]),
    });
    // The night that began on the 24th goes on into the holiday.
    expect(shown("Europe/Paris", "2026-12-24T12:00:00Z", "2026-12-28T12:00:00Z", own)).toEqual([
      "12-24 22:00 - 12-25 06:00",
      "12-26 09:00 - 12-26 17:00",
    ]);
    expect(holidayOn(own, Date.parse("2026-12-25T12:00:00Z"))).toBe("Noël");
    expect(holidayOn(own, Date.parse("2026-12-26T12:00:00Z"))).toBeUndefined();
  });

  it("takes closures out of the middle, the edges and all of a slot", () => {
    const at = (time: string): number => Date.parse(`2026-11-30T${time}:00Z`);
    const closures = [
      { from: at("08:00"), to: at("10:00"), name: "training" },
      { from: at("11:00"), to: at("12:00"), name: "meeting" },
      { from: at("16:30"), to: at("18:00"), name: "party" },
    ];
    const own = calendar("Africa/Abidjan", every(nine), { closures });
    expect(shown("Africa/Abidjan", "2026-11-30T00:00:00Z", "2026-12-01T00:00:00Z", own)).toEqual([
      "11-30 10:00 - 11-30 11:00",
      "11-30 12:00 - 11-30 16:30",
    ]);
    expect(holidayOn(own, at("11:30"))).toBe("meeting");
    const whole = [{ from: at("00:00"), to: at("23:59"), name: "move" }];
    expect(shown("Africa/Abidjan", "2026-11-30T00:00:00Z", "2026-12-01T00:00:00Z", { ...own, closures: whole })).toEqual([]);
  });

  it("tells slots that overlap, over midnight and over the week's end too", () => {
    expect(overlapIn(every(...lunch))).toBeUndefined();
    expect(overlapIn(every(nine, { from: 16 * 60, to: 18 * 60 }))?.day).toBe(0);
    expect(overlapIn(every(night, { from: 300, to: 600 }))).toMatchObject({ one: night, other: { from: 300, to: 600 } });
    expect(overlapIn([[{ from: 60, to: 120 }], [], [], [], [], [], [{ from: 1_400, to: 1_600 }]])?.day).toBe(6);
    expect(overlapIn([[{ from: 160, to: 220 }], [], [], [], [], [], [{ from: 1_400, to: 1_600 }]])).toBeUndefined();
  });
});
