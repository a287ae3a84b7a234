/**
 * The trained intent model: a vocabulary of feature hashes, their weights, and how a text's scores become confidences.
 * Plain typed arrays only, so it moves between threads without a copy and lies on disk as it is.
 */
import { featuresOf, type FeatureCounts } from "./features.ts";
import { trainOneVsRest, type SparseRows, type SvmOptions } from "./linear-svm.ts";

export type Example = { text: string; intent: string };
export type IntentModel = {
  labels: string[];
  /** Open-addressed table of feature hashes, a power of two long; 0 is an empty place. */
  keys: Uint32Array;
  /** Feature number of the key at the same place. */
  ids: Uint32Array;
  /** Inverse document frequency a feature. */
  idf: Float32Array;
  /** What an unseen feature would have had. */
  unseenIdf: number;
  /** `weights[feature * labels.length + label]`. */
  weights: Float32Array;
  bias: Float32Array;
};
/** `confidence` 0 to 1, best first. `known`: share of the text, by weight, that the examples contain; 0 to 1. */
export type Classification = { intents: { name: string; confidence: number }[]; known: number };

/** From this many examples on, a feature must occur in two of them: single ones would only cost memory. */
const PRUNE_FROM_EXAMPLES = 5_000;
/** Words' share of a text's squared length; characters have the rest. */
const WORD_SHARE = 0.2;
/**
 * Softness of the comparison between the labels' scores, and the known share from which a text counts as fully known. Chosen on the
 * demo's held-out questions so that 0.5 is a fair border for answering and 0.25 for asking back.
 */
const TEMPERATURE = 0.2;
const FULLY_KNOWN = 2 / 3;

/** Trains on examples; at least two intents. Deterministic for the same examples in the same order. CPU-bound for seconds. */
export function trainIntentModel(examples: readonly Example[], options: SvmOptions = {}): IntentModel {
  const labels = [...new Set(examples.map((example) => example.intent))].sort();
  const numberOf = new Map(labels.map((label, index) => [label, index]));
  const rows = examples.map((example) => featuresOf(example.text));
  const frequency = new Map<number, number>();
  for (const row of rows) {
    for (const group of [row.words, row.grams]) for (const hash of group.hashes) frequency.set(hash, (frequency.get(hash) ?? 0) + 1);
  }
  const least = examples.length >= PRUNE_FROM_EXAMPLES ? 2 : 1;
  const kept = [...frequency].filter(([, count]) => count >= least);
  const table = tableOf(kept.map(([hash]) => hash));
  const idf = Float32Array.from(kept, ([, count]) => Math.log((1 + examples.length) / (1 + count)) + 1);
  const unseenIdf = Math.log(1 + examples.length) + 1;
  const untrained: IntentModel = { labels, ...table, idf, unseenIdf, weights: new Float32Array(0), bias: new Float32Array(0) };

  const offsets = new Uint32Array(rows.length + 1);
  const columns: number[] = [];
  const values: number[] = [];
  rows.forEach((row, index) => {
    const vector = vectorOf(untrained, row);
    for (const column of vector.columns) columns.push(column);
    for (const value of vector.values) values.push(value);
    offsets[index + 1] = columns.length;
  });
  const matrix: SparseRows = { offsets, columns: Uint32Array.from(columns), values: Float32Array.from(values), columnCount: kept.length };
  const classes = Uint16Array.from(examples, (example) => numberOf.get(example.intent) ?? 0);
  const { weights, bias } = trainOneVsRest(matrix, classes, labels.length, options);
  return { ...untrained, weights, bias };
}

function tableOf(hashes: readonly number[]): Pick<IntentModel, "keys" | "ids"> {
  const capacity = 2 ** Math.ceil(Math.log2(Math.max(16, hashes.length * 2)));
  const keys = new Uint32Array(capacity);
  const ids = new Uint32Array(capacity);
  hashes.forEach((hash, id) => {
    let place = hash & (capacity - 1);
    while (keys[place] !== 0) place = (place + 1) & (capacity - 1);
    keys[place] = hash;
    ids[place] = id;
  });
  return { keys, ids };
}

function featureNumber(model: IntentModel, hash: number): number | undefined {
  const mask = model.keys.length - 1;
  for (let place = hash & mask; model.keys[place] !== 0; place = (place + 1) & mask)
    if (model.keys[place] === hash) return model.ids[place];
  return undefined;
}

type Vector = { columns: number[]; values: number[]; known: number };

/** TF-IDF; the words' part and the characters' part each have a fixed length, so neither drowns the other. */
function vectorOf(model: IntentModel, features: { words: FeatureCounts; grams: FeatureCounts }): Vector {
  const columns: number[] = [];
  const values: number[] = [];
  let known = 0;
  for (const [group, share] of [
    [features.words, WORD_SHARE],
    [features.grams, 1 - WORD_SHARE],
  ] as const) {
    const first = columns.length;
    let seen = 0;
    let all = 0;
    for (let index = 0; index < group.hashes.length; index += 1) {
      const frequency = 1 + Math.log(group.counts[index]!);
      const id = featureNumber(model, group.hashes[index]!);
      const value = frequency * (id === undefined ? model.unseenIdf : model.idf[id]!);
      all += value * value;
      if (id === undefined) continue;
      seen += value * value;
      columns.push(id);
      values.push(value);
    }
    if (all === 0) continue;
    const scale = Math.sqrt(share / (seen || 1));
    for (let index = first; index < values.length; index += 1) values[index]! *= scale;
    known += (seen / all) * share;
  }
  return { columns, values, known };
}

/** Raw scores a label, and the known share. Scores are above 0 on the label's side of its border, mostly within -2 to 2. */
export function scoresOf(model: IntentModel, text: string): { scores: Float64Array; known: number } {
  const { columns, values, known } = vectorOf(model, featuresOf(text));
  const count = model.labels.length;
  const scores = Float64Array.from(model.bias);
  const { weights } = model;
  for (let index = 0; index < columns.length; index += 1) {
    const value = values[index]!;
    const start = columns[index]! * count;
    for (let label = 0; label < count; label += 1) scores[label]! += weights[start + label]! * value;
  }
  return { scores, known };
}

/** Intents with their confidence, best first: a softmax over the scores, lowered by what the examples have never seen. */
export function classify(model: IntentModel, text: string, limit = 5): Classification {
  const { scores, known } = scoresOf(model, text);
  if (known === 0) return { intents: [], known };
  let top = -Infinity;
  for (let label = 0; label < scores.length; label += 1) top = Math.max(top, scores[label]!);
  let sum = 0;
  for (let label = 0; label < scores.length; label += 1) sum += Math.exp((scores[label]! - top) / TEMPERATURE);
  const trust = Math.min(1, known / FULLY_KNOWN);
  const intents = bestLabels(scores, limit).map((label) => ({
    name: model.labels[label]!,
    confidence: (Math.exp((scores[label]! - top) / TEMPERATURE) / sum) * trust,
  }));
  return { intents, known };
}

/** The labels of the highest scores, best first; of equals the first. */
function bestLabels(scores: Float64Array, limit: number): number[] {
  const best: number[] = [];
  for (let label = 0; label < scores.length; label += 1) {
    let place = best.length;
    while (place > 0 && scores[best[place - 1]!]! < scores[label]!) place -= 1;
    if (place >= limit) continue;
    best.splice(place, 0, label);
    if (best.length > limit) best.pop();
  }
  return best;
}
