import { expect, it } from "vitest";
import { createRota, type Team } from "./rota.ts";
import { chooseTeam, nextOnDuty, promiseFor, verdictsOf, type Asked } from "./tiers.ts";

const hours = (from: number, to: number, days = [0, 1, 2, 3, 4, 5, 6]): Team["hours"] =>
  Array.from({ length: 7 }, (_, day) => (days.includes(day) ? [{ from: from * 60, to: to * 60 }] : []));
function team(id: string, over: Partial<Team> = {}): Team {
  return {
    id,
    timezone: "UTC",
    hours: hours(0, 24),
    languages: ["en"],
    translates: false,
    skills: [],
    capacity: 10,
    exceptions: [],
    feeds: [],
    ...over,
  };
}
const at = Date.parse("2026-11-28T12:00:00Z");
const asked = (over: Partial<Asked> = {}): Asked => ({ language: "en", topics: [], at, loads: new Map(), passed: [], ...over });
const chosen = (teams: Team[], over: Partial<Asked> = {}): [string | undefined, string[]] => {
  const rota = createRota(teams);
  return [
    chooseTeam(rota, asked(over)).team?.id,
    verdictsOf(rota, asked(over)).map(({ team: { id }, fit, why }) => `${id} ${fit ? "+" : "-"} ${why}`),
  ];
};

it("asks who is at work", () => {
  const teams = [team("day", { hours: hours(8, 11), timezone: "Europe/Paris" }), team("night", { hours: hours(12, 20) })];
  expect(chosen(teams)).toEqual(["night", ["day - off duty until Sun 29 Nov 08:00 Europe/Paris", "night + speaks en, on duty"]]);
  expect(chosen([team("gone", { hours: hours(8, 9, []) })])).toEqual([undefined, ["gone - off duty for the next two months"]]);
});

it("prefers who speaks the language to who translates, and asks no other", () => {
  const teams = [team("any", { translates: true }), team("fr", { languages: ["fr"] }), team("ca", { languages: ["fr-CA"] }), team("en")];
  expect(chosen(teams, { language: "fr-FR", passed: [] })[0]).toBe("fr");
  expect(chosen(teams, { language: "fr", passed: ["fr", "ca"] })).toEqual([
    "any",
    ["any + translates fr, on duty", "fr - let the offer pass", "ca - let the offer pass", "en - does not speak fr"],
  ]);
});

it("takes anybody where nobody of the region has the language", () => {
  expect(chosen([team("en")], { language: "ja" })).toEqual(["en", ["en + nobody speaks ja, on duty"]]);
  // One that has it and sleeps is waited for.
  expect(chosen([team("en"), team("ja", { languages: ["ja"], hours: hours(0, 1) })], { language: "ja" })[0]).toBeUndefined();
});

it("prefers the skill, then who has least to do for its size, then the order of the list", () => {
  const teams = [team("a"), team("b", { skills: ["returns"] }), team("c", { capacity: 40 })];
  expect(chosen(teams, { topics: ["returns.label"] })[0]).toBe("b");
  expect(chosen(teams, { topics: ["returnsandmore"] })[0]).toBe("a");
  expect(
    chosen(teams, {
      loads: new Map([
        ["a", 5],
        ["b", 6],
        ["c", 16],
      ]),
    })[0],
  ).toBe("c");
  expect(chosen(teams)[0]).toBe("a");
});

it("leaves out who is full", () => {
  const loads = new Map([
    ["a", 10],
    ["b", 9],
  ]);
  expect(chosen([team("a"), team("b")], { loads })).toEqual(["b", ["a - full, 10 of 10", "b + speaks en, 9 of 10 cases"]]);
});

it("promises a time from the calendar and the queue", () => {
  const rota = createRota([
    team("fr", { languages: ["fr"], hours: hours(14, 16) }),
    team("en", { hours: hours(9, 17, [0, 1, 2, 3, 4]), timezone: "Europe/Paris", capacity: 2 }),
  ]);
  const by = (over: object): string =>
    new Date(
      promiseFor(rota, { language: "en", at, ahead: 0, handlingMs: 8 * 60_000, replyWithinMs: 3_600_000, onDuty: false, ...over }),
    ).toISOString();
  // Saturday noon: Monday at nine in Paris, and eight minutes.
  expect(by({})).toBe("2026-11-30T08:10:00.000Z");
  expect(by({ ahead: 1 })).toBe("2026-11-30T08:10:00.000Z");
  expect(by({ ahead: 5 })).toBe("2026-11-30T08:25:00.000Z");
  expect(by({ language: "fr" })).toBe("2026-11-28T14:10:00.000Z");
  // Nobody has it: whoever comes first.
  expect(by({ language: "ja" })).toBe("2026-11-28T14:10:00.000Z");
  expect(by({ onDuty: true })).toBe("2026-11-28T13:00:00.000Z");
  expect(nextOnDuty(rota, "fr", at)?.team.id).toBe("fr");
  const never = createRota([team("x", { hours: hours(9, 17, []) })]);
  expect(promiseFor(never, { language: "en", at, ahead: 0, handlingMs: 1, replyWithinMs: 3_600_000, onDuty: false })).toBe(at + 3_600_000);
});
