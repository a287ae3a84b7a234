/**
 * What the intent model sees of a text: hashes of its words, word pairs and characters. Hashes instead of strings let the
 * vocabulary travel between threads and to disk as plain arrays. Owns the choice of features; weights are the model's.
 */
import { normalise, runsOf, stemOf } from "../words.ts";

/** Distinct features of one text. `words` (words and pairs) and `grams` (characters) are normalised apart by the model. */
export type TextFeatures = { words: FeatureCounts; grams: FeatureCounts };
export type FeatureCounts = { hashes: Uint32Array; counts: Uint16Array };

const WORD_SEED = 0x811c9dc5;
const STEM_SEED = 0x1b873593;
const PAIR_SEED = 0x2f0b4a27;
const GRAM_SEED = 0x51ed270b;
const FNV_PRIME = 0x01000193;
/** A longer text is cut: what a visitor wants is said early, and the work a text may cause stays bounded. */
const MAX_CHARS = 2_000;
const arabic = /\p{Script=Arabic}/u;

function step(hash: number, code: number): number {
  return Math.imul(hash ^ code, FNV_PRIME);
}

/** Spreads the bits (the finaliser of MurmurHash3). Never 0: that marks an empty place in the model's table. */
function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  mixed ^= mixed >>> 16;
  return mixed >>> 0 || 1;
}

function hashInto(seed: number, text: string): number {
  let hash = seed;
  for (let index = 0; index < text.length; index += 1) hash = step(hash, text.charCodeAt(index));
  return hash;
}

/** Hash of any text, for models of their own features; never 0. */
export function hashOf(text: string): number {
  return finish(hashInto(WORD_SEED, text));
}

/** Pushes the hashes of all n-grams of `text` with `least` to `most` characters. */
function pushGrams(text: string, least: number, most: number, into: number[]): void {
  for (let start = 0; start < text.length; start += 1) {
    let hash = GRAM_SEED;
    for (let length = 1; length <= most && start + length <= text.length; length += 1) {
      hash = step(hash, text.charCodeAt(start + length - 1));
      if (length >= least) into.push(finish(hash));
    }
  }
}

function count(hashes: number[]): FeatureCounts {
  const sorted = new Uint32Array(hashes.length);
  // Not `from`, and no iterator below: both cost more than the rest of the work.
  for (let index = 0; index < hashes.length; index += 1) sorted[index] = hashes[index]!;
  sorted.sort();
  const distinct = new Uint32Array(sorted.length);
  const counts = new Uint16Array(sorted.length);
  let size = 0;
  for (let index = 0; index < sorted.length; index += 1) {
    const hash = sorted[index]!;
    if (size > 0 && distinct[size - 1] === hash) {
      counts[size - 1]! += 1;
    } else {
      distinct[size] = hash;
      counts[size] = 1;
      size += 1;
    }
  }
  return { hashes: distinct.subarray(0, size), counts: counts.subarray(0, size) };
}

/** Features of a text as written. Digits count by their number only, so that one order number is like another. */
export function featuresOf(text: string): TextFeatures {
  const words: number[] = [];
  const grams: number[] = [];
  let before: number | undefined;
  for (const run of runsOf(normalise(text.slice(0, MAX_CHARS)).replace(/\d/g, "0"))) {
    for (const word of run.words) {
      words.push(finish(hashInto(WORD_SEED, word)));
      const stem = stemOf(word);
      if (stem !== word) words.push(finish(hashInto(STEM_SEED, stem)));
      if (before !== undefined) words.push(finish(hashInto(step(before, 0x20), word)));
      before = hashInto(PAIR_SEED, word);
    }
    // Scripts without spaces say in two characters what others say in five; Arabic leaves its short vowels out.
    if (run.unspaced) pushGrams(run.text, 1, 2, grams);
    else pushGrams(`_${run.text}_`, arabic.test(run.text) ? 2 : 3, 5, grams);
  }
  return { words: count(words), grams: count(grams) };
}
