/**
 * An inverted index over questions and the texts that answer them. Finds by two witnesses: how alike the query is to a stored question
 * (cosine over words and characters), and how much of it the whole text covers (BM25). Knows no articles, languages or dates.
 */
import { numberOf } from "../hash-table.ts";
import { createNearWords, type NearWords } from "./near-words.ts";
import { createPause, type Pause } from "./pause.ts";
import { createCollector, frequencyOf, noRarity, rarityOf, tfOf, type Collector, type Postings, type Rarity } from "./postings.ts";
import { STOP_WORDS } from "./stop-words.ts";
import { clear, createTally } from "./tally.ts";
import { eachGram, featuresOf, hashOf, wordCountsOf, type Counts } from "./text-features.ts";
import { cover, createCosine, highest } from "./witnesses.ts";

/** `questions`: title first, then phrasings; each stands alone. `body`: plain words or Markdown. */
export type IndexedText = { questions: readonly string[]; body: string };
/**
 * `likeness`: cosine with the most similar question, 0 to 1, 1 for the same words. `coverage`: share of the query's meaning words, by rarity,
 * that the text contains, 0 to 1. `bm25`: the usual sum, unbounded.
 */
export type Match = { text: number; likeness: number; coverage: number; bm25: number };
/** `texts[0..count)` share a feature with the query; the other arrays have a place for every text. */
export type Found = { count: number; texts: Uint32Array; likeness: Float32Array; coverage: Float32Array; bm25: Float32Array };
export type Slip = { written: string; meant: string };
/** What an index is, without its search: it may lie in a file. `words`: of the texts, once each, with a space between. `average`: of their lengths. */
export type IndexParts = {
  words: Postings;
  grams: Postings;
  bodies: Postings;
  questionText: Uint32Array;
  textCount: number;
  average: number;
  vocabulary: string;
};
export interface TextIndex {
  readonly parts: IndexParts;
  /** Every text that shares a feature with the query, in no order. */
  search(query: string): Match[];
  /** The same as arrays by text, true until the next search. `slips`: as of several indexes, else its own. */
  scan(query: string, slips?: readonly Slip[]): Found;
  knows(word: string): boolean;
  /** The known word that an unknown one was most likely meant to be. */
  nearest(word: string): string | undefined;
  /** Features and postings, for the log. */
  readonly sizes: { texts: number; questions: number; features: number; postings: number };
}
export type BuildOptions = {
  signal?: AbortSignal | undefined;
  /** An index that this one lies over: a word's rarity counts its texts too. */
  below?: IndexParts | undefined;
  onProgress?: ((done: number, of: number) => void) | undefined;
};

/** Words' share of a question's squared length; characters have the rest. */
const WORD_SHARE = 0.3;
/** What a stop word counts of its rarity in the likeness of questions; it counts nothing in coverage. */
const STOP_WORD_SHARE = 0.1;
/** Of a large knowledge's questions: what more of them have says next to nothing, and its list is long. */
const MOST_SHARE = 0.01;
const BM25_K1 = 1.2;
const BM25_B = 0.75;
/** How often a word in a question counts against one in the body. */
const QUESTION_WEIGHT = 3;
/** A query is cut here: what is asked is said early. */
const MAX_QUERY_CHARS = 1_000;
/** Texts between two words of progress. */
const TOLD_EVERY = 1_000;

const stopHashes = new Set([...STOP_WORDS].map(hashOf));

/** Builds in slices, so that a large knowledge does not hold up the sockets. Rejects with the signal's reason when it fires. */
export async function buildTextIndex(texts: readonly IndexedText[], options: BuildOptions = {}): Promise<TextIndex> {
  return createTextIndex(await buildParts(texts, options), options);
}

export async function buildParts(texts: readonly IndexedText[], { signal, below, onProgress }: BuildOptions = {}): Promise<IndexParts> {
  const questionText: number[] = [];
  const pause = createPause(signal);
  // Words that say nothing keep a little of their rarity, so that a question is still most like itself.
  const dampened = (hash: number): number => (stopHashes.has(hash) ? STOP_WORD_SHARE : 1);
  const plain = (): number => 1;
  const rarity = (of: "words" | "grams" | "bodies"): Rarity => (below === undefined ? noRarity : rarityOf(below[of]));
  const words = createCollector(pause, rarity("words"), dampened, MOST_SHARE);
  const grams = createCollector(pause, rarity("grams"), plain, MOST_SHARE);
  const bodies = createCollector(pause, rarity("bodies"), plain);
  const vocabulary = new Set<string>();
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
      for (const [word, count] of features.words) words.add(row, hashOf(word), count);
      eachGram(features.grams, (gram, count) => grams.add(row, gram, count));
      questionText.push(index);
      addAll(features.words, QUESTION_WEIGHT);
    }
    addAll(wordCountsOf(text.body), 1);
    for (const [word, count] of all) {
      bodies.add(index, hashOf(word), count);
      vocabulary.add(word);
    }
    if (index % TOLD_EVERY === 0) onProgress?.(index, texts.length);
    await pause();
  }
  const rowCount = questionText.length;
  const packCosine = async (collector: Collector): Promise<Postings> => {
    const squared = await collector.squaredLengths(rowCount);
    return collector.pack(rowCount, (row, idf, count) => (tfOf(count) * idf) / Math.sqrt(squared[row] || 1));
  };
  const own = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, texts.length) || 1;
  const average = below === undefined ? own : below.average;
  return {
    words: await packCosine(words),
    grams: await packCosine(grams),
    bodies: await bodies.pack(
      texts.length,
      (row, idf, count) => (idf * count * (BM25_K1 + 1)) / (count + BM25_K1 * (1 - BM25_B + (BM25_B * lengths[row]!) / average)),
    ),
    questionText: Uint32Array.from(questionText),
    textCount: texts.length,
    average,
    vocabulary: [...vocabulary].join(" "),
  };
}

/** `options.below`: as when it was built. */
export async function createTextIndex(parts: IndexParts, options: Pick<BuildOptions, "signal" | "below"> = {}): Promise<TextIndex> {
  const { words, grams, bodies, questionText, textCount } = parts;
  const { below } = options;
  // Written anew by every search: a search runs from its first line to its last without letting others run.
  const cosines = createTally(questionText.length);
  const likeness = createTally(textCount);
  const covered = createTally(textCount);
  const bm25 = new Float32Array(textCount);
  const wordCosine = createCosine(words, below?.words, cosines);
  const gramCosine = createCosine(grams, below?.grams, cosines);
  const near = await nearWordsOf(parts, createPause(options.signal));

  const knows = (word: string): boolean => numberOf(bodies, hashOf(word)) >= 0;
  const nearest = (word: string): string | undefined => near.nearest(word);
  const texts = new Uint32Array(textCount);
  const scan = (query: string, known?: readonly Slip[]): Found => {
    const features = featuresOf(query.slice(0, MAX_QUERY_CHARS));
    for (let index = 0; index < covered.count; index += 1) bm25[covered.touched[index]!] = 0;
    for (const tally of [cosines, likeness, covered]) clear(tally);
    // The characters stay as they were written: a slip is never the same question word for word.
    const asked = corrected(features.words, known ?? slipsOf(features.words, [{ knows, nearest }]));
    for (const [word, count] of asked) wordCosine.feature(hashOf(word), count);
    wordCosine.spread(WORD_SHARE);
    eachGram(features.grams, (gram, count) => gramCosine.feature(gram, count));
    gramCosine.spread(1 - WORD_SHARE);
    const all = cover(bodies, below?.bodies, asked, covered, bm25) || 1;
    highest(cosines, questionText, likeness);
    let count = 0;
    for (let index = 0; index < covered.count; index += 1) {
      const text = covered.touched[index]!;
      covered.values[text] = Math.min(1, covered.values[text]! / all);
      texts[count++] = text;
    }
    for (let index = 0; index < likeness.count; index += 1) {
      const text = likeness.touched[index]!;
      likeness.values[text] = Math.min(1, likeness.values[text]!);
      if (covered.values[text] === 0) texts[count++] = text;
    }
    return { count, texts, likeness: likeness.values, coverage: covered.values, bm25 };
  };
  return {
    parts,
    sizes: {
      texts: textCount,
      questions: questionText.length,
      features: words.idf.length + grams.idf.length,
      postings: words.rows.length + grams.rows.length + bodies.rows.length,
    },
    scan,
    knows,
    nearest,
    search(query) {
      const found = scan(query);
      return Array.from(found.texts.subarray(0, found.count), (text) => ({
        text,
        likeness: found.likeness[text]!,
        coverage: found.coverage[text]!,
        bm25: found.bm25[text]!,
      }));
    },
  };
}

async function nearWordsOf({ vocabulary, bodies }: IndexParts, pause: Pause): Promise<NearWords> {
  const near = createNearWords((word) => frequencyOf(bodies, hashOf(word)));
  for (const word of vocabulary.split(" ")) {
    near.add(word);
    await pause();
  }
  return near;
}

type Words = Pick<TextIndex, "knows" | "nearest">;

/** The query's words that none of the indexes has, and the known ones they are taken for; the first index that has one counts. */
export function slipsIn(query: string, indexes: readonly Words[]): Slip[] {
  return slipsOf(wordCountsOf(query.slice(0, MAX_QUERY_CHARS)), indexes);
}

function slipsOf(counts: Counts, indexes: readonly Words[]): Slip[] {
  const slips: Slip[] = [];
  for (const written of counts.keys()) {
    if (STOP_WORDS.has(written) || indexes.some((index) => index.knows(written))) continue;
    const meant = indexes.map((index) => index.nearest(written)).find((word) => word !== undefined);
    if (meant !== undefined) slips.push({ written, meant });
  }
  return slips;
}

/** The counts with each slip's word in the place of what was written. The same map when there is none. */
function corrected(counts: Counts, slips: readonly Slip[]): Counts {
  if (slips.length === 0) return counts;
  const result = new Map(counts);
  for (const { written, meant } of slips) {
    if (!result.delete(written)) continue;
    result.set(meant, (result.get(meant) ?? 0) + counts.get(written)!);
  }
  return result;
}
