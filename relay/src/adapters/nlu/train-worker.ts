/**
 * The training thread: reads the examples, takes the model from the cache or trains it, and hands it over without a copy. Everything
 * that takes longer than a few milliseconds about the intent model happens here, away from the sockets.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { findFiles } from "../files.ts";
import { EXAMPLE_EXTENSIONS, readArticlePhrasings, readExampleFile, type ExampleProblem } from "./examples.ts";
import { trainIntentModel, type Example, type IntentModel } from "./intent-model.ts";
import { decodeModel, encodeModel, MODEL_FORMAT } from "./model-file.ts";

export type TrainRequest = { examples: string[]; articles: string[]; baseDir: string; cacheDir: string; cost: number };
export type TrainReport = {
  model: IntentModel | undefined;
  problems: ExampleProblem[];
  missing: string[];
  exampleCount: number;
  fileCount: number;
  cached: boolean;
  cacheError?: string | undefined;
};

export async function prepareModel(request: TrainRequest): Promise<TrainReport> {
  const found = await findFiles(request.examples, request.baseDir, EXAMPLE_EXTENSIONS);
  const examples: Example[] = [];
  const problems: ExampleProblem[] = [];
  for (const file of found.files) {
    const read = await readExampleFile(file);
    for (const example of read.examples) examples.push(example);
    for (const problem of read.problems) problems.push(problem);
  }
  const articles = await findFiles(request.articles, request.baseDir, [".md"]);
  const intents = new Set(examples.map((example) => example.intent));
  for (const file of articles.files) for (const example of await readArticlePhrasings(file, intents)) examples.push(example);
  const report = {
    problems,
    missing: [...found.missing, ...articles.missing],
    exampleCount: examples.length,
    fileCount: found.files.length + articles.files.length,
  };
  if (intents.size < 2) return { ...report, model: undefined, cached: false };

  const hash = createHash("sha256").update(MODEL_FORMAT).update(`\n${request.cost}\n`);
  for (const example of examples) hash.update(JSON.stringify([example.text, example.intent]));
  const path = join(request.cacheDir, `intents-${hash.digest("hex").slice(0, 32)}.bin`);
  const kept = await readFile(path).then(decodeModel, () => undefined);
  if (kept !== undefined) return { ...report, model: kept, cached: true };
  const model = trainIntentModel(examples, { cost: request.cost });
  return { ...report, model, cached: false, cacheError: await keep(path, request.cacheDir, model) };
}

/** Written beside and renamed, so that a reader never sees half a file. A full disk costs the cache, not the model. */
async function keep(path: string, folder: string, model: IntentModel): Promise<string | undefined> {
  try {
    await mkdir(folder, { recursive: true });
    const draft = `${path}.${process.pid}-${Date.now()}.part`;
    await writeFile(draft, encodeModel(model));
    await rename(draft, path);
    return undefined;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code ?? "unknown";
  }
}

if (parentPort !== null) {
  const port = parentPort;
  const report = await prepareModel(workerData as TrainRequest);
  const arrays =
    report.model === undefined ? [] : [report.model.keys, report.model.ids, report.model.idf, report.model.weights, report.model.bias];
  // Arrays read from the cache share one buffer, and a buffer can be handed over only once.
  port.postMessage(report, [...new Set(arrays.map((array) => array.buffer as ArrayBuffer))]);
}
