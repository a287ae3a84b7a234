/**
 * How sure is sure: learns from the examples alone when an answer is right and when a text is about none of the intents. In turn a fifth
 * of the intents is left out, and a fifth of the rest is kept for asking: what was left out is what a shop's visitors ask beside its
 * topics. Gives the confidence and both borders, so that nobody has to choose a number. Pure; CPU-bound like the training.
 */
import { confidenceOf, evidenceOf, trainOnRows, type IntentModel, type Row } from "./intent-model.ts";
import type { SvmOptions } from "./linear-svm.ts";
import { fitLogistic, type LogisticModel } from "./logistic.ts";
import { createRandom } from "./random.ts";

export type Calibration = {
  model: LogisticModel;
  /** At or above this confidence the best intent is the answer. */
  answerAt: number;
  /** At or above this the visitor is asked back. */
  askAt: number;
  report: CalibrationReport;
};
/** What the folds say of the two borders. Shares are 0 to 1: of texts of known intents, and of left-out ones. */
export type CalibrationReport = {
  folds: number;
  right: number;
  wrong: number;
  askedBack: number;
  passedOn: number;
  /** Of texts about none of the intents, not answered. */
  recognised: number;
  askedBackBeside: number;
  observed?: ObservedReport | undefined;
};
/** Counts of observed questions: what the best intent of each was, and what the borders make of them. `beside`: nothing the shop has answers it. */
export type ObservedReport = { right: number; wrong: number; beside: number; answered: number; answeredWrong: number; askedBack: number };
/** A question that was left to others; `intent` is absent when none is right, and one the model does not have says nothing. */
export type ObservedRow = Omit<Row, "intent"> & { intent?: string | undefined };
/** `target`: share of texts about none of the intents that must not be answered. `outOfScope`: expected share of such texts. Both 0 to 1. */
export type CalibrationOptions = {
  target: number;
  outOfScope: number;
  svm?: SvmOptions;
  observed?: { model: IntentModel; rows: readonly ObservedRow[] };
};

const FOLDS = 5;
/** Above this many examples fewer folds say as much, and above the second a sample does: a fold costs as much as a training. */
const MANY = 3_000;
const FOLDS_OF_MANY = 3;
const MOST = 6_000;
/** Of the left-out texts this share lies below the border for asking back. */
const ASK_QUANTILE = 0.5;
/** Fewer intents, or fewer texts asked in all, say too little about a border. */
const LEAST_INTENTS = 5;
const LEAST_LEFT_OUT = 50;
/** Fewer observed questions are chance. */
const LEAST_OBSERVED = 20;

type Asked = { features: number[]; kind: "right" | "wrong" | "left-out" };

/** `undefined` with fewer than five intents, or fewer than some fifty examples. `onFold` is called before each fold, from 0. */
export function calibrate(
  rows: readonly Row[],
  { target, outOfScope, svm = {}, observed }: CalibrationOptions,
  onFold: (fold: number, of: number) => void = () => undefined,
): Calibration | undefined {
  const intents = shuffled([...new Set(rows.map((row) => row.intent))].sort());
  if (intents.length < LEAST_INTENTS) return undefined;
  const folds = Math.min(rows.length > MANY ? FOLDS_OF_MANY : FOLDS, intents.length);
  const foldOf = new Map(intents.map((intent, index) => [intent, index % folds]));
  const order = shuffled(rows.map((_, index) => index)).slice(0, MOST);
  const asked: Asked[] = [];
  for (let fold = 0; fold < folds; fold += 1) {
    onFold(fold, folds);
    const leftOut: Row[] = [];
    const kept: Row[] = [];
    const held: Row[] = [];
    order.forEach((index, place) => {
      const row = rows[index]!;
      if (foldOf.get(row.intent) === fold) leftOut.push(row);
      else (place % folds === fold ? held : kept).push(row);
    });
    if (new Set(kept.map((row) => row.intent)).size < 2) continue;
    const model = trainOnRows(kept, svm);
    for (const row of held) asked.push(askedOf(model, row));
    for (const { features } of leftOut) asked.push(askedOf(model, { features }));
  }
  const seen = observed === undefined ? [] : observedIn(observed);
  return fromAsked(asked, seen, { folds, target, outOfScope });
}

function observedIn({ model, rows }: NonNullable<CalibrationOptions["observed"]>): Asked[] {
  const telling = rows.filter(({ intent }) => intent === undefined || model.labels.includes(intent));
  return telling.length < LEAST_OBSERVED ? [] : telling.map((row) => askedOf(model, row));
}

function askedOf(model: IntentModel, { features, intent }: ObservedRow): Asked {
  const { label, evidence } = evidenceOf(model, features);
  return { features: evidence, kind: intent === undefined ? "left-out" : model.labels[label] === intent ? "right" : "wrong" };
}

/**
 * Observed questions teach when a best intent is right. They say nothing of how often that is so: all of them are questions that were not
 * answered. So the borders are drawn on the left-out texts of the folds.
 */
function fromAsked(
  asked: readonly Asked[],
  observed: readonly Asked[],
  { folds, target, outOfScope }: { folds: number; target: number; outOfScope: number },
): Calibration | undefined {
  const known = asked.filter(({ kind }) => kind !== "left-out").length;
  const leftOut = asked.length - known;
  if (leftOut < LEAST_LEFT_OUT || known === 0) return undefined;
  // The folds hold as many left-out texts as others; a shop's visitors do not.
  const weight = (outOfScope / (1 - outOfScope)) * (known / leftOut);
  const model = fitLogistic([
    ...asked.map(({ features, kind }) => ({ features, positive: kind === "right", weight: kind === "left-out" ? weight : 1 })),
    ...observed.map(({ features, kind }) => ({ features, positive: kind === "right", weight: 1 })),
  ]);
  if (model === undefined) return undefined;
  const scored = asked.map(({ features, kind }) => ({ kind, confidence: confidenceOf(model, features) }));
  const beside = scored.flatMap(({ kind, confidence }) => (kind === "left-out" ? [confidence] : [])).sort((one, other) => one - other);
  const answerAt = quantileOf(beside, target);
  const askAt = Math.min(answerAt, quantileOf(beside, ASK_QUANTILE));
  const share = (of: (kind: Asked["kind"]) => boolean, at: (confidence: number) => boolean): number => {
    const those = scored.filter(({ kind }) => of(kind));
    return those.filter(({ confidence }) => at(confidence)).length / those.length;
  };
  const inScope = (kind: Asked["kind"]): boolean => kind !== "left-out";
  const answered = (confidence: number): boolean => confidence >= answerAt;
  const between = (confidence: number): boolean => confidence >= askAt && confidence < answerAt;
  const right = scored.filter(({ kind, confidence }) => kind === "right" && answered(confidence)).length / known;
  return {
    model,
    answerAt,
    askAt,
    report: {
      folds,
      right,
      wrong: share(inScope, answered) - right,
      askedBack: share(inScope, between),
      passedOn: share(inScope, (confidence) => confidence < askAt),
      recognised: 1 - share((kind) => kind === "left-out", answered),
      askedBackBeside: share((kind) => kind === "left-out", between),
      ...(observed.length === 0 ? {} : { observed: observedReport(observed, model, answered, between) }),
    },
  };
}

function observedReport(
  observed: readonly Asked[],
  model: LogisticModel,
  answered: (confidence: number) => boolean,
  between: (confidence: number) => boolean,
): ObservedReport {
  const scored = observed.map(({ features, kind }) => ({ kind, confidence: confidenceOf(model, features) }));
  const count = (of: (one: { kind: Asked["kind"]; confidence: number }) => boolean): number => scored.filter(of).length;
  return {
    right: count(({ kind }) => kind === "right"),
    wrong: count(({ kind }) => kind === "wrong"),
    beside: count(({ kind }) => kind === "left-out"),
    answered: count(({ confidence }) => answered(confidence)),
    answeredWrong: count(({ kind, confidence }) => kind !== "right" && answered(confidence)),
    askedBack: count(({ confidence }) => between(confidence)),
  };
}

/** Least value above `share` of an ascending list. */
function quantileOf(ascending: readonly number[], share: number): number {
  const place = Math.min(ascending.length - 1, Math.floor(share * ascending.length));
  return Math.min(1, ascending[place]! + 1e-9);
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  const random = createRandom(7);
  const list = [...items];
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [list[at], list[other]] = [list[other]!, list[at]!];
  }
  return list;
}
