/**
 * What the knowledge index sees of a text: its words, counted, and hashes of its characters. Owns the choice of features; weights and postings are
 * text-index.ts.
 */
import { normalise, runsOf, stemOf, type Run } from "../words.ts";
import { STOP_WORDS } from "./stop-words.ts";

/** How often each word occurs, stop words as they are, others without what is written onto them. */
export type Counts = Map<string, number>;
/** `grams`: hashes, sorted, each as often as it occurs. Scratch memory: read it before the next text. */
export type Features = { words: Counts; grams: Uint32Array };
const NO_GRAMS = new Uint32Array(0);
let gramScratch = new Uint32Array(8_192);

function countsOf(runs: readonly Run[]): Counts {
  const words: Counts = new Map();
  for (const run of runs) {
    for (const word of run.words) {
      const key = STOP_WORDS.has(word) ? word : stemOf(word);
      words.set(key, (words.get(key) ?? 0) + 1);
    }
  }
  return words;
}

/** Two characters say in scripts without spaces what four say in others. A stop word's characters say nothing. */
function gramsOf(runs: readonly Run[]): Uint32Array {
  let size = 0;
  for (const run of runs) {
    if (!run.unspaced && STOP_WORDS.has(run.text)) continue;
    const text = run.unspaced ? run.text : `_${run.text}_`;
    const least = run.unspaced ? 1 : 3;
    if (size + 2 * text.length > gramScratch.length) gramScratch = grown(gramScratch, size + 2 * text.length);
    for (let start = 0; start + least <= text.length; start += 1) {
      // A hash in place of a piece of text: two grams that share one of 4 billion do no harm.
      let hash = least;
      for (let at = start; at < start + least; at += 1) hash = mixed(hash, text.charCodeAt(at));
      gramScratch[size++] = hash || 1;
      if (start + least < text.length) gramScratch[size++] = mixed(hash, text.charCodeAt(start + least)) || 1;
    }
  }
  return size === 0 ? NO_GRAMS : gramScratch.subarray(0, size).sort();
}

function mixed(hash: number, code: number): number {
  const spread = Math.imul((hash ^ code) + 0x9e3779b9, 0x85ebca6b);
  return (spread ^ (spread >>> 15)) >>> 0;
}

/** Of a word; never 0. */
export function hashOf(word: string): number {
  let hash = 0;
  for (let at = 0; at < word.length; at += 1) hash = mixed(hash, word.charCodeAt(at));
  return hash || 1;
}

function grown(scratch: Uint32Array<ArrayBuffer>, least: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(least, scratch.length * 2));
  larger.set(scratch);
  return larger;
}

/** Words alone: what a body is asked for. */
export function wordCountsOf(text: string): Counts {
  return countsOf(runsOf(normalise(text)));
}

/** Words and grams of a question or a query. */
export function featuresOf(text: string): Features {
  const runs = runsOf(normalise(text));
  return { words: countsOf(runs), grams: gramsOf(runs) };
}

/** Calls `each` with every distinct gram and its count. */
export function eachGram(sorted: Uint32Array, each: (gram: number, count: number) => void): void {
  for (let from = 0; from < sorted.length;) {
    const gram = sorted[from]!;
    let to = from + 1;
    while (to < sorted.length && sorted[to] === gram) to += 1;
    each(gram, to - from);
    from = to;
  }
}
