/** What training and understanding cost: the demo's questions in seven languages, each language's intents as intents of their own. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readUtterances } from "../eval/read-utterances.ts";
import { createRandom } from "../prove/random.ts";
import { measureApart } from "./in-process.ts";
import { root } from "./servers.ts";
import type { Measured } from "./understanding-process.ts";

const EXAMPLES = 10_000;

async function demo(kind: "examples" | "heldout"): Promise<{ text: string; intent: string; language: string }[]> {
  const folder = join(root, "demo/nlu");
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${kind}.`)).sort();
  const read = await Promise.all(
    names.map(async (name) => {
      const language = name.split(".")[1] ?? "";
      const { utterances } = readUtterances(name, await readFile(join(folder, name), "utf8"));
      return utterances.map(({ text, intent }) => ({ text, intent: intent ?? "", language }));
    }),
  );
  return read.flat();
}

/** About half a minute. */
export async function measureUnderstanding(): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), "allhours-understanding-"));
  try {
    const random = createRandom(7);
    const written = (await demo("examples")).map(({ text, intent, language }) => ({ text, intent: `${intent}.${language}` }));
    const examples = [...written];
    // Real questions said a little differently: one letter less.
    while (examples.length < EXAMPLES) {
      const { text, intent } = random.pick(written);
      const letters = Array.from(text);
      letters.splice(random.int(0, letters.length - 1), 1);
      examples.push({ text: letters.join(""), intent });
    }
    await writeFile(join(folder, "examples.jsonl"), examples.map((one) => JSON.stringify(one)).join("\n"));
    await writeFile(join(folder, "asked.json"), JSON.stringify(await demo("heldout")));
    return await measureApart<Measured>("understanding-process.ts", [folder]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function understandingAsMarkdown(measured: Measured): string {
  const { examples, intents, trainCpuMs, trainMs, floorMs, p50, p99, longest, floorP50, trainingBlockMs, askingBlockMs, residentMb } =
    measured;
  return [
    "### Understanding",
    "",
    `${examples.toLocaleString("en")} examples of ${intents} intents in seven languages; asked the demo's held-out questions. The floor counts letters by threes in the same texts.`,
    "",
    "| | milliseconds | ratio to the floor |",
    "| --- | ---: | ---: |",
    `| training, CPU (with calibration; wall time ${trainMs.toFixed(0)}) | ${trainCpuMs.toFixed(0)} | ${(trainCpuMs / floorMs).toFixed(0)} |`,
    `| one message, p50 | ${p50.toFixed(3)} | ${(p50 / floorP50).toFixed(1)} |`,
    `| one message, p99 | ${p99.toFixed(3)} | ${(p99 / floorP50).toFixed(0)} |`,
    `| one message, longest | ${longest.toFixed(1)} | |`,
    `| event loop blocked at most, training | ${trainingBlockMs.toFixed(1)} | |`,
    `| event loop blocked at most, asking fifty at once | ${askingBlockMs.toFixed(1)} | |`,
    "",
    `Resident memory ${residentMb.toFixed(0)} MB.`,
  ].join("\n");
}
