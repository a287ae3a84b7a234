/**
 * Learns the tagger from annotated texts: an averaged structured perceptron (Collins 2002), ten rounds in a seeded order. Chosen over a
 * conditional random field because it needs no library and no tuning, and its model is as small.
 */
import { tableOf } from "../../hash-table.ts";
import { createRandom } from "../random.ts";
import type { AnnotatedText } from "./annotations.ts";
import { bestLabels, labelCount, tagSlots, tokenFeatures, valueKey, type Tagger } from "./tagger.ts";
import { tokensOf } from "./tokens.ts";

/** Fewer texts with a value in them teach too little: none is learnt. */
export const TAGGER_FROM_TEXTS = 500;
const ROUNDS = 10;
const HELD_OUT_EVERY = 10;

type Sentence = { features: Uint32Array[]; gold: number[] };

/** `undefined` below `TAGGER_FROM_TEXTS` texts with a value. The same texts in the same order give the same model. */
export function trainTagger(texts: readonly AnnotatedText[]): Tagger | undefined {
  if (texts.filter(({ slots }) => slots.length > 0).length < TAGGER_FROM_TEXTS) return undefined;
  const isHeldOut = (_: unknown, index: number): boolean => index % HELD_OUT_EVERY === HELD_OUT_EVERY - 1;
  const heldOut = texts.filter(isHeldOut);
  const judged = learn(texts.filter((one, index) => !isHeldOut(one, index)));
  return { ...learn(texts), heldOut: scoreOf(judged, heldOut) };
}

/** Precision and recall of whole values under their right names. */
export function scoreOf(tagger: Tagger, texts: readonly AnnotatedText[]): Tagger["heldOut"] {
  let [found, wanted, right] = [0, 0, 0];
  for (const { text, slots } of texts) {
    const own = tagSlots(tagger, text);
    found += own.length;
    wanted += slots.length;
    right += own.filter((one) => slots.some((slot) => slot.name === one.name && slot.start === one.start && slot.end === one.end)).length;
  }
  return { precision: found === 0 ? 0 : right / found, recall: wanted === 0 ? 0 : right / wanted, texts: texts.length };
}

function goldOf({ text, slots }: AnnotatedText, names: readonly string[]): number[] {
  let before: AnnotatedText["slots"][number] | undefined;
  return tokensOf(text).map(({ start, end }) => {
    const slot = slots.find((one) => start < one.end && one.start < end);
    const label = slot === undefined ? 0 : 1 + 2 * names.indexOf(slot.name) + (slot === before ? 1 : 0);
    before = slot;
    return label;
  });
}

function learn(texts: readonly AnnotatedText[]): Tagger {
  const names = [...new Set(texts.flatMap(({ slots }) => slots.map(({ name }) => name)))].sort();
  const labels = labelCount(names);
  const numbers = new Map<number, number>();
  const sentences: Sentence[] = texts.map((annotated) => ({
    features: tokenFeatures(tokensOf(annotated.text)).map((hashes) =>
      Uint32Array.from(hashes, (hash) => {
        const known = numbers.get(hash) ?? numbers.size;
        numbers.set(hash, known);
        return known;
      }),
    ),
    gold: goldOf(annotated, names),
  }));
  const table = tableOf([...numbers.keys()]);
  const weights = new Float64Array(numbers.size * labels);
  const moves = new Float64Array(labels * labels);
  // Sums of each change times its moment: the average over all moments comes from them at the end.
  const [weightSums, moveSums] = [new Float64Array(weights.length), new Float64Array(moves.length)];
  const random = createRandom(1);
  const order = sentences.map((_, index) => index);
  let moment = 1;
  const change = (sentence: Sentence, sequence: readonly number[], by: number): void => {
    sequence.forEach((label, place) => {
      const move = (place === 0 ? 0 : sequence[place - 1]!) * labels + label;
      moves[move]! += by;
      moveSums[move]! += by * moment;
      for (const id of sentence.features[place]!) {
        weights[id * labels + label]! += by;
        weightSums[id * labels + label]! += by * moment;
      }
    });
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let left = order.length - 1; left > 0; left -= 1) {
      const other = Math.floor(random() * (left + 1));
      [order[left], order[other]] = [order[other]!, order[left]!];
    }
    for (const index of order) {
      const sentence = sentences[index]!;
      const scores = new Float64Array(sentence.gold.length * labels);
      sentence.features.forEach((ids, place) => {
        for (const id of ids)
          for (let label = 0; label < labels; label += 1) scores[place * labels + label]! += weights[id * labels + label]!;
      });
      const guess = sentence.gold.length === 0 ? [] : bestLabels(scores, moves, labels);
      if (guess.some((label, place) => label !== sentence.gold[place])) {
        change(sentence, sentence.gold, 1);
        change(sentence, guess, -1);
      }
      moment += 1;
    }
  }
  const averaged = (values: Float64Array, sums: Float64Array): Float32Array =>
    Float32Array.from(values, (value, index) => value - sums[index]! / moment);
  return {
    ...table,
    names,
    weights: averaged(weights, weightSums),
    moves: averaged(moves, moveSums),
    values: valuesOf(texts),
    heldOut: { precision: 0, recall: 0, texts: 0 },
  };
}

function valuesOf(texts: readonly AnnotatedText[]): Record<string, string> {
  const values: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const { text, slots } of texts)
    for (const { name, start, end, value } of slots) if (value !== undefined) values[valueKey(name, text.slice(start, end))] = value;
  return values;
}
