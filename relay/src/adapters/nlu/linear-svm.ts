/**
 * A linear support vector machine, one against the rest: dual coordinate descent for the squared hinge loss with shrinking
 * (Hsieh et al., "A Dual Coordinate Descent Method for Large-scale Linear SVM", ICML 2008). Pure: numbers in, numbers out.
 */

import { createRandom } from "./random.ts";

/** Rows of a sparse matrix. Row `r` holds `columns[offsets[r]..offsets[r + 1])` with `values` at the same places. */
export type SparseRows = { offsets: Uint32Array; columns: Uint32Array; values: Float32Array; columnCount: number };
/** `weights[column * classCount + class]`: what one feature says about every class lies together. */
export type LinearModel = { weights: Float32Array; bias: Float32Array; classCount: number };
/**
 * `cost`: price of an error (C), default 1; larger fits the examples closer. `tolerance`: stop when the projected gradient spans
 * less, default 0.1. `maxPasses`: over the active rows of a class, default 60. `seed`: order of the rows, default 1. `onClass`: called after
 * each class.
 */
export type SvmOptions = {
  cost?: number;
  tolerance?: number;
  maxPasses?: number;
  seed?: number;
  onClass?: ((done: number, of: number) => void) | undefined;
};

/** Trains one machine for each class in `labels` (0 to `classCount - 1`, one a row). Rows are expected to have length 1 or less. */
export function trainOneVsRest(rows: SparseRows, labels: Uint16Array, classCount: number, options: SvmOptions = {}): LinearModel {
  const weights = new Float32Array(rows.columnCount * classCount);
  const bias = new Float32Array(classCount);
  const norms = squaredNorms(rows);
  for (let positive = 0; positive < classCount; positive += 1) {
    const one = trainBinary(rows, labels, positive, norms, options);
    bias[positive] = one[rows.columnCount]!;
    for (let column = 0; column < rows.columnCount; column += 1) weights[column * classCount + positive] = one[column]!;
    options.onClass?.(positive + 1, classCount);
  }
  return { weights, bias, classCount };
}

function squaredNorms(rows: SparseRows): Float64Array {
  const norms = new Float64Array(rows.offsets.length - 1);
  for (let row = 0; row < norms.length; row += 1) {
    // The bias is a feature of value 1 that every row has.
    let sum = 1;
    for (let at = rows.offsets[row]!; at < rows.offsets[row + 1]!; at += 1) sum += rows.values[at]! ** 2;
    norms[row] = sum;
  }
  return norms;
}

/** Weights of one machine; the last is the bias. */
function trainBinary(rows: SparseRows, labels: Uint16Array, positive: number, norms: Float64Array, options: SvmOptions): Float64Array {
  const { cost = 1, tolerance = 0.1, maxPasses = 60, seed = 1 } = options;
  const { offsets, columns, values, columnCount } = rows;
  const rowCount = offsets.length - 1;
  const diagonal = 0.5 / cost;
  const weights = new Float64Array(columnCount + 1);
  const alpha = new Float64Array(rowCount);
  const order = Uint32Array.from({ length: rowCount }, (_, row) => row);
  const random = createRandom(seed + positive);
  let active = rowCount;
  let ceiling = Infinity;
  for (let pass = 0; pass < maxPasses; pass += 1) {
    let highest = -Infinity;
    let lowest = Infinity;
    for (let at = active - 1; at > 0; at -= 1) {
      const other = Math.floor(random() * (at + 1));
      const kept = order[at]!;
      order[at] = order[other]!;
      order[other] = kept;
    }
    for (let at = 0; at < active; at += 1) {
      const row = order[at]!;
      const sign = labels[row] === positive ? 1 : -1;
      const end = offsets[row + 1]!;
      let score = weights[columnCount]!;
      for (let place = offsets[row]!; place < end; place += 1) score += weights[columns[place]!]! * values[place]!;
      const old = alpha[row]!;
      const gradient = sign * score - 1 + diagonal * old;
      let projected = gradient;
      if (old === 0) {
        if (gradient > ceiling) {
          // Far on the right side: leave it out until the rest has settled.
          active -= 1;
          order[at] = order[active]!;
          order[active] = row;
          at -= 1;
          continue;
        }
        projected = Math.min(gradient, 0);
      }
      highest = Math.max(highest, projected);
      lowest = Math.min(lowest, projected);
      if (Math.abs(projected) < 1e-12) continue;
      const next = Math.max(old - gradient / (norms[row]! + diagonal), 0);
      alpha[row] = next;
      const change = (next - old) * sign;
      for (let place = offsets[row]!; place < end; place += 1) weights[columns[place]!]! += change * values[place]!;
      weights[columnCount]! += change;
    }
    if (highest - lowest <= tolerance) {
      if (active === rowCount) break;
      active = rowCount;
      ceiling = Infinity;
      continue;
    }
    ceiling = highest <= 0 ? Infinity : highest;
  }
  return weights;
}
