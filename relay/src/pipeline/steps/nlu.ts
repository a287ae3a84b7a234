/** What the visitor means, by the region's NLU adapters. Asking for a person and small talk end the turn here. */
import { textOf, type DurableEvent } from "@allhours/protocol";
import { HOUSE_INTENTS, type NluRequest } from "../../adapters/spec.ts";
import { bordersOf } from "../borders.ts";
import { phrasesFor } from "../phrases.ts";
import { offersOf } from "../proposals.ts";
import type { Step, Turn } from "../turn.ts";
import { knowledgeQuery } from "./knowledge.ts";
import { critical } from "./urgency.ts";

function historyOf(events: readonly DurableEvent[]): NluRequest["history"] {
  const lines: { author: "visitor" | "bot" | "agent" | "system"; text: string }[] = [];
  for (const event of events) {
    if (event.type !== "message-added") continue;
    lines.push({ author: event.message.author.kind, text: textOf(event.message.parts) });
  }
  return lines.slice(-8);
}

function smallTalk(turn: Turn): string | undefined {
  const best = turn.understanding?.intents[0];
  if (best === undefined || best.confidence < bordersOf(turn).answerAt) return undefined;
  const phrases = phrasesFor(turn.language);
  if (best.name === HOUSE_INTENTS.greeting) return phrases.greeting;
  if (best.name === HOUSE_INTENTS.thanks) return phrases.thanks;
  if (best.name === HOUSE_INTENTS.goodbye) return phrases.goodbye;
  return undefined;
}

export const nlu: Step = {
  name: "nlu",
  async run(turn) {
    if (turn.optionId !== undefined) return { next: true, note: "choice" };
    let served: string;
    let history: NluRequest["history"] | undefined;
    let offers: NluRequest["actions"];
    const { actions } = turn.region.config;
    const request: NluRequest = {
      text: turn.text,
      language: turn.language,
      siteLanguages: turn.site.languages,
      conversationId: turn.conversation.id,
      siteId: turn.site.id,
      visitorId: turn.conversation.visitorId,
      at: turn.nowMs,
      timezone: turn.conversation.timezone,
      country: turn.conversation.country,
      search: async (text, limit) => {
        const query = { ...knowledgeQuery(turn), text, limit };
        const found = await turn.region.knowledge
          .call((adapter, signal) => adapter.search(query, signal), turn.signal)
          .catch(() => undefined);
        return found?.value ?? [];
      },
      // Made for the adapter that reads them: most do not.
      get history() {
        return (history ??= historyOf(turn.history));
      },
      get actions() {
        if (actions.length > 0) offers ??= offersOf(actions, [turn.language, turn.site.defaultLanguage]);
        return offers;
      },
    };
    try {
      const answer = await turn.region.nlu.call(
        (adapter, signal) => adapter.understand(request, signal),
        turn.signal,
        // An adapter that understood nothing leaves the message to the next one.
        ({ intents, wantsPerson, answer: said, proposal }) =>
          intents.length > 0 || wantsPerson === true || said !== undefined || proposal !== undefined,
      );
      turn.understanding = answer.value;
      served = answer.adapter;
    } catch {
      turn.down.add("nlu");
      return { next: true, note: "no adapter answered" };
    }
    const best = turn.understanding.intents[0];
    const slots = [...new Set(turn.understanding.slots.map(({ name }) => name))].join(", ");
    const note = `${served}: ${best === undefined ? "nothing" : `${best.name} ${best.confidence.toFixed(2)}`}${slots === "" ? "" : `, ${slots}`}`;
    if (best !== undefined && turn.region.config.urgentTopics.includes(best.name) && best.confidence >= bordersOf(turn).askAt) {
      turn.priority = "critical";
      return { next: false, note: `${note}, urgent topic`, outcome: await critical(turn, undefined) };
    }
    const asksForPerson =
      turn.understanding.wantsPerson === true || (best?.name === HOUSE_INTENTS.person && best.confidence >= bordersOf(turn).answerAt);
    if (asksForPerson)
      return { next: false, note, outcome: { kind: "handoff", parts: [], handoff: { reason: "visitor-asked", priority: turn.priority } } };
    const said = smallTalk(turn);
    if (said !== undefined)
      return { next: false, note, outcome: { kind: "small-talk", parts: [{ type: "text", text: said, format: "plain" }] } };
    // The step after this one asks whether it shall be done.
    if (turn.understanding.proposal !== undefined) return { next: true, note: `${served}: proposes ${turn.understanding.proposal.action}` };
    if (turn.understanding.answer !== undefined)
      return { next: false, note, outcome: { kind: "answered", parts: [], stream: turn.understanding.answer } };
    return { next: true, note };
  },
};
