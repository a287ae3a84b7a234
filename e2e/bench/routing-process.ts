/** How long it takes to choose a team among 500, beside one pass over as many plain objects. Prints JSON. */
import { chooseTeam, createRota, type Team } from "@allhours/relay";
import { quantile } from "../eval/score.ts";

export type MeasuredRouting = { teams: number; chosen: number; firstMs: number; p50: number; p99: number; floorP50: number };

const ZONES = [
  "Europe/Paris",
  "Africa/Lagos",
  "America/Lima",
  "Asia/Manila",
  "Asia/Kolkata",
  "America/New_York",
  "Pacific/Auckland",
  "Asia/Dubai",
];
const LANGUAGES = ["en", "fr", "es", "de", "pt", "ja", "zh", "ar"];
const ASKED = 20_000;

const teams: Team[] = Array.from({ length: 500 }, (_, index) => ({
  id: `team-${index}`,
  timezone: ZONES[index % ZONES.length] ?? "UTC",
  hours: Array.from({ length: 7 }, () => [{ from: (index % 16) * 60, to: (index % 16) * 60 + 480 }]),
  languages: [LANGUAGES[index % LANGUAGES.length] ?? "en", LANGUAGES[(index * 3 + 1) % LANGUAGES.length] ?? "en"],
  translates: index % 5 === 0,
  skills: index % 7 === 0 ? ["returns"] : [],
  capacity: 10 + (index % 20),
  exceptions: [],
  feeds: [],
}));
const loads = new Map(teams.map(({ id }, index) => [id, index % 12]));
const rota = createRota(teams);
const start = Date.parse("2026-11-30T00:00:00Z");
const ask = (index: number): string | undefined =>
  chooseTeam(rota, {
    language: LANGUAGES[index % LANGUAGES.length] ?? "en",
    topics: index % 3 === 0 ? ["returns.label"] : [],
    at: start + index * 40_000,
    loads,
    passed: [],
  }).team?.id;

let began = performance.now();
let chosen = ask(0) === undefined ? 0 : 1;
const firstMs = performance.now() - began;
const taken: number[] = [];
const floor: number[] = [];
let sink = 0;
for (let index = 1; index < ASKED; index += 1) {
  began = performance.now();
  if (ask(index) !== undefined) chosen += 1;
  taken.push((performance.now() - began) * 1_000);
  began = performance.now();
  const [best] = teams.filter(({ capacity }) => capacity > index % 25).sort((one, other) => one.capacity - other.capacity);
  sink += best?.capacity ?? 0;
  floor.push((performance.now() - began) * 1_000);
}
if (sink < 0) throw new Error("never");
const at = (list: number[], share: number): number =>
  quantile(
    list.toSorted((one, other) => one - other),
    share,
  ) ?? Number.NaN;
const measured: MeasuredRouting = {
  teams: teams.length,
  chosen,
  firstMs,
  p50: at(taken, 0.5),
  p99: at(taken, 0.99),
  floorP50: at(floor, 0.5),
};
process.stdout.write(JSON.stringify(measured));
