/** A question to a knowledge adapter, in English and as of a day in autumn where nothing else is said. */
import type { KnowledgeQuery } from "../adapters/spec.ts";

export function knowledgeQuery(text: string, more: Partial<KnowledgeQuery> = {}): KnowledgeQuery {
  return { text, language: "en", fallbackLanguages: [], intents: [], limit: 5, at: Date.parse("2026-11-20T12:00:00Z"), ...more };
}
