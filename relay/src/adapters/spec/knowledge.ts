/** Where articles are found: spec.ts. */
import type { Lifecycle } from "./base.ts";
import type { Intent } from "./nlu.ts";

export type KnowledgeQuery = {
  text: string;
  language: string;
  /** Languages a passage may be in when none is in `language`, best first. */
  fallbackLanguages: readonly string[];
  /** Intents of the message, best first: an article whose id (or `intents`) is among them is preferred. */
  intents: readonly Intent[];
  limit: number;
  /** Unix milliseconds: an article not valid at this time is not returned. */
  at: number;
  /** Who will read it; default visitors. Agents may read what is for visitors too. The embedded adapter keeps to it; a turn never sets it. */
  audience?: "visitors" | "agents" | undefined;
};
export type Passage = {
  articleId: string;
  title: string;
  /** Markdown. */
  text: string;
  language: string;
  /** 0 to 1, comparable within one adapter: 1 is a question the article carries word for word. */
  score: number;
  url?: string | undefined;
  /** A date, as 2026-10-12. */
  updatedAt?: string | undefined;
};
export interface KnowledgeAdapter extends Lifecycle {
  readonly kind: "knowledge";
  search(query: KnowledgeQuery, signal: AbortSignal): Promise<Passage[]>;
  /** The best article for an intent in the language or a fallback; `undefined` when none carries it. */
  byIntent?(intent: string, query: KnowledgeQuery, signal: AbortSignal): Promise<Passage | undefined>;
}
