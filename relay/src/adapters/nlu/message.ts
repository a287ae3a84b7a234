/**
 * What a message as a whole asks for. Its clauses are asked for themselves: two of them may ask two things, and one may say that the thing
 * its words name is not wanted. Pure.
 */
import type { Intent } from "../spec.ts";
import { clausesOf, standsAlone } from "./clauses.ts";
import { classify, type IntentModel } from "./intent-model.ts";
import { withoutDenied } from "./negation.ts";

/** `several`: two or more, in the order of the message, each sure enough to be answered. `denied`: the best intent rests on words that are denied. */
export type Reading = { intents: Intent[]; several?: Intent[] | undefined; denied?: true | undefined };

/** Of an intent's examples: when more of them rest on a denial, "not" is how visitors ask for it. */
const USUAL = 0.1;
/** More answers than this in one message nobody reads. */
const MOST_INTENTS = 3;
/** A clause alone says less than the message it is of: it must be this much surer. */
const CLAUSE_MARGIN = 0.15;
/** As in a model without calibration (pipeline/borders.ts). */
const BORDERS = { answerAt: 0.5, askAt: 0.25 } as const;

export function readMessage(model: IntentModel, text: string, language: string): Reading {
  const { intents } = classify(model, text);
  const several = severalOf(model, text, language);
  if (several !== undefined) return { intents, several };
  const denied = isDenied(model, intents[0]?.name, text, language);
  return { intents, ...(denied ? { denied } : {}) };
}

function severalOf(model: IntentModel, text: string, language: string): Intent[] | undefined {
  const clauses = clausesOf(text, language);
  if (clauses.length < 2) return undefined;
  const least = (model.calibration ?? BORDERS).answerAt + CLAUSE_MARGIN;
  const found: Intent[] = [];
  for (const { text: clause } of clauses) {
    if (!standsAlone(clause)) continue;
    const best = classify(model, clause, 1).intents[0];
    if (best === undefined || best.confidence < least || isDenied(model, best.name, clause, language)) continue;
    if (!found.some(({ name }) => name === best.name)) found.push(best);
  }
  return found.length < 2 ? undefined : found.slice(0, MOST_INTENTS);
}

function isDenied(model: IntentModel, intent: string | undefined, text: string, language: string): boolean {
  if (intent === undefined || (model.denied[model.labels.indexOf(intent)] ?? 0) > USUAL) return false;
  const rest = withoutDenied(text, language);
  return rest !== undefined && !(saysMore(rest) && supports(model, intent, rest));
}

/** A lone "I" or a lone sign is nothing left; two letters of a script without spaces are. */
function saysMore(rest: string): boolean {
  return (rest.match(/[\p{L}\p{M}]{2,}/gu) ?? []).length > (/\p{Script=Han}|\p{Script=Thai}|\p{Script=Hiragana}/u.test(rest) ? 0 : 1);
}

/** True when the words still speak for the intent. */
export function supports(model: IntentModel, intent: string, text: string): boolean {
  const best = classify(model, text, 1).intents[0];
  return best?.name === intent && best.confidence >= (model.calibration ?? BORDERS).askAt;
}
