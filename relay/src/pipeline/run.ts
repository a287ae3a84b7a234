/** Runs the steps of a turn, once each, in order, until one is done. Keeps the time of each for the turn's one log line. */
import type { Outcome, Step, Turn } from "./turn.ts";
import { action } from "./steps/action.ts";
import { confidence } from "./steps/confidence.ts";
import { fallback } from "./steps/fallback.ts";
import { knowledge } from "./steps/knowledge.ts";
import { language } from "./steps/language.ts";
import { nlu } from "./steps/nlu.ts";
import { urgency } from "./steps/urgency.ts";

/** `redact` is not in the list: it runs before the message is stored (conversation/handle.ts). */
export const defaultSteps: readonly Step[] = [language, urgency, nlu, knowledge, action, confidence, fallback];

export type StepTrace = { step: string; ms: number; note?: string | undefined };

export async function runPipeline(
  turn: Turn,
  steps: readonly Step[],
  now: () => number,
): Promise<{ outcome: Outcome; trace: StepTrace[] }> {
  const trace: StepTrace[] = [];
  for (const step of steps) {
    const from = now();
    const result = await step.run(turn);
    trace.push({ step: step.name, ms: now() - from, note: result.note });
    if (!result.next) return { outcome: result.outcome, trace };
  }
  throw new Error("the last step of a pipeline must be done");
}
