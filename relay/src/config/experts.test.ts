import { expect, it } from "vitest";
import { checkConfig, type ConfigIssue } from "./load.ts";

const secret = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
const url = "https://volt.example/ask";
function issuesOf(...experts: object[]): Record<string, string> {
  const issues: ConfigIssue[] = [];
  const config = checkConfig(
    {
      mode: "dev",
      server: { port: 0 },
      store: { kind: "memory" },
      sites: { shop: { name: "Shop", origins: [], languages: ["en"], defaultLanguage: "en", defaultRegion: "eu" } },
      regions: {
        eu: {
          nlu: [],
          knowledge: [],
          egress: ["https://volt.example", "https://desk.example"],
          handoff: [{ use: "webhook", id: "desk", url: "https://desk.example/hook", secret }],
          experts,
        },
      },
    },
    issues,
  );
  expect(config === undefined).toBe(issues.length > 0);
  return Object.fromEntries(issues.map(({ path, expected }) => [path.replace("regions.eu.experts.", ""), expected]));
}
const good = { use: "http", name: "Volt & Watt", url, secret };

it("takes an expert with and without limits", () => {
  expect(
    issuesOf(good, { ...good, id: "b", maxCost: 1, maxCostPerDay: 20, currency: "EUR", privacyUrl: "/privacy", skills: ["x"] }),
  ).toEqual({});
});

it.each([
  ["no name", { ...good, name: undefined }, { "0.name": "expected text, but it is missing" }],
  ["an unknown adapter", { ...good, use: "ftp" }, { "0.use": "expected the name of a known expert adapter: http" }],
  ["a key nobody knows", { ...good, colour: "red" }, { "0.colour": "expected no key of this name" }],
  [
    "an address outside the region's list",
    { ...good, url: "https://other.example/ask" },
    { "0.url": expect.stringContaining("egress") as string },
  ],
  ["a limit without a currency", { ...good, maxCost: 1 }, { "0.currency": expect.stringContaining("ISO 4217") as string }],
  [
    "a day's limit without one for an answer",
    { ...good, maxCostPerDay: 1, currency: "EUR" },
    { "0.maxCost": expect.stringContaining("maxCostPerDay") as string },
  ],
  [
    "an answer that may cost more than a day",
    { ...good, maxCost: 3, maxCostPerDay: 1, currency: "EUR" },
    { "0.maxCost": "expected at most maxCostPerDay, 1" },
  ],
  ["no time at all", { ...good, withinMs: 10 }, { "0.withinMs": "expected at least 1000 ms" }],
  [
    "a privacy page over http",
    { ...good, privacyUrl: "http://volt.example" },
    { "0.privacyUrl": expect.stringContaining("https") as string },
  ],
  ["the id of a desk", { ...good, id: "desk" }, { "0.id": 'expected an id no other desk or expert has; "desk" is taken' }],
])("names what is wrong with %s", (_name, expert, expected) => {
  expect(issuesOf(expert)).toEqual(expected);
});
