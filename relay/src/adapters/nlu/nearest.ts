/**
 * The examples nearest to a text, by the cosine of their words. A second witness beside the classifier: a text that is like no example
 * is not made an answer by a high score alone. Pure; plain typed arrays, so that it travels and lies on disk as the model does.
 */

/** The examples that hold feature `f` are `rows[offsets[f]..offsets[f + 1])`, with the feature's weight in each at the same place. */
export type NearestIndex = { offsets: Uint32Array; rows: Uint32Array; values: Float32Array; labels: Uint16Array };
/** One text's or one example's features: numbers and weights of a vector of length 1 or less. */
export type WordVector = { columns: readonly number[]; values: readonly number[] };
/** Cosines are 0 to 1. `agreeing`: share of the nearest examples, weighted by cosine, that have the asked label; 0 to 1. */
export type Nearness = { best: number; ofLabel: number; agreeing: number };

/** How many neighbours are asked. */
const NEIGHBOURS = 8;
/**
 * A feature that more examples hold says little and costs much: it is left out of the comparison. A share of the examples, and a
 * number that is always allowed.
 */
const COMMON_SHARE = 0.1;
const COMMON_LEAST = 500;

export function buildNearest(examples: readonly WordVector[], labels: Uint16Array, featureCount: number): NearestIndex {
  const counts = new Uint32Array(featureCount + 1);
  for (const { columns } of examples) for (const column of columns) counts[column + 1]! += 1;
  const most = Math.max(COMMON_LEAST, examples.length * COMMON_SHARE);
  const offsets = new Uint32Array(featureCount + 1);
  for (let feature = 0; feature < featureCount; feature += 1) {
    const count = counts[feature + 1]!;
    offsets[feature + 1] = offsets[feature]! + (count > most ? 0 : count);
  }
  const size = offsets[featureCount]!;
  const rows = new Uint32Array(size);
  const values = new Float32Array(size);
  const filled = offsets.slice();
  examples.forEach(({ columns, values: weights }, row) => {
    columns.forEach((column, index) => {
      if (offsets[column + 1] === offsets[column]) return;
      const place = filled[column]!;
      filled[column] = place + 1;
      rows[place] = row;
      values[place] = weights[index]!;
    });
  });
  return { offsets, rows, values, labels };
}

/** Not shared between threads: each has its own module. Zeroed again after every use. */
let sums = new Float32Array(0);
let touched = new Uint32Array(0);

export function nearnessOf(index: NearestIndex, vector: WordVector, label: number): Nearness {
  const { offsets, rows, values, labels } = index;
  if (sums.length < labels.length) {
    sums = new Float32Array(labels.length);
    touched = new Uint32Array(labels.length);
  }
  let count = 0;
  for (let at = 0; at < vector.columns.length; at += 1) {
    const column = vector.columns[at]!;
    const weight = vector.values[at]!;
    for (let place = offsets[column]!; place < offsets[column + 1]!; place += 1) {
      const row = rows[place]!;
      if (sums[row] === 0) {
        touched[count] = row;
        count += 1;
      }
      sums[row]! += weight * values[place]!;
    }
  }
  const nearest: number[] = [];
  let ofLabel = 0;
  for (let at = 0; at < count; at += 1) {
    const row = touched[at]!;
    const cosine = sums[row]!;
    if (labels[row] === label && cosine > ofLabel) ofLabel = cosine;
    let place = nearest.length;
    while (place > 0 && sums[nearest[place - 1]!]! < cosine) place -= 1;
    if (place >= NEIGHBOURS) continue;
    nearest.splice(place, 0, row);
    if (nearest.length > NEIGHBOURS) nearest.pop();
  }
  let all = 0;
  let agreeing = 0;
  for (const row of nearest) {
    all += sums[row]!;
    if (labels[row] === label) agreeing += sums[row]!;
  }
  const best = nearest[0] === undefined ? 0 : sums[nearest[0]]!;
  for (let at = 0; at < count; at += 1) sums[touched[at]!] = 0;
  return { best: Math.min(1, best), ofLabel: Math.min(1, ofLabel), agreeing: all === 0 ? 0 : agreeing / all };
}
