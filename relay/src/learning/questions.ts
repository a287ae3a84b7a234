/**
 * Questions the assistant could not answer, kept for the night. Owns what is kept of one: its words without numbers and addresses, never who
 * asked. Written with the commit that ends the turn, so that neither is there without the other.
 */
import { textOf, type DurableEvent } from "@allhours/protocol";
import { asksForPerson } from "../adapters/nlu/person-phrases.ts";
import { smallTalkOf } from "../adapters/nlu/small-talk.ts";
import type { Outcome, Turn } from "../pipeline/turn.ts";
import type { StoreRecord } from "../store/store.ts";

export const QUESTION = "question";

/** Body of a question's record; its id is that of the visitor's message. */
export type Question = {
  text: string;
  /** BCP 47. */
  language: string;
  siteId: string;
  conversationId: string;
  outcome: "gave-up" | "asked-back" | "handed-over" | "thumbs-down";
  /** The article that turned out to answer it, and who said so. */
  articleId?: string | undefined;
  by?: "visitor" | "agent" | "review" | undefined;
  /** The gap it was looked at with; it does not come back in another. */
  gapId?: string | undefined;
};

const MAX_CHARS = 500;
/** Order numbers, telephone numbers, card numbers: whatever a person could be found by. */
const numbers = /[+(]{0,2}\p{N}[\p{N} ()./-]{2,60}\p{N}/gu;
/** Fewer digits are a count or a size, and nobody's. */
const LEAST_DIGITS = 4;
const addresses = /[^\s@]{1,64}@[^\s@]{1,255}/gu;

/** Without numbers and addresses, in one line, at most 500 characters. */
export function redactedQuestion(text: string): string {
  return text
    .slice(0, MAX_CHARS * 2)
    .replaceAll(addresses, "[address]")
    .replaceAll(numbers, (found) => ((found.match(/\p{N}/gu) ?? []).length < LEAST_DIGITS ? found : "[number]"))
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, MAX_CHARS);
}

/** What the end of a turn leaves to learn from; nothing of what was answered, of buttons, and of who asks for a person right away. */
export function questionOf(turn: Turn, outcome: Pick<Outcome, "kind" | "handoff">): StoreRecord[] {
  if (turn.optionId !== undefined) return chosenOf(turn);
  const kept: Question["outcome"] | undefined =
    outcome.kind === "gave-up" || outcome.kind === "asked-back"
      ? outcome.kind
      : outcome.handoff?.reason === "bot-gave-up"
        ? "handed-over"
        : undefined;
  const text = redactedQuestion(turn.text);
  if (kept === undefined || !/\p{L}/u.test(text)) return [];
  const { siteId, id: conversationId } = turn.conversation;
  const body: Question = { text, language: turn.language, siteId, conversationId, outcome: kept };
  return [{ kind: QUESTION, regionId: turn.region.id, id: turn.id, at: turn.nowMs, body }];
}

/** Of what a visitor wrote, the last that may be a question: not "I want a person", not thanks. `undefined`: none may. */
export function lastQuestion<Message extends { text: string }>(messages: readonly Message[]): Message | undefined {
  return messages.findLast(({ text }) => mayBeQuestion(text));
}
export function mayBeQuestion(text: string): boolean {
  return /\p{L}/u.test(text) && !asksForPerson(text) && smallTalkOf(text) === undefined;
}

const ARTICLE = "article:";

/** A visitor who chose one of the buttons has said what his question meant. */
function chosenOf(turn: Turn): StoreRecord[] {
  if (turn.optionId?.startsWith(ARTICLE) !== true) return [];
  const asked = turn.history.findLast((event) => isMessage(event) && event.message.parts.some((part) => part.type === "choices"));
  const questionId = asked !== undefined && isMessage(asked) ? asked.message.inReplyTo : undefined;
  const question = turn.history.find((event) => isMessage(event) && event.message.id === questionId);
  if (questionId === undefined || question === undefined || !isMessage(question)) return [];
  const body: Question = {
    text: redactedQuestion(textOf(question.message.parts)),
    language: question.message.language ?? turn.language,
    siteId: turn.conversation.siteId,
    conversationId: turn.conversation.id,
    outcome: "asked-back",
    articleId: turn.optionId.slice(ARTICLE.length),
    by: "visitor",
  };
  return [{ kind: QUESTION, regionId: turn.region.id, id: questionId, at: question.at, body }];
}

function isMessage(event: DurableEvent): event is Extract<DurableEvent, { type: "message-added" }> {
  return event.type === "message-added";
}
