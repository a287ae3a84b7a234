/**
 * The NLU that needs no other system: intents from example files by a linear classifier, asking for a person and small talk by shipped
 * phrases, values by their form. The readable reference of an NLU adapter. Trains in a worker thread; answers in the caller's.
 */
import * as v from "valibot";
import { AdapterError } from "../errors.ts";
import { watchedPaths } from "../files.ts";
import { optionsReader, pathsOption } from "../options.ts";
import { progressLog } from "../progress-log.ts";
import {
  HOUSE_INTENTS,
  type AdapterContext,
  type AdapterDefinition,
  type Intent,
  type Learned,
  type NluAdapter,
  type NluRequest,
  type Understanding,
} from "../spec.ts";
import { runThread, threadFile } from "../thread.ts";
import { type Example, type IntentModel } from "./intent-model.ts";
import { readMessage } from "./message.ts";
import { observedFile } from "./observed.ts";
import { asksForPerson } from "./person-phrases.ts";
import { smallTalkOf } from "./small-talk.ts";
import { slotOptions, slotRulesOf } from "./slots/options.ts";
import { findSlots, type SlotRules } from "./slots/slots.ts";
import { tagSlots } from "./slots/tagger.ts";
import type { TrainProgress, TrainReport, TrainRequest } from "./train-worker.ts";
import { choiceFile } from "./versions.ts";

/** More problems than this are counted, not listed. */
const LISTED_PROBLEMS = 50;

const optionsSchema = v.strictObject({
  /** CSV or JSONL files with phrasings and their intents; folders and globs allowed. */
  examples: pathsOption,
  /** Markdown articles whose title and phrasings are examples too, for intents named like the article's id or in its `intents`. */
  articles: v.optional(pathsOption),
  ...slotOptions,
  /** Price of a training error; larger follows the examples more closely. 0.01 to 100, default 1. */
  cost: v.optional(
    v.pipe(
      v.number("expected a number from 0.01 to 100"),
      v.minValue(0.01, "expected at least 0.01"),
      v.maxValue(100, "expected at most 100"),
    ),
    1,
  ),
  /** Of questions about none of the intents, at least this share is not answered; 0.5 to 0.99. Both borders of a confidence follow from it. */
  target: v.optional(
    v.pipe(
      v.number("expected a number from 0.5 to 0.99"),
      v.minValue(0.5, "expected at least 0.5"),
      v.maxValue(0.99, "expected at most 0.99"),
    ),
    0.8,
  ),
  /** Share of all questions that are about none of the intents, as far as known; 0.01 to 0.9. */
  outOfScope: v.optional(
    v.pipe(
      v.number("expected a number from 0.01 to 0.9"),
      v.minValue(0.01, "expected at least 0.01"),
      v.maxValue(0.9, "expected at most 0.9"),
    ),
    0.2,
  ),
  /** Files with questions and their right intents, as `examples`: a new model that does worse on them is refused. */
  regression: v.optional(pathsOption),
});
export type EmbeddedNluOptions = v.InferOutput<typeof optionsSchema>;

/** `understand` before the first `init` has ended fails with `not-ready`; during a later `init` the old model answers. */
export function createEmbeddedNlu(options: EmbeddedNluOptions, context: AdapterContext): NluAdapter {
  let serving: Serving | undefined;
  let newest = 0;
  return {
    kind: "nlu",
    inProcess: true,
    learns: true,
    watchPaths: [
      ...watchedPaths(
        [...options.examples, ...(options.articles ?? []), ...(options.regression ?? []), ...(options.lists ?? [])],
        context.baseDir,
      ),
      choiceFile(context.cacheDir),
      observedFile(context.cacheDir),
    ],
    async init(signal) {
      newest += 1;
      const mine = newest;
      const started = performance.now();
      const [report, slots] = await Promise.all([
        runTraining(trainRequestOf(options, context), signal, progressLog(context, "the intent model is being made")),
        slotRulesOf(options, context.baseDir),
      ]);
      tell({ ...report, problems: [...report.problems, ...slots.problems], missing: [...report.missing, ...slots.missing] }, context);
      if (report.model === undefined) {
        throw new AdapterError(
          "failed",
          `${context.path}: expected examples of at least two intents, found ${report.exampleCount} examples in ${report.fileCount} files`,
          { permanent: true },
        );
      }
      // Whoever was started last wins, in whatever order they end.
      if (mine === newest) serving = { model: report.model, version: report.version, rules: slots.rules };
      const { calibration, tagger } = report.model;
      context.logger.info(
        {
          adapter: context.path,
          version: report.version,
          how: report.how,
          examples: report.exampleCount,
          intents: report.model.labels.length,
          features: report.model.idf.length,
          ...(calibration === undefined ? {} : { answerAt: calibration.answerAt, askAt: calibration.askAt }),
          ...(tagger === undefined ? {} : { tagger: tagger.heldOut, slots: tagger.names }),
          ms: Math.round(performance.now() - started),
        },
        "intent model ready",
      );
    },
    understand(request, signal) {
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      if (serving === undefined) return Promise.reject(new AdapterError("not-ready", `${context.path}: the intent model is being trained`));
      return Promise.resolve(understand(serving, request));
    },
  };
}

type Serving = { model: IntentModel; version: string; rules: SlotRules };

function understand({ model, version, rules }: Serving, request: NluRequest): Understanding {
  const { tagger } = model;
  const slots = findSlots(request.text, rules, request, tagger === undefined ? undefined : (text) => tagSlots(tagger, text));
  const { intents: learned, several, denied } = readMessage(model, request.text, request.language);
  const { calibration } = model;
  const own = { version, ...(calibration === undefined ? {} : { borders: { answerAt: calibration.answerAt, askAt: calibration.askAt } }) };
  if (asksForPerson(request.text)) return { intents: withFirst(HOUSE_INTENTS.person, learned), slots, wantsPerson: true, ...own };
  const talk = smallTalkOf(request.text);
  if (talk !== undefined) return { intents: withFirst(HOUSE_INTENTS[talk], learned), slots, ...own };
  return { intents: learned, slots, several, denied, ...own };
}

export function trainRequestOf(
  options: EmbeddedNluOptions,
  context: Pick<AdapterContext, "baseDir" | "cacheDir" | "learned">,
): TrainRequest {
  return {
    examples: options.examples,
    articles: options.articles ?? [],
    regression: options.regression ?? [],
    baseDir: context.baseDir,
    cacheDir: context.cacheDir,
    cost: options.cost,
    target: options.target,
    outOfScope: options.outOfScope,
    learned: examplesOf(context.learned?.()),
    observedFile: observedFile(context.cacheDir),
  };
}

/** What was learnt, as examples of intents named like the articles. */
function examplesOf(learned: Learned | undefined): Example[] {
  if (learned === undefined) return [];
  return [
    ...learned.articles.flatMap(({ id, title, phrasings }) =>
      [...new Set([title, ...phrasings.map((one) => one.text)])].map((text) => ({ text, intent: id })),
    ),
    ...learned.phrasings.map(({ text, articleId }) => ({ text, intent: articleId })),
  ];
}

/** A shipped phrase is certain; what the model thought of the same words is halved to stay below. */
function withFirst(name: string, learned: readonly Intent[]): Intent[] {
  return [
    { name, confidence: 1 },
    ...learned.filter((intent) => intent.name !== name).map((intent) => ({ name: intent.name, confidence: intent.confidence / 2 })),
  ];
}

function tell(report: TrainReport, context: AdapterContext): void {
  const adapter = context.path;
  for (const pattern of report.missing) context.logger.warn({ adapter, pattern }, "files not found");
  for (const problem of report.problems.slice(0, LISTED_PROBLEMS)) context.logger.warn({ adapter, ...problem }, "line skipped");
  if (report.problems.length > LISTED_PROBLEMS)
    context.logger.warn({ adapter, more: report.problems.length - LISTED_PROBLEMS }, "more lines skipped");
  const { regression } = report;
  if (report.how === "refused" && regression?.before !== undefined) {
    const { now, before } = regression;
    context.logger.error(
      { adapter, refused: report.newest, serves: report.version, right: now.right, before: before.right, of: now.of },
      "a new intent model does worse on the regression set and is refused: the one before it serves on",
    );
  }
  if (report.how === "chosen" && report.newest !== report.version)
    context.logger.warn({ adapter, serves: report.version, newest: report.newest }, "a chosen intent model serves, not the newest");
  if (report.cacheError !== undefined) context.logger.warn({ adapter, code: report.cacheError }, "intent model not cached");
}

/** One thread a training; it is ended early only when `signal` fires. */
export async function runTraining(
  request: TrainRequest,
  signal: AbortSignal,
  onProgress: (progress: TrainProgress) => void = () => undefined,
): Promise<TrainReport> {
  try {
    return await runThread<TrainProgress, TrainReport>(threadFile("./train-worker", import.meta.url), request, { signal, onProgress });
  } catch (cause) {
    signal.throwIfAborted();
    throw new AdapterError("failed", "training failed", { cause });
  }
}

export const embeddedNlu: AdapterDefinition<"nlu"> = {
  kind: "nlu",
  name: "embedded",
  parseOptions: optionsReader(optionsSchema),
  create: (options: EmbeddedNluOptions, context) => createEmbeddedNlu(options, context),
};
