/**
 * The trained intent model: a vocabulary of feature hashes, their weights, and how a text's scores become confidences.
 * Plain typed arrays only, so it moves between threads without a copy and lies on disk as it is.
 */
import { numberOf, tableOf, type HashTable } from "../hash-table.ts";
import type { Calibration } from "./calibration.ts";
import { featuresOf, type TextFeatures } from "./features.ts";
import { probabilityOf, type LogisticModel } from "./logistic.ts";
import { trainOneVsRest, type SparseRows, type SvmOptions } from "./linear-svm.ts";
import type { Annotation } from "./slots/annotations.ts";
import type { Tagger } from "./slots/tagger.ts";
import { buildNearest, nearnessOf, type NearestIndex, type WordVector } from "./nearest.ts";

/** `slots`: the values in it, where whoever wrote it marked them; absent where nobody looked. */
export type Example = { text: string; intent: string; slots?: Annotation[] | undefined };
/** The table has the features' numbers. */
export type IntentModel = HashTable & {
  labels: string[];
  /** Inverse document frequency a feature. */
  idf: Float32Array;
  /** What an unseen feature would have had. */
  unseenIdf: number;
  /** `weights[feature * labels.length + label]`. */
  weights: Float32Array;
  bias: Float32Array;
  /** Of each label's examples, the share that rests on a denial, as "it has not come"; 0 to 1. */
  denied: Float32Array;
  /** The examples, for the second witness of a confidence. */
  nearest: NearestIndex;
  /** How scores become confidences; `undefined`: too few intents to learn it from, see `classify`. */
  calibration: Calibration | undefined;
  /** Finds values as the examples mark them; `undefined`: too few of them do. */
  tagger: Tagger | undefined;
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

/** Features of each example, made once: training and every fold of the calibration read the same. */
export type Row = { features: TextFeatures; intent: string };
export function rowsOf(examples: readonly Example[]): Row[] {
  return examples.map(({ text, intent }) => ({ features: featuresOf(text), intent }));
}

/** Trains on examples; at least two intents. Deterministic for the same examples in the same order. CPU-bound for seconds. */
export function trainIntentModel(examples: readonly Example[], options: SvmOptions = {}): IntentModel {
  return trainOnRows(rowsOf(examples), options);
}

export function trainOnRows(rows: readonly Row[], options: SvmOptions = {}): IntentModel {
  const labels = [...new Set(rows.map((row) => row.intent))].sort();
  const classOf = new Map(labels.map((label, index) => [label, index]));
  const frequency = new Map<number, number>();
  for (const { features } of rows) {
    for (const group of [features.words, features.grams])
      for (const hash of group.hashes) frequency.set(hash, (frequency.get(hash) ?? 0) + 1);
  }
  const least = rows.length >= PRUNE_FROM_EXAMPLES ? 2 : 1;
  const kept = [...frequency].filter(([, count]) => count >= least);
  const table = tableOf(kept.map(([hash]) => hash));
  const idf = Float32Array.from(kept, ([, count]) => Math.log((1 + rows.length) / (1 + count)) + 1);
  const unseenIdf = Math.log(1 + rows.length) + 1;
  const classes = Uint16Array.from(rows, (row) => classOf.get(row.intent) ?? 0);
  const untrained: IntentModel = {
    labels,
    ...table,
    idf,
    unseenIdf,
    weights: new Float32Array(0),
    bias: new Float32Array(0),
    denied: new Float32Array(labels.length),
    nearest: buildNearest([], new Uint16Array(0), 0),
    calibration: undefined,
    tagger: undefined,
  };

  const offsets = new Uint32Array(rows.length + 1);
  const columns: number[] = [];
  const values: number[] = [];
  const words: WordVector[] = [];
  rows.forEach((row, index) => {
    const vector = vectorOf(untrained, row.features);
    for (const column of vector.columns) columns.push(column);
    for (const value of vector.values) values.push(value);
    words.push(wordsIn(vector));
    offsets[index + 1] = columns.length;
  });
  const matrix: SparseRows = { offsets, columns: Uint32Array.from(columns), values: Float32Array.from(values), columnCount: kept.length };
  const { weights, bias } = trainOneVsRest(matrix, classes, labels.length, options);
  return { ...untrained, weights, bias, nearest: buildNearest(words, classes, kept.length) };
}

/** The words come first: `wordCount` of the columns. `wordScale` makes of their values a vector of length 1 with all words, unseen ones too. */
type Vector = { columns: number[]; values: number[]; known: number; knownWords: number; wordCount: number; wordScale: number };

/** TF-IDF; the words' part and the characters' part each have a fixed length, so neither drowns the other. */
function vectorOf(model: IntentModel, features: TextFeatures): Vector {
  const columns: number[] = [];
  const values: number[] = [];
  let known = 0;
  let knownWords = 0;
  let wordCount = 0;
  let wordScale = 0;
  for (const [group, share] of [
    [features.words, WORD_SHARE],
    [features.grams, 1 - WORD_SHARE],
  ] as const) {
    const first = columns.length;
    let seen = 0;
    let all = 0;
    for (let index = 0; index < group.hashes.length; index += 1) {
      const frequency = 1 + Math.log(group.counts[index]!);
      const id = numberOf(model, group.hashes[index]!);
      const value = frequency * (id < 0 ? model.unseenIdf : model.idf[id]!);
      all += value * value;
      if (id < 0) continue;
      seen += value * value;
      columns.push(id);
      values.push(value);
    }
    if (all === 0) continue;
    const scale = Math.sqrt(share / (seen || 1));
    for (let index = first; index < values.length; index += 1) values[index]! *= scale;
    known += (seen / all) * share;
    if (group !== features.words) continue;
    wordCount = columns.length;
    knownWords = seen / all;
    wordScale = 1 / (scale * Math.sqrt(all));
  }
  return { columns, values, known, knownWords, wordCount, wordScale };
}

function wordsIn(vector: Vector): WordVector {
  const { columns, values, wordCount, wordScale } = vector;
  return { columns: columns.slice(0, wordCount), values: values.slice(0, wordCount).map((value) => value * wordScale) };
}

/** Raw scores a label, and the known share. Scores are above 0 on the label's side of its border, mostly within -2 to 2. */
export function scoresOf(model: IntentModel, text: string): { scores: Float64Array; known: number } {
  const vector = vectorOf(model, featuresOf(text));
  return { scores: scoresFor(model, vector), known: vector.known };
}

function scoresFor(model: IntentModel, { columns, values }: Vector): Float64Array {
  const count = model.labels.length;
  const scores = Float64Array.from(model.bias);
  const { weights } = model;
  for (let index = 0; index < columns.length; index += 1) {
    const value = values[index]!;
    const start = columns[index]! * count;
    for (let label = 0; label < count; label += 1) scores[label]! += weights[start + label]! * value;
  }
  return scores;
}

/** Place of the known share in the evidence. */
const KNOWN = 3;

/** What speaks for and against the best label, for the calibration. The order of the numbers is part of a model's format. */
export function evidenceOf(
  model: IntentModel,
  features: TextFeatures,
): { label: number; evidence: number[]; scores: Float64Array; known: number } {
  const vector = vectorOf(model, features);
  const scores = scoresFor(model, vector);
  const [label = 0, second = label] = bestLabels(scores, 2);
  const near = nearnessOf(model.nearest, wordsIn(vector), label);
  const top = scores[label]!;
  const evidence = [
    top,
    top - scores[second]!,
    vector.knownWords,
    vector.known,
    near.best,
    near.ofLabel,
    near.agreeing,
    Math.log(1 + features.words.hashes.length),
  ];
  return { label, evidence, scores, known: vector.known };
}

/** 0 to 1: a text of which little is known is not trusted, whatever its scores. */
function trustOf(known: number): number {
  return Math.min(1, known / FULLY_KNOWN);
}

/**
 * The probability that the best label is right, lowered by what the examples have never seen: the folds of a calibration are all from one
 * shop and say too little about texts from elsewhere (measured on the demo's held-out questions: AUROC 0.908 with, 0.879 without).
 */
export function confidenceOf(model: LogisticModel, evidence: readonly number[]): number {
  return probabilityOf(model, evidence) * trustOf(evidence[KNOWN]!);
}

/**
 * Intents with their confidence, best first. Calibrated: the best one's is the probability that it is right. Else a softmax over the
 * scores, lowered by what the examples have never seen. The others follow the best one by their softmax shares.
 */
export function classify(model: IntentModel, text: string, limit = 5): Classification {
  const { label: best, evidence, scores, known } = evidenceOf(model, featuresOf(text));
  if (known === 0) return { intents: [], known };
  const top = scores[best]!;
  let sum = 0;
  for (let label = 0; label < scores.length; label += 1) sum += Math.exp((scores[label]! - top) / TEMPERATURE);
  const confidence = model.calibration === undefined ? trustOf(known) / sum : confidenceOf(model.calibration.model, evidence);
  const intents = bestLabels(scores, limit).map((label) => ({
    name: model.labels[label]!,
    confidence: Math.exp((scores[label]! - top) / TEMPERATURE) * confidence,
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
