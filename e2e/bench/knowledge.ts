/** What a large embedded knowledge costs, beside MiniSearch on the same articles and questions; each engine and each start is a process of its own. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureApart } from "./in-process.ts";
import type { Measured } from "./knowledge-process.ts";
import { writeLargeArticles } from "./large-articles.ts";

const ASKED = 2_000;
/** MiniSearch takes most of a second a question. */
const ASKED_OF_PEER = 60;

async function measureEngine(engine: string, folder: string, asked: number): Promise<Measured> {
  const step = async <Result>(name: string): Promise<Result> =>
    measureApart<Result>("knowledge-process.ts", [engine, name, folder, String(asked)], ["--expose-gc", "--max-old-space-size=8192"]);
  const built = await step<Pick<Measured, "buildMs" | "longestBlockMs">>("build");
  return { ...(await step<Measured>("start")), ...built };
}

/** `count` articles with two questions each. About two minutes for 100,000. */
export async function measureKnowledge(count: number, note: (text: string) => void = () => undefined): Promise<Measured[]> {
  const folder = await mkdtemp(join(tmpdir(), "allhours-knowledge-"));
  try {
    const rows = await writeLargeArticles(join(folder, "articles.jsonl"), count, ASKED);
    await writeFile(join(folder, "asked.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
    const measured: Measured[] = [];
    for (const [engine, asked] of [
      ["minisearch", ASKED_OF_PEER],
      ["allhours", ASKED],
    ] as const) {
      measured.push(await measureEngine(engine, folder, asked));
      note(JSON.stringify(measured.at(-1)));
    }
    return measured;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function knowledgeAsMarkdown(count: number, measured: readonly Measured[]): string {
  const ms = (value: number | undefined): string => (value === undefined ? "-" : value >= 100 ? value.toFixed(0) : value.toFixed(1));
  const [peer, own] = [measured.find(({ engine }) => engine === "minisearch"), measured.find(({ engine }) => engine === "allhours")];
  return [
    "### A large knowledge",
    "",
    `${count.toLocaleString("en")} articles, two questions each; asked by a title with a word missing, every fifth with a letter wrong. Milliseconds.`,
    "",
    "| engine | import | start | query p50 | p99 | changed line found | resident, MB | loop blocked at most, import | own article first |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...measured.map(
      ({ engine, buildMs, startMs, p50, p99, changedMs, residentMb, longestBlockMs, right }) =>
        `| ${engine} | ${ms(buildMs)} | ${ms(startMs)} | ${ms(p50)} | ${ms(p99)} | ${ms(changedMs)} | ${residentMb.toFixed(0)} | ${ms(longestBlockMs)} | ${(right * 100).toFixed(1)} % |`,
    ),
    "",
    ...(peer === undefined || own === undefined
      ? []
      : [`Query p50 is ${(own.p50 / peer.p50).toFixed(4)} of MiniSearch's, memory ${(own.residentMb / peer.residentMb).toFixed(2)}.`]),
  ].join("\n");
}
