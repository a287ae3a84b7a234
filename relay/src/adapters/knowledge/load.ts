/**
 * Everything the embedded knowledge answers from, put together: the merchant's files, the pages the last crawl read, and what the region has learnt.
 * A small knowledge is read anew each time; a large one is kept as a snapshot (large.ts). Tells what was left out. Asks nobody outside.
 */
import { stat } from "node:fs/promises";
import type { AdapterContext, Learned } from "../spec.ts";
import { factsOf, idNumber, placesOf } from "./article-facts.ts";
import { fillTemplate, questionsOf, type Article, type ArticleProblem } from "./article.ts";
import { findArticleFiles, readArticleFiles } from "./articles.ts";
import type { EmbeddedKnowledgeOptions } from "./embedded.ts";
import { createLarge, type Kept, type Large } from "./large.ts";
import { createShelf, type Layer, type Shelf } from "./shelf.ts";
import { crawlFile } from "./sources/crawl/records.ts";
import { readSynonyms } from "./sources/synonym-files.ts";
import { createSynonyms, type Synonyms } from "./synonyms.ts";
import type { FileState, Progress } from "./snapshot-worker.ts";
import { buildTextIndex, type IndexParts } from "./text-index.ts";

/** `how`: `read` anew, a snapshot `built`, or one `loaded` with what has changed since. */
export type Loaded = { shelf: Shelf; how: "read" | "built" | "loaded" };
export interface Loader {
  /** `undefined`: there are no articles yet. A file with a mistake is told in the log; nothing else is lost. */
  load(signal: AbortSignal): Promise<Loaded | undefined>;
}
export type LoaderOptions = {
  /** Files of more bytes together are kept as a snapshot. 2 MiB are about 2,000 articles, and half a second. */
  largeFrom?: number | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
};

const LARGE_FROM = 2 * 1024 * 1024;
/** More problems than this are counted, not listed. */
const LISTED_PROBLEMS = 50;

export function createLoader(
  options: EmbeddedKnowledgeOptions,
  context: AdapterContext,
  { largeFrom = LARGE_FROM, onProgress = () => undefined }: LoaderOptions = {},
): Loader {
  const large: Large = createLarge({
    reading: readingOf(options, context),
    cacheDir: context.cacheDir,
    onProgress,
    onCacheError: (code) => context.logger.warn({ adapter: context.path, code }, "articles not cached"),
  });
  return {
    async load(signal) {
      const { files, missing } = await filesOf(options, context);
      const synonyms = await synonymsOf(options, context);
      const learned = context.learned?.();
      if (files.reduce((sum, { size }) => sum + size, 0) < largeFrom) {
        const read = await readAll(files, options, context, signal);
        tell("article", { ...read, missing }, context);
        const articles = withLearned(read.articles, learned, options);
        if (articles.length === 0) return undefined;
        return { shelf: createShelf(await layerOf(articles, signal), context.regionId, synonyms), how: "read" };
      }
      const kept = await large.load(files, signal);
      tell("article", { ...kept, missing }, context);
      return { shelf: await shelfOf(kept, learned, options, context.regionId, synonyms, signal), how: kept.how };
    },
  };
}

/** All articles at once, for those who look at each: `allhours search`. */
export async function loadKnowledge(
  options: EmbeddedKnowledgeOptions,
  context: AdapterContext,
  signal: AbortSignal,
): Promise<{ articles: Article[]; synonyms: Synonyms }> {
  const { files } = await filesOf(options, context);
  const { articles } = await readAll(files, options, context, signal);
  return { articles: withLearned(articles, context.learned?.(), options), synonyms: await synonymsOf(options, context) };
}

function readingOf({ urlTemplate, defaultLanguage, split, urls }: EmbeddedKnowledgeOptions, { baseDir, cacheDir }: AdapterContext) {
  return { baseDir, urlTemplate, defaultLanguage, split, crawlFile: urls === undefined ? undefined : crawlFile(cacheDir) };
}

async function filesOf(options: EmbeddedKnowledgeOptions, context: AdapterContext): Promise<{ files: FileState[]; missing: string[] }> {
  const { files, missing } = await findArticleFiles(options.articles ?? [], context.baseDir);
  if (options.urls !== undefined) files.push(crawlFile(context.cacheDir));
  const states = await Promise.all(
    files.map(async (file) =>
      stat(file).then(
        ({ size, mtimeMs }): FileState => ({ file, size, mtimeMs }),
        // Its reader says why.
        (): FileState => ({ file, size: 0, mtimeMs: 0 }),
      ),
    ),
  );
  return { files: states, missing };
}

async function readAll(
  files: readonly FileState[],
  options: EmbeddedKnowledgeOptions,
  context: AdapterContext,
  signal: AbortSignal,
): Promise<{ articles: Article[]; problems: ArticleProblem[] }> {
  return readArticleFiles(
    files.map(({ file }) => file),
    { ...readingOf(options, context), signal },
  );
}

async function synonymsOf(options: EmbeddedKnowledgeOptions, context: AdapterContext): Promise<Synonyms> {
  const { groups, ...trouble } = await readSynonyms(options.synonyms ?? [], context.baseDir);
  tell("synonym", trouble, context);
  return createSynonyms(groups);
}

async function layerOf(articles: readonly Article[], signal: AbortSignal, below?: IndexParts): Promise<Layer> {
  const texts = articles.map((article) => ({ questions: questionsOf(article), body: article.text }));
  return { facts: factsOf(articles), index: await buildTextIndex(texts, { signal, below }), article: (place) => articles[place]! };
}

/** The snapshot, and over it what is new since and what was learnt. */
async function shelfOf(
  { snapshot, fresh, replaced }: Kept,
  learned: Learned | undefined,
  options: EmbeddedKnowledgeOptions,
  regionId: string,
  synonyms: Synonyms,
  signal: AbortSignal,
): Promise<Shelf> {
  const { layer: base } = snapshot;
  const gone = new Set(replaced);
  const placesIn = (id: string): number[] => {
    const number = idNumber(base.facts, id);
    return number < 0 ? [] : [...placesOf(base.facts, number)].filter((place) => !gone.has(place));
  };
  const over = learnedOver(
    (id) => [...fresh.filter((one) => one.id === id), ...placesIn(id).map((place) => base.article(place))],
    learned,
    options,
  );
  for (const { id, language } of over)
    for (const place of placesIn(id)) if (base.facts.languages[base.facts.language[place]!] === language) gone.add(place);
  const changed = laidOver(fresh, over);
  if (changed.length === 0 && gone.size === 0) return createShelf(base, regionId, synonyms);
  return createShelf(base, regionId, synonyms, { layer: await layerOf(changed, signal, base.index.parts), replaced: gone });
}

const keyOf = ({ id, language }: { id: string; language: string }): string => `${id} ${language}`;

function withLearned(articles: readonly Article[], learned: Learned | undefined, options: EmbeddedKnowledgeOptions): Article[] {
  if (learned === undefined) return [...articles];
  return laidOver(
    articles,
    learnedOver((id) => articles.filter((one) => one.id === id), learned, options),
  );
}

function laidOver(articles: readonly Article[], over: readonly Article[]): Article[] {
  const keys = new Set(over.map(keyOf));
  return [...articles.filter((article) => !keys.has(keyOf(article))), ...over];
}

/** What the region has learnt, as articles that stand in the place of those of their id and language: a newer text, or one phrasing more. */
function learnedOver(find: (id: string) => Article[], learned: Learned | undefined, options: EmbeddedKnowledgeOptions): Article[] {
  if (learned === undefined) return [];
  const over = new Map<string, Article>();
  const put = (article: Article): void => void over.set(keyOf(article), article);
  for (const one of learned.articles) put({ ...one, intents: [], audience: "visitors", url: fillTemplate(options.urlTemplate, one) });
  for (const { articleId, language, ...phrasing } of learned.phrasings) {
    const known = [...[...over.values()].filter(({ id }) => id === articleId), ...find(articleId).filter((one) => !over.has(keyOf(one)))];
    const article = known.find((one) => one.language === language) ?? known[0];
    if (article === undefined || article.phrasings.some(({ text }) => text === phrasing.text)) continue;
    put({ ...article, phrasings: [...article.phrasings, phrasing] });
  }
  return [...over.values()];
}

const messages = {
  article: { missing: "articles not found", skipped: "article skipped", more: "more articles skipped" },
  synonym: { missing: "synonyms not found", skipped: "synonyms skipped", more: "more synonyms skipped" },
} as const;

function tell(
  kind: keyof typeof messages,
  { problems, missing }: { problems: readonly ArticleProblem[]; missing: readonly string[] },
  context: AdapterContext,
): void {
  const adapter = context.path;
  const message = messages[kind];
  for (const pattern of missing) context.logger.warn({ adapter, pattern }, message.missing);
  for (const problem of problems.slice(0, LISTED_PROBLEMS)) context.logger.warn({ adapter, ...problem }, message.skipped);
  if (problems.length > LISTED_PROBLEMS) context.logger.warn({ adapter, more: problems.length - LISTED_PROBLEMS }, message.more);
}
