/** Whose shift it is, and what an agent reads of it: the words are a plain module of the browser, loaded as one. */
import { readConfig } from "@allhours/relay";
import { describe, expect, it } from "vitest";
import { createShifts, type TeamShift } from "./shifts.ts";

const { shiftWords, batonWords } = (await import(new URL("../../desk/shift-words.js", import.meta.url).href)) as {
  shiftWords: (
    team: Pick<TeamShift, "name" | "timezone" | "now" | "next">,
    batonMs: number,
    now: number,
  ) => { state: string; text: string; title: string };
  batonWords: (state: string, open: number) => string;
};
const config = readConfig(
  `
mode: dev
server: { port: 0 }
store: { kind: memory }
sites: { shop: { name: Shop, origins: [], languages: [en], defaultLanguage: en, defaultRegion: eu } }
regions:
  eu:
    egress: ["http://127.0.0.1:1"]
    nlu: []
    knowledge: []
    batonMs: 600000
    handoff:
      - { use: webhook, id: lisbon, url: "http://127.0.0.1:1/a", secret: whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= }
      - { use: webhook, id: other, url: "http://127.0.0.1:1/b", secret: whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= }
    teams:
      - { id: day, place: Lisbon, timezone: Europe/Lisbon, hours: { mon-fri: "09:00-18:00" }, languages: [en] }
      - { id: night, name: By night, timezone: Europe/Lisbon, hours: { daily: "18:00-02:00" }, languages: [en] }
      - { id: always, desk: other, timezone: UTC, hours: { daily: "00:00-24:00" }, languages: [en] }
`,
  "test.yaml",
  {},
);
const shifts = createShifts(config.regions);
/** A Friday in Lisbon, where it is the time of UTC. */
const at = (time: string): number => Date.parse(`2026-11-27T${time}:00Z`);
function pick(teams: readonly TeamShift[], index: number): TeamShift {
  const team = teams[index];
  if (team === undefined) throw new Error(`no team ${index}`);
  return team;
}
const words = (deskId: string, team: number, now: number): ReturnType<typeof shiftWords> => {
  const { batonMs, teams } = shifts.at(deskId, now);
  return shiftWords(pick(teams, team), batonMs, now);
};

describe("a desk's shifts", () => {
  it("are those of the teams that answer there, the region's first desk where a team names none", () => {
    expect(shifts.teams("lisbon")).toEqual([
      { id: "day", name: "Lisbon", place: "Lisbon", timezone: "Europe/Lisbon" },
      { id: "night", name: "By night", timezone: "Europe/Lisbon" },
    ]);
    expect(shifts.teams("other")).toEqual([{ id: "always", name: "always", timezone: "UTC" }]);
    expect(shifts.at("nowhere", at("12:00"))).toEqual({ batonMs: 0, teams: [] });
  });

  it("say until when, in the team's own time, and how much is left", () => {
    expect(words("lisbon", 0, at("16:00"))).toEqual({
      state: "on",
      text: "On shift until 18:00, 2 h left",
      title: "Lisbon: 09:00 to 18:00, Europe/Lisbon",
    });
    expect(words("lisbon", 1, at("23:30")).text).toBe("On shift until Sat 02:00, 2 h 30 min left");
    expect(words("other", 0, at("12:00")).text).toBe("On shift around the clock");
  });

  it("say that they end, from when on talks are offered to the next team", () => {
    expect(words("lisbon", 0, at("17:49")).state).toBe("on");
    expect(words("lisbon", 0, at("17:50"))).toMatchObject({ state: "ending", text: "On shift until 18:00, 10 min left" });
    expect(words("lisbon", 0, at("18:00") - 1).text).toBe("On shift until 18:00, less than a minute left");
  });

  it("say when the next one begins, and count on without being asked again", () => {
    expect(words("lisbon", 0, at("18:00"))).toMatchObject({ state: "off", text: "Off shift until Mon 09:00, in 63 h" });
    const { batonMs, teams } = shifts.at("lisbon", at("17:59"));
    expect(shiftWords(pick(teams, 1), batonMs, at("17:59")).text).toBe("Off shift until 18:00, in 1 min");
    expect(shiftWords(pick(teams, 1), batonMs, at("18:01")).text).toBe("On shift until Sat 02:00, 7 h 59 min left");
    expect(shiftWords(pick(teams, 0), batonMs, at("18:01")).state).toBe("off");
  });

  it("tell whoever has talks what becomes of them, and nobody else", () => {
    expect(batonWords("on", 2)).toBe("");
    expect(batonWords("ending", 0)).toBe("");
    expect(batonWords("ending", 1)).toContain("Your open talk is being offered to the next team");
    expect(batonWords("ending", 2)).toContain("Your 2 open talks are being offered");
    expect(batonWords("off", 1)).toContain("once it pauses");
  });
});
