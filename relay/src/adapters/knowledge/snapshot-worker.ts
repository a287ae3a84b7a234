/**
 * The thread in which a large knowledge is read. Two works: read everything, index it and give it back as a snapshot; or read what has changed, and give
 * back the articles that differ from those that are known. Owns no schedule.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { FromThread } from "../thread.ts";
import { questionsOf, type Article, type ArticleProblem, type ReadOptions } from "./article.ts";
import { readArticleFiles } from "./articles.ts";
import { writeSnapshot } from "./snapshot-file.ts";
import { contentOf, hashOf, packSnapshot, type Packed, type Source } from "./snapshot.ts";
import { buildParts } from "./text-index.ts";

export type FileState = Pick<Source, "file" | "size" | "mtimeMs">;
export type WorkRequest = {
  files: readonly FileState[];
  reading: Omit<ReadOptions, "signal"> & { crawlFile?: string | undefined };
  /** `compare`: hashes of the articles these files held. */
  work: { kind: "build"; made: string; snapshotFile: string } | { kind: "compare"; contents: Float64Array };
};
export type Progress = { stage: "reading" | "indexing"; done: number; of: number };
/** An article that is not as it was, and where it stands. */
export type Fresh = { article: Article; file: string; line: number };
/** `not-written`: a full disk costs the snapshot, not the knowledge. `kept`: 1 for each known article that is still what it was. */
export type WorkResult =
  | { kind: "written" }
  | { kind: "not-written"; packed: Packed; code: string }
  | { kind: "compared"; fresh: Fresh[]; kept: Uint8Array; problems: ArticleProblem[] };

const request = workerData as WorkRequest;
const tell = (message: FromThread<Progress, WorkResult>, transfer: ArrayBuffer[] = []): void => parentPort?.postMessage(message, transfer);
const onProgress = (progress: Progress): void => tell({ type: "progress", progress });

type ReadAll = { articles: Article[]; lines: number[]; contents: Float64Array; problems: ArticleProblem[]; sources: Source[] };

/** `isKnown`: whether a line of this hash need not be read. */
async function read(isKnown: (hash: number) => boolean = () => false): Promise<ReadAll> {
  const { files, reading } = request;
  const hashes = new Map<Article, number>();
  const lines: ReadOptions["lines"] = {
    isKnown: (source) => isKnown(hashOf(source)),
    read: (source, article) => void hashes.set(article, hashOf(source)),
  };
  const sources: Source[] = [];
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const {
    articles,
    lines: places,
    problems,
  } = await readArticleFiles(
    files.map(({ file }) => file),
    { ...reading, lines },
    (_file, gathered) => {
      const state = files[sources.length]!;
      sources.push({ ...state, from: sources.at(-1)?.to ?? 0, to: gathered.articles.length });
      done += state.size;
      onProgress({ stage: "reading", done, of: bytes });
    },
  );
  const contents = Float64Array.from(articles, (article) => hashes.get(article) ?? contentOf(article));
  return { articles, lines: places, contents, problems, sources };
}

async function build(made: string, snapshotFile: string): Promise<WorkResult> {
  const { articles, contents, problems, sources } = await read();
  const texts = articles.map((article) => ({ questions: questionsOf(article), body: article.text }));
  const parts = await buildParts(texts, { onProgress: (done, of) => onProgress({ stage: "indexing", done, of }) });
  const packed = packSnapshot(articles, parts, { made, sources, problems, contents });
  onProgress({ stage: "indexing", done: articles.length, of: articles.length });
  try {
    await writeSnapshot(snapshotFile, packed);
    return { kind: "written" };
  } catch (cause) {
    return { kind: "not-written", packed, code: (cause as NodeJS.ErrnoException).code ?? "unknown" };
  }
}

async function compare(known: Float64Array): Promise<WorkResult> {
  const places = new Map([...known].map((content, place) => [content, place]));
  const kept = new Uint8Array(known.length);
  const isKnown = (content: number): boolean => {
    const place = places.get(content);
    if (place !== undefined) kept[place] = 1;
    return place !== undefined;
  };
  const { articles, lines, contents, problems, sources } = await read(isKnown);
  const fresh = sources.flatMap(({ file, from, to }) =>
    articles.slice(from, to).map((article, index): Fresh => ({ article, file, line: lines[from + index]! })),
  );
  return { kind: "compared", fresh: fresh.filter((_, place) => !isKnown(contents[place]!)), kept, problems };
}

const { work } = request;
const result = work.kind === "build" ? await build(work.made, work.snapshotFile) : await compare(work.contents);
tell({ type: "result", result }, result.kind === "not-written" ? [result.packed.buffer] : []);
