/**
 * Divides a message into what it says one after another: at the ends of sentences, at line ends, and at words such as "and also". Pure; knows
 * no meaning. A piece too short to stand for itself stays with the one before it.
 */
import { asciiDigits, baseOf } from "../words.ts";

/** UTF-16 offsets into the text. */
export type Clause = { text: string; start: number; end: number };

/** Longer messages are read to here, and no more pieces than this are made. */
const MAX_CHARS = 2_000;
const MOST_CLAUSES = 6;
/** A piece says something for itself from so many words on; in scripts without spaces, characters. */
const LEAST_WORDS = 4;
const LEAST_UNSPACED = 5;

/** A point inside a number or an address ends nothing. */
const sentenceEnd = /[!?;。！？；؟।\n]+|\.(?=\s|$)/gu;
/** Words that begin a thing of its own, by language. What is before and behind one must be able to stand for itself. */
const joiners: Readonly<Record<string, string>> = {
  en: "and also|and|also|plus|besides",
  de: "und außerdem|und|außerdem",
  fr: "et aussi|et|aussi",
  es: "y también|y además|y|además",
  pt: "e também|além disso|e",
  it: "e anche|inoltre|e",
  nl: "en ook|en",
  pl: "oraz|a także|poza tym|i",
  ru: "и также|а также|кроме того|и",
  uk: "і також|а також|крім того|і|та",
  tr: "ve ayrıca|ayrıca|ve",
  id: "dan juga|selain itu|dan",
  vi: "ngoài ra|và",
  hi: "और",
  ar: "وأيضا|وأيضاً|كما",
  zh: "另外|还有|而且|以及|顺便问一下",
  ja: "それと|それから|また、|あと、",
  ko: "그리고|또한",
  th: "แล้วก็|อีกอย่าง|และ",
};
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const words = /[\p{L}\p{N}]+(?:['\u2019]\p{L}+)?/gu;

const patterns = new Map<string, RegExp>();

function joinerPattern(language: string): RegExp {
  const base = baseOf(language);
  let pattern = patterns.get(base);
  if (pattern === undefined) {
    const list = joiners[base];
    // Never matches where a language has none.
    pattern =
      list === undefined
        ? /(?!)/g
        : unspaced.test(list)
          ? new RegExp(list, "gu")
          : new RegExp(`(?<![\\p{L}\\p{M}])(?:${list})(?![\\p{L}\\p{M}])`, "giu");
    patterns.set(base, pattern);
  }
  return pattern;
}

export function clausesOf(message: string, language: string): Clause[] {
  const text = message.slice(0, MAX_CHARS);
  const clauses: Clause[] = [];
  for (const [from, to] of sentencesOf(text)) {
    const cuts = [...text.slice(from, to).matchAll(joinerPattern(language))].map((match) => from + match.index);
    for (const [start, end] of pieces(from, to, cuts)) {
      const clause = { text: text.slice(start, end), start, end };
      const before = clauses.at(-1);
      // What cannot stand for itself goes with its neighbour in the same sentence.
      if (before !== undefined && before.end === start && start > from && !(standsAlone(clause.text) && standsAlone(before.text)))
        clauses[clauses.length - 1] = { ...before, text: text.slice(before.start, end), end };
      else clauses.push(clause);
    }
  }
  return clauses.filter(({ text: piece }) => /\p{L}/u.test(piece)).slice(0, MOST_CLAUSES);
}

function sentencesOf(text: string): [from: number, to: number][] {
  const list: [number, number][] = [];
  let from = 0;
  for (const match of asciiDigits(text).matchAll(sentenceEnd)) {
    list.push([from, match.index + match[0].length]);
    from = match.index + match[0].length;
  }
  if (from < text.length) list.push([from, text.length]);
  return list;
}

function* pieces(from: number, to: number, cuts: readonly number[]): Generator<[start: number, end: number]> {
  let start = from;
  for (const cut of cuts) {
    if (cut <= start) continue;
    yield [start, cut];
    start = cut;
  }
  yield [start, to];
}

export function standsAlone(text: string): boolean {
  if (unspaced.test(text)) return (text.match(/\p{L}/gu) ?? []).length >= LEAST_UNSPACED;
  return (text.match(words) ?? []).length >= LEAST_WORDS;
}
