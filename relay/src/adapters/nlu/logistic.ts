/** A small logistic regression on standardised features, by Newton's method with a ridge. Pure: numbers in, numbers out. */

/** `weights` belong to `(feature - mean) / deviation`. */
export type LogisticModel = { weights: number[]; bias: number; means: number[]; deviations: number[] };
/** `weight`: how much the row counts, above 0. */
export type LogisticRow = { features: readonly number[]; positive: boolean; weight: number };

/** Pulls weights towards 0, so that a few rows cannot make a cliff. In rows' worth. */
const RIDGE = 1;
const MAX_STEPS = 30;

export function probabilityOf(model: LogisticModel, features: readonly number[]): number {
  let sum = model.bias;
  for (let index = 0; index < model.weights.length; index += 1)
    sum += (model.weights[index]! * (features[index]! - model.means[index]!)) / model.deviations[index]!;
  return 1 / (1 + Math.exp(-sum));
}

/** Needs rows of both kinds; `undefined` without. Deterministic. */
export function fitLogistic(rows: readonly LogisticRow[]): LogisticModel | undefined {
  if (!rows.some((row) => row.positive) || !rows.some((row) => !row.positive)) return undefined;
  const size = rows[0]!.features.length;
  const total = rows.reduce((sum, row) => sum + row.weight, 0);
  const means = Array.from({ length: size }, (_, at) => rows.reduce((sum, row) => sum + row.weight * row.features[at]!, 0) / total);
  const deviations = means.map(
    (mean, at) => Math.sqrt(rows.reduce((sum, row) => sum + row.weight * (row.features[at]! - mean) ** 2, 0) / total) || 1,
  );
  const model: LogisticModel = { weights: means.map(() => 0), bias: 0, means, deviations };
  for (let step = 0; step < MAX_STEPS; step += 1) {
    // Gradient and curvature; the last place is the bias, which no ridge holds.
    const gradient = new Float64Array(size + 1);
    const curvature = Array.from({ length: size + 1 }, (_, at) => {
      const line = new Float64Array(size + 1);
      if (at < size) line[at] = RIDGE;
      return line;
    });
    for (let at = 0; at < size; at += 1) gradient[at] = -RIDGE * model.weights[at]!;
    for (const { features, positive, weight } of rows) {
      const probability = probabilityOf(model, features);
      const miss = weight * ((positive ? 1 : 0) - probability);
      const bend = weight * probability * (1 - probability);
      const line = [...features.map((value, at) => (value - means[at]!) / deviations[at]!), 1];
      for (let one = 0; one <= size; one += 1) {
        gradient[one]! += miss * line[one]!;
        for (let other = 0; other <= size; other += 1) curvature[one]![other]! += bend * line[one]! * line[other]!;
      }
    }
    const change = solve(curvature, gradient);
    if (change === undefined) break;
    for (let at = 0; at < size; at += 1) model.weights[at]! += change[at]!;
    model.bias += change[size]!;
    if (change.every((value) => Math.abs(value) < 1e-6)) break;
  }
  return model;
}

/** Gauss elimination with pivots; changes its arguments. `undefined` when the matrix is singular. */
function solve(matrix: Float64Array[], right: Float64Array): Float64Array | undefined {
  const size = right.length;
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < size; row += 1) if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row;
    if (Math.abs(matrix[pivot]![column]!) < 1e-12) return undefined;
    [matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!];
    [right[column], right[pivot]] = [right[pivot]!, right[column]!];
    for (let row = column + 1; row < size; row += 1) {
      const factor = matrix[row]![column]! / matrix[column]![column]!;
      if (factor === 0) continue;
      for (let at = column; at < size; at += 1) matrix[row]![at]! -= factor * matrix[column]![at]!;
      right[row]! -= factor * right[column]!;
    }
  }
  for (let column = size - 1; column >= 0; column -= 1) {
    for (let at = column + 1; at < size; at += 1) right[column]! -= matrix[column]![at]! * right[at]!;
    right[column]! /= matrix[column]![column]!;
  }
  return right;
}
