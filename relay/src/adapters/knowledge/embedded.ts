/**
 * Knowledge from the merchant's own files, searched in memory. The readable reference of a knowledge adapter. One best article an id, in the
 * visitor's language when it exists; what is not valid now, not for this region or not for who asks is never returned.
 */
import * as v from "valibot";
import { AdapterError } from "../errors.ts";
import { watchedPaths } from "../files.ts";
import { optionsReader, pathsOption } from "../options.ts";
import type { AdapterContext, AdapterDefinition, KnowledgeAdapter, KnowledgeQuery, Passage } from "../spec.ts";
import { questionsOf, type Article } from "./article.ts";
import { loadKnowledge, type Knowledge } from "./load.ts";
import { createCrawler, MAX_CRAWLED_BYTES } from "./sources/crawl/crawler.ts";
import { crawlOptionsSchema } from "./sources/crawl/options.ts";
import type { Synonyms } from "./synonyms.ts";
import { buildTextIndex, type TextIndex } from "./text-index.ts";

const optionsSchema = v.strictObject({
  /** Markdown, HTML, PDF, CSV and JSON lines files with articles; folders and globs allowed. */
  articles: v.optional(pathsOption),
  /** Address of an article that names none, with `{id}` and `{language}`; default `/help/{id}`. */
  urlTemplate: v.optional(
    v.pipe(v.string("expected an address with {id}"), v.includes("{id}", "expected an address with {id}")),
    "/help/{id}",
  ),
  /** Language of CSV rows, JSON lines and pages that name none; default "en". */
  defaultLanguage: v.optional(v.pipe(v.string("expected a language, as en"), v.minLength(2, "expected a language, as en")), "en"),
  /** Where an HTML page or a PDF is divided into several articles; default "questions". */
  split: v.optional(v.picklist(["none", "questions", "h2", "h3"], 'expected "none", "questions", "h2" or "h3"')),
  /** YAML and CSV files with groups of words that mean the same; folders and globs allowed. */
  synonyms: v.optional(pathsOption),
  /** Pages of the shop's own site to read, besides the files or instead of them. */
  urls: v.optional(crawlOptionsSchema),
});
export type EmbeddedKnowledgeOptions = v.InferOutput<typeof optionsSchema>;
const strictOptions = v.pipe(
  optionsSchema,
  v.forward(
    v.check(({ articles, urls }) => articles !== undefined || urls !== undefined, "expected a path or a list of paths, or urls beside it"),
    ["articles"],
  ),
);

/** A question in another language than the visitor's counts a little less: shared words are often names. */
const OTHER_LANGUAGE = 0.8;
/** BM25 at which a text speaks half for itself; an ordinary good match of four or five words. */
const BM25_HALF = 8;
/** What an intent moves an article up the order, at full confidence. The score told is that of the words alone. */
const INTENT_LIFT = 0.3;

/** Everything one load gave; replaced as a whole. Ids are numbered in the order of their text. */
type Shelf = {
  articles: readonly Article[];
  index: TextIndex;
  synonyms: Synonyms;
  ids: readonly string[];
  /** Number of the id of the article at the same place. */
  idOf: Uint32Array;
  /** Places in `articles` of all languages of an id, by its number. */
  variants: readonly number[][];
  /** Numbers of the ids that answer an intent: first the one of the same name. */
  byIntent: ReadonlyMap<string, number[]>;
  /** Of every article's language, at the same place. */
  tags: readonly Tag[];
  /** 1: never shown in this region. Audience and dates are asked at each search. */
  barred: Uint8Array;
  /** A turn asks for its words once and then for the articles of its intents: the scores of a query are kept as long as it lives. */
  scores: WeakMap<KnowledgeQuery, Float64Array>;
};

/** How long putting together what a crawl read may take. */
const RESTOCK_MS = 120_000;

/**
 * `search` before the first `init` has ended fails with `not-ready`, and so it does until the first crawl when there are no files; during a later one
 * the old articles answer. `crawls: false` goes by what the last crawl read.
 */
export function createEmbeddedKnowledge(
  options: EmbeddedKnowledgeOptions,
  context: AdapterContext,
  { crawls = true } = {},
): KnowledgeAdapter {
  let shelf: Shelf | undefined;
  let newest = 0;
  const ready = (signal: AbortSignal): Shelf => {
    signal.throwIfAborted();
    if (shelf === undefined) throw new AdapterError("not-ready", `${context.path}: the articles are being read`);
    return shelf;
  };
  async function read(signal: AbortSignal): Promise<void> {
    newest += 1;
    const mine = newest;
    const started = performance.now();
    const knowledge = await loadKnowledge(options, context, signal);
    if (knowledge.articles.length === 0) {
      if (options.urls !== undefined) return;
      throw new AdapterError("failed", `${context.path}: expected at least one article`, { permanent: true });
    }
    const next = await stock(knowledge, context.regionId, signal);
    // Whoever was started last wins, in whatever order they end.
    if (mine === newest) shelf = next;
    context.logger.info(
      { adapter: context.path, articles: knowledge.articles.length, ...next.index.sizes, ms: Math.round(performance.now() - started) },
      "articles ready",
    );
  }
  const crawler =
    options.urls === undefined || !crawls
      ? undefined
      : createCrawler(options.urls, { ...options, baseDir: context.baseDir }, context, () => read(AbortSignal.timeout(RESTOCK_MS)));
  return {
    kind: "knowledge",
    inProcess: true,
    learns: true,
    watchPaths: watchedPaths([...(options.articles ?? []), ...(options.synonyms ?? [])], context.baseDir),
    async init(signal) {
      await read(signal);
      crawler?.start();
    },
    async close() {
      crawler?.close();
    },
    search: async (query, signal) => search(ready(signal), query),
    byIntent: async (intent, query, signal) => byIntent(ready(signal), intent, query),
  };
}

async function stock({ articles, synonyms }: Knowledge, regionId: string, signal: AbortSignal): Promise<Shelf> {
  const ids = [...new Set(articles.map((article) => article.id))].sort();
  const numberOf = new Map(ids.map((id, number) => [id, number]));
  const variants: number[][] = ids.map(() => []);
  const byIntent = new Map(ids.map((id, number) => [id, [number]]));
  for (const [place, article] of articles.entries()) {
    const number = numberOf.get(article.id)!;
    variants[number]!.push(place);
    for (const intent of article.intents) {
      const known = byIntent.get(intent);
      if (known === undefined) byIntent.set(intent, [number]);
      else if (!known.includes(number)) known.push(number);
    }
  }
  const index = await buildTextIndex(
    articles.map((article) => ({ questions: questionsOf(article), body: article.text })),
    signal,
  );
  return {
    articles,
    index,
    synonyms,
    ids,
    idOf: Uint32Array.from(articles, (article) => numberOf.get(article.id)!),
    variants,
    byIntent,
    tags: articles.map((article) => tagOf(article.language)),
    barred: Uint8Array.from(articles, (article) => (isFor(article, regionId) ? 0 : 1)),
    scores: new WeakMap(),
  };
}

/** Score of each id, by number: the best of its languages; 0 where nothing fits. Articles that may not be shown say nothing, in any language. */
function scoresOf(shelf: Shelf, query: KnowledgeQuery): Float64Array {
  const kept = shelf.scores.get(query);
  if (kept !== undefined) return kept;
  const scores = new Float64Array(shelf.ids.length);
  const wanted = tagOf(query.language);
  for (const { text, share } of shelf.synonyms.wordings(query.text, query.language))
    shelf.index.scan(text, (place, likeness, coverage, bm25) => {
      if (!mayShow(shelf, place, query)) return;
      const score = scoreOf(likeness, coverage, bm25) * share * (fits(shelf.tags[place]!, wanted) ? 1 : OTHER_LANGUAGE);
      const id = shelf.idOf[place]!;
      if (score > scores[id]!) scores[id] = score;
    });
  shelf.scores.set(query, scores);
  return scores;
}

/** Two witnesses: a question like this one, and a text that covers it. The same question word for word is 1. */
export function scoreOf(likeness: number, coverage: number, bm25: number): number {
  const cover = (coverage + bm25 / (bm25 + BM25_HALF)) / 2;
  return Math.min(1, 0.6 * likeness + 0.4 * Math.max(likeness, cover));
}

function search(shelf: Shelf, query: KnowledgeQuery): Passage[] {
  const scores = scoresOf(shelf, query);
  const order = scores.slice();
  const lift = new Map<number, number>();
  for (const intent of query.intents)
    for (const id of shelf.byIntent.get(intent.name) ?? []) lift.set(id, Math.max(lift.get(id) ?? 0, intent.confidence * INTENT_LIFT));
  for (const [id, more] of lift) order[id]! += more;
  return bestOf(order, lift, query.limit, (id) => variantOf(shelf, id, query)).map(({ id, article }) => toPassage(article, scores[id]!));
}

type Ranked = { id: number; article: Article };

/** The `limit` ids of the highest order that have an article to show, best first; of equals the first by text. */
function bestOf(
  order: Float64Array,
  lifted: ReadonlyMap<number, number>,
  limit: number,
  articleOf: (id: number) => Article | undefined,
): Ranked[] {
  const best: Ranked[] = [];
  for (let id = 0; id < order.length; id += 1) {
    const mine = order[id]!;
    if (mine === 0 && !lifted.has(id)) continue;
    let place = best.length;
    while (place > 0 && order[best[place - 1]!.id]! < mine) place -= 1;
    if (place >= limit) continue;
    const article = articleOf(id);
    if (article === undefined) continue;
    best.splice(place, 0, { id, article });
    if (best.length > limit) best.pop();
  }
  return best;
}

function byIntent(shelf: Shelf, intent: string, query: KnowledgeQuery): Passage | undefined {
  let best: Passage | undefined;
  for (const id of shelf.byIntent.get(intent) ?? []) {
    const article = variantOf(shelf, id, query);
    if (article === undefined) continue;
    const score = scoresOf(shelf, query)[id]!;
    if (best === undefined || score > best.score) best = toPassage(article, score);
  }
  return best;
}

/** The article in the query's language, else in the first fallback that has it; `undefined` when none may be shown. */
function variantOf(shelf: Shelf, id: number, query: KnowledgeQuery): Article | undefined {
  const places = shelf.variants[id]!;
  return (
    inLanguage(shelf, places, query.language, query) ?? firstOf(query.fallbackLanguages, (one) => inLanguage(shelf, places, one, query))
  );
}

function firstOf<From, To>(list: readonly From[], find: (from: From) => To | undefined): To | undefined {
  for (const one of list) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inLanguage(shelf: Shelf, places: readonly number[], language: string, query: KnowledgeQuery): Article | undefined {
  const wanted = tagOf(language);
  let fitting: number | undefined;
  for (const place of places) {
    const tag = shelf.tags[place]!;
    if (!fits(tag, wanted) || !mayShow(shelf, place, query)) continue;
    if (tag.text === wanted.text) return shelf.articles[place];
    fitting ??= place;
  }
  return fitting === undefined ? undefined : shelf.articles[fitting];
}

/** A language tag in lower case, and taken apart. */
type Tag = { text: string; base: string; script: string | undefined };
const tags = new Map<string, Tag>();
/** Tags come from the config and from articles: few. Whatever else comes is not kept for ever. */
const KEPT_TAGS = 1_000;

export function tagOf(written: string): Tag {
  const known = tags.get(written);
  if (known !== undefined) return known;
  if (tags.size >= KEPT_TAGS) tags.clear();
  const lower = written.toLowerCase();
  const [base = "", ...rest] = lower.split("-");
  const tag = { text: lower, base, script: rest.find((part) => part.length === 4) };
  tags.set(written, tag);
  return tag;
}

/** pt serves pt-BR and the other way round; zh-Hant does not serve zh-Hans. */
export function fits(have: Tag, want: Tag): boolean {
  return have.base === want.base && (have.script === undefined || want.script === undefined || have.script === want.script);
}

function isFor(article: Article, regionId: string): boolean {
  return article.regions?.includes(regionId) !== false;
}

function mayShow(shelf: Shelf, place: number, { at, audience }: KnowledgeQuery): boolean {
  if (shelf.barred[place] === 1) return false;
  const article = shelf.articles[place]!;
  if (article.audience === "agents" && audience !== "agents") return false;
  return (article.validFromMs ?? -Infinity) <= at && at < (article.validUntilMs ?? Infinity);
}

function toPassage(article: Article, score: number): Passage {
  const { id: articleId, title, text, language, url, updatedAt } = article;
  return { articleId, title, text, language, score, url, updatedAt };
}

export const embeddedKnowledge: AdapterDefinition<"knowledge"> = {
  kind: "knowledge",
  name: "embedded",
  parseOptions: optionsReader(strictOptions),
  maxAnswerBytes: MAX_CRAWLED_BYTES,
  create: (options: EmbeddedKnowledgeOptions, context) => createEmbeddedKnowledge(options, context),
};
