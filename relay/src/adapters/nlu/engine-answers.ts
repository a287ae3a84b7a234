/** What the adapters for dialogue engines share: confidences in range, each intent once, and buttons as parts. Pure. */
import { LIMITS, type Part } from "@allhours/protocol";
import { ENGINE_OPTION, type Intent } from "../spec.ts";

/** 0 to 1; what is no number is 0. */
export function clamped(confidence: number): number {
  return Number.isFinite(confidence) ? Math.min(1, Math.max(0, confidence)) : 0;
}

/** Best first, each once. */
export function sortedIntents(intents: readonly Intent[]): Intent[] {
  const best = new Map<string, Intent>();
  for (const intent of intents) if (intent.confidence > (best.get(intent.name)?.confidence ?? -1)) best.set(intent.name, intent);
  return [...best.values()].sort((one, other) => other.confidence - one.confidence);
}

/** Buttons that say their label when they are chosen; none where there are none. */
export function choicesPart(labels: readonly string[]): Part[] {
  const options = [...new Set(labels.map((label) => label.trim().slice(0, LIMITS.labelChars)))]
    .filter((label) => label !== "")
    .slice(0, LIMITS.choicesPerPart)
    .map((label, index) => ({ id: `${ENGINE_OPTION}${index}`, label }));
  return options.length === 0 ? [] : [{ type: "choices", options }];
}
