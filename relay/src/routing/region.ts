/**
 * Which region serves a visitor, and why. Pure: the same facts give the same region. Order: the site's signed claim, its rules, the country a
 * trusted proxy named, the time zone, the language, the site's default.
 */
import type { RegionConfig, SiteConfig, WhenConfig } from "../config/schema.ts";

export type VisitorFacts = {
  /** Region that the site's own server has named, its signature verified. */
  claim?: string | undefined;
  /** ISO 3166-1 alpha-2 from a trusted proxy, or `undefined`. */
  country?: string | undefined;
  /** IANA zone as the browser says; a hint. */
  timezone?: string | undefined;
  /** Most wanted first. */
  languages: readonly string[];
};
export type RegionChoice = {
  regionId: string;
  reason: "claim" | "site-rule" | "country" | "timezone" | "language" | "default";
  detail: string;
};

/** The group of regions whose data may lie together: a region is one by itself, unless it says otherwise. */
export function residencyOf(regionId: string, { residency = regionId }: Pick<RegionConfig, "residency">): string {
  return residency;
}

export function chooseRegion(
  site: SiteConfig,
  regions: Readonly<Record<string, Pick<RegionConfig, "match">>>,
  facts: VisitorFacts,
): RegionChoice {
  // One that is not configured (any more) is no reason to turn somebody away.
  if (facts.claim !== undefined && Object.hasOwn(regions, facts.claim))
    return { regionId: facts.claim, reason: "claim", detail: "signed by the site" };
  for (const [index, rule] of site.rules.entries()) {
    const detail = matches(rule.when, facts);
    if (detail !== undefined) return { regionId: rule.region, reason: "site-rule", detail: `rule ${index + 1}: ${detail}` };
  }
  const entries = Object.entries(regions);
  for (const [reason, test] of [
    ["country", (match: WhenConfig) => countryOf(match, facts)],
    ["timezone", (match: WhenConfig) => timezoneOf(match, facts)],
    ["language", (match: WhenConfig) => languageOf(match, facts)],
  ] as const) {
    for (const [regionId, region] of entries) {
      const detail = test(region.match);
      if (detail !== undefined) return { regionId, reason, detail };
    }
  }
  return { regionId: site.defaultRegion, reason: "default", detail: "nothing matched" };
}

/** A rule matches when every condition it names does; an empty rule matches everyone. */
function matches(when: WhenConfig, facts: VisitorFacts): string | undefined {
  const details: string[] = [];
  for (const [wanted, found] of [
    [when.countries, countryOf(when, facts)],
    [when.timezones, timezoneOf(when, facts)],
    [when.languages, languageOf(when, facts)],
  ] as const) {
    if (wanted === undefined) continue;
    if (found === undefined) return undefined;
    details.push(found);
  }
  return details.length === 0 ? "everyone" : details.join(", ");
}

function countryOf(when: WhenConfig, facts: VisitorFacts): string | undefined {
  return facts.country !== undefined && when.countries?.includes(facts.country) === true ? facts.country : undefined;
}

function timezoneOf(when: WhenConfig, facts: VisitorFacts): string | undefined {
  const zone = facts.timezone;
  if (zone === undefined) return undefined;
  const hit = when.timezones?.some((pattern) => (pattern.endsWith("/*") ? zone.startsWith(pattern.slice(0, -1)) : zone === pattern));
  return hit === true ? zone : undefined;
}

function languageOf(when: WhenConfig, facts: VisitorFacts): string | undefined {
  const first = facts.languages[0]?.toLowerCase();
  if (first === undefined) return undefined;
  const hit = when.languages?.some((language) => first === language.toLowerCase() || first.startsWith(`${language.toLowerCase()}-`));
  return hit === true ? facts.languages[0] : undefined;
}
