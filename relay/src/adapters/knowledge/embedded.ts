/**
 * Knowledge from the merchant's own files, searched in memory. The readable reference of a knowledge adapter. One best article an id, in the
 * visitor's language when it exists; what is not valid now, not for this region or not for visitors is never returned.
 */
import * as v from "valibot";
import { AdapterError } from "../errors.ts";
import { watchedPaths } from "../files.ts";
import { optionsReader, pathsOption } from "../options.ts";
import type { AdapterContext, AdapterDefinition, KnowledgeAdapter, KnowledgeQuery, Passage } from "../spec.ts";
import { readArticles, type Article, type ReadArticles } from "./articles.ts";
import { buildTextIndex, type Match, type TextIndex } from "./text-index.ts";

const optionsSchema = v.strictObject({
  /** Markdown and CSV files with articles; folders and globs allowed. */
  articles: pathsOption,
  /** Address of an article that names none, with `{id}` and `{language}`; default `/help/{id}`. */
  urlTemplate: v.optional(
    v.pipe(v.string("expected an address with {id}"), v.includes("{id}", "expected an address with {id}")),
    "/help/{id}",
  ),
  /** Language of CSV rows that name none; default "en". */
  defaultLanguage: v.optional(v.pipe(v.string("expected a language, as en"), v.minLength(2, "expected a language, as en")), "en"),
});
export type EmbeddedKnowledgeOptions = v.InferOutput<typeof optionsSchema>;

/** More problems than this are counted, not listed. */
const LISTED_PROBLEMS = 50;
/** A question in another language than the visitor's counts a little less: shared words are often names. */
const OTHER_LANGUAGE = 0.8;
/** BM25 at which a text speaks half for itself; an ordinary good match of four or five words. */
const BM25_HALF = 8;
/** What an intent moves an article up the order, at full confidence. The score told is that of the words alone. */
const INTENT_LIFT = 0.3;

/** Everything one load gave; replaced as a whole. */
type Shelf = {
  articles: Article[];
  index: TextIndex;
  /** Places in `articles` of all languages of an id. */
  byId: Map<string, number[]>;
  /** Ids that carry an intent, besides the id of the same name. */
  byIntent: Map<string, string[]>;
};

/** `search` before the first `init` has ended fails with `not-ready`; during a later one the old articles answer. */
export function createEmbeddedKnowledge(options: EmbeddedKnowledgeOptions, context: AdapterContext): KnowledgeAdapter {
  let shelf: Shelf | undefined;
  let newest = 0;
  const ready = (signal: AbortSignal): Shelf => {
    signal.throwIfAborted();
    if (shelf === undefined) throw new AdapterError("not-ready", `${context.path}: the articles are being read`);
    return shelf;
  };
  return {
    kind: "knowledge",
    watchPaths: watchedPaths(options.articles, context.baseDir),
    async init(signal) {
      newest += 1;
      const mine = newest;
      const started = performance.now();
      const read = await readArticles(options.articles, { ...options, baseDir: context.baseDir, signal });
      tell(read, context);
      if (read.articles.length === 0)
        throw new AdapterError("failed", `${context.path}: expected at least one article`, { permanent: true });
      const next = await stock(read.articles, signal);
      // Whoever was started last wins, in whatever order they end.
      if (mine === newest) shelf = next;
      context.logger.info(
        { adapter: context.path, articles: read.articles.length, ...next.index.sizes, ms: Math.round(performance.now() - started) },
        "articles ready",
      );
    },
    search: async (query, signal) => search(ready(signal), query, context.regionId),
    byIntent: async (intent, query, signal) => byIntent(ready(signal), intent, query, context.regionId),
  };
}

function tell(read: ReadArticles, context: AdapterContext): void {
  const adapter = context.path;
  for (const pattern of read.missing) context.logger.warn({ adapter, pattern }, "articles not found");
  for (const problem of read.problems.slice(0, LISTED_PROBLEMS)) context.logger.warn({ adapter, ...problem }, "article skipped");
  if (read.problems.length > LISTED_PROBLEMS)
    context.logger.warn({ adapter, more: read.problems.length - LISTED_PROBLEMS }, "more articles skipped");
}

async function stock(articles: Article[], signal: AbortSignal): Promise<Shelf> {
  const byId = new Map<string, number[]>();
  const byIntent = new Map<string, string[]>();
  for (const [place, article] of articles.entries()) {
    byId.set(article.id, [...(byId.get(article.id) ?? []), place]);
    for (const intent of article.intents)
      if (byIntent.get(intent)?.includes(article.id) !== true) byIntent.set(intent, [...(byIntent.get(intent) ?? []), article.id]);
  }
  const index = await buildTextIndex(
    articles.map((article) => ({ questions: [article.title, ...article.phrasings], body: article.text })),
    signal,
  );
  return { articles, index, byId, byIntent };
}

/** Score of each id: the best of its languages. Articles that may not be shown say nothing, in any language. */
function scoresOf(shelf: Shelf, query: KnowledgeQuery, regionId: string): Map<string, number> {
  const scores = new Map<string, number>();
  for (const match of shelf.index.search(query.text)) {
    const article = shelf.articles[match.text]!;
    if (!mayShow(article, query.at, regionId)) continue;
    const score = scoreOf(match) * (fits(article.language, query.language) ? 1 : OTHER_LANGUAGE);
    if (score > (scores.get(article.id) ?? 0)) scores.set(article.id, score);
  }
  return scores;
}

/** Two witnesses: a question like this one, and a text that covers it. The same question word for word is 1. */
function scoreOf({ likeness, coverage, bm25 }: Match): number {
  const cover = (coverage + bm25 / (bm25 + BM25_HALF)) / 2;
  return Math.min(1, 0.6 * likeness + 0.4 * Math.max(likeness, cover));
}

function search(shelf: Shelf, query: KnowledgeQuery, regionId: string): Passage[] {
  const scores = scoresOf(shelf, query, regionId);
  const lift = new Map<string, number>();
  for (const intent of query.intents)
    for (const id of idsOf(shelf, intent.name)) lift.set(id, Math.max(lift.get(id) ?? 0, intent.confidence * INTENT_LIFT));
  const ids = new Set([...scores.keys(), ...lift.keys()]);
  const orderOf = (id: string): number => (scores.get(id) ?? 0) + (lift.get(id) ?? 0);
  const passages: Passage[] = [];
  for (const id of [...ids].sort((one, other) => orderOf(other) - orderOf(one) || (one < other ? -1 : 1))) {
    if (passages.length >= query.limit) break;
    const article = variantOf(shelf, id, query, regionId);
    if (article !== undefined) passages.push(toPassage(article, scores.get(id) ?? 0));
  }
  return passages;
}

function byIntent(shelf: Shelf, intent: string, query: KnowledgeQuery, regionId: string): Passage | undefined {
  const scores = scoresOf(shelf, query, regionId);
  let best: Passage | undefined;
  for (const id of idsOf(shelf, intent)) {
    const article = variantOf(shelf, id, query, regionId);
    const score = scores.get(id) ?? 0;
    if (article !== undefined && (best === undefined || score > best.score)) best = toPassage(article, score);
  }
  return best;
}

/** Ids that answer an intent: first the one of the same name. */
function idsOf(shelf: Shelf, intent: string): string[] {
  return [...(shelf.byId.has(intent) ? [intent] : []), ...(shelf.byIntent.get(intent) ?? []).filter((id) => id !== intent)];
}

/** The article in the query's language, else in the first fallback that has it; `undefined` when none may be shown. */
function variantOf(shelf: Shelf, id: string, query: KnowledgeQuery, regionId: string): Article | undefined {
  const shown = (shelf.byId.get(id) ?? []).map((place) => shelf.articles[place]!).filter((article) => mayShow(article, query.at, regionId));
  for (const language of [query.language, ...query.fallbackLanguages]) {
    const found =
      shown.find((article) => article.language.toLowerCase() === language.toLowerCase()) ??
      shown.find((article) => fits(article.language, language));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** pt serves pt-BR and the other way round; zh-Hant does not serve zh-Hans. */
function fits(have: string, want: string): boolean {
  const [haveBase, haveScript] = baseAndScript(have);
  const [wantBase, wantScript] = baseAndScript(want);
  return haveBase === wantBase && (haveScript === undefined || wantScript === undefined || haveScript === wantScript);
}

function baseAndScript(tag: string): [string, string | undefined] {
  const [base = "", ...rest] = tag.toLowerCase().split("-");
  return [base, rest.find((part) => part.length === 4)];
}

function mayShow(article: Article, at: number, regionId: string): boolean {
  if (article.audience === "agents") return false;
  if (article.regions !== undefined && !article.regions.includes(regionId)) return false;
  return (article.validFromMs ?? -Infinity) <= at && at < (article.validUntilMs ?? Infinity);
}

function toPassage(article: Article, score: number): Passage {
  const { id: articleId, title, text, language, url, updatedAt } = article;
  return { articleId, title, text, language, score, url, updatedAt };
}

export const embeddedKnowledge: AdapterDefinition<"knowledge"> = {
  kind: "knowledge",
  name: "embedded",
  parseOptions: optionsReader(optionsSchema),
  create: (options: EmbeddedKnowledgeOptions, context) => createEmbeddedKnowledge(options, context),
};
