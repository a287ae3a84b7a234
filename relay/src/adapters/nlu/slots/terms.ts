/**
 * Words and phrases of a list in a text, longest first, each with the value it stands for. Compares the normal form of words.ts; in scripts
 * with spaces a term begins and ends with a word. Pure.
 */
import { normalise, runsOf } from "../../words.ts";

export type TermIndex = ReadonlyMap<string, readonly { words: readonly string[]; value: string }[]>;
/** `start` and `end` are UTF-16 offsets into the text as written. */
export type FoundTerm = { value: string; start: number; end: number };

/** Of two values with the same term the first counts. */
export function termIndex(terms: Iterable<readonly [term: string, value: string]>): TermIndex {
  const index = new Map<string, { words: readonly string[]; value: string }[]>();
  const known = new Set<string>();
  for (const [term, value] of terms) {
    const words = runsOf(normalise(term)).map(({ text }) => text);
    const key = words.join(" ");
    if (words[0] === undefined || known.has(key)) continue;
    known.add(key);
    const list = index.get(keyOf(words[0])) ?? [];
    list.push({ words, value });
    index.set(keyOf(words[0]), list);
  }
  for (const list of index.values()) list.sort((one, other) => lengthOf(other.words) - lengthOf(one.words));
  return index;
}

/** Unspaced scripts are looked up by their first character. */
function keyOf(word: string): string {
  return isUnspaced(word) ? String.fromCodePoint(word.codePointAt(0)!) : word;
}

const unspacedScript =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
function isUnspaced(word: string): boolean {
  return unspacedScript.test(word);
}
function lengthOf(words: readonly string[]): number {
  return words.join(" ").length;
}

const writtenRun = /[\p{L}\p{N}\p{M}]+/gu;

/** Terms that do not overlap, in order of place. */
export function findTerms(text: string, index: TermIndex): FoundTerm[] {
  const found: FoundTerm[] = [];
  const runs = [...text.matchAll(writtenRun)].map((match) => ({ start: match.index, text: match[0], normal: normalise(match[0]) }));
  for (let at = 0; at < runs.length; at += 1) {
    const run = runs[at]!;
    if (isUnspaced(run.normal)) {
      found.push(...insideOf(run, index));
      continue;
    }
    const hit = index.get(run.normal)?.find(({ words }) => words.every((word, place) => runs[at + place]?.normal === word));
    if (hit === undefined) continue;
    const last = runs[at + hit.words.length - 1]!;
    found.push({ value: hit.value, start: run.start, end: last.start + last.text.length });
    at += hit.words.length - 1;
  }
  return found;
}

/** Normal forms of these scripts are as long as what is written, or nothing is told of the place. */
function insideOf(run: { start: number; text: string; normal: string }, index: TermIndex): FoundTerm[] {
  const found: FoundTerm[] = [];
  if (run.normal.length !== run.text.length) return found;
  for (let at = 0; at < run.normal.length;) {
    const first = String.fromCodePoint(run.normal.codePointAt(at)!);
    const hit = index.get(first)?.find(({ words }) => words.length === 1 && run.normal.startsWith(words[0]!, at));
    if (hit === undefined) at += first.length;
    else {
      found.push({ value: hit.value, start: run.start + at, end: run.start + at + hit.words[0]!.length });
      at += hit.words[0]!.length;
    }
  }
  return found;
}
