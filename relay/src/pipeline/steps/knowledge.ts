/** What the merchant's knowledge says: passages for the words, and the article of the best intent. Decides nothing. */
import type { KnowledgeAdapter, KnowledgeQuery, Passage } from "../../adapters/spec.ts";
import type { Step, Turn } from "../turn.ts";

export const OPTION_ARTICLE = "article:";
export const OPTION_NONE = "none";

export function knowledgeQuery(turn: Pick<Turn, "text" | "language" | "nowMs" | "site" | "understanding">): KnowledgeQuery {
  return {
    text: turn.text,
    language: turn.language,
    fallbackLanguages: [turn.site.defaultLanguage, ...turn.site.languages.filter((language) => language !== turn.site.defaultLanguage)],
    intents: turn.understanding?.intents.slice(0, 5) ?? [],
    limit: 5,
    at: turn.nowMs,
  };
}

/** The article of an id, by the adapter's own door or, where it has none, by search. */
export async function articleOf(
  adapter: KnowledgeAdapter,
  id: string,
  query: KnowledgeQuery,
  signal: AbortSignal,
): Promise<Passage | undefined> {
  if (adapter.byIntent !== undefined) return adapter.byIntent(id, query, signal);
  const found = await adapter.search({ ...query, intents: [{ name: id, confidence: 1 }] }, signal);
  return found.find((passage) => passage.articleId === id);
}

export const knowledge: Step = {
  name: "knowledge",
  async run(turn) {
    const query = knowledgeQuery(turn);
    const chosen = turn.optionId?.startsWith(OPTION_ARTICLE) === true ? turn.optionId.slice(OPTION_ARTICLE.length) : undefined;
    // As many as can be offered when asking back.
    const several = chosen === undefined ? (turn.understanding?.several ?? []) : [];
    const ids = chosen === undefined ? (turn.understanding?.intents.slice(0, 3).map((intent) => intent.name) ?? []) : [chosen];
    try {
      const answer = await turn.region.knowledge.call(async (adapter, signal) => {
        const passages = chosen === undefined && turn.optionId !== OPTION_NONE ? await adapter.search(query, signal) : [];
        const articlesOf = async (names: readonly string[]): Promise<(Passage | undefined)[]> =>
          Promise.all(names.map(async (id) => articleOf(adapter, id, query, signal)));
        return { passages, articles: await articlesOf(ids), several: await articlesOf(several.map(({ name }) => name)) };
      }, turn.signal);
      turn.passages = answer.value.passages;
      turn.intentPassages = answer.value.articles;
      const all = answer.value.several.filter((passage) => passage !== undefined);
      turn.severalPassages = all.length === several.length ? all : [];
      return {
        next: true,
        note: `${answer.adapter}: ${turn.passages[0] === undefined ? "nothing" : `${turn.passages[0].articleId} ${turn.passages[0].score.toFixed(2)}`}`,
      };
    } catch {
      turn.down.add("knowledge");
      return { next: true, note: "no adapter answered" };
    }
  },
};
