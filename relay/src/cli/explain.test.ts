import { expect, it } from "vitest";
import { readConfig, type LoadedConfig } from "../config/load.ts";
import { createRota } from "../routing/rota.ts";
import { explain, momentIn, type ExplainAsk } from "./explain.ts";

const source = `
mode: dev
server: { port: 1 }
store: { kind: memory }
sites:
  linden: { name: Linden, origins: [], languages: [en, fr], defaultLanguage: en, defaultRegion: eu }
regions:
  eu:
    egress: ["https://desk.example", "https://nlu.example"]
    nlu: [{ use: http, id: model, url: "https://nlu.example/u" }, { use: embedded, examples: x.csv }]
    knowledge: [{ use: embedded, id: articles, articles: x }]
    handoff:
      - { use: webhook, id: office, url: "https://desk.example/a", secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz }
      - { use: webhook, id: night, url: "https://desk.example/b", secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz }
    actions:
      - { use: http, id: cancel-order, title: Cancel, description: Cancels., intents: [cancel], fields: { order: { label: Number } }, url: "https://nlu.example/c", secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz }
    experts:
      - { use: http, id: toys, name: Toy Lab, url: "https://nlu.example/t", secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz, skills: [toys] }
      - { use: http, id: amal, name: Dr. Amal, url: "https://nlu.example/e", secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz, languages: [en], maxCost: 2, currency: EUR }
    teams:
      - { id: paris, desk: office, timezone: Europe/Paris, hours: { mon-fri: "09:00-18:00" }, holidays: FR, languages: [fr, en] }
      - { id: manila, desk: night, timezone: Asia/Manila, hours: { daily: "22:00-06:00" }, languages: [en] }
`;
const loaded: LoadedConfig = { config: readConfig(source, "x.yaml", {}), file: "x.yaml", baseDir: "." };
const rota = createRota(loaded.config.regions["eu"]?.teams ?? []);
const choice = { regionId: "eu", reason: "country" as const, detail: "FR" };
function told(at: string, over: Partial<ExplainAsk> = {}, config = loaded): string[] {
  return explain(config, choice, rota, { site: "linden", at: Date.parse(at), down: [], ...over }).map((line) =>
    line.replace(/ +/g, " ").trim(),
  );
}

it("says region, engines, team and offer, each with its reason", () => {
  expect(told("2026-12-23T10:00:00Z", { language: "fr", timezone: "Europe/Paris" })).toEqual([
    "region eu",
    "because country (FR)",
    "nlu model -> embedded",
    "knowledge articles",
    "actions cancel-order (order): for cancel, or when an engine proposes it, once the visitor says yes",
    "handoff office, night",
    "at 2026-12-23T10:00Z, 11:00 Europe/Paris",
    "team paris",
    "* paris: speaks fr, on duty, until 18:00 Europe/Paris",
    "manila: off duty until Wed 23 Dec 22:00 Asia/Manila",
    "experts toys: not about its topics",
    "amal: does not speak fr",
    "offer holds 45 s, then the next team; nobody left: a person answers by 2026-12-24T10:00Z (11:00 Europe/Paris)",
  ]);
});

it("says what is promised where nobody is at work", () => {
  expect(told("2026-12-24T22:00:00Z", { language: "fr" }).slice(7)).toEqual([
    "team nobody can be asked: the case lies as a ticket",
    "paris: off duty until Mon 28 Dec 09:00 Europe/Paris",
    "manila: off duty until Fri 25 Dec 22:00 Asia/Manila",
    "experts toys: not about its topics",
    "amal: does not speak fr",
    "promise a person answers by 2026-12-28T08:10Z (08:10 UTC), when paris has come to work",
  ]);
});

it("goes down the ladder when something does not answer", () => {
  const down = told("2026-12-23T15:00:00Z", { down: ["model", "office"] });
  expect(down).toContain("nlu model (down) -> embedded");
  expect(down).toContain("handoff office (down), night");
  expect(down).toContain("paris: its desk is down");
  expect(down).toContain("team manila");
  expect(down).toContain("* amal: Dr. Amal: with the visitor's consent, within 120 s, at most 2 EUR");
  const toys = told("2026-12-23T15:00:00Z", { topic: "toys.safety" });
  expect(toys).toContain("experts * toys: Toy Lab: with the visitor's consent, within 120 s");
  expect(toys).toContain("amal: Dr. Amal: with the visitor's consent, within 120 s, at most 2 EUR");
  expect(told("2026-12-23T15:00:00Z", { topic: "toys.safety", down: ["toys"] })).toContain(
    "experts toys: does not answer: the visitor is told, and the next is put to them",
  );
  expect(told("2026-12-23T15:00:00Z", { down: ["model", "embedded"] })).toContain(
    "nlu model (down) -> embedded (down): none answers, words alone are looked up",
  );
  const knowledge = (config: LoadedConfig): string | undefined =>
    told("2026-12-23T15:00:00Z", { down: ["articles"] }, config).find((line) => line.startsWith("knowledge"));
  expect(knowledge(loaded)).toBe(
    "knowledge articles (down): none answers, the visitor is told and may ask for a person; the time that makes 2 in a row one is asked for",
  );
  const eager = { ...loaded.config, regions: { ...loaded.config.regions } };
  const eu = eager.regions["eu"];
  if (eu === undefined) throw new Error("expected a region");
  eager.regions["eu"] = { ...eu, giveUpsBeforeHandoff: 1 };
  expect(knowledge({ ...loaded, config: eager })).toContain("none answers, a person is asked for at once");
});

it("reads a time as the visitor's wall shows it", () => {
  expect(momentIn("2026-12-24T22:00", undefined)).toBe(Date.parse("2026-12-24T22:00:00Z"));
  expect(momentIn("2026-12-24T22:00", "Europe/Paris")).toBe(Date.parse("2026-12-24T21:00:00Z"));
  expect(momentIn("2026-12-24", "America/Lima")).toBe(Date.parse("2026-12-24T05:00:00Z"));
  expect(momentIn("2026-12-24T22:00:00+08:00", "Europe/Paris")).toBe(Date.parse("2026-12-24T14:00:00Z"));
  expect(momentIn("tomorrow", undefined)).toBeUndefined();
});
