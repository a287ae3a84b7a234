import { describe, expect, it } from "vitest";
import type { SiteConfig } from "../config/schema.ts";
import { chooseRegion } from "./region.ts";

const site: SiteConfig = {
  name: "Linden",
  origins: [],
  languages: ["en"],
  defaultLanguage: "en",
  defaultRegion: "eu",
  starters: [],
  claimSecrets: [],
  rules: [{ when: { countries: ["RU"], timezones: ["Asia/Vladivostok"] }, region: "apac" }],
};
const regions = {
  eu: { match: { countries: ["FR"], timezones: ["Europe/*"], languages: ["fr"] } },
  apac: { match: { countries: ["JP"], timezones: ["Asia/*"], languages: ["ja"] } },
};

describe("chooseRegion", () => {
  const cases: [string, Parameters<typeof chooseRegion>[2], string, string][] = [
    [
      "what the site has signed before its own rule",
      { claim: "eu", country: "RU", timezone: "Asia/Vladivostok", languages: ["ru"] },
      "eu",
      "claim",
    ],
    ["no region that is not there", { claim: "moon", country: "JP", languages: [] }, "apac", "country"],
    ["the site's rule before the country", { country: "RU", timezone: "Asia/Vladivostok", languages: ["ru"] }, "apac", "site-rule"],
    ["a rule only when all of it matches", { country: "RU", timezone: "Europe/Moscow", languages: [] }, "eu", "timezone"],
    ["the country before the time zone", { country: "JP", timezone: "Europe/Paris", languages: ["fr"] }, "apac", "country"],
    ["the time zone before the language", { timezone: "Asia/Tokyo", languages: ["fr-FR"] }, "apac", "timezone"],
    ["the language, by its base", { languages: ["ja-JP"] }, "apac", "language"],
    ["only the most wanted language", { languages: ["en", "ja"] }, "eu", "default"],
    ["the default when nothing is known", { languages: [] }, "eu", "default"],
    ["no zone by a mere prefix", { timezone: "Europeana/X", languages: [] }, "eu", "default"],
  ];
  it.each(cases)("takes %s", (_name, facts, regionId, reason) => {
    expect(chooseRegion(site, regions, facts)).toMatchObject({ regionId, reason });
  });
  it("says what matched", () => {
    expect(chooseRegion(site, regions, { country: "FR", languages: [] }).detail).toBe("FR");
  });
});
