/** How well confidences tell what is in scope from what is not. Pure; a confidence is 0 to 1, and higher means surer that it is in scope. */

/** One question asked: how sure its best intent was, and whether that is the right one; `right: undefined`: about none of the intents. */
export type Judged = { confidence: number; right: boolean | undefined };

/** Chance that a question in scope has the higher confidence of the two; equal ones count half. `undefined` without both kinds. */
export function areaUnderCurve(judged: readonly Judged[]): number | undefined {
  const sorted = [...judged].sort((one, other) => one.confidence - other.confidence);
  let below = 0;
  let pairs = 0;
  let inside = 0;
  for (let from = 0; from < sorted.length;) {
    let to = from;
    while (to < sorted.length && sorted[to]?.confidence === sorted[from]?.confidence) to += 1;
    const tied = sorted.slice(from, to);
    const known = tied.filter(({ right }) => right !== undefined).length;
    const strange = tied.length - known;
    pairs += known * (below + strange / 2);
    inside += known;
    below += strange;
    from = to;
  }
  return inside === 0 || below === 0 ? undefined : pairs / (inside * below);
}

/**
 * Share of the questions in scope that are answered right by the lowest border at which at least `recall` (0 to 1) of the others stay below it.
 * `undefined` without both kinds.
 */
export function accuracyAtRecall(judged: readonly Judged[], recall: number): number | undefined {
  const strange = judged.filter(({ right }) => right === undefined).map(({ confidence }) => confidence);
  const known = judged.filter(({ right }) => right !== undefined);
  if (strange.length === 0 || known.length === 0) return undefined;
  strange.sort((one, other) => one - other);
  const needed = Math.ceil(recall * strange.length);
  // Answered is what lies above the surest of those that must stay below.
  const border = needed === 0 ? -Infinity : (strange[needed - 1] ?? Infinity);
  return known.filter(({ confidence, right }) => right === true && confidence > border).length / known.length;
}
