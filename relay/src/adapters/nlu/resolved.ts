/**
 * How many questions an understanding could resolve if at most so many were answered wrongly: with the best border that can be drawn for these very
 * questions, so a measure of the order of its confidences and not of its borders. Pure.
 */
import { classify, type Example, type IntentModel } from "./intent-model.ts";

/** As many as are shown when the visitor is asked back. */
const BUTTONS = 3;

/** One question asked: how sure the best intent was, and the place of the right one among the best, from 0; -1 when it is not among them. */
export type Outcome = { confidence: number; place: number; /** About none of the intents. */ beside: boolean; weight: number };
/** Shares of the questions about known intents, 0 to 1. `withButtons`: and of those below the border, the right intent is among the buttons. */
export type Resolved = { alone: number; withButtons: number };

/** `mostWrong`: share of all questions, 0 to 1, that may be answered with something else than the right intent. */
export function resolvedAt(outcomes: readonly Outcome[], mostWrong: number): Resolved {
  const sum = (of: readonly Outcome[]): number => of.reduce((all, { weight }) => all + weight, 0);
  const known = sum(outcomes.filter(({ beside }) => !beside));
  if (known === 0) return { alone: 0, withButtons: 0 };
  const allowed = mostWrong * sum(outcomes);
  const sorted = [...outcomes].sort((one, other) => other.confidence - one.confidence);
  let right = 0;
  let wrong = 0;
  let answered = 0;
  let alone = 0;
  sorted.forEach((one, index) => {
    if (!one.beside && one.place === 0) right += one.weight;
    else wrong += one.weight;
    // A border lies between two confidences, never within equal ones.
    if (wrong > allowed || sorted[index + 1]?.confidence === one.confidence || right <= alone) return;
    alone = right;
    answered = index + 1;
  });
  const offered = sum(sorted.slice(answered).filter(({ beside, place }) => !beside && place >= 0 && place < BUTTONS));
  return { alone: alone / known, withButtons: (alone + offered) / known };
}

/** What a model makes of a set of questions. An intent it does not have is none of its intents. */
export type SetReport = {
  known: number;
  beside: number;
  /** Shares of the known at the model's borders. */
  right: number;
  wrong: number;
  askedBack: number;
  /** Share of those beside that are not answered. */
  recognised: number;
  resolved: Resolved;
};

export function reportOn(
  model: IntentModel,
  questions: readonly Example[],
  borders: { answerAt: number; askAt: number },
  mostWrong: number,
): SetReport {
  const outcomes = questions.map(({ text, intent }): Outcome => {
    const { intents } = classify(model, text, BUTTONS);
    return {
      confidence: intents[0]?.confidence ?? 0,
      place: intents.findIndex(({ name }) => name === intent),
      beside: !model.labels.includes(intent),
      weight: 1,
    };
  });
  const known = outcomes.filter(({ beside }) => !beside);
  const strangers = outcomes.filter(({ beside }) => beside);
  const share = (of: readonly Outcome[], counts: (one: Outcome) => boolean): number =>
    of.length === 0 ? 0 : of.filter(counts).length / of.length;
  const answered = ({ confidence }: Outcome): boolean => confidence >= borders.answerAt;
  return {
    known: known.length,
    beside: strangers.length,
    right: share(known, (one) => answered(one) && one.place === 0),
    wrong: share(known, (one) => answered(one) && one.place !== 0),
    askedBack: share(known, (one) => !answered(one) && one.confidence >= borders.askAt),
    recognised: 1 - share(strangers, answered),
    resolved: resolvedAt(outcomes, mostWrong),
  };
}
