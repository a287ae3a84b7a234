/**
 * What a region has learnt, beside a search service that cannot be taught: articles of its own, and more ways to ask for the service's. Held in
 * memory, found by the words of the question. Pure.
 */
import type { Learned } from "../../spec.ts";
import { normalise, wordsOf } from "../../words.ts";
import { STOP_WORDS } from "../stop-words.ts";
import type { RemoteRecord } from "./records.ts";

/** Lines looked at closely for one question. */
const MOST_LINES = 20;

export type Taught = {
  /** Articles of the region's own that share words with the question or have one of these ids. */
  articlesLike(words: readonly string[], ids: readonly string[]): RemoteRecord[];
  /** Articles of the service for which a way to ask was learnt that shares words with the question; likeliest first. */
  idsLike(words: readonly string[], limit: number): string[];
  /** A record of the service as the region knows it: with what was learnt for it, or nothing where an article of its own takes its place. */
  known(record: RemoteRecord, language: string): RemoteRecord | undefined;
};

const keyOf = (id: string, language: string): string => `${language} ${id}`;

export function taughtFrom({ articles, phrasings }: Learned): Taught {
  const own = new Map<string, RemoteRecord>();
  for (const { id, title, text, language, phrasings: ways, updatedAt } of articles)
    own.set(keyOf(id, language), {
      id,
      title,
      text,
      language,
      phrasings: ways.map((one) => one.text),
      url: undefined,
      updatedAt,
      validFrom: undefined,
      validUntil: undefined,
      regions: [],
      audience: [],
    });
  const more = new Map<string, string[]>();
  for (const { articleId, language, text } of phrasings) {
    const key = keyOf(articleId, language);
    more.set(key, [...(more.get(key) ?? []), text]);
  }
  for (const [key, record] of own) own.set(key, { ...record, phrasings: [...record.phrasings, ...(more.get(key) ?? [])] });
  const records = [...own.values()];
  const articleLines = linesOf(records.map(({ title, text, phrasings: ways }) => [title, text, ...ways].join("\n")));
  const waysElsewhere = phrasings.filter(({ articleId, language }) => !own.has(keyOf(articleId, language)));
  const wayLines = linesOf(waysElsewhere.map(({ text }) => text));

  return {
    articlesLike: (words, ids) =>
      records.length === 0
        ? []
        : [...new Set([...records.filter(({ id }) => ids.includes(id)), ...bestLines(articleLines, words).map((line) => records[line]!)])],
    idsLike: (words, limit) =>
      waysElsewhere.length === 0
        ? []
        : [...new Set(bestLines(wayLines, words).map((line) => waysElsewhere[line]!.articleId))].slice(0, limit),
    known(record, language) {
      const key = keyOf(record.id, language);
      if (own.has(key)) return undefined;
      const ways = more.get(key);
      return ways === undefined ? record : { ...record, phrasings: [...record.phrasings, ...ways] };
    },
  };
}

/** The lines each word is in; words that everybody uses are left out. */
type Lines = Map<string, number[]>;
function linesOf(texts: readonly string[]): Lines {
  const lines: Lines = new Map();
  for (const [line, text] of texts.entries()) {
    for (const word of new Set(wordsOf(normalise(text)))) {
      if (STOP_WORDS.has(word)) continue;
      const list = lines.get(word);
      if (list === undefined) lines.set(word, [line]);
      else list.push(line);
    }
  }
  return lines;
}

function bestLines(lines: Lines, words: readonly string[]): number[] {
  const shared = new Map<number, number>();
  for (const word of new Set(words)) for (const line of lines.get(word) ?? []) shared.set(line, (shared.get(line) ?? 0) + 1);
  return [...shared]
    .sort(([, one], [, other]) => other - one)
    .slice(0, MOST_LINES)
    .map(([line]) => line);
}
