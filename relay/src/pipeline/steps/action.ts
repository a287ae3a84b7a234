/**
 * Something a service of the shop could do for the visitor: proposed by an engine, asked for by an intent, or waiting for a value it lacked. Asks
 * for what is missing, beside the article where the intent has one, and then whether it shall be done. What follows a yes is conversation/actions.ts's.
 */
import { textOf, type Part } from "@allhours/protocol";
import type { ActionConfig } from "../../config/actions.ts";
import { actionPhrases } from "../action-phrases.ts";
import { bordersOf } from "../borders.ts";
import { fillPlaces } from "../notice-phrases.ts";
import { fill, saysLittleElse, shownText, type Filled, type Sources } from "../proposals.ts";
import type { Outcome, Step, Turn } from "../turn.ts";
import { answerParts } from "./confidence.ts";
import { OPTION_ARTICLE } from "./knowledge.ts";

type Chosen = { action: ActionConfig; why: string; proposed?: Readonly<Record<string, string>> | undefined };

function chosenOf({ region, understanding, conversation, optionId }: Turn, borders: { answerAt: number }): Chosen | undefined {
  const { actions } = region.config;
  if (optionId !== undefined) {
    // Asked back, the visitor chose the article about it.
    const action = actions.find(({ intents }) => intents.some((intent) => optionId === `${OPTION_ARTICLE}${intent}`));
    return action === undefined ? undefined : { action, why: "intent" };
  }
  const proposal = understanding?.proposal;
  if (proposal !== undefined) {
    const action = actions.find(({ id }) => id === proposal.action);
    return action === undefined ? undefined : { action, why: "proposed", proposed: proposal.values };
  }
  if (understanding?.denied === true) return undefined;
  const best = understanding?.intents[0];
  const asked =
    best !== undefined && best.confidence >= borders.answerAt ? actions.find(({ intents }) => intents.includes(best.name)) : undefined;
  if (asked !== undefined) return { action: asked, why: "intent" };
  const waiting = actions.find(({ id }) => id === conversation.understood?.action);
  return waiting === undefined ? undefined : { action: waiting, why: "waiting" };
}

/** What the visitor wrote lately, this message last. */
function saidIn({ history, text }: Turn): string[] {
  const before = history.flatMap((event) =>
    event.type === "message-added" && event.message.author.kind === "visitor" ? [textOf(event.message.parts)] : [],
  );
  return [...before.slice(-8), text];
}

/** Does the message bring something that was asked for, and no other wish of its own? */
function isAnswer(turn: Turn, { fields }: ActionConfig, slots: Sources["slots"]): boolean {
  const { values } = fill({ fields }, { slots, said: [turn.text] });
  const brought = Object.values(values);
  const best = turn.understanding?.intents[0];
  const other = best !== undefined && best.confidence >= bordersOf(turn, best.name).answerAt;
  return brought.length > 0 && (!other || saysLittleElse(turn.text, brought));
}

function ask({ action }: Chosen, { values }: Filled, turn: Turn, languages: string[]): Outcome {
  const until = turn.nowMs + action.confirmWithinMs;
  const fields = Object.entries(action.fields).flatMap(([name, { label }]) => {
    const value = values[name];
    return value === undefined ? [] : [{ label: shownText(label, languages), value }];
  });
  const parts: Part[] = [
    { type: "text", text: actionPhrases(turn.language).ask, format: "plain" },
    { type: "confirm", title: shownText(action.title, languages), fields, until },
  ];
  return { kind: "proposed", parts, action: { id: action.id, values, until } };
}

function askFor({ action, why }: Chosen, { missing }: Filled, turn: Turn, languages: string[]): Outcome {
  const fields = missing.map((name) => shownText(action.fields[name]?.label ?? name, languages)).join(", ");
  // Who asks how it is done gets the answer, and is told that it can be done for them.
  const article = why === "intent" ? turn.intentPassages[0] : undefined;
  const { needs, offer } = actionPhrases(turn.language);
  const text = fillPlaces(article === undefined ? needs : offer, { title: shownText(action.title, languages), fields });
  const parts: Part[] = [...(article === undefined ? [] : answerParts(article, turn.language)), { type: "text", text, format: "plain" }];
  return { kind: article === undefined ? "asked-for" : "answered", parts, awaits: action.id };
}

export const action: Step = {
  name: "action",
  run(turn) {
    const { site, understanding } = turn;
    if (turn.region.config.actions.length === 0) return { next: true };
    const chosen = chosenOf(turn, bordersOf(turn, understanding?.intents[0]?.name));
    if (chosen === undefined) return { next: true, note: understanding?.proposal === undefined ? undefined : "no such action" };
    const fresh = understanding?.slots ?? [];
    const said = saidIn(turn);
    const slots = [...(turn.conversation.understood?.slots ?? []), ...fresh];
    const found = fill(chosen.action, { proposed: chosen.proposed, slots, said });
    const languages = [turn.language, site.defaultLanguage];
    const note = `${chosen.action.id}, ${chosen.why}`;
    if (chosen.why === "waiting" && !isAnswer(turn, chosen.action, fresh)) return { next: true, note: `${note}: no answer to it` };
    if (found.missing.length > 0)
      return { next: false, note: `${note}: lacks ${found.missing.join(", ")}`, outcome: askFor(chosen, found, turn, languages) };
    return { next: false, note, outcome: ask(chosen, found, turn, languages) };
  },
};
