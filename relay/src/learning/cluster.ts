/**
 * Questions that ask the same, put together: average-link agglomeration on the cosine of their words and characters, by the chain of nearest
 * neighbours (Murtagh 1983), cut where two groups have less in common than a threshold. Leaves single questions alone, as noise must be. Pure.
 */
import { featuresOf } from "../adapters/nlu/features.ts";
import { STOP_WORDS } from "../adapters/knowledge/stop-words.ts";
import { normalise, wordsOf } from "../adapters/words.ts";

/** `members` are places in the list given, the most typical first. `terms`: words that set it apart, strongest first. */
export type Cluster = { members: number[]; terms: string[] };
/** `threshold`: least mean cosine of two groups to be one; 0 to 1. `least`: smaller groups are not told. */
export type ClusterOptions = { threshold?: number; least?: number };

/** Chosen on the demo's questions: pure groups at the price of some that stay apart. */
const THRESHOLD = 0.2;
const LEAST = 2;
/** The matrix of all pairs has n squared numbers: 3,000 questions are 36 MB. More are taken in the order given, as many as fit. */
export const MOST_QUESTIONS = 3_000;
/** What more than this share of the questions hold says nothing about any. */
const COMMON = 0.5;
const TERMS = 5;
/** Words' share of a question's squared length; characters have the rest. */
const WORD_SHARE = 0.5;

export function clusterQuestions(texts: readonly string[], { threshold = THRESHOLD, least = LEAST }: ClusterOptions = {}): Cluster[] {
  const count = Math.min(texts.length, MOST_QUESTIONS);
  const likeness = likenessOf(texts.slice(0, count));
  const groups = agglomerate(likeness, count, threshold).filter((group) => group.length >= least);
  const frequency = new Map<string, number>();
  const words = texts.slice(0, count).map((text) => new Set(contentOf(text)));
  for (const set of words) for (const word of set) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  return groups
    .map((group) => ({ members: byTypicality(group, likeness, count), terms: termsOf(group, words, frequency, count) }))
    .sort((one, other) => other.members.length - one.members.length || one.members[0]! - other.members[0]!);
}

/** Mean cosine of a text to the members of a group: whether it would belong. */
export function nearnessToGroup(text: string, group: readonly string[]): number {
  const all = [...group, text];
  const likeness = likenessOf(all);
  const place = group.length;
  let sum = 0;
  for (let at = 0; at < group.length; at += 1) sum += likeness[place * all.length + at]!;
  return group.length === 0 ? 0 : sum / group.length;
}

/** What it is about: without the words everybody uses, and one number like another. A question of nothing else stays as it is. */
function subjectOf(text: string): string {
  return contentOf(text).join(" ") || text;
}
function contentOf(text: string): string[] {
  return wordsOf(normalise(text).replace(/\d+/g, "0")).filter((word) => !STOP_WORDS.has(word) && word !== "0");
}

/** Cosines of all pairs, row by row. */
function likenessOf(texts: readonly string[]): Float32Array {
  const count = texts.length;
  const rows = texts.map((text) => featuresOf(subjectOf(text)));
  const result = new Float32Array(count * count);
  for (const [group, share] of [
    ["words", WORD_SHARE],
    ["grams", 1 - WORD_SHARE],
  ] as const) {
    const postings = new Map<number, { row: number; weight: number }[]>();
    for (const [row, features] of rows.entries()) {
      const { hashes, counts } = features[group];
      for (let at = 0; at < hashes.length; at += 1) {
        const list = postings.get(hashes[at]!);
        const one = { row, weight: 1 + Math.log(counts[at]!) };
        if (list === undefined) postings.set(hashes[at]!, [one]);
        else list.push(one);
      }
    }
    const lengths = new Float64Array(count);
    for (const list of postings.values()) {
      const idf = Math.log((1 + count) / (1 + list.length)) + 1;
      for (const one of list) {
        one.weight *= idf;
        lengths[one.row]! += one.weight ** 2;
      }
    }
    for (const list of postings.values()) {
      if (list.length < 2 || (count > 10 && list.length > count * COMMON)) continue;
      for (let at = 0; at < list.length; at += 1) {
        const { row, weight } = list[at]!;
        const scaled = (share * weight) / Math.sqrt(lengths[row]!);
        for (let other = at + 1; other < list.length; other += 1) {
          const second = list[other]!;
          const add = (scaled * second.weight) / Math.sqrt(lengths[second.row]!);
          result[row * count + second.row]! += add;
          result[second.row * count + row]! += add;
        }
      }
    }
  }
  return result;
}

/** Groups of places. `likeness` is left as it was. */
function agglomerate(given: Float32Array, count: number, threshold: number): number[][] {
  const likeness = given.slice();
  const members: (number[] | undefined)[] = Array.from({ length: count }, (_, place) => [place]);
  const active = new Set(Array.from({ length: count }, (_, place) => place));
  const done: number[][] = [];
  const chain: number[] = [];
  while (active.size > 0) {
    if (chain.length === 0) {
      const [first] = active;
      chain.push(first!);
    }
    const top = chain.at(-1)!;
    const before = chain.at(-2);
    let best = -1;
    let nearest = -1;
    for (const other of active) {
      if (other === top) continue;
      const value = likeness[top * count + other]!;
      // Of equals the one before in the chain, or the chain would never end.
      if (value > best || (value === best && other === before)) {
        best = value;
        nearest = other;
      }
    }
    if (nearest < 0 || best < threshold) {
      // Nothing is near enough, and what others become is never nearer: it stays as it is.
      done.push(members[top]!);
      active.delete(top);
      chain.pop();
      continue;
    }
    if (nearest !== before) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    const own = members[top]!;
    const theirs = members[nearest]!;
    for (const other of active) {
      if (other === top || other === nearest) continue;
      const merged =
        (own.length * likeness[top * count + other]! + theirs.length * likeness[nearest * count + other]!) / (own.length + theirs.length);
      likeness[nearest * count + other] = merged;
      likeness[other * count + nearest] = merged;
    }
    members[nearest] = [...theirs, ...own];
    active.delete(top);
  }
  return done;
}

function byTypicality(group: readonly number[], likeness: Float32Array, count: number): number[] {
  const sums = new Map(group.map((one) => [one, group.reduce((sum, other) => sum + likeness[one * count + other]!, 0)]));
  return [...group].sort((one, other) => sums.get(other)! - sums.get(one)! || one - other);
}

function termsOf(group: readonly number[], words: readonly Set<string>[], frequency: ReadonlyMap<string, number>, count: number): string[] {
  const held = new Map<string, number>();
  for (const place of group) for (const word of words[place]!) held.set(word, (held.get(word) ?? 0) + 1);
  return [...held]
    .filter(([word, times]) => times > 1 && word.length > 1)
    .map(([word, times]) => ({ word, weight: (times / group.length) * Math.log((1 + count) / (1 + frequency.get(word)!)) }))
    .sort((one, other) => other.weight - one.weight || (one.word < other.word ? -1 : 1))
    .slice(0, TERMS)
    .map(({ word }) => word);
}
