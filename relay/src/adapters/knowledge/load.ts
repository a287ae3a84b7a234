/**
 * Everything the embedded knowledge answers from, put together: the merchant's files, the pages the last crawl read, and what the region has learnt.
 * Tells what was left out. Asks nobody outside.
 */
import type { AdapterContext, Learned } from "../spec.ts";
import { fillTemplate, type Article } from "./article.ts";
import { createGathering, readArticles, type ReadArticles } from "./articles.ts";
import type { EmbeddedKnowledgeOptions } from "./embedded.ts";
import { readLastCrawl } from "./sources/crawl/records.ts";
import { readSynonyms } from "./sources/synonym-files.ts";
import { createSynonyms, type Synonyms } from "./synonyms.ts";

export type Knowledge = { articles: Article[]; synonyms: Synonyms };

/** More problems than this are counted, not listed. */
const LISTED_PROBLEMS = 50;

/** Reads everything anew. A file with a mistake is told in the log; nothing else is lost. */
export async function loadKnowledge(options: EmbeddedKnowledgeOptions, context: AdapterContext, signal: AbortSignal): Promise<Knowledge> {
  const gathered = createGathering();
  const { missing } = await readArticles(options.articles ?? [], { ...options, baseDir: context.baseDir, signal }, gathered);
  const crawled = options.urls === undefined ? undefined : await readLastCrawl(context.cacheDir, signal);
  for (const page of crawled?.pages ?? []) gathered.take(page.url, page.reads);
  tell("article", { problems: [...gathered.problems, ...(crawled?.head.problems ?? [])], missing }, context);
  const { groups, ...trouble } = await readSynonyms(options.synonyms ?? [], context.baseDir);
  tell("synonym", trouble, context);
  return { articles: withLearned(gathered.articles, context.learned?.(), options), synonyms: createSynonyms(groups) };
}

/** With what the region has learnt: a newer article stands in the place of an older one, a phrasing beside those of its article. */
function withLearned(articles: readonly Article[], learned: Learned | undefined, options: EmbeddedKnowledgeOptions): Article[] {
  if (learned === undefined) return [...articles];
  const key = ({ id, language }: { id: string; language: string }): string => `${id} ${language}`;
  const own = learned.articles.map((one): Article => ({
    ...one,
    intents: [],
    audience: "visitors",
    url: fillTemplate(options.urlTemplate, one),
  }));
  const newer = new Set(own.map(key));
  const all = [...articles.filter((article) => !newer.has(key(article))), ...own];
  for (const { articleId, language, ...phrasing } of learned.phrasings) {
    const exact = all.findIndex((one) => one.id === articleId && one.language === language);
    const place = exact >= 0 ? exact : all.findIndex((one) => one.id === articleId);
    const article = all[place];
    if (article === undefined || article.phrasings.some((known) => known.text === phrasing.text)) continue;
    all[place] = { ...article, phrasings: [...article.phrasings, phrasing] };
  }
  return all;
}

const messages = {
  article: { missing: "articles not found", skipped: "article skipped", more: "more articles skipped" },
  synonym: { missing: "synonyms not found", skipped: "synonyms skipped", more: "more synonyms skipped" },
} as const;

function tell(
  kind: keyof typeof messages,
  { problems, missing }: Pick<ReadArticles, "problems" | "missing">,
  context: AdapterContext,
): void {
  const adapter = context.path;
  const message = messages[kind];
  for (const pattern of missing) context.logger.warn({ adapter, pattern }, message.missing);
  for (const problem of problems.slice(0, LISTED_PROBLEMS)) context.logger.warn({ adapter, ...problem }, message.skipped);
  if (problems.length > LISTED_PROBLEMS) context.logger.warn({ adapter, more: problems.length - LISTED_PROBLEMS }, message.more);
}
