/**
 * A large knowledge that nobody wrote: titles, one more phrasing each and texts, of words by Zipf's law. The frequent words are the demo's, the rare ones
 * are made of its letters. Says nothing about how well a search understands; what it costs.
 */
import { createWriteStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";
import { createRandom, type Random } from "../prove/random.ts";
import { root } from "./servers.ts";

export type Row = { id: string; title: string; answer: string; phrasings: string[] };
const VOCABULARY = 60_000;
/** Zipf-Mandelbrot: rank r is worth 1 / (r + this). */
const SHIFT = 2.7;
const LONGEST_WORD = 16;

async function demoWords(): Promise<string[]> {
  const folder = join(root, "demo/knowledge/en");
  const articles = await Promise.all((await readdir(folder)).map(async (name) => readFile(join(folder, name), "utf8")));
  const examples = await readFile(join(root, "demo/nlu/examples.en.csv"), "utf8");
  return (
    [examples, ...articles]
      .join(" ")
      .toLowerCase()
      .match(/[a-z]+/g) ?? []
  );
}

/** Words by letters that follow two letters in real ones. */
function createSpelling(words: readonly string[], random: Random): () => string {
  const next = new Map<string, string[]>();
  for (const word of new Set(words)) {
    const spelt = `^^${word}$`;
    for (let at = 2; at < spelt.length; at += 1) {
      const before = spelt.slice(at - 2, at);
      const letters = next.get(before) ?? [];
      letters.push(spelt.charAt(at));
      next.set(before, letters);
    }
  }
  return () => {
    let spelt = "^^";
    while (spelt.length < LONGEST_WORD + 2) {
      const letter = random.pick(next.get(spelt.slice(-2)) ?? ["$"]);
      if (letter === "$") break;
      spelt += letter;
    }
    return spelt.slice(2);
  };
}

async function createSpeech(random: Random): Promise<(least: number, most: number) => string> {
  const words = await demoWords();
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const known = new Set([...counts].sort((one, other) => other[1] - one[1]).map(([word]) => word));
  const spell = createSpelling(words, random);
  while (known.size < VOCABULARY) known.add(spell());
  const vocabulary = [...known];
  const sums: number[] = [];
  for (let rank = 0; rank < vocabulary.length; rank += 1) sums.push((sums.at(-1) ?? 0) + 1 / (rank + SHIFT));
  const word = (): string => {
    const drawn = random.next() * sums.at(-1)!;
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < drawn) low = middle + 1;
      else high = middle;
    }
    return vocabulary[low] ?? "";
  };
  return (least, most) => Array.from({ length: random.int(least, most) }, word).join(" ");
}

/** Writes `count` of them to `file` as JSON lines, and gives the first `kept` back. The same at every call. */
export async function writeLargeArticles(file: string, count: number, kept: number): Promise<Row[]> {
  const random = createRandom(7);
  const say = await createSpeech(random);
  const out = createWriteStream(file);
  const rows: Row[] = [];
  for (let number = 0; number < count; number += 1) {
    const row: Row = { id: `a${number}`, title: `${say(6, 10)}?`, answer: `${say(25, 60)}.`, phrasings: [say(5, 10)] };
    if (rows.length < kept) rows.push(row);
    if (!out.write(`${JSON.stringify(row)}\n`)) await once(out, "drain");
  }
  out.end();
  await once(out, "close");
  return rows;
}

/** A title as somebody else would put it: one word less, and in every fifth a letter wrong. */
export function askedOf({ title }: Row, number: number): string {
  const words = title.replace("?", "").split(" ");
  words.splice(number % words.length, 1);
  if (number % 5 === 0) words[0] = `${words[0]?.slice(0, -1) ?? ""}x`;
  return words.join(" ");
}
