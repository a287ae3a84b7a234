/** One engine over one large file of articles, in a process of its own, so that its memory is its own. Prints what it measured as JSON. */
import { readFile, writeFile } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import MiniSearch from "minisearch";
import { embeddedKnowledge, type KnowledgeQuery } from "@allhours/relay";
import { quantile } from "../eval/score.ts";
import { openAdapter } from "./in-process.ts";
import { askedOf, type Row } from "./large-articles.ts";

export type Measured = {
  engine: string;
  buildMs: number;
  startMs: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Of the queries, the share whose own article came first. */
  right: number;
  /** After a start from what was kept, and all queries. */
  residentMb: number;
  longestBlockMs: number;
  /** From a changed line in the file to the moment a search finds it. */
  changedMs?: number | undefined;
};
type Engine = { search(text: string): Promise<string | undefined> };

const [, , engine = "", step = "", folder = "", count = "2000"] = process.argv;
const file = `${folder}/articles.jsonl`;
const rows = (await readFile(`${folder}/asked.jsonl`, "utf8"))
  .trim()
  .split("\n")
  .slice(0, Number(count))
  .map((line) => JSON.parse(line) as Row);
const settle = (): number => {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().rss / 1e6;
};

const ours = openAdapter(embeddedKnowledge, { articles: "articles.jsonl" }, folder);
const never = new AbortController().signal;
const query = (text: string): KnowledgeQuery => ({ text, language: "en", fallbackLanguages: [], intents: [], limit: 5, at: Date.now() });

const fields = { fields: ["title", "phrasings", "answer"], extractField: (row: Row, name: string) => String(row[name as keyof Row]) };
const kept = `${folder}/minisearch.json`;
async function open(): Promise<Engine> {
  if (engine === "allhours") {
    await ours.init?.(never);
    return { search: async (text) => (await ours.search(query(text), never))[0]?.articleId };
  }
  let index: MiniSearch<Row>;
  if (step === "build") {
    index = new MiniSearch<Row>(fields);
    for (const line of (await readFile(file, "utf8")).trim().split("\n")) index.add(JSON.parse(line) as Row);
    await writeFile(kept, JSON.stringify(index));
  } else index = MiniSearch.loadJSON<Row>(await readFile(kept, "utf8"), fields);
  return { search: async (text) => index.search(text, { fuzzy: 0.2, boost: { title: 3, phrasings: 3 } })[0]?.id as string | undefined };
}

async function changed(): Promise<number> {
  const source = await readFile(file, "utf8");
  const lines = source.split("\n");
  const row: Row = { id: "a500", title: `entirely novel zebra crossing ${Date.now()}?`, answer: "Yes.", phrasings: [] };
  lines[500] = JSON.stringify(row);
  await writeFile(file, lines.join("\n"));
  const started = performance.now();
  await ours.init?.(never);
  const found = (await ours.search(query(row.title), never))[0];
  if (found?.title !== row.title) throw new Error("expected the changed article");
  return performance.now() - started;
}

const block = monitorEventLoopDelay({ resolution: 1 });
block.enable();
const started = performance.now();
const opened = await open();
const openMs = performance.now() - started;
if (step === "build") console.log(JSON.stringify({ buildMs: openMs, longestBlockMs: block.max / 1e6 }));
else {
  const times: number[] = [];
  let right = 0;
  for (const [number, row] of rows.entries()) {
    const asked = performance.now();
    if ((await opened.search(askedOf(row, number))) === row.id) right += 1;
    times.push(performance.now() - asked);
  }
  times.sort((one, other) => one - other);
  const residentMb = settle();
  const measured: Omit<Measured, "buildMs" | "longestBlockMs"> = {
    engine,
    startMs: openMs,
    p50: quantile(times, 0.5) ?? NaN,
    p99: quantile(times, 0.99) ?? NaN,
    right: right / rows.length,
    residentMb,
    changedMs: engine === "allhours" ? await changed() : undefined,
  };
  console.log(JSON.stringify(measured));
}
