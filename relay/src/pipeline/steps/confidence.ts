/**
 * Answer, ask back, or let the next step give up. The three zones of a region: borders.ts for intents, `passageAt` for words
 * alone. Pure but for the turn it reads.
 */
import type { Part } from "@allhours/protocol";
import type { Passage } from "../../adapters/spec.ts";
import { baseOf } from "../../adapters/words.ts";
import { bordersOf, raisedFor } from "../borders.ts";
import { languageName, phrasesFor } from "../phrases.ts";
import { OPTION_ARTICLE, OPTION_NONE } from "./knowledge.ts";
import type { Step, Turn } from "../turn.ts";

/** At most this many articles are offered when asking back: what one can read at a glance. */
const ASK_AT_MOST = 3;

type SourceItem = Extract<Part, { type: "sources" }>["items"][number];

function noteOf(passage: Passage, language: string): Part[] {
  if (baseOf(passage.language) === baseOf(language)) return [];
  return [{ type: "text", text: phrasesFor(language).onlyIn(languageName(passage.language, language)), format: "plain" }];
}

function sourceOf({ articleId: id, title, language, url, updatedAt }: Passage): SourceItem {
  return { id, title, language, ...(url === undefined ? {} : { url }), ...(updatedAt === undefined ? {} : { updatedAt }) };
}

/** `language`: the visitor's. Who gets an answer in another is told so in his own. */
export function answerParts(passage: Passage, language: string): Part[] {
  return [
    ...noteOf(passage, language),
    { type: "text", text: passage.text, format: "markdown" },
    { type: "sources", items: [sourceOf(passage)] },
  ];
}

/** Each answer under its title, the sources together at the end. */
function severalParts(passages: readonly Passage[], language: string): Part[] {
  return [
    ...passages.flatMap((passage): Part[] => [
      ...noteOf(passage, language),
      { type: "text", text: `**${passage.title}**\n\n${passage.text}`, format: "markdown" },
    ]),
    { type: "sources", items: passages.map(sourceOf) },
  ];
}

/** Articles that answer the wishes of one message; fewer than two when it has one, or when one of them is not sure enough. */
export function severalAnswers(turn: Pick<Turn, "understanding" | "severalPassages" | "region" | "nowMs">): Passage[] {
  const sure = turn.understanding?.several?.every(({ name, confidence: sureness }) => sureness >= bordersOf(turn, name).answerAt) ?? false;
  return sure
    ? turn.severalPassages.filter(({ articleId }, place, all) => all.findIndex((one) => one.articleId === articleId) === place)
    : [];
}

/** Which passage is the answer, and why; `undefined` when none is sure enough. */
export function chooseAnswer(
  turn: Pick<Turn, "understanding" | "passages" | "intentPassages" | "region" | "optionId" | "nowMs">,
): { passage: Passage; why: string } | undefined {
  const article = turn.intentPassages[0];
  if (turn.optionId !== undefined) return article === undefined ? undefined : { passage: article, why: "chosen" };
  if (turn.understanding?.denied === true) return undefined;
  const intent = turn.understanding?.intents[0];
  const passage = turn.passages[0];
  const { answerAt, askAt } = bordersOf(turn, intent?.name);
  const { passageAt } = turn.region.config;
  if (intent !== undefined && article !== undefined) {
    if (intent.confidence >= answerAt) return { passage: article, why: "intent" };
    // Two weak witnesses that name the same article are one good one, but for a topic whose bar was raised.
    const raised = raisedFor(turn, intent.name) > 0;
    if (!raised && intent.confidence >= askAt && passage?.articleId === article.articleId && passage.score >= passageAt * 0.6)
      return { passage: article, why: "both" };
  }
  if (passage !== undefined && passage.score >= Math.max(passageAt, raisedFor(turn, passage.articleId))) return { passage, why: "passage" };
  return undefined;
}

/** An intent far below `askAt` is offered only beside a better one, and not below this share of it. */
const BESIDE = 0.25;

/** Articles worth offering, best first, each once. */
export function candidates(turn: Pick<Turn, "understanding" | "passages" | "intentPassages" | "region" | "nowMs">): Passage[] {
  const { passageAt } = turn.region.config;
  const { askAt } = bordersOf(turn);
  const intents = turn.understanding?.intents ?? [];
  const likely =
    (intents[0]?.confidence ?? 0) >= askAt
      ? turn.intentPassages.filter((_, index) => (intents[index]?.confidence ?? 0) >= askAt * BESIDE)
      : [];
  const found = turn.passages.filter((passage) => passage.score >= passageAt * 0.55);
  const list: Passage[] = [];
  for (const passage of [likely[0], found[0], ...likely.slice(1), ...found.slice(1)]) {
    if (passage !== undefined && !list.some((other) => other.articleId === passage.articleId)) list.push(passage);
  }
  return list.slice(0, ASK_AT_MOST);
}

export const confidence: Step = {
  name: "confidence",
  run(turn) {
    const several = severalAnswers(turn);
    if (several.length > 1)
      return { next: false, note: `${several.length} wishes`, outcome: { kind: "answered", parts: severalParts(several, turn.language) } };
    const answer = chooseAnswer(turn);
    if (answer !== undefined)
      return { next: false, note: answer.why, outcome: { kind: "answered", parts: answerParts(answer.passage, turn.language) } };
    if (turn.optionId !== undefined) return { next: true, note: "choice without an article" };
    const offered = candidates(turn);
    if (offered.length === 0) return { next: true, note: "unsure" };
    const phrases = phrasesFor(turn.language);
    const parts: Part[] = [
      { type: "text", text: phrases.askBack, format: "plain" },
      {
        type: "choices",
        options: [
          ...offered.map((passage) => ({ id: `${OPTION_ARTICLE}${passage.articleId}`, label: passage.title })),
          { id: OPTION_NONE, label: phrases.noneOfThese },
        ],
      },
    ];
    return {
      next: false,
      note: `${offered.length} offered${turn.understanding?.denied === true ? ", denied" : ""}`,
      outcome: { kind: "asked-back", parts },
    };
  },
};
