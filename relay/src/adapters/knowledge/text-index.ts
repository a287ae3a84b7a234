/**
 * An inverted index over questions and the texts that answer them. Finds by two witnesses: how alike the query is to a stored question
 * (cosine over words and characters), and how much of it the whole text covers (BM25). Knows no articles, languages or dates.
 */
import { normalise, runsOf, stemOf } from "../words.ts";
import { STOP_WORDS } from "./stop-words.ts";

/** `questions`: title first, then phrasings; each stands alone. `body`: plain words or Markdown. */
export type IndexedText = { questions: readonly string[]; body: string };
/**
 * `likeness`: cosine with the most similar question, 0 to 1, 1 for the same words. `coverage`: share of the query's meaning words, by rarity,
 * that the text contains, 0 to 1. `bm25`: the usual sum, unbounded.
 */
export type Match = { text: number; likeness: number; coverage: number; bm25: number };
export interface TextIndex {
  /** Every text that shares a feature with the query, in no order. */
  search(query: string): Match[];
  /** Features and postings, for the log. */
  readonly sizes: { texts: number; questions: number; features: number; postings: number };
}

/** Words' share of a question's squared length; characters have the rest. */
const WORD_SHARE = 0.3;
/** What a stop word counts of its rarity in the likeness of questions; it counts nothing in coverage. */
const STOP_WORD_SHARE = 0.1;
const BM25_K1 = 1.2;
const BM25_B = 0.75;
/** How often a word in a question counts against one in the body. */
const QUESTION_WEIGHT = 3;
/** A query is cut here: what is asked is said early. */
const MAX_QUERY_CHARS = 1_000;
/** Longest stretch of building without letting others run. */
const SLICE_MS = 8;

type Counts = Map<string, number>;
type Features = { words: Counts; grams: Counts };

function featuresOf(text: string): Features {
  const words: Counts = new Map();
  const grams: Counts = new Map();
  const add = (counts: Counts, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const run of runsOf(normalise(text))) {
    for (const word of run.words) add(words, STOP_WORDS.has(word) ? word : stemOf(word));
    if (!run.unspaced && STOP_WORDS.has(run.text)) continue;
    const padded = run.unspaced ? run.text : `_${run.text}_`;
    for (const length of run.unspaced ? [1, 2] : [3, 4]) {
      for (let start = 0; start + length <= padded.length; start += 1) add(grams, `${length}${padded.slice(start, start + length)}`);
    }
  }
  return { words, grams };
}

/** Postings of one kind of feature: feature `n` lies in rows `rows[offsets[n]..offsets[n + 1])` with `weights` at the same places. */
type Postings = { ids: Map<string, number>; idf: Float32Array; offsets: Uint32Array; rows: Uint32Array; weights: Float32Array };

/** Gathers postings row by row, then packs them by feature. */
interface Collector {
  add(row: number, counts: Counts): void;
  /** `weight` gives a posting's value from its row, the feature's rarity and its count. */
  pack(rowCount: number, weight: (row: number, idf: number, count: number) => number): Postings;
  /** Squared length of each row's TF-IDF vector. */
  squaredLengths(rowCount: number): Float64Array;
}

function createCollector(): Collector {
  const ids = new Map<string, number>();
  const frequency: number[] = [];
  const features: number[] = [];
  const rows: number[] = [];
  const counts: number[] = [];
  /** Words that say nothing keep a little of their rarity, so that a question is still most like itself. */
  const rarity = (rowCount: number): Float32Array => {
    const idf = Float32Array.from(frequency, (count) => idfOf(count, rowCount));
    for (const [key, id] of ids) if (STOP_WORDS.has(key)) idf[id]! *= STOP_WORD_SHARE;
    return idf;
  };
  return {
    add(row, found) {
      for (const [key, count] of found) {
        let id = ids.get(key);
        if (id === undefined) {
          id = ids.size;
          ids.set(key, id);
          frequency.push(0);
        }
        frequency[id]! += 1;
        features.push(id);
        rows.push(row);
        counts.push(count);
      }
    },
    pack(rowCount, weight) {
      const idf = rarity(rowCount);
      const offsets = new Uint32Array(frequency.length + 1);
      for (const [id, count] of frequency.entries()) offsets[id + 1] = offsets[id]! + count;
      const next = offsets.slice();
      const packedRows = new Uint32Array(rows.length);
      const weights = new Float32Array(rows.length);
      for (const [index, id] of features.entries()) {
        const place = next[id]!;
        next[id] = place + 1;
        packedRows[place] = rows[index]!;
        weights[place] = weight(rows[index]!, idf[id]!, counts[index]!);
      }
      return { ids, idf, offsets, rows: packedRows, weights };
    },
    squaredLengths(rowCount) {
      const idf = rarity(rowCount);
      const lengths = new Float64Array(rowCount);
      for (const [index, id] of features.entries()) lengths[rows[index]!]! += (tfOf(counts[index]!) * idf[id]!) ** 2;
      return lengths;
    },
  };
}

function tfOf(count: number): number {
  return 1 + Math.log(count);
}

function idfOf(frequency: number, rowCount: number): number {
  return Math.log((1 + rowCount) / (1 + frequency)) + 1;
}

/** Builds in slices, so that a large knowledge does not hold up the sockets. Rejects with the signal's reason when it fires. */
export async function buildTextIndex(texts: readonly IndexedText[], signal?: AbortSignal): Promise<TextIndex> {
  const questionText: number[] = [];
  const words = createCollector();
  const grams = createCollector();
  const bodies = createCollector();
  const lengths = new Float64Array(texts.length);
  let sliceEnd = performance.now() + SLICE_MS;
  for (const [index, text] of texts.entries()) {
    const all: Counts = new Map();
    const addAll = (counts: Counts, weight: number): void => {
      for (const [word, count] of counts) {
        if (STOP_WORDS.has(word)) continue;
        all.set(word, (all.get(word) ?? 0) + count * weight);
        lengths[index]! += count * weight;
      }
    };
    for (const question of text.questions) {
      const features = featuresOf(question);
      words.add(questionText.length, features.words);
      grams.add(questionText.length, features.grams);
      questionText.push(index);
      addAll(features.words, QUESTION_WEIGHT);
    }
    addAll(featuresOf(text.body).words, 1);
    bodies.add(index, all);
    if (performance.now() < sliceEnd) continue;
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    sliceEnd = performance.now() + SLICE_MS;
  }
  const rowCount = questionText.length;
  const packCosine = (collector: Collector): Postings => {
    const squared = collector.squaredLengths(rowCount);
    return collector.pack(rowCount, (row, idf, count) => (tfOf(count) * idf) / Math.sqrt(squared[row] || 1));
  };
  const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, texts.length) || 1;
  const parts = {
    words: packCosine(words),
    grams: packCosine(grams),
    bodies: bodies.pack(
      texts.length,
      (row, idf, count) => (idf * count * (BM25_K1 + 1)) / (count + BM25_K1 * (1 - BM25_B + (BM25_B * lengths[row]!) / average)),
    ),
  };
  return createSearch(parts, Uint32Array.from(questionText), texts.length);
}

function createSearch(
  parts: { words: Postings; grams: Postings; bodies: Postings },
  questionText: Uint32Array,
  textCount: number,
): TextIndex {
  const { words, grams, bodies } = parts;
  return {
    sizes: {
      texts: textCount,
      questions: questionText.length,
      features: words.ids.size + grams.ids.size,
      postings: words.rows.length + grams.rows.length + bodies.rows.length,
    },
    search(query) {
      const features = featuresOf(query.slice(0, MAX_QUERY_CHARS));
      const cosines = new Float32Array(questionText.length);
      addCosine(words, features.words, WORD_SHARE, cosines);
      addCosine(grams, features.grams, 1 - WORD_SHARE, cosines);
      const { coverage, bm25 } = cover(bodies, features.words, textCount);
      const likeness = new Float32Array(textCount);
      for (const [row, cosine] of cosines.entries()) {
        const text = questionText[row]!;
        if (cosine > likeness[text]!) likeness[text] = cosine;
      }
      const matches: Match[] = [];
      for (let text = 0; text < textCount; text += 1) {
        if (likeness[text]! > 0 || coverage[text]! > 0)
          matches.push({ text, likeness: Math.min(1, likeness[text]!), coverage: Math.min(1, coverage[text]!), bm25: bm25[text]! });
      }
      return matches;
    },
  };
}

/** Adds `share` times the cosine of the query with each row. Unseen features lengthen the query, so that strange words lower the likeness. */
function addCosine(postings: Postings, counts: Counts, share: number, into: Float32Array): void {
  const unseen = idfOf(0, into.length);
  let squared = 0;
  const known: [id: number, value: number][] = [];
  for (const [key, count] of counts) {
    const id = postings.ids.get(key);
    const value = tfOf(count) * (id === undefined ? unseen : postings.idf[id]!);
    squared += value * value;
    if (id !== undefined) known.push([id, value]);
  }
  if (squared === 0) return;
  const scale = share / Math.sqrt(squared);
  for (const [id, value] of known) {
    for (let place = postings.offsets[id]!; place < postings.offsets[id + 1]!; place += 1)
      into[postings.rows[place]!]! += value * scale * postings.weights[place]!;
  }
}

function cover(postings: Postings, counts: Counts, textCount: number): { coverage: Float32Array; bm25: Float32Array } {
  const coverage = new Float32Array(textCount);
  const bm25 = new Float32Array(textCount);
  const unseen = idfOf(0, textCount);
  let all = 0;
  for (const key of counts.keys()) {
    if (STOP_WORDS.has(key)) continue;
    const id = postings.ids.get(key);
    const idf = id === undefined ? unseen : postings.idf[id]!;
    all += idf;
    if (id === undefined) continue;
    for (let place = postings.offsets[id]!; place < postings.offsets[id + 1]!; place += 1) {
      const row = postings.rows[place]!;
      coverage[row]! += idf;
      bm25[row]! += postings.weights[place]!;
    }
  }
  if (all > 0) for (let row = 0; row < textCount; row += 1) coverage[row]! /= all;
  return { coverage, bm25 };
}
