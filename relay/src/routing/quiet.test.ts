import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { leavesRoom, quietUntil } from "./quiet.ts";
import { DAY_MS } from "./wall-clock.ts";

/** 21:00 to 08:00. */
const night = [{ from: 21 * 60, to: 32 * 60 }];
const at = (text: string): number => Date.parse(text);
const until = (daily: Parameters<typeof quietUntil>[0], zone: string, moment: string): string | undefined => {
  const end = quietUntil(daily, zone, at(moment));
  return end === undefined ? undefined : new Date(end).toISOString();
};

describe("quiet hours", () => {
  it("hold by the visitor's wall, not ours, and end where they say", () => {
    // 21:30 in Manila is early afternoon in Paris.
    expect(until(night, "Asia/Manila", "2026-11-30T13:30:00Z")).toBe("2026-12-01T00:00:00.000Z");
    expect(until(night, "Europe/Paris", "2026-11-30T13:30:00Z")).toBeUndefined();
    // The edges: quiet from the first minute, not in the last.
    expect(until(night, "Europe/Paris", "2026-11-30T19:59:59Z")).toBeUndefined();
    expect(until(night, "Europe/Paris", "2026-11-30T20:00:00Z")).toBe("2026-12-01T07:00:00.000Z");
    expect(until(night, "Europe/Paris", "2026-12-01T07:00:00Z")).toBeUndefined();
    expect(until(night, "Asia/Kolkata", "2026-11-30T15:30:00Z")).toBe("2026-12-01T02:30:00.000Z");
    expect(until([], "Europe/Paris", "2026-12-01T02:00:00Z")).toBeUndefined();
  });

  it("are an hour shorter or longer in the night the clocks are changed", () => {
    const hours = (zone: string, start: string): number => (quietUntil(night, zone, at(start))! - at(start)) / 3_600_000;
    expect(hours("Europe/Paris", "2026-03-28T20:00:00Z")).toBe(10);
    expect(hours("Europe/Paris", "2026-10-24T19:00:00Z")).toBe(12);
    expect(hours("America/New_York", "2026-03-08T02:00:00Z")).toBe(10);
    expect(hours("America/New_York", "2026-11-01T01:00:00Z")).toBe(12);
    // By half an hour, and in the other half of the year.
    expect(hours("Australia/Lord_Howe", "2026-04-04T10:00:00Z")).toBe(11.5);
    expect(hours("Asia/Manila", "2026-03-28T13:00:00Z")).toBe(11);
  });

  it("hold exactly while the wall shows them, every quarter of an hour around every change of a year", () => {
    for (const zone of [
      "Europe/Paris",
      "America/New_York",
      "America/St_Johns",
      "Africa/Cairo",
      "Australia/Lord_Howe",
      "Pacific/Auckland",
    ]) {
      let change = Temporal.Instant.from("2026-01-01T00:00:00Z").toZonedDateTimeISO(zone).getTimeZoneTransition("next");
      for (let left = 2; left > 0 && change !== null; left -= 1) {
        for (let moment = change.epochMilliseconds - DAY_MS; moment < change.epochMilliseconds + DAY_MS; moment += 15 * 60_000) {
          const { hour } = Temporal.Instant.fromEpochMilliseconds(moment).toZonedDateTimeISO(zone);
          expect(quietUntil(night, zone, moment) !== undefined, `${zone} ${new Date(moment).toISOString()}`).toBe(hour >= 21 || hour < 8);
        }
        change = change.getTimeZoneTransition("next");
      }
    }
  });

  it("know when they leave no hour", () => {
    expect([leavesRoom([]), leavesRoom(night), leavesRoom([{ from: 0, to: 1_440 }])]).toEqual([true, true, false]);
    expect(leavesRoom([...night, { from: 8 * 60, to: 21 * 60 }])).toBe(false);
  });
});
