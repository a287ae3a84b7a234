/**
 * Which texts have a feature, packed by feature into typed arrays: gathered text by text, then weighed once all are known. Knows no search. At 100,000
 * entries there are about ten million postings: six bytes each.
 */
import { numberOf, tableOf, type HashTable } from "../hash-table.ts";
import type { Pause } from "./pause.ts";

/** Feature `n` lies in rows `rows[offsets[n]..offsets[n + 1])`, with `weights[place] * scale` at the same places. */
export type Postings = HashTable & {
  idf: Float32Array;
  offsets: Uint32Array;
  rows: Uint32Array;
  weights: Uint16Array;
  scale: number;
  rowCount: number;
};
/** How rare a feature is among all texts, also those of an index below this one. */
export type Rarity = { rowCount: number; frequencyOf: (hash: number) => number };
export const noRarity: Rarity = { rowCount: 0, frequencyOf: () => 0 };

export interface Collector {
  /** A feature once a row. */
  add(row: number, hash: number, count: number): void;
  /** `weight` gives a posting's value from its row, the feature's rarity and its count. */
  pack(rowCount: number, weight: (row: number, idf: number, count: number) => number): Promise<Postings>;
  /** Squared length of each row's TF-IDF vector. */
  squaredLengths(rowCount: number): Promise<Float64Array>;
}

/** Largest value of a packed weight. */
const MOST_WEIGHT = 65_535;
/** In fewer rows than this a feature always counts: a small knowledge has no long lists. */
const LEAST_CAPPED = 2_000;
/** Postings packed between two looks at the clock: a few milliseconds of work. */
const PACKED_AT_ONCE = 20_000;

export function tfOf(count: number): number {
  return 1 + Math.log(count);
}

export function idfOf(frequency: number, rowCount: number): number {
  return Math.log((1 + rowCount) / (1 + frequency)) + 1;
}

/**
 * `damp`: what a feature's rarity is multiplied with, by its hash. `share`: a feature in more rows than this share of them says nothing: its rarity is
 * 0 and it has no postings.
 */
export function createCollector(pause: Pause, below: Rarity, damp: (hash: number) => number, share = 1): Collector {
  const numbers = new Map<number, number>();
  const frequency = createList();
  const features = createList();
  const rows = createList();
  const counts = createList();
  const rarity = (rowCount: number): Float32Array => {
    const idf = new Float32Array(numbers.size);
    const rowsInAll = rowCount + below.rowCount;
    const most = Math.max(LEAST_CAPPED, rowsInAll * share);
    for (const [hash, id] of numbers) {
      const often = frequency.at(id) + below.frequencyOf(hash);
      idf[id] = often > most ? 0 : idfOf(often, rowsInAll) * damp(hash);
    }
    return idf;
  };
  return {
    add(row, hash, count) {
      let id = numbers.get(hash);
      if (id === undefined) {
        id = numbers.size;
        numbers.set(hash, id);
        frequency.push(0);
      }
      frequency.raise(id);
      features.push(id);
      rows.push(row);
      counts.push(count);
    },
    async pack(rowCount, weight) {
      const idf = rarity(rowCount);
      const offsets = new Uint32Array(numbers.size + 1);
      for (let id = 0; id < numbers.size; id += 1) offsets[id + 1] = offsets[id]! + (idf[id] === 0 ? 0 : frequency.at(id));
      const next = offsets.slice();
      const packed = new Uint32Array(offsets[numbers.size]!);
      const values = new Float32Array(packed.length);
      let most = 0;
      for (let index = 0; index < features.length; index += 1) {
        if (index % PACKED_AT_ONCE === 0) await pause();
        const id = features.at(index);
        if (idf[id] === 0) continue;
        const place = next[id]!;
        next[id] = place + 1;
        packed[place] = rows.at(index);
        const value = weight(rows.at(index), idf[id]!, counts.at(index));
        values[place] = value;
        if (value > most) most = value;
      }
      const scale = most / MOST_WEIGHT || 1;
      const weights = new Uint16Array(packed.length);
      for (let from = 0; from < weights.length; from += PACKED_AT_ONCE) {
        const to = Math.min(weights.length, from + PACKED_AT_ONCE);
        for (let place = from; place < to; place += 1) weights[place] = Math.round(values[place]! / scale);
        await pause();
      }
      return { ...tableOf([...numbers.keys()]), idf, offsets, rows: packed, weights, scale, rowCount };
    },
    async squaredLengths(rowCount) {
      const idf = rarity(rowCount);
      const lengths = new Float64Array(rowCount);
      for (let index = 0; index < features.length; index += 1) {
        if (index % PACKED_AT_ONCE === 0) await pause();
        lengths[rows.at(index)]! += (tfOf(counts.at(index)) * idf[features.at(index)]!) ** 2;
      }
      return lengths;
    },
  };
}

/** The rarity an index of more texts builds upon. */
export function rarityOf(postings: Postings): Rarity {
  return { rowCount: postings.rowCount, frequencyOf: (hash) => frequencyOf(postings, hash) };
}

/** Infinite for a feature that says nothing. */
export function frequencyOf(postings: Postings, hash: number): number {
  const id = numberOf(postings, hash);
  if (id >= 0 && postings.idf[id] === 0) return Infinity;
  return id < 0 ? 0 : postings.offsets[id + 1]! - postings.offsets[id]!;
}

type List = { readonly length: number; at(index: number): number; push(value: number): void; raise(index: number): void };

/** Numbers in four bytes each, as many as come. */
function createList(): List {
  let values = new Uint32Array(1_024);
  let length = 0;
  return {
    get length() {
      return length;
    },
    at: (index) => values[index]!,
    push(value) {
      if (length === values.length) {
        const larger = new Uint32Array(length * 2);
        larger.set(values);
        values = larger;
      }
      values[length] = value;
      length += 1;
    },
    raise(index) {
      values[index]! += 1;
    },
  };
}
