/** What putting a night's questions together costs, in a process of its own, beside a floor: the plain cosines of as many dense vectors. Prints JSON. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { clusterQuestions } from "@allhours/relay";
import { readUtterances } from "../eval/read-utterances.ts";
import { quantile } from "../eval/score.ts";
import { createRandom } from "../prove/random.ts";
import { root } from "./servers.ts";

export type MeasuredClustering = { questions: number; clusters: number; p50: number; longest: number; floorP50: number };

const QUESTIONS = 1_000;
const ROUNDS = 9;
/** Numbers of a floor's vector: about what a small sentence embedding has. */
const DENSE = 384;

/** The demo's own questions in all its languages, as far apart as they lie. */
async function questions(): Promise<string[]> {
  const dir = join(root, "demo/nlu");
  const files = (await readdir(dir)).filter((name) => /^examples\..*\.csv$/.test(name)).sort();
  const texts: string[] = [];
  for (const name of files) texts.push(...readUtterances(name, await readFile(join(dir, name), "utf8")).utterances.map(({ text }) => text));
  const random = createRandom(20_261_128);
  const shuffled = texts.map((text) => ({ text, at: random.next() })).sort((one, other) => one.at - other.at);
  return shuffled.slice(0, QUESTIONS).map(({ text }) => text);
}

function floor(count: number): number {
  const random = createRandom(1);
  const rows = Array.from({ length: count }, () => Float32Array.from({ length: DENSE }, () => random.next()));
  let sum = 0;
  for (const [index, row] of rows.entries())
    for (const against of rows.slice(0, index)) {
      let dot = 0;
      for (let at = 0; at < DENSE; at += 1) dot += (row[at] ?? 0) * (against[at] ?? 0);
      sum += dot;
    }
  return sum;
}

function timed(run: () => unknown): number {
  const from = performance.now();
  run();
  return performance.now() - from;
}

function median(times: readonly number[]): number {
  return (
    quantile(
      times.toSorted((one, other) => one - other),
      0.5,
    ) ?? 0
  );
}

const texts = await questions();
const times: number[] = [];
const floors: number[] = [];
let clusters = 0;
for (let round = 0; round < ROUNDS; round += 1) {
  times.push(timed(() => (clusters = clusterQuestions(texts).length)));
  floors.push(timed(() => floor(texts.length)));
}
const measured: MeasuredClustering = {
  questions: texts.length,
  clusters,
  p50: median(times),
  longest: Math.max(...times),
  floorP50: median(floors),
};
process.stdout.write(JSON.stringify(measured));
