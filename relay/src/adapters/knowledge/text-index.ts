/**
 * An inverted index over questions and the texts that answer them. Finds by two witnesses: how alike the query is to a stored question
 * (cosine over words and characters), and how much of it the whole text covers (BM25). Knows no articles, languages or dates.
 */
import { createNearWords, type NearWords } from "./near-words.ts";
import { createPause, type Pause } from "./pause.ts";
import { STOP_WORDS } from "./stop-words.ts";
import { eachGram, featuresOf, wordCountsOf, type Counts } from "./text-features.ts";

/** `questions`: title first, then phrasings; each stands alone. `body`: plain words or Markdown. */
export type IndexedText = { questions: readonly string[]; body: string };
/**
 * `likeness`: cosine with the most similar question, 0 to 1, 1 for the same words. `coverage`: share of the query's meaning words, by rarity,
 * that the text contains, 0 to 1. `bm25`: the usual sum, unbounded.
 */
export type Match = { text: number; likeness: number; coverage: number; bm25: number };
export type Slip = { written: string; meant: string };
export interface TextIndex {
  /** Every text that shares a feature with the query, in no order. */
  search(query: string): Match[];
  /** The same without an object a text; `each` must not search again before it has returned. */
  scan(query: string, each: (text: number, likeness: number, coverage: number, bm25: number) => void): void;
  /** The query's words that no text has, and the known ones they are taken for. */
  slips(query: string): Slip[];
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
/** Postings packed between two looks at the clock: a few milliseconds of work. */
const PACKED_AT_ONCE = 20_000;

type Key = string | number;
/** Postings of one kind of feature: feature `n` lies in rows `rows[offsets[n]..offsets[n + 1])` with `weights` at the same places. */
type Postings = { ids: Map<Key, number>; idf: Float32Array; offsets: Uint32Array; rows: Uint32Array; weights: Float32Array };

/** Gathers postings row by row, then packs them by feature. */
interface Collector {
  add(row: number, key: Key, count: number): void;
  /** `weight` gives a posting's value from its row, the feature's rarity and its count. */
  pack(rowCount: number, weight: (row: number, idf: number, count: number) => number): Promise<Postings>;
  /** Squared length of each row's TF-IDF vector. */
  squaredLengths(rowCount: number): Promise<Float64Array>;
}

function createCollector(pause: Pause): Collector {
  const ids = new Map<Key, number>();
  const frequency: number[] = [];
  const features: number[] = [];
  const rows: number[] = [];
  const counts: number[] = [];
  /** Words that say nothing keep a little of their rarity, so that a question is still most like itself. */
  const rarity = (rowCount: number): Float32Array => {
    const idf = Float32Array.from(frequency, (count) => idfOf(count, rowCount));
    for (const [key, id] of ids) if (typeof key === "string" && STOP_WORDS.has(key)) idf[id]! *= STOP_WORD_SHARE;
    return idf;
  };
  return {
    add(row, key, count) {
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
    },
    async pack(rowCount, weight) {
      const idf = rarity(rowCount);
      const offsets = new Uint32Array(frequency.length + 1);
      for (const [id, count] of frequency.entries()) offsets[id + 1] = offsets[id]! + count;
      const next = offsets.slice();
      const packedRows = new Uint32Array(rows.length);
      const weights = new Float32Array(rows.length);
      for (const [index, id] of features.entries()) {
        if (index % PACKED_AT_ONCE === 0) await pause();
        const place = next[id]!;
        next[id] = place + 1;
        packedRows[place] = rows[index]!;
        weights[place] = weight(rows[index]!, idf[id]!, counts[index]!);
      }
      return { ids, idf, offsets, rows: packedRows, weights };
    },
    async squaredLengths(rowCount) {
      const idf = rarity(rowCount);
      const lengths = new Float64Array(rowCount);
      for (const [index, id] of features.entries()) {
        if (index % PACKED_AT_ONCE === 0) await pause();
        lengths[rows[index]!]! += (tfOf(counts[index]!) * idf[id]!) ** 2;
      }
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
  const pause = createPause(signal);
  const words = createCollector(pause);
  const grams = createCollector(pause);
  const bodies = createCollector(pause);
  const lengths = new Float64Array(texts.length);
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
      const row = questionText.length;
      for (const [word, count] of features.words) words.add(row, word, count);
      eachGram(features.grams, (gram, count) => grams.add(row, gram, count));
      questionText.push(index);
      addAll(features.words, QUESTION_WEIGHT);
    }
    addAll(wordCountsOf(text.body), 1);
    for (const [word, count] of all) bodies.add(index, word, count);
    await pause();
  }
  const rowCount = questionText.length;
  const packCosine = async (collector: Collector): Promise<Postings> => {
    const squared = await collector.squaredLengths(rowCount);
    return collector.pack(rowCount, (row, idf, count) => (tfOf(count) * idf) / Math.sqrt(squared[row] || 1));
  };
  const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, texts.length) || 1;
  const parts = {
    words: await packCosine(words),
    grams: await packCosine(grams),
    bodies: await bodies.pack(
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
  // Written anew by every search: a search runs from its first line to its last without letting others run.
  const cosines = new Float32Array(questionText.length);
  const likeness = new Float32Array(textCount);
  const covered = new Float32Array(textCount);
  const bm25 = new Float32Array(textCount);
  const wordCosine = createCosine(words, cosines);
  const gramCosine = createCosine(grams, cosines);
  const near = createNearWords(wordKeys(bodies), (word) => frequencyOf(bodies, word));

  function scan(query: string, each: (text: number, likeness: number, coverage: number, bm25: number) => void): void {
    const features = featuresOf(query.slice(0, MAX_QUERY_CHARS));
    cosines.fill(0);
    likeness.fill(0);
    covered.fill(0);
    bm25.fill(0);
    // The characters stay as they were written: a slip is never the same question word for word.
    const asked = corrected(features.words, slipsOf(features.words, bodies, near));
    for (const [word, count] of asked) wordCosine.feature(word, count);
    wordCosine.spread(WORD_SHARE);
    eachGram(features.grams, (gram, count) => gramCosine.feature(gram, count));
    gramCosine.spread(1 - WORD_SHARE);
    const all = cover(bodies, asked, covered, bm25) || 1;
    for (let row = 0; row < cosines.length; row += 1) {
      const text = questionText[row]!;
      if (cosines[row]! > likeness[text]!) likeness[text] = cosines[row]!;
    }
    for (let text = 0; text < textCount; text += 1) {
      if (likeness[text]! > 0 || covered[text]! > 0)
        each(text, Math.min(1, likeness[text]!), Math.min(1, covered[text]! / all), bm25[text]!);
    }
  }

  return {
    sizes: {
      texts: textCount,
      questions: questionText.length,
      features: words.ids.size + grams.ids.size,
      postings: words.rows.length + grams.rows.length + bodies.rows.length,
    },
    scan,
    slips: (query) => slipsOf(wordCountsOf(query.slice(0, MAX_QUERY_CHARS)), bodies, near),
    search(query) {
      const matches: Match[] = [];
      scan(query, (text, like, coverage, sum) => matches.push({ text, likeness: like, coverage, bm25: sum }));
      return matches;
    },
  };
}

function* wordKeys(postings: Postings): Generator<string, void> {
  for (const key of postings.ids.keys()) if (typeof key === "string") yield key;
}

function frequencyOf({ ids, offsets }: Postings, word: string): number {
  const id = ids.get(word);
  return id === undefined ? 0 : offsets[id + 1]! - offsets[id]!;
}

function slipsOf(counts: Counts, bodies: Postings, near: NearWords): Slip[] {
  const slips: Slip[] = [];
  for (const written of counts.keys()) {
    if (bodies.ids.has(written) || STOP_WORDS.has(written)) continue;
    const meant = near.nearest(written);
    if (meant !== undefined) slips.push({ written, meant });
  }
  return slips;
}

/** The counts with each slip's word in the place of what was written. The same map when there is none. */
function corrected(counts: Counts, slips: readonly Slip[]): Counts {
  if (slips.length === 0) return counts;
  const result = new Map(counts);
  for (const { written, meant } of slips) {
    result.delete(written);
    result.set(meant, (result.get(meant) ?? 0) + counts.get(written)!);
  }
  return result;
}

/** Takes a query's features one by one, then adds `share` times the cosine of the query with each row to `into`. */
function createCosine(postings: Postings, into: Float32Array): { feature(key: Key, count: number): void; spread(share: number): void } {
  const { ids, idf, offsets, rows, weights } = postings;
  const unseen = idfOf(0, into.length);
  const known: number[] = [];
  const values: number[] = [];
  let squared = 0;
  return {
    feature(key, count) {
      const id = ids.get(key);
      // Unseen features lengthen the query, so that strange words lower the likeness.
      const value = tfOf(count) * (id === undefined ? unseen : idf[id]!);
      squared += value * value;
      if (id === undefined) return;
      known.push(id);
      values.push(value);
    },
    spread(share) {
      const scale = squared === 0 ? 0 : share / Math.sqrt(squared);
      for (let index = 0; index < known.length; index += 1) {
        const value = values[index]! * scale;
        const end = offsets[known[index]! + 1]!;
        for (let place = offsets[known[index]!]!; place < end; place += 1) into[rows[place]!]! += value * weights[place]!;
      }
      squared = 0;
      known.length = 0;
      values.length = 0;
    },
  };
}

/** Adds up, a text, the rarity of the query's words in it and BM25. Gives the rarity of all of the query's words. */
function cover(postings: Postings, counts: Counts, covered: Float32Array, bm25: Float32Array): number {
  const { ids, idf: rarity, offsets, rows, weights } = postings;
  const unseen = idfOf(0, covered.length);
  let all = 0;
  for (const key of counts.keys()) {
    if (STOP_WORDS.has(key)) continue;
    const id = ids.get(key);
    const idf = id === undefined ? unseen : rarity[id]!;
    all += idf;
    if (id === undefined) continue;
    const end = offsets[id + 1]!;
    for (let place = offsets[id]!; place < end; place += 1) {
      const row = rows[place]!;
      covered[row]! += idf;
      bm25[row]! += weights[place]!;
    }
  }
  return all;
}
