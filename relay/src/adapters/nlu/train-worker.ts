/**
 * The training thread: reads the examples, takes the model from the cache or trains and calibrates it, compares it with the one that
 * served, and hands it over without a copy. Everything that takes longer than a few milliseconds about the intent model happens here.
 */
import { createHash } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { findFiles } from "../files.ts";
import type { FromThread } from "../thread.ts";
import { normalise } from "../words.ts";
import { calibrate, type ObservedRow } from "./calibration.ts";
import { EXAMPLE_EXTENSIONS, readArticlePhrasings, readExampleFile, type ExampleProblem } from "./examples.ts";
import { classify, rowsOf, trainOnRows, type Example, type IntentModel } from "./intent-model.ts";
import { featuresOf } from "./features.ts";
import { readObserved, type ObservedQuestion } from "./observed.ts";
import { trainTagger } from "./slots/train-tagger.ts";
import { supports } from "./message.ts";
import { arraysOf, MODEL_FORMAT } from "./model-file.ts";
import { deniedReadings } from "./negation.ts";
import { chosenVersion, readModel, readVersions, writeModel, writeVersions, type RegressionScore, type Version } from "./versions.ts";

export type TrainRequest = {
  examples: string[];
  articles: string[];
  /** Files with questions and the intents that are right for them: a new version must not do worse. */
  regression: string[];
  /** More examples, which lie in no file. */
  learned: Example[];
  baseDir: string;
  cacheDir: string;
  cost: number;
  /** See `CalibrationOptions`. */
  target: number;
  outOfScope: number;
  /** See observed.ts; a file that is not there says nothing. */
  observedFile: string;
};
export type TrainReport = {
  model: IntentModel | undefined;
  /** Of the model that serves; empty without one. */
  version: string;
  /** `trained` now, `cached` before, `chosen` by the operator; `refused`: the new one did worse, the one before it serves on. */
  how: "trained" | "cached" | "chosen" | "refused";
  /** What the newest examples make, when that is not what serves. */
  newest?: string | undefined;
  regression?: { now: RegressionScore; before?: RegressionScore | undefined } | undefined;
  problems: ExampleProblem[];
  missing: string[];
  exampleCount: number;
  fileCount: number;
  cacheError?: string | undefined;
};
export type TrainProgress = { stage: "training" | "calibrating"; done: number; of: number };

/** A new version may be worse by this many points of a hundred: a regression set is small, and one question is no trend. */
const ALLOWED_LOSS = 0.01;

type Sources = Pick<TrainReport, "problems" | "missing" | "exampleCount" | "fileCount"> & { examples: Example[]; intents: Set<string> };

async function readSources(request: TrainRequest): Promise<Sources> {
  const found = await findFiles(request.examples, request.baseDir, EXAMPLE_EXTENSIONS);
  const examples: Example[] = [];
  const problems: ExampleProblem[] = [];
  for (const file of found.files) {
    const read = await readExampleFile(file);
    // A file in which nothing is marked does not say that there is nothing to mark.
    const marked = read.examples.some(({ slots }) => slots !== undefined && slots.length > 0);
    for (const example of read.examples) examples.push(marked ? example : { text: example.text, intent: example.intent });
    for (const problem of read.problems) problems.push(problem);
  }
  const articles = await findFiles(request.articles, request.baseDir, [".md"]);
  examples.push(...request.learned);
  const intents = new Set(examples.map((example) => example.intent));
  for (const file of articles.files) for (const example of await readArticlePhrasings(file, intents)) examples.push(example);
  return {
    examples,
    intents,
    problems,
    missing: [...found.missing, ...articles.missing],
    exampleCount: examples.length,
    fileCount: found.files.length + articles.files.length,
  };
}

async function readRegression(request: TrainRequest): Promise<{ examples: Example[]; problems: ExampleProblem[]; missing: string[] }> {
  const found = await findFiles(request.regression, request.baseDir, EXAMPLE_EXTENSIONS);
  const read = await Promise.all(found.files.map(readExampleFile));
  return {
    examples: read.flatMap(({ examples }) => examples),
    problems: read.flatMap(({ problems }) => problems),
    missing: found.missing,
  };
}

function scoreOf(model: IntentModel, questions: readonly Example[]): RegressionScore {
  return {
    right: questions.filter(({ text, intent }) => classify(model, text, 1).intents[0]?.name === intent).length,
    of: questions.length,
  };
}

function versionOf(request: TrainRequest, examples: readonly Example[], observed: readonly ObservedQuestion[]): string {
  const hash = createHash("sha256").update(MODEL_FORMAT).update(`\n${request.cost}\n${request.target}\n${request.outOfScope}\n`);
  for (const example of examples) hash.update(JSON.stringify([example.text, example.intent, example.slots ?? null]));
  for (const { text, intent } of observed) hash.update(JSON.stringify(["observed", text, intent ?? null]));
  return hash.digest("hex").slice(0, 32);
}

export async function prepareModel(
  request: TrainRequest,
  onProgress: (progress: TrainProgress) => void = () => undefined,
): Promise<TrainReport> {
  const { examples, intents, ...read } = await readSources(request);
  const questions = await readRegression(request);
  const report = {
    ...read,
    problems: [...read.problems, ...questions.problems],
    missing: [...read.missing, ...questions.missing],
  };
  const folder = request.cacheDir;
  const observed = await readObserved(request.observedFile);
  const chosen = await chosenVersion(folder);
  const newest = intents.size < 2 ? "" : versionOf(request, examples, observed);
  if (chosen !== undefined) {
    const model = await readModel(folder, chosen);
    if (model !== undefined) return { ...report, model, version: chosen, how: "chosen", newest };
    report.missing.push(`version ${chosen}`);
  }
  if (intents.size < 2) return { ...report, model: undefined, version: "", how: "trained" };

  const kept = await readModel(folder, newest);
  const model = kept ?? trained(request, examples, observed, onProgress);
  const cacheError = kept === undefined ? await codeOf(writeModel(folder, newest, model)) : undefined;
  const versions = await readVersions(folder);
  const before = versions.active === undefined || versions.active === newest ? undefined : await readModel(folder, versions.active);
  const regression =
    questions.examples.length === 0
      ? undefined
      : { now: scoreOf(model, questions.examples), before: before === undefined ? undefined : scoreOf(before, questions.examples) };
  const worse =
    regression?.before !== undefined && regression.now.right < regression.before.right - ALLOWED_LOSS * regression.before.of - 1e-9;
  const version: Version = {
    version: newest,
    at: new Date().toISOString(),
    examples: examples.length,
    intents: model.labels.length,
    state: worse ? "refused" : "accepted",
    regression: regression?.now,
  };
  const active = worse ? versions.active : newest;
  const same = versions.list.find((one) => one.version === newest);
  const listError =
    versions.active === active && same?.state === version.state
      ? undefined
      : await codeOf(writeVersions(folder, { active, list: [...versions.list.filter((one) => one !== same), version] }));
  const told = { ...report, regression, cacheError: cacheError ?? listError };
  if (worse && before !== undefined && versions.active !== undefined)
    return { ...told, model: before, version: versions.active, how: "refused", newest };
  return { ...told, model, version: newest, how: kept === undefined ? "trained" : "cached" };
}

function trained(
  request: TrainRequest,
  examples: readonly Example[],
  questions: readonly ObservedQuestion[],
  onProgress: (progress: TrainProgress) => void,
): IntentModel {
  const rows = rowsOf(examples);
  const svm = { cost: request.cost };
  const model = trainOnRows(rows, { ...svm, onClass: (done, of) => onProgress({ stage: "training", done, of }) });
  const { target, outOfScope } = request;
  const calibration = calibrate(
    rows,
    { target, outOfScope, svm, observed: { model, rows: observedRows(questions, examples) } },
    (done, of) => onProgress({ stage: "calibrating", done, of }),
  );
  const tagger = trainTagger(examples.flatMap(({ text, slots }) => (slots === undefined ? [] : [{ text, slots }])));
  const finished = { ...model, calibration, tagger };
  return { ...finished, denied: deniedShares(finished, examples) };
}

/** What has become an example since is known word for word, and says nothing of other questions. */
function observedRows(questions: readonly ObservedQuestion[], examples: readonly Example[]): ObservedRow[] {
  const learnt = new Set(examples.map(({ text }) => normalise(text)));
  return questions.filter(({ text }) => !learnt.has(normalise(text))).map(({ text, intent }) => ({ features: featuresOf(text), intent }));
}

/** Of each label's examples, the share whose label is lost with what they deny. */
function deniedShares(model: IntentModel, examples: readonly Example[]): Float32Array {
  const counts = new Float32Array(model.labels.length);
  const denied = new Float32Array(model.labels.length);
  const numberOf = new Map(model.labels.map((label, index) => [label, index]));
  for (const { text, intent } of examples) {
    const label = numberOf.get(intent)!;
    counts[label]! += 1;
    if (deniedReadings(text).some((rest) => !supports(model, intent, rest))) denied[label]! += 1;
  }
  return denied.map((share, label) => share / Math.max(1, counts[label]!));
}

/** A full disk costs the cache, not the model. */
async function codeOf(writing: Promise<void>): Promise<string | undefined> {
  return writing.then(
    () => undefined,
    (cause: NodeJS.ErrnoException) => cause.code ?? "unknown",
  );
}

if (parentPort !== null) {
  const port = parentPort;
  const say = (message: FromThread<TrainProgress, TrainReport>, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  const report = await prepareModel(workerData as TrainRequest, (progress) => say({ type: "progress", progress }));
  // Arrays read from the cache share one buffer, and a buffer can be handed over only once.
  const buffers = new Set(report.model === undefined ? [] : arraysOf(report.model).map((array) => array.buffer as ArrayBuffer));
  say({ type: "result", result: report }, [...buffers]);
}
