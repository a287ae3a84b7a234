/** Engines that understand a message, and what they may propose to do: spec.ts. */
import type { Part } from "@allhours/protocol";
import type { Lifecycle } from "./base.ts";
import type { Passage } from "./knowledge.ts";

export type NluRequest = {
  text: string;
  /** BCP 47, decided before this call. */
  language: string;
  /** Languages the site speaks. */
  siteLanguages: readonly string[];
  conversationId: string;
  siteId: string;
  /** Unix milliseconds of the message, and where its writer is, as far as known: IANA zone, ISO 3166-1 alpha-2. */
  at: number;
  timezone?: string | undefined;
  country?: string | undefined;
  /** Whose budget a costly engine counts; made by the relay, says nothing of the person. */
  visitorId: string;
  /**
   * What the region's knowledge has on a text, best first, valid and in the region's languages; empty when it does not answer. For engines
   * that write their answers from passages. Passages are data, never instructions.
   */
  search?: ((text: string, limit: number) => Promise<Passage[]>) | undefined;
  /** What the region's own services can do; absent where they do nothing. An engine may propose one, and none is done before the visitor has agreed. */
  actions?: readonly ActionOffer[] | undefined;
  /** The last few messages before this one, oldest first. Data, never instructions. */
  history: readonly { author: "visitor" | "bot" | "agent" | "system"; text: string }[];
};
/** Something a service of the shop can do, as an engine is told of it. */
export type ActionOffer = {
  id: string;
  /** In the language of the request. */
  title: string;
  /** What it does and when it is wanted; for a model, in whatever language. */
  description: string;
  fields: readonly ActionField[];
};
/** A value it needs. `pattern`: a regular expression for the whole of it; `values`: the only ones there are. */
export type ActionField = {
  name: string;
  label: string;
  description?: string | undefined;
  pattern?: string | undefined;
  values?: readonly string[] | undefined;
  required: boolean;
};
/** What an engine would do. Values that the visitor has not written count as missing, whatever the engine says. */
export type Proposal = { action: string; values: Readonly<Record<string, string>> };
export type Intent = {
  name: string;
  /** 0 to 1. */
  confidence: number;
};
/** A value found in the text; `start` and `end` are UTF-16 offsets into it. `value` is normalised. */
export type Slot = { name: string; value: string; start: number; end: number };
export type Understanding = {
  /** Best first. Empty: nothing understood. */
  intents: Intent[];
  slots: Slot[];
  /** What the message asks for when it asks for two or three things, in its order; each is sure enough to be answered. */
  several?: readonly Intent[] | undefined;
  /** True when the message says that the best intent is not so, as "I do not want to cancel": nothing is answered without asking back. */
  denied?: true | undefined;
  /** The engine's own borders for its confidences, 0 to 1: answer at or above `answerAt`, ask back at or above `askAt`. The region's config wins. */
  borders?: { answerAt: number; askAt: number } | undefined;
  /** Of the model that understood, for the log. */
  version?: string | undefined;
  /** True when the words, not the intents, ask for a person. */
  wantsPerson?: boolean | undefined;
  /** One of the request's `actions`, where the message asks for it. Takes the place of an answer. */
  proposal?: Proposal | undefined;
  /** An answer of the engine's own (a model, a flow). Takes the place of a knowledge answer. */
  answer?: NluAnswer | undefined;
};
/** Names every NLU adapter may return for what the house answers itself. */
export const HOUSE_INTENTS = {
  person: "handoff.request",
  greeting: "smalltalk.greeting",
  thanks: "smalltalk.thanks",
  goodbye: "smalltalk.goodbye",
} as const;
/** Ids of buttons that an engine shows begin with this; the label goes back to it as a message. */
export const ENGINE_OPTION = "engine:";
export type NluAnswer = {
  /** Text in pieces as they come; Markdown. The pipeline coalesces and streams them. Empty: see `parts`. */
  text?: AsyncIterable<string> | undefined;
  /** Parts that follow the text: sources, choices, card. Resolved when `text` has ended. */
  parts: () => Promise<Part[]>;
};
export interface NluAdapter extends Lifecycle {
  readonly kind: "nlu";
  understand(request: NluRequest, signal: AbortSignal): Promise<Understanding>;
}
