/**
 * `npm run eval -- --sets FOLDER [--json OUT]`: every labelled set below a folder, asked of the embedded understanding alone: also figures that need its
 * confidences, as how well it tells what it does not know.
 * `npm run eval -- [--train FILE] [--dev FILE] [--limit N] [--relay URL] [--concurrency N] [--language TAG] [--json OUT]`: how well the
 * embedded understanding answers a labelled set, asked as a visitor would ask, through a real relay.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cpuSecondsOf, startRelay } from "../client/index.ts";
import { askAll } from "./ask-all.ts";
import { findDataFiles } from "./data-files.ts";
import { figuresAsText, measureSet, type SetFigures } from "./measure-set.ts";
import { findSets } from "./sets.ts";
import { readUtterances, spread, type ReadUtterances } from "./read-utterances.ts";
import { scoreOf, type Score } from "./score.ts";
import { articlesFor, knowledgeCsv, relayConfig, SITE, slugOf } from "./site.ts";

const { values: given } = parseArgs({
  options: {
    train: { type: "string" },
    dev: { type: "string" },
    limit: { type: "string" },
    relay: { type: "string" },
    site: { type: "string", default: SITE },
    language: { type: "string", default: "en" },
    concurrency: { type: "string", default: "16" },
    json: { type: "string" },
    sets: { type: "string" },
    target: { type: "string", default: "0.8" },
  },
});
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const percent = (share: number | undefined): string => (share === undefined ? "-" : `${(share * 100).toFixed(1)} %`);
const ms = (value: number | undefined): string => (value === undefined ? "-" : `${value.toFixed(1)} ms`);

function report(score: Score, facts: [name: string, value: string][]): void {
  const rows: [string, string][] = [
    ...facts,
    ["utterances", `${score.utterances} (${score.inScope} in scope, ${score.outOfScope} out of scope)`],
    ["right article answered", percent(score.accuracy)],
    ["answered at all", percent(score.answered)],
    ["wrong article answered", percent(score.wrong)],
    ["asked back", percent(score.askedBack)],
    ["  right one among the buttons", percent(score.rightAmongButtons)],
    ["passed on", percent(score.passedOn)],
    ["out of scope: passed on", percent(score.outOfScopePassedOn)],
    ["out of scope: asked back", percent(score.outOfScopeAskedBack)],
    ["out of scope: answered", percent(score.outOfScopeAnswered)],
    ["send to answer p50 / p99", `${ms(score.p50Ms)} / ${ms(score.p99Ms)}`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) say(`${name.padEnd(width)}  ${value}`);
  for (const { expected, given: other, count } of score.confusions.slice(0, 8))
    say(`  ${String(count).padStart(4)} x ${expected} answered with ${other}`);
}

async function read(file: string): Promise<ReadUtterances> {
  const result = readUtterances(file, await readFile(file, "utf8"));
  for (const { line, problem } of result.skipped.slice(0, 10)) say(`${relative(".", file)}:${line} skipped: ${problem}`);
  if (result.skipped.length > 10) say(`${relative(".", file)}: ${result.skipped.length} lines skipped in all`);
  return result;
}

async function evaluate(files: { train: string; dev: string }): Promise<void> {
  const train = await read(files.train);
  const dev = await read(files.dev);
  const articles = articlesFor(train.utterances.flatMap(({ intent }) => intent ?? []));
  const idOf = new Map(articles.map((article) => [article.intent, article.id]));
  const dir = await mkdtemp(join(tmpdir(), "allhours-eval-"));
  try {
    const knowledge = join(dir, "articles.csv");
    await writeFile(knowledge, knowledgeCsv(articles));
    const relay =
      given.relay === undefined
        ? await startRelay({ config: relayConfig({ train: resolve(files.train), knowledge, language: given.language }), dir })
        : undefined;
    try {
      if (relay !== undefined && relay.notReady.length > 0)
        throw new Error(`not ready: ${relay.notReady.join(", ")}\n${await relay.log()}`);
      const trainCpu = relay === undefined ? undefined : await cpuSecondsOf(relay.pid);
      const from = performance.now();
      const asked = await askAll(spread(dev.utterances, given.limit === undefined ? undefined : Number(given.limit)), {
        url: relay?.url ?? given.relay ?? "",
        site: given.site,
        language: given.language,
        concurrency: Number(given.concurrency),
        articleOf: (intent) => idOf.get(intent) ?? slugOf(intent),
        onProgress: (done) => {
          if (process.stderr.isTTY && done % 100 === 0) process.stderr.write(`\r${done}`);
        },
      });
      const seconds = (performance.now() - from) / 1_000;
      const cpu = relay === undefined || trainCpu === undefined ? undefined : ((await cpuSecondsOf(relay.pid)) ?? 0) - trainCpu;
      for (const { line, problem } of asked.failed.slice(0, 10)) say(`${relative(".", files.dev)}:${line} got no answer: ${problem}`);
      const score = scoreOf(asked.results);
      const facts: [string, string][] = [
        [
          "train",
          `${relative(".", files.train)}: ${train.utterances.length} examples, ${articles.length} intents, ${train.skipped.length} lines skipped`,
        ],
        ["dev", `${relative(".", files.dev)}: ${dev.skipped.length} lines skipped, ${asked.failed.length} without an answer`],
        ...(relay === undefined
          ? []
          : ([
              ["start to ready, training included", `${(relay.readyMs / 1_000).toFixed(1)} s (${trainCpu?.toFixed(1) ?? "-"} s of CPU)`],
              ["relay CPU while asked", `${cpu?.toFixed(1) ?? "-"} s (one session an utterance)`],
            ] as [string, string][])),
        ["asked in", `${seconds.toFixed(1)} s, ${given.concurrency} links at once`],
      ];
      report(score, facts);
      if (given.json !== undefined) {
        const out = {
          facts: Object.fromEntries(facts),
          readyMs: relay?.readyMs,
          trainCpuSeconds: trainCpu,
          cpuSeconds: cpu,
          seconds,
          score,
          failed: asked.failed,
          results: asked.results,
        };
        await writeFile(given.json, `${JSON.stringify(out, null, 1)}\n`);
      }
      if (asked.failed.length > 0) process.exitCode = 1;
    } finally {
      await relay?.stop();
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function evaluateSets(folder: string): Promise<void> {
  const sets = await findSets(resolve(folder));
  if (sets.length === 0)
    say(`nothing to evaluate: no labelled set below ${folder} (JSON lines, CSV, TSV, JSON or CoNLL with text and intent)`);
  const target = Number(given.target);
  const all: SetFigures[] = [];
  for (const set of sets) {
    const figures = await measureSet(set, target);
    all.push(figures);
    for (const line of figuresAsText(figures, target)) say(line);
    if (set.skipped > 0) say(`  skipped       ${set.skipped} lines`);
  }
  if (given.json !== undefined) await writeFile(given.json, `${JSON.stringify(all, null, 1)}\n`);
}

if (given.sets !== undefined) {
  await evaluateSets(given.sets);
  process.exit();
}
const files = await findDataFiles({
  ...(given.train === undefined ? {} : { train: given.train }),
  ...(given.dev === undefined ? {} : { dev: given.dev }),
});
if ("missing" in files)
  say(
    `nothing to evaluate: ${files.missing} is not there; name another set with --train FILE --dev FILE (JSON lines or CSV with text and intent)`,
  );
else await evaluate(files);
