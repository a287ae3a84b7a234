/**
 * Danger and theft skip the assistant: a person is called at once, with guidance. What is urgent is decided by urgency/triage.ts; a message
 * that is pressing but no danger only raises the priority of a case that may follow.
 */
import type { Part } from "@allhours/protocol";
import { triageOf, type Category } from "../urgency/triage.ts";
import type { Outcome, Step, Turn } from "../turn.ts";
import { answerParts } from "./confidence.ts";
import { articleOf, knowledgeQuery } from "./knowledge.ts";

/** The way of a critical message: to a person, with the merchant's own guidance when there is an article for it. */
export async function critical(turn: Turn, category: Category | undefined): Promise<Outcome> {
  return {
    kind: "handoff",
    parts: await guidanceParts(turn, category),
    handoff: { reason: "urgent", priority: "critical", ...(category === undefined ? {} : { category }) },
  };
}

/** Nobody waits for an article that cannot be read: the house's own words are there. */
async function guidanceParts(turn: Turn, category: Category | undefined): Promise<Part[]> {
  const id = category === undefined ? undefined : turn.region.config.guidance[category];
  if (id === undefined) return [];
  const query = knowledgeQuery(turn);
  try {
    const found = await turn.region.knowledge.call((adapter, signal) => articleOf(adapter, id, query, signal), turn.signal);
    return found.value === undefined ? [] : answerParts(found.value, turn.language);
  } catch {
    return [];
  }
}

export const urgency: Step = {
  name: "urgency",
  async run(turn) {
    const { priority, category, because } = triageOf(turn.text);
    turn.priority = priority;
    if (priority !== "critical") return { next: true, note: because };
    return { next: false, note: because, outcome: await critical(turn, category) };
  },
};
