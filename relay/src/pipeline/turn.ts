/** What one turn is, what a step may see, and what it may answer. A turn is one visitor message and what it causes. */
import type { DurableEvent, Part } from "@allhours/protocol";
import type { Conversation } from "../store/store.ts";
import type { Understanding, Passage, NluAnswer } from "../adapters/spec.ts";
import type { Region, Site } from "../routing/types.ts";
import type { Category } from "./urgency/triage.ts";

export type Priority = "normal" | "high" | "critical";
export type HandoffReason = "visitor-asked" | "bot-gave-up" | "urgent";

/** What a turn ends in. Exactly one a turn. */
export type Outcome = {
  /** For the log and the metrics: `answered`, `asked-back`, `small-talk`, `gave-up`, `handoff`, `proposed`, `asked-for`, `failed`. */
  kind: "answered" | "asked-back" | "proposed" | "asked-for" | "small-talk" | "gave-up" | "handoff" | "failed";
  /** Parts of the bot's message; empty when `stream` speaks. With a handoff: guidance that follows the house's words. */
  parts: Part[];
  /** Text that arrives piece by piece; the parts follow it. */
  stream?: NluAnswer | undefined;
  /** Said when the stream breaks. */
  handoff?: { reason: HandoffReason; priority: Priority; category?: Category | undefined } | undefined;
  /** What the parts ask the visitor to agree to. `until`: Unix milliseconds. */
  action?: { id: string; values: Readonly<Record<string, string>>; until: number } | undefined;
  /** Id of an action that lacks values: the next message may bring them. */
  awaits?: string | undefined;
};

export type Turn = {
  /** Id of the visitor's message. */
  readonly id: string;
  readonly conversation: Readonly<Conversation>;
  readonly site: Site;
  readonly region: Region;
  readonly text: string;
  /** The option chosen, when the message is a choice. */
  readonly optionId: string | undefined;
  /** Interface languages of the visitor, best first. */
  readonly browserLanguages: readonly string[];
  /** Durable events before this message, oldest first, at most 20. */
  readonly history: readonly DurableEvent[];
  readonly nowMs: number;
  readonly signal: AbortSignal;
  /** Written by steps, read by later ones. */
  language: string;
  priority: Priority;
  understanding: Understanding | undefined;
  passages: Passage[];
  /** Articles of the best intents, in their order; `undefined` where none carries one. The first is the best intent's. */
  intentPassages: (Passage | undefined)[];
  /** Articles of what a message of several wishes asks for, in its order; empty when it has one, or when one of them has no article. */
  severalPassages: Passage[];
  /** Adapter kinds of which none answered. */
  down: Set<"nlu" | "knowledge">;
};

export type StepResult = { next: true; note?: string | undefined } | { next: false; outcome: Outcome; note?: string | undefined };
/** Runs once. Throws only on a bug: adapters' failures are told in `turn.down`. */
export type Step = { name: string; run(turn: Turn): Promise<StepResult> | StepResult };
export const next: StepResult = { next: true };
