import { readdir } from "node:fs/promises";
import { expect, it } from "vitest";
import { createEgress } from "../adapters/egress.ts";
import { checkConfig, type ConfigIssue } from "../config/load.ts";
import { createTestContext } from "../testing/adapter-context.ts";
import { startTestServer } from "../testing/http-server.ts";
import { coverageOf, coverageText } from "./coverage.ts";
import { coverageSvg } from "./coverage-svg.ts";
import { refreshFeeds } from "./feeds.ts";
import { createRota, type Rota, type Team } from "./rota.ts";
import { DAY_MS, dayOf } from "./wall-clock.ts";

const base = { id: "paris", timezone: "Europe/Paris", hours: { "mon-fri": ["09:00-12:30", "13:30-18:00"] }, languages: ["fr", "en"] };
function regionWith(teams: unknown[], more: object = {}): { teams: Team[]; issues: ConfigIssue[] } {
  const issues: ConfigIssue[] = [];
  const handoff = [{ use: "webhook", id: "desk", url: "https://desk.example/hook", secret: "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz" }];
  const region = { nlu: [], knowledge: [], egress: ["https://desk.example"], handoff, teams, ...more };
  const site = { name: "Shop", origins: [], languages: ["en"], defaultLanguage: "en", defaultRegion: "eu" };
  const config = checkConfig(
    { mode: "dev", server: { port: 1 }, store: { kind: "memory" }, sites: { shop: site }, regions: { eu: region } },
    issues,
  );
  return { teams: config?.regions["eu"]?.teams ?? [], issues };
}
function onlyTeam({ teams: [team] }: Rota): Team {
  if (team === undefined) throw new Error("expected a team");
  return team;
}
const at = (time: string): number => Date.parse(time);

it("knows the shift that is on and the one that comes, over years, in any order of asking", () => {
  const rota = createRota(regionWith([{ ...base, holidays: "FR" }]).teams);
  const team = onlyTeam(rota);
  const hours = (shift: { from: number; to: number } | undefined): string | undefined =>
    shift && `${new Date(shift.from).toISOString().slice(0, 16)}/${new Date(shift.to).toISOString().slice(11, 16)}`;
  for (const year of ["2026", "2031", "2027"]) expect(rota.shiftAt(team, at(`${year}-12-25T10:00:00Z`)), year).toBeUndefined();
  expect(hours(rota.shiftAt(team, at("2026-11-27T08:00:00Z")))).toBe("2026-11-27T08:00/11:30");
  expect(hours(rota.nextShift(team, at("2026-11-27T08:00:00Z")))).toBe("2026-11-27T12:30/17:00");
  // At the last moment of a shift it is on; at its end it is over.
  expect(hours(rota.shiftAt(team, at("2026-11-27T11:29:59Z")))).toBe("2026-11-27T08:00/11:30");
  expect(rota.shiftAt(team, at("2026-11-27T11:30:00Z"))).toBeUndefined();
  expect(hours(rota.nextShift(team, at("2026-11-27T17:00:00Z")))).toBe("2026-11-30T08:00/11:30");
  const never = createRota(regionWith([{ ...base, hours: {} }]).teams);
  expect(never.nextShift(onlyTeam(never), at("2026-11-27T08:00:00Z"))).toBeUndefined();
});

it.each<[unknown, string, string]>([
  [{ ...base, timezone: "Europe/Pari" }, "timezone", 'expected an IANA zone, as Europe/Paris; "Europe/Pari" is none'],
  [
    { ...base, hours: { mon: ["09:00-12:00", "11:00-13:00"] } },
    "hours",
    "expected slots that do not overlap; on mon 09:00-12:00 meets 11:00-13:00",
  ],
  [{ ...base, hours: { sun: "22:00-06:00", mon: "05:00-09:00" } }, "hours", "on sun 05:00-09:00 meets 22:00-06:00"],
  [{ ...base, hours: { monday: "9-17" } }, "hours.monday", "expected hours as 09:00-12:30"],
  [{ ...base, hours: { funday: "09:00-17:00" } }, "hours.funday", "expected days as mon, mon-fri"],
  [{ ...base, hours: { mon: "09:00-25:00" } }, "hours.mon", "expected hours as 09:00-12:30"],
  [{ ...base, holidays: "Atlantis" }, "holidays", "expected a country, state and region"],
  [{ ...base, holidays: { country: "DE", state: "XX" } }, "holidays", "expected a country, state and region"],
  [{ ...base, exceptions: [{ date: "24.12.2026" }] }, "exceptions.0.date", "expected a date, as 2026-12-24"],
  [{ ...base, feeds: ["https://elsewhere.example/off.ics"] }, "feeds.0", "expected https://elsewhere.example in the region's egress list"],
  [{ ...base, desk: "none" }, "desk", "expected one of the region's desks: desk"],
  [{ ...base, capacity: 0 }, "capacity", "expected at least 1"],
  [{ ...base, languages: [] }, "languages", "expected at least one language"],
])("tells what is wrong with the hours of a team: %#", (team, path, expected) => {
  expect(regionWith([team]).issues.map((issue) => `${issue.path}: ${issue.expected}`)).toEqual([
    expect.stringContaining(`regions.eu.teams.0.${path}: `) && expect.stringContaining(expected),
  ]);
});

it("wants each team once, and a desk for it", () => {
  expect(regionWith([base, base]).issues.map(({ path }) => path)).toEqual(["regions.eu.teams.1.id"]);
  expect(regionWith([base], { handoff: [] }).issues.map(({ path }) => path)).toEqual(["regions.eu.teams.0.desk"]);
});

it("shows who is on duty, and names every hole", () => {
  const { teams } = regionWith([
    { ...base, holidays: "FR", hours: { "mon-fri": "08:00-20:00" } },
    { ...base, id: "manila", timezone: "Asia/Manila", languages: ["en"], hours: { daily: "04:00-16:00" } },
    { ...base, id: "lima", timezone: "America/Lima", languages: ["es"], translates: true, hours: { "mon,wed": "18:00-02:15" } },
  ]);
  const rota = createRota(teams);
  const coverage = coverageOf(rota, ["en", "fr"], "UTC", dayOf("2026-12-24"), 2);
  expect(coverageText("region eu", coverage).split("\n")).toEqual([
    "region eu, Thu 24 Dec to Fri 25 Dec, hours of UTC",
    "",
    "  A  paris (Europe/Paris; fr, en)",
    "  B  manila (Asia/Manila; en)",
    "  C  lima (America/Lima; es, translates)",
    "",
    "en          0     3     6     9     12    15    18    21",
    // Lima's Wednesday goes on into Thursday, and its last quarter of an hour is part of a cell.
    "Thu 24 Dec  2222222222222222AAAAAAAAAAAAAAAAAAAAAA..BBBBBBBB",
    "Fri 25 Dec  BBBBBBBBBBBBBBBB........................BBBBBBBB",
    "en: nobody is there",
    "  Thu 24 Dec 19:00 to 20:00 (1 h)",
    "  Fri 25 Dec 08:00 to 20:00 (12 h)",
    "",
    "fr          0     3     6     9     12    15    18    21",
    "Thu 24 Dec  CCCCCCCCCCCCCCAAAAAAAAAAAAAAAAAAAAAAAA..........",
    "Fri 25 Dec  ................................................",
    "fr: nobody is there",
    "  Thu 24 Dec 19:00 to Sat 26 Dec 00:00 (29 h)",
  ]);
  const svg = coverageSvg([{ title: "eu <1>", coverage }]);
  expect(svg.match(/fill="#c0392b"/g)).toHaveLength(3);
  expect(svg).toContain("eu &lt;1&gt;");
  const none = coverageText(
    "x",
    coverageOf(createRota(regionWith([{ ...base, hours: { daily: "00:00-24:00" } }]).teams), ["en"], "UTC", dayOf("2026-03-28"), 3),
  );
  expect(none).toContain("en: somebody is there at any hour");
});

it("takes days off from a feed, keeps them while it does not answer, and says so", async () => {
  const test = await createTestContext();
  const ics = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "BEGIN:VEVENT",
    "UID:1",
    "DTSTART;VALUE=DATE:20261127",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
  const server = await startTestServer();
  try {
    const warned: object[] = [];
    const logger = { info: () => {}, warn: (fields: object) => void warned.push(fields), error: () => {} };
    const { teams } = regionWith([{ ...base, feeds: [`${server.origin}/off.ics?token=hidden`] }], { egress: [server.origin] });
    const deps = {
      fetch: createEgress({ hosts: [server.origin], timeoutMs: 500 }),
      cacheDir: test.context.cacheDir,
      logger,
      regionId: "eu",
    };
    const now = at("2026-11-27T08:30:00Z");
    const onDuty = async (): Promise<[string | undefined, boolean]> => {
      const rota = createRota(teams);
      const [state] = await refreshFeeds(rota, deps, now, AbortSignal.timeout(5_000));
      return [state?.state, rota.shiftAt(onlyTeam(rota), now) !== undefined];
    };
    server.script({ kind: "answer", status: 500, body: "no" });
    expect(await onDuty()).toEqual(["missing", true]);
    server.script({ kind: "answer", body: ics });
    expect(await onDuty()).toEqual(["fresh", false]);
    expect(await readdir(test.context.cacheDir)).toHaveLength(1);
    for (const wrong of [{ status: 500 }, { body: "<html>moved</html>" }]) {
      server.script({ kind: "answer", ...wrong });
      expect(await onDuty()).toEqual(["kept", false]);
    }
    await server.close();
    expect(await onDuty()).toEqual(["kept", false]);
    expect(warned).toMatchObject([
      { code: "feed-missing", problem: "HTTP 500" },
      { code: "feed-kept" },
      { code: "feed-kept", problem: "expected an iCalendar file" },
      { code: "feed-kept" },
    ]);
    // A feed's address may be a secret.
    expect(JSON.stringify(warned)).not.toContain("hidden");
  } finally {
    await server.close().catch(() => undefined);
    await test.dispose();
  }
});

it("works 500 teams out once and looks them up afterwards", () => {
  const many = Array.from({ length: 500 }, (_, index) => ({
    ...base,
    id: `t${index}`,
    hours: { daily: `${String(index % 24).padStart(2, "0")}:00-${String((index + 8) % 24).padStart(2, "0")}:30` },
  }));
  const rota = createRota(regionWith(many).teams);
  const now = at("2026-11-27T08:30:00Z");
  const on = (moment: number): number => rota.teams.filter((team) => rota.shiftAt(team, moment) !== undefined).length;
  const first = on(now);
  expect(first).toBeGreaterThan(150);
  for (let day = 1; day < 25; day += 1) expect(on(now + day * DAY_MS)).toBe(first);
});
