/** The last step: says honestly that nothing was found, and asks for a person once the assistant has given up often enough. */
import { phrasesFor } from "../phrases.ts";
import type { Step } from "../turn.ts";

export const OPTION_PERSON = "person";

export const fallback: Step = {
  name: "fallback",
  run(turn) {
    const phrases = phrasesFor(turn.language);
    // Without knowledge nothing can be answered; NLU alone being down is seldom noticed.
    const down = turn.down.has("knowledge");
    const asked = turn.optionId === OPTION_PERSON;
    // What is pressing is not asked for again.
    const givenUp = turn.priority === "high" || turn.conversation.giveUps + 1 >= turn.region.config.giveUpsBeforeHandoff;
    if (asked || (givenUp && turn.region.desks.length > 0)) {
      return {
        next: false,
        outcome: { kind: "handoff", parts: [], handoff: { reason: asked ? "visitor-asked" : "bot-gave-up", priority: turn.priority } },
      };
    }
    return {
      next: false,
      outcome: {
        kind: down ? "failed" : "gave-up",
        parts: [
          { type: "text", text: down ? phrases.allDown : phrases.unsure, format: "plain" },
          ...(turn.region.desks.length === 0
            ? []
            : [{ type: "choices" as const, options: [{ id: OPTION_PERSON, label: phrases.talkToPerson, action: "handoff" as const }] }]),
        ],
      },
    };
  },
};
