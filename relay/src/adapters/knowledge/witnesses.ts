/** What the postings of a query's features add up to: the cosine with each question, and what each text covers. */
import { numberOf } from "../hash-table.ts";
import { idfOf, tfOf, type Postings } from "./postings.ts";
import { STOP_WORDS } from "./stop-words.ts";
import { add, raise, type Tally } from "./tally.ts";
import { hashOf, type Counts } from "./text-features.ts";

/** Of each text the highest sum of its questions. */
export function highest(questions: Tally, textOf: Uint32Array, into: Tally): void {
  for (let index = 0; index < questions.count; index += 1) {
    const row = questions.touched[index]!;
    raise(into, textOf[row]!, questions.values[row]!);
  }
}

/** A query's feature: its number here, or -1, and its rarity, also when only the index below has it. */
function rarityIn(postings: Postings, below: Postings | undefined, hash: number): { id: number; idf: number } {
  const id = numberOf(postings, hash);
  if (id >= 0) return { id, idf: postings.idf[id]! };
  const under = below === undefined ? -1 : numberOf(below, hash);
  return { id, idf: under >= 0 ? below!.idf[under]! : idfOf(0, (below?.rowCount ?? 0) + postings.rowCount) };
}

/** Takes a query's features one by one, then adds `share` times the cosine of the query with each row to `into`. */
export function createCosine(
  postings: Postings,
  below: Postings | undefined,
  into: Tally,
): { feature(hash: number, count: number): void; spread(share: number): void } {
  const { offsets, rows, weights } = postings;
  const known: number[] = [];
  const values: number[] = [];
  let squared = 0;
  return {
    feature(hash, count) {
      // Unseen features lengthen the query, so that strange words lower the likeness.
      const { id, idf } = rarityIn(postings, below, hash);
      const value = tfOf(count) * idf;
      squared += value * value;
      if (id < 0) return;
      known.push(id);
      values.push(value);
    },
    spread(share) {
      const scale = squared === 0 ? 0 : (share / Math.sqrt(squared)) * postings.scale;
      for (let index = 0; index < known.length; index += 1) {
        const value = values[index]! * scale;
        const end = offsets[known[index]! + 1]!;
        for (let place = offsets[known[index]!]!; place < end; place += 1) add(into, rows[place]!, value * weights[place]!);
      }
      squared = 0;
      known.length = 0;
      values.length = 0;
    },
  };
}

/** Adds up, a text, the rarity of the query's words in it and BM25. Gives the rarity of all of the query's words. */
export function cover(postings: Postings, below: Postings | undefined, counts: Counts, covered: Tally, bm25: Float32Array): number {
  const { offsets, rows, weights, scale } = postings;
  let all = 0;
  for (const word of counts.keys()) {
    if (STOP_WORDS.has(word)) continue;
    const { id, idf } = rarityIn(postings, below, hashOf(word));
    all += idf;
    if (id < 0) continue;
    const end = offsets[id + 1]!;
    for (let place = offsets[id]!; place < end; place += 1) {
      add(covered, rows[place]!, idf);
      bm25[rows[place]!]! += weights[place]! * scale;
    }
  }
  return all;
}
