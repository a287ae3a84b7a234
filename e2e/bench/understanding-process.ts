/** Trains the embedded NLU on one file and asks it, in a process of its own. Prints what it measured as JSON. */
import { readFile } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { embeddedNlu } from "@allhours/relay";
import { quantile } from "../eval/score.ts";
import { firstMessage, openAdapter } from "./in-process.ts";

export type Measured = {
  examples: number;
  intents: number;
  /** CPU of the whole process while it trained, and of one pass that counts the examples' letters by threes: the least such a training does. */
  trainCpuMs: number;
  trainMs: number;
  floorMs: number;
  /** Of one message, milliseconds. */
  p50: number;
  p99: number;
  longest: number;
  floorP50: number;
  trainingBlockMs: number;
  askingBlockMs: number;
  residentMb: number;
};

const [, , folder = ""] = process.argv;
const examples = (await readFile(`${folder}/examples.jsonl`, "utf8"))
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as { text: string; intent: string });
const asked = JSON.parse(await readFile(`${folder}/asked.json`, "utf8")) as { text: string; language: string }[];

const nlu = openAdapter(embeddedNlu, { examples: "examples.jsonl" }, folder);

function countLetters(text: string, into: Map<string, number>): void {
  for (let at = 0; at + 3 <= text.length; at += 1) {
    const letters = text.slice(at, at + 3);
    into.set(letters, (into.get(letters) ?? 0) + 1);
  }
}
function timeOf(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}
const ofTimes = (times: number[], share: number): number =>
  quantile(
    times.toSorted((one, other) => one - other),
    share,
  ) ?? NaN;

const all = new Map<string, number>();
const floorMs = timeOf(() => {
  for (const { text } of examples) countLetters(text, all);
});

const block = monitorEventLoopDelay({ resolution: 1 });
block.enable();
const [cpu, started] = [process.cpuUsage(), performance.now()];
await nlu.init?.(new AbortController().signal);
const trainMs = performance.now() - started;
const { user, system } = process.cpuUsage(cpu);
const trainingBlockMs = block.max / 1e6;

const never = new AbortController().signal;
for (const one of asked) await nlu.understand(firstMessage(one.text, one.language), never);
block.reset();
const times: number[] = [];
const floors: number[] = [];
for (let round = 0; round < 5; round += 1)
  for (const one of asked) {
    const begun = performance.now();
    await nlu.understand(firstMessage(one.text, one.language), never);
    times.push(performance.now() - begun);
    floors.push(timeOf(() => countLetters(one.text, new Map())));
    if (times.length % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
const measured: Measured = {
  examples: examples.length,
  intents: new Set(examples.map(({ intent }) => intent)).size,
  trainCpuMs: (user + system) / 1000,
  trainMs,
  floorMs,
  p50: ofTimes(times, 0.5),
  p99: ofTimes(times, 0.99),
  longest: ofTimes(times, 1),
  floorP50: ofTimes(floors, 0.5),
  trainingBlockMs,
  askingBlockMs: block.max / 1e6,
  residentMb: process.memoryUsage().rss / 1e6,
};
console.log(JSON.stringify(measured));
