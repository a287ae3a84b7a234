import { describe, expect, it } from "vitest";
import { closuresOf } from "./feed.ts";
import { holidaysIn, isPlace } from "./holidays.ts";

const year = { from: Date.parse("2026-01-01T00:00:00Z"), to: Date.parse("2027-01-01T00:00:00Z") };
function feed(...events: string[]): string {
  const lines = events.flatMap((event, index) => ["BEGIN:VEVENT", `UID:${index}@shop`, ...event.split("\n"), "END:VEVENT"]);
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//shop//EN", ...lines, "END:VCALENDAR", ""].join("\r\n");
}
function shown(source: string, timezone = "Europe/Paris"): string[] {
  return closuresOf(source, timezone, year).map(
    ({ from, to, name }) => `${new Date(from).toISOString().slice(5, 16)} ${new Date(to).toISOString().slice(5, 16)} ${name}`,
  );
}

describe("a feed of days off", () => {
  it("has whole days, which are the team's", () => {
    const source = feed("SUMMARY:stock taking\nDTSTART;VALUE=DATE:20260803\nDTEND;VALUE=DATE:20260805", "DTSTART;VALUE=DATE:20261224");
    expect(shown(source)).toEqual(["08-02T22:00 08-04T22:00 stock taking", "12-23T23:00 12-24T23:00 "]);
    expect(shown(source, "Asia/Manila")[0]).toBe("08-02T16:00 08-04T16:00 stock taking");
  });

  it("has times in UTC, in a zone, in a zone of its own, and in none", () => {
    const zone =
      "BEGIN:VTIMEZONE\r\nTZID:Our office\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0330\r\nTZOFFSETTO:+0330\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT";
    const source = feed(
      "SUMMARY:utc\nDTSTART:20260301T120000Z\nDTEND:20260301T130000Z",
      "SUMMARY:tokyo\nDTSTART;TZID=Asia/Tokyo:20260302T120000\nDURATION:PT90M",
      "SUMMARY:own\nDTSTART;TZID=Our office:20260303T120000\nDTEND;TZID=Our office:20260303T130000",
      "SUMMARY:nowhere\nDTSTART;TZID=Nowhere:20260304T120000\nDTEND;TZID=Nowhere:20260304T130000",
      "SUMMARY:floating\nDTSTART:20260305T120000\nDTEND:20260305T130000",
    ).replace("BEGIN:VEVENT", zone);
    expect(shown(source)).toEqual([
      "03-01T12:00 03-01T13:00 utc",
      "03-02T03:00 03-02T04:30 tokyo",
      "03-03T08:30 03-03T09:30 own",
      "03-04T11:00 03-04T12:00 nowhere",
      "03-05T11:00 03-05T12:00 floating",
    ]);
  });

  it("follows a series over the change of the clock, without what was taken out, moved or called off", () => {
    const series = "SUMMARY:weekly\nDTSTART;TZID=Europe/Paris:20260318T140000\nDTEND;TZID=Europe/Paris:20260318T150000";
    const source = feed(
      `${series}\nRRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Europe/Paris:20260325T140000`,
      "SUMMARY:never\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20260501",
      "SUMMARY:reminder\nTRANSP:TRANSPARENT\nDTSTART:20260502T100000Z\nDTEND:20260502T110000Z",
      "SUMMARY:moved\nRECURRENCE-ID;TZID=Europe/Paris:20260408T140000\nDTSTART;TZID=Europe/Paris:20260409T090000\nDTEND;TZID=Europe/Paris:20260409T100000",
    ).replace("UID:3@shop", "UID:0@shop");
    expect(shown(source)).toEqual(["03-18T13:00 03-18T14:00 weekly", "04-01T12:00 04-01T13:00 weekly", "04-09T07:00 04-09T08:00 moved"]);
  });

  it("comes to an end where a series has none", () => {
    expect(shown(feed("SUMMARY:yearly\nDTSTART;VALUE=DATE:19900714\nRRULE:FREQ=YEARLY"))).toEqual(["07-13T22:00 07-14T22:00 yearly"]);
    expect(shown(feed("SUMMARY:x\nDTSTART:19900714T100000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY"))).toEqual([]);
  });

  it("refuses what is no calendar", () => {
    for (const source of ["", "<html>moved</html>", "BEGIN:VCARD\r\nVERSION:4.0\r\nEND:VCARD\r\n", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT"])
      expect(() => closuresOf(source, "Europe/Paris", year), source).toThrow("expected an iCalendar file");
  });
});

describe("public holidays", () => {
  it("are those of country, state and region; whole days, and all days of long ones", () => {
    expect(holidaysIn({ country: "FR" }, 2026, 2026).get("2026-07-14")).toBe("Fête Nationale de la France");
    expect(holidaysIn({ country: "DE" }, 2026, 2027).has("2027-01-06")).toBe(false);
    expect(holidaysIn({ country: "DE", state: "BY" }, 2026, 2027).has("2027-01-06")).toBe(true);
    const emirates = holidaysIn({ country: "AE" }, 2027, 2027);
    expect(["2027-03-08", "2027-03-09", "2027-03-11", "2027-03-12"].map((date) => emirates.has(date))).toEqual([false, true, true, false]);
    const china = holidaysIn({ country: "CN" }, 2027, 2027);
    expect([china.has("2027-10-03"), china.has("2027-05-04")]).toEqual([true, false]);
  });
  it("exist for places that exist", () => {
    expect([isPlace({ country: "FR" }), isPlace({ country: "DE", state: "BY", region: "A" })]).toEqual([true, true]);
    for (const nowhere of [
      { country: "XX" },
      { country: "fr" },
      { country: "FR", state: "ZZ" },
      { country: "DE", region: "A" },
      { country: "" },
    ])
      expect(isPlace(nowhere), JSON.stringify(nowhere)).toBe(false);
  });
});
