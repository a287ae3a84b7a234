/**
 * Why the embedded knowledge gives what it gives: the hits with their reasons, and the articles that fit and were held back. For the operator's
 * command, not for a turn. The hits come from the adapter itself, so that they cannot differ from what a visitor gets.
 */
import type { AdapterContext, KnowledgeQuery, Phrasing } from "../spec.ts";
import { questionsOf, type Article } from "./article.ts";
import { createEmbeddedKnowledge, type EmbeddedKnowledgeOptions } from "./embedded.ts";
import { fits, tagOf } from "./language-tags.ts";
import { loadKnowledge } from "./load.ts";
import { STOP_WORDS } from "./stop-words.ts";
import type { Swap, Wording } from "./synonyms.ts";
import { wordCountsOf } from "./text-features.ts";
import { scoreOf } from "./shelf.ts";
import { buildTextIndex, slipsIn, type Match } from "./text-index.ts";

/**
 * `likeness` and `coverage` as in text-index.ts; `words` of the question that the article has, corrected, without stop words; `nearest`: which of
 * the article's questions is most like it, when any is at all; `synonyms`: what was put for the visitor's own words to find it.
 */
type Reasons = { likeness: number; coverage: number; words: string[]; nearest: NearestQuestion | undefined; synonyms: readonly Swap[] };
type Asked = { match: Match; wording: Wording; score: number };
export type NearestQuestion = Omit<Phrasing, "origin"> & { origin: Phrasing["origin"] | "title" };
export type ExplainedHit = Reasons & { articleId: string; language: string; title: string; score: number; updatedAt?: string | undefined };
/** An article that shares something with the question and may not be shown. `score` is of its words, whatever its language. */
export type HeldBack = Reasons & { articleId: string; language: string; score: number; because: string };
export type Explained = {
  hits: ExplainedHit[];
  /** Best first. */
  heldBack: HeldBack[];
  /** Words no article has, and what they were taken for. */
  slips: { written: string; meant: string }[];
};

/** The adapter has told what was left out. */
const quiet = { info: () => {}, warn: () => {}, error: () => {} };

/** Reads all articles anew. Fails as the adapter does: with `failed` when there are none. */
export async function explainSearch(
  options: EmbeddedKnowledgeOptions,
  context: AdapterContext,
  query: KnowledgeQuery,
  signal: AbortSignal,
): Promise<Explained> {
  const adapter = createEmbeddedKnowledge(options, context, { crawls: false });
  await adapter.init?.(signal);
  const passages = await adapter.search(query, signal);
  const { articles, synonyms } = await loadKnowledge(options, { ...context, logger: quiet }, signal);
  const index = await buildTextIndex(
    articles.map((article) => ({ questions: questionsOf(article), body: article.text })),
    { signal },
  );
  const questions = await indexQuestions(articles, signal);
  const wordings = synonyms.wordings(query.text, query.language);
  const best = new Map<Article, Asked>();
  for (const wording of wordings)
    for (const match of index.search(wording.text)) {
      const article = articles[match.text]!;
      const score = scoreOf(match.likeness, match.coverage, match.bm25) * wording.share;
      if (score > (best.get(article)?.score ?? -1)) best.set(article, { match, wording, score });
    }
  const nearest = new Map(wordings.map((wording) => [wording, questions.nearest(wording.text)]));
  const slips = slipsIn(query.text, [index]);
  const wordsAsked = (text: string): string[] =>
    [...wordCountsOf(text).keys()]
      .filter((word) => !STOP_WORDS.has(word))
      .map((word) => slips.find(({ written }) => written === word)?.meant ?? word);
  const reasonsOf = (article: Article): Reasons => {
    const { match, wording = wordings[0]! } = best.get(article) ?? {};
    const has = wordCountsOf([...questionsOf(article), article.text].join("\n"));
    return {
      likeness: match?.likeness ?? 0,
      coverage: match?.coverage ?? 0,
      words: wordsAsked(wording.text).filter((word) => has.has(word)),
      nearest: nearest.get(wording)?.get(article),
      synonyms: wording.swaps,
    };
  };
  const hits = passages.map(({ articleId, language, title, score, updatedAt }) => {
    const article = articles.find((one) => one.id === articleId && one.language === language)!;
    return { articleId, language, title, score, updatedAt, ...reasonsOf(article) };
  });
  const heldBack = [...best].flatMap(([article, { score }]) => {
    const because = heldBackBecause(article, context.regionId, query);
    if (because === undefined) return [];
    return [{ articleId: article.id, language: article.language, score, because, ...reasonsOf(article) }];
  });
  return { hits, heldBack: heldBack.sort((one, other) => other.score - one.score), slips };
}

/**
 * The most alike question of each article that has one. An index of its own where every question is a text: it weighs words as the adapter's, since
 * the questions are the same, and knows the bodies' words, so that it takes the same slips for the same words.
 */
async function indexQuestions(articles: readonly Article[], signal: AbortSignal) {
  const rows = articles.flatMap((article) =>
    [{ text: article.title, origin: "title" as const }, ...article.phrasings].map((question): [Article, NearestQuestion] => [
      article,
      question,
    ]),
  );
  const texts = rows.map(([, { text }]) => ({ questions: [text], body: "" }));
  const index = await buildTextIndex([...texts, ...articles.map(({ text }) => ({ questions: [], body: text }))], { signal });
  return {
    nearest(asked: string): Map<Article, NearestQuestion> {
      const nearest = new Map<Article, NearestQuestion>();
      const best = new Map<Article, number>();
      for (const { text: row, likeness } of index.search(asked)) {
        const [article, question] = rows[row] ?? [];
        if (article === undefined || question === undefined || likeness <= (best.get(article) ?? 0)) continue;
        best.set(article, likeness);
        nearest.set(article, question);
      }
      return nearest;
    },
  };
}

function heldBackBecause(article: Article, regionId: string, query: KnowledgeQuery): string | undefined {
  if (article.audience === "agents" && query.audience !== "agents") return "audience: for agents only";
  if (article.regions?.includes(regionId) === false) return `region: for ${article.regions.join(", ") || "none"}, not for ${regionId}`;
  if (article.validFromMs !== undefined && query.at < article.validFromMs) return `date: valid from ${dayOf(article.validFromMs)}`;
  if (article.validUntilMs !== undefined && query.at >= article.validUntilMs) return `date: valid until ${dayOf(article.validUntilMs - 1)}`;
  const shown = [query.language, ...query.fallbackLanguages].some((language) => fits(tagOf(article.language), tagOf(language)));
  return shown ? undefined : `language: ${article.language} is not among ${[query.language, ...query.fallbackLanguages].join(", ")}`;
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
