/** From which confidence an intent is answered, and from which it is asked back: the region's numbers, else the engine's, else the house's. Pure. */
import type { Turn } from "./turn.ts";

/** For an engine that names none and a region that sets none: fair for probabilities of a right answer. */
const HOUSE = { answerAt: 0.5, askAt: 0.25 } as const;

export type Borders = { answerAt: number; askAt: number };

/** `topic`: the intent or article in question; a bar the region has raised for it, as after a launch, counts while it lasts. */
export function bordersOf(turn: Pick<Turn, "region" | "understanding" | "nowMs">, topic?: string): Borders {
  const { config } = turn.region;
  const own = turn.understanding?.borders;
  const answerAt = Math.max(config.answerAt ?? own?.answerAt ?? HOUSE.answerAt, raisedFor(turn, topic));
  return { answerAt, askAt: Math.min(answerAt, config.askAt ?? own?.askAt ?? HOUSE.askAt) };
}

/** 0 when no bar is raised for the topic now. */
export function raisedFor(turn: Pick<Turn, "region" | "nowMs">, topic: string | undefined): number {
  if (topic === undefined) return 0;
  let raised = 0;
  for (const { topics, answerAt, until } of turn.region.config.raised)
    if (topics.includes(topic) && (until === undefined || turn.nowMs < Date.parse(until))) raised = Math.max(raised, answerAt);
  return raised;
}
