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
/** What each work gives. `unwritten`: a full disk costs the snapshot, not the knowledge. `kept`: 1 for each known article that is still what it was. */
export type WorkResults = {
  build: { unwritten?: { packed: Packed; code: string } | undefined };
  compare: { fresh: Fresh[]; kept: Uint8Array; problems: ArticleProblem[] };
};
type WorkResult = WorkResults[keyof WorkResults];

const request = workerData as WorkRequest;
const tell = (message: FromThread<Progress, WorkResult>, transfer: ArrayBuffer[] = []): void => parentPort?.postMessage(message, transfer);
const onProgress = (progress: Progress): void => tell({ type: "progress", progress });

type ReadAll = { articles: Article[]; lines: number[]; contents: Float64Array; problems: ArticleProblem[]; sources: Source[] };

/** `isKnown`: whether a line of this hash need not be read. */
async function read(isKnown: (hash: number) => boolean = () => false): Promise<ReadAll> {
  const { files, reading } = request;
  const hashes = new Map<Article, number>();
  const onLine: ReadOptions["onLine"] = (source) => {
    const hash = hashOf(source);
    return isKnown(hash) ? undefined : (article) => void hashes.set(article, hash);
  };
  const sources: Source[] = [];
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const { articles, lines, problems } = await readArticleFiles(
    files.map(({ file }) => file),
    { ...reading, onLine },
    (_file, gathered) => {
      const state = files[sources.length]!;
      sources.push({ ...state, from: sources.at(-1)?.to ?? 0, to: gathered.articles.length });
      done += state.size;
      onProgress({ stage: "reading", done, of: bytes });
    },
  );
  const contents = Float64Array.from(articles, (article) => hashes.get(article) ?? contentOf(article));
  return { articles, lines, contents, problems, sources };
}

async function build(made: string, snapshotFile: string): Promise<WorkResults["build"]> {
  const { articles, contents, problems, sources } = await read();
  const texts = articles.map((article) => ({ questions: questionsOf(article), body: article.text }));
  const parts = await buildParts(texts, { onProgress: (done, of) => onProgress({ stage: "indexing", done, of }) });
  const packed = packSnapshot(articles, parts, { made, sources, problems, contents });
  onProgress({ stage: "indexing", done: articles.length, of: articles.length });
  try {
    await writeSnapshot(snapshotFile, packed);
    return {};
  } catch (cause) {
    return { unwritten: { packed, code: (cause as NodeJS.ErrnoException).code ?? "unknown" } };
  }
}

async function compare(known: Float64Array): Promise<WorkResults["compare"]> {
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
  return { fresh: fresh.filter((_, place) => !isKnown(contents[place]!)), kept, problems };
}

const { work } = request;
if (work.kind === "compare") tell({ type: "result", result: await compare(work.contents) });
else {
  const result = await build(work.made, work.snapshotFile);
  tell({ type: "result", result }, result.unwritten === undefined ? [] : [result.unwritten.packed.buffer]);
}
