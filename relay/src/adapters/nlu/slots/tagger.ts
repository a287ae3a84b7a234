/**
 * Values that no form and no list describes, found by how people write around them: a linear model over the tokens of a text, one
 * label each (BIO: nothing, a value begins, a value goes on), and the best sequence of labels (Viterbi). Learnt in train-tagger.ts.
 * Plain arrays, so that it moves between threads and lies in a file as it is.
 */
import { numberOf, type HashTable } from "../../hash-table.ts";
import { normalise } from "../../words.ts";
import { hashOf } from "../features.ts";
import type { Slot } from "../../spec.ts";
import { tokensOf, type Token } from "./tokens.ts";

/** The table has the features' numbers. */
export type Tagger = HashTable & {
  /** Slot names. Label 0 is nothing, `1 + 2 * n` begins a value of `names[n]`, `2 + 2 * n` goes on with it. */
  names: string[];
  /** `weights[feature * labels + label]`. */
  weights: Float32Array;
  /** `moves[before * labels + label]`. */
  moves: Float32Array;
  /** Normal forms that annotations gave, by slot name and text as `valueKey` writes them. */
  values: Record<string, string>;
  /** On every tenth annotated text, by a model of the others: 0 to 1, whole values with the right name only. */
  heldOut: { precision: number; recall: number; texts: number };
};

export const labelCount = (names: readonly string[]): number => 1 + 2 * names.length;
/** A value goes on only after its own beginning. */
export function mayFollow(before: number, label: number): boolean {
  return label === 0 || label % 2 === 1 || before === label || before === label - 1;
}
export const valueKey = (name: string, text: string): string => `${name}\n${normalise(text)}`;

function shapeOf(word: string): string {
  return word
    .replace(/\p{Lu}+/gu, "A")
    .replace(/[\p{Ll}\p{Lo}]+/gu, "a")
    .replace(/\p{N}/gu, "0");
}

/** What the model sees of each token: itself, its form, its neighbours. */
export function tokenFeatures(tokens: readonly Token[]): number[][] {
  const words = tokens.map(({ text }) => normalise(text).replace(/\d/g, "0"));
  const at = (place: number): string => words[place] ?? (place < 0 ? "^" : "$");
  return tokens.map(({ text }, place) => {
    const word = at(place);
    return [
      "bias",
      `w ${word}`,
      `s ${shapeOf(text)}`,
      `p ${word.slice(0, 3)}`,
      `e ${word.slice(-3)}`,
      `-1 ${at(place - 1)}`,
      `+1 ${at(place + 1)}`,
      `-2 ${at(place - 2)} ${at(place - 1)}`,
      `+2 ${at(place + 1)} ${at(place + 2)}`,
      `-w ${at(place - 1)} ${word}`,
      `w+ ${word} ${at(place + 1)}`,
      `-+ ${at(place - 1)} ${at(place + 1)}`,
    ].map(hashOf);
  });
}

/** The best sequence of labels for scores `scores[token * labels + label]`. */
export function bestLabels(scores: Float64Array, moves: ArrayLike<number>, labels: number): number[] {
  const count = scores.length / labels;
  const best = new Float64Array(scores.length);
  const from = new Uint16Array(scores.length);
  for (let place = 0; place < count; place += 1) {
    for (let label = 0; label < labels; label += 1) {
      let top = -Infinity;
      let source = 0;
      // Before the first token stands nothing.
      for (let before = 0; before < (place === 0 ? 1 : labels); before += 1) {
        if (!mayFollow(before, label)) continue;
        const score = (place === 0 ? 0 : best[(place - 1) * labels + before]!) + moves[before * labels + label]!;
        if (score <= top) continue;
        top = score;
        source = before;
      }
      best[place * labels + label] = top + scores[place * labels + label]!;
      from[place * labels + label] = source;
    }
  }
  const result: number[] = Array.from({ length: count }, () => 0);
  let label = 0;
  for (let one = 0; one < labels; one += 1) if (best[(count - 1) * labels + one]! > best[(count - 1) * labels + label]!) label = one;
  for (let place = count - 1; place >= 0; place -= 1) {
    result[place] = label;
    label = from[place * labels + label]!;
  }
  return result;
}

/** Stretches of tokens with one name. */
export function spansOf(labels: readonly number[]): { name: number; from: number; to: number }[] {
  const spans: { name: number; from: number; to: number }[] = [];
  labels.forEach((label, place) => {
    const last = spans.at(-1);
    if (label === 0) return;
    const name = (label - 1) >> 1;
    if (label % 2 === 1) spans.push({ name, from: place, to: place + 1 });
    else if (last?.to === place && last.name === name) last.to = place + 1;
  });
  return spans;
}

/** Later tokens are not read: the work a text may cause stays bounded. */
const MAX_TOKENS = 300;

/** Slots in the order of the text. Pure. */
export function tagSlots(tagger: Tagger, text: string): Slot[] {
  const tokens = tokensOf(text).slice(0, MAX_TOKENS);
  if (tokens.length === 0) return [];
  const labels = labelCount(tagger.names);
  const scores = new Float64Array(tokens.length * labels);
  tokenFeatures(tokens).forEach((hashes, place) => {
    for (const hash of hashes) {
      const id = numberOf(tagger, hash);
      if (id < 0) continue;
      for (let label = 0; label < labels; label += 1) scores[place * labels + label]! += tagger.weights[id * labels + label]!;
    }
  });
  return spansOf(bestLabels(scores, tagger.moves, labels)).map(({ name, from, to }) => {
    const called = tagger.names[name]!;
    const { start } = tokens[from]!;
    const { end } = tokens[to - 1]!;
    const written = text.slice(start, end);
    return { name: called, value: tagger.values[valueKey(called, written)] ?? written, start, end };
  });
}
