/**
 * `allhours search`: what a region's embedded knowledge has on a question, and why. Reads the articles anew, beside a running relay, which is asked
 * for what the region has learnt. Asks by the words alone: the understanding's intents, which can lift an article in a turn, take no part.
 */
import { join } from "node:path";
import { defineCommand } from "citty";
import { AdapterError } from "../adapters/errors.ts";
import { embeddedKnowledge, type EmbeddedKnowledgeOptions } from "../adapters/knowledge/embedded.ts";
import { explainSearch, type Explained, type ExplainedHit, type NearestQuestion } from "../adapters/knowledge/explain.ts";
import type { AdapterContext, KnowledgeQuery, Learned } from "../adapters/spec.ts";
import { cacheOf, type LoadedConfig } from "../config/load.ts";
import type { SiteConfig } from "../config/schema.ts";
import { askLearned } from "./ask-relay.ts";
import { siteOf, warningLogger, type Tools } from "./tools.ts";

/** Articles held back that are listed; the others are counted. */
const LISTED_HELD_BACK = 10;
/** As many as a turn asks for. */
const LIMIT = 5;

/** What a visitor of the site who writes in `language` would ask. */
export function queryOf(site: SiteConfig, text: string, language: string | undefined, at: number): KnowledgeQuery {
  return {
    text,
    language: language ?? site.defaultLanguage,
    fallbackLanguages: [site.defaultLanguage, ...site.languages.filter((one) => one !== site.defaultLanguage)],
    intents: [],
    limit: LIMIT,
    at,
  };
}

const two = (value: number): string => value.toFixed(2);
const why = ({ likeness, coverage, words, synonyms }: Pick<ExplainedHit, "likeness" | "coverage" | "words" | "synonyms">): string =>
  `like a question ${two(likeness)}, words covered ${two(coverage)}: ${words.join(" ") || "parts of words only"}${
    synonyms.length === 0 ? "" : `; synonym ${synonyms.map(({ written, meant }) => `${written} -> ${meant}`).join(", ")}`
  }`;
const nearestOf = ({ text, origin, at }: NearestQuestion): string =>
  `most like "${text}" (${origin === "title" ? "its title" : `phrasing, origin ${origin}`}${at === undefined ? "" : `, ${at}`})`;

/** Hits best first, then what was held back and why. */
export function explainedAsText(name: string, query: KnowledgeQuery, { hits, heldBack, slips }: Explained): string {
  const lines = [name, `  asked        in ${query.language}, at ${new Date(query.at).toISOString()}, by words alone`];
  for (const { written, meant } of slips) lines.push(`  slip         ${written} -> ${meant}`);
  if (hits.length === 0) lines.push("  nothing found");
  for (const hit of hits) {
    const updated = hit.updatedAt === undefined ? "" : `, of ${hit.updatedAt}`;
    lines.push(`  ${two(hit.score)}         ${hit.articleId} (${hit.language}${updated}) ${hit.title}`, `               ${why(hit)}`);
    if (hit.nearest !== undefined) lines.push(`               ${nearestOf(hit.nearest)}`);
  }
  for (const one of heldBack.slice(0, LISTED_HELD_BACK))
    lines.push(`  held back    ${one.articleId} (${one.language}) ${two(one.score)}`, `               ${one.because}; ${why(one)}`);
  if (heldBack.length > LISTED_HELD_BACK) lines.push(`  held back    ${heldBack.length - LISTED_HELD_BACK} more`);
  return lines.join("\n");
}

export type OwnKnowledge = { name: string; options: EmbeddedKnowledgeOptions; context: AdapterContext };

/** Every embedded knowledge of a region, as the relay makes it. `warn` is told what is left out. */
export function ownKnowledge(loaded: LoadedConfig, regionId: string, warn: (text: string) => void, learned?: Learned): OwnKnowledge[] {
  const { config, baseDir } = loaded;
  return (config.regions[regionId]?.knowledge ?? []).flatMap((entry, index) => {
    const { use, id: _id, guard: _guard, ...given } = entry;
    const parsed = use === embeddedKnowledge.name ? embeddedKnowledge.parseOptions(given) : undefined;
    if (parsed?.ok !== true) return [];
    const name = `regions.${regionId}.knowledge.${index}`;
    const nobody = async (): Promise<never> => Promise.reject(new AdapterError("failed", `${name}: this command asks nobody outside`));
    const context: AdapterContext = {
      regionId,
      path: name,
      baseDir,
      cacheDir: join(cacheOf(loaded), regionId, "knowledge", String(index)),
      fetch: nobody,
      resolve: nobody,
      logger: warningLogger(warn),
      ...(learned === undefined ? {} : { learned: () => learned }),
    };
    return [{ name, options: parsed.options as EmbeddedKnowledgeOptions, context }];
  });
}

export function searchCommand({ config, load, say, fail }: Tools) {
  return defineCommand({
    meta: { name: "search", description: "say what the articles have on a question, and why" },
    args: {
      question: { type: "positional", description: "what a visitor writes", required: true },
      config,
      site: { type: "string", description: "site id; default: the first" },
      region: { type: "string", description: "region id; default: the site's" },
      language: { type: "string", description: "BCP 47, as pt-BR; default: the site's" },
      url: { type: "string", description: "origin of the relay; default: as the config says it listens" },
      at: { type: "string", description: "as if it were then, as 2026-11-27T03:00:00Z; default: now" },
    },
    run: async ({ args }) => {
      const loaded = await load(args.config);
      const { regions } = loaded.config;
      const found = siteOf(loaded, args.site, fail);
      if (found === undefined) return;
      const { site } = found;
      const regionId = args.region ?? site.defaultRegion;
      if (regions[regionId] === undefined) return fail(`no region "${regionId}"; known: ${Object.keys(regions).join(", ")}`);
      const at = args.at === undefined ? Date.now() : Date.parse(args.at);
      if (Number.isNaN(at)) return fail("--at: expected a time, as 2026-11-27T03:00:00Z");
      const warn = (text: string): void => void process.stderr.write(`${text}\n`);
      const own = ownKnowledge(loaded, regionId, warn, await askLearned(loaded.config, regionId, args.url, warn));
      if (own.length === 0) return fail(`region ${regionId} has no embedded knowledge`);
      const query = queryOf(site, args.question, args.language, at);
      for (const { name, options, context } of own) {
        try {
          say(explainedAsText(name, query, await explainSearch(options, context, query, AbortSignal.timeout(60_000))));
        } catch (error) {
          if (!(error instanceof AdapterError)) throw error;
          fail(error.message);
        }
      }
    },
  });
}
