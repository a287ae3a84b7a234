/**
 * A knowledge adapter over a search service: the service finds, this decides. What is in another language, of another region, for other eyes
 * or not valid now is never returned, whatever the service thinks; and the score is one for all services: how much of the question's words
 * an article's title or one of its phrasings holds, so that 1 is a question it carries word for word. What the region has learnt stands beside
 * the service's articles.
 */
import * as v from "valibot";
import { wordsOf, normalise } from "../../words.ts";
import type { AdapterContext, KnowledgeAdapter, KnowledgeQuery, Passage } from "../../spec.ts";
import { STOP_WORDS } from "../stop-words.ts";
import type { RemoteRecord } from "./records.ts";
import { taughtFrom, type Taught } from "./taught.ts";

/** What a service must be able to do. Rejects with `AdapterError`. */
export type RemoteEngine = {
  /** Records whose words are like the text, best first. `languages`: those wanted, best first. */
  find(text: string, options: { languages: readonly string[]; limit: number }, signal: AbortSignal): Promise<RemoteRecord[]>;
  /** Records with these ids, in any order; left out where a service cannot. */
  byIds?(ids: readonly string[], options: { languages: readonly string[] }, signal: AbortSignal): Promise<RemoteRecord[]>;
};
export type RemoteOptions = {
  /** Of records that do not say theirs. */
  language: string;
  /** Whom an answer is for; records for others only are left out. */
  audience: string;
};

export const remoteOptions = {
  language: v.optional(v.pipe(v.string("expected a language, as en"), v.minLength(2, "expected a language, as en")), "en"),
  audience: v.optional(v.string("expected text"), "visitors"),
};

/** Asked of the service for each passage wanted: some will not be for this visitor. */
const SPARE = 3;
/** A question as long as this says enough; services limit the length of what they are asked. */
const MAX_CHARS = 500;
/** What an intent moves an article up the order, at full confidence. The score told is that of the words alone. */
const INTENT_LIFT = 0.3;
/** Articles asked for by name: those of the intents, and as many for which a way to ask was learnt. */
const MOST_NAMED = 5;
/** A word in the body speaks less for an article than one in its title. */
const BODY = 0.6;
/** A control character is no part of a question, and no service's query language has a place for it. */
const unsearchable = /[\p{Cc}\p{Cs}]+/gu;

export function createRemoteKnowledge(
  engine: RemoteEngine,
  options: RemoteOptions,
  context: Pick<AdapterContext, "regionId" | "learned">,
): KnowledgeAdapter {
  let taught: Taught | undefined;
  const languagesOf = (query: KnowledgeQuery): string[] => [...new Set([query.language, ...query.fallbackLanguages])];
  const languageOf = (record: RemoteRecord): string => record.language ?? options.language;

  function allowed(record: RemoteRecord, languages: readonly string[], query: KnowledgeQuery): boolean {
    const { at } = query;
    const audience: string = query.audience ?? options.audience;
    if (!languages.includes(languageOf(record))) return false;
    if (record.regions.length > 0 && !record.regions.includes(context.regionId)) return false;
    if (record.audience.length > 0 && !record.audience.includes(audience)) return false;
    return (record.validFrom ?? -Infinity) <= at && at < (record.validUntil ?? Infinity);
  }
  function passageOf(record: RemoteRecord, score: number): Passage {
    return {
      articleId: record.id,
      title: record.title,
      text: record.text,
      language: languageOf(record),
      score,
      ...(record.url === undefined ? {} : { url: record.url }),
      ...(record.updatedAt === undefined ? {} : { updatedAt: record.updatedAt }),
    };
  }

  async function search(query: KnowledgeQuery, signal: AbortSignal): Promise<Passage[]> {
    signal.throwIfAborted();
    if (query.limit <= 0) return [];
    const languages = languagesOf(query);
    const text = query.text.slice(0, MAX_CHARS).replaceAll(unsearchable, " ").trim();
    const words = wordsOf(normalise(text));
    const learnt = (taught ??= taughtFrom(context.learned?.() ?? { articles: [], phrasings: [] }));
    const intents = query.intents.map(({ name }) => name).slice(0, MOST_NAMED);
    const ids = [...new Set([...intents, ...learnt.idsLike(words, MOST_NAMED)])];
    const [found, named] = await Promise.all([
      words.length === 0 ? [] : engine.find(text, { languages, limit: query.limit * SPARE }, signal),
      ids.length === 0 || engine.byIds === undefined ? [] : engine.byIds(ids, { languages }, signal),
    ]);
    const lift = new Map(query.intents.map(({ name, confidence }) => [name, confidence * INTENT_LIFT]));
    const best = new Map<string, { passage: Passage; rank: number }>();
    const served = [...found, ...named].flatMap((record) => learnt.known(record, languageOf(record)) ?? []);
    for (const record of [...learnt.articlesLike(words, intents), ...served]) {
      if (!allowed(record, languages, query)) continue;
      const passage = passageOf(record, likenessOf(words, record));
      // One language an article: the one wanted most, whatever the words of another.
      const rank = passage.score + (lift.get(record.id) ?? 0) - 10 * languages.indexOf(passage.language);
      const before = best.get(record.id);
      if (before === undefined || rank > before.rank) best.set(record.id, { passage, rank });
    }
    return [...best.values()]
      .map(({ passage }) => ({ passage, rank: passage.score + (lift.get(passage.articleId) ?? 0) }))
      .sort((one, other) => other.rank - one.rank)
      .slice(0, query.limit)
      .map(({ passage }) => passage);
  }
  return {
    kind: "knowledge",
    learns: true,
    init() {
      taught = undefined;
      return Promise.resolve();
    },
    search,
    ...(engine.byIds === undefined
      ? {}
      : {
          async byIntent(intent, query, signal) {
            const found = await search({ ...query, text: "", intents: [{ name: intent, confidence: 1 }], limit: 5 }, signal);
            return found.find(({ articleId }) => articleId === intent);
          },
        }),
  };
}

/**
 * 0 to 1: the share of the question's words that the best of title and phrasings holds, and of theirs that the question holds; half of what is
 * only in the body. Words that everybody uses weigh little.
 */
export function likenessOf(words: readonly string[], record: Pick<RemoteRecord, "title" | "text" | "phrasings">): number {
  if (words.length === 0) return 0;
  const body = new Set(wordsOf(normalise(record.text)));
  const asked = new Set(words);
  let best = 0;
  for (const line of [record.title, ...record.phrasings]) {
    const held = new Set(wordsOf(normalise(line)));
    let all = 0;
    let shared = 0;
    for (const word of asked) {
      const weight = weightOf(word);
      all += weight;
      shared += held.has(word) ? weight : body.has(word) ? weight * BODY : 0;
    }
    let ofLine = 0;
    let lineShared = 0;
    for (const word of held) {
      ofLine += weightOf(word);
      if (asked.has(word)) lineShared += weightOf(word);
    }
    const recall = shared / all;
    const precision = ofLine === 0 ? 0 : lineShared / ofLine;
    best = Math.max(best, recall * (0.7 + 0.3 * precision));
  }
  return Math.min(1, best);
}
function weightOf(word: string): number {
  return STOP_WORDS.has(word) ? 0.2 : 1;
}
