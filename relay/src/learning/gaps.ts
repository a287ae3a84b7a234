/**
 * The night's work: what went unanswered is put together, named, held against the articles there are and what agents said, and drafted. Writes
 * gaps for somebody to look at; changes nothing a visitor sees.
 */
import { createHash } from "node:crypto";
import { textOf } from "@allhours/protocol";
import type { KnowledgeQuery } from "../adapters/spec.ts";
import type { Logger } from "../observe/logger.ts";
import type { Region } from "../routing/types.ts";
import type { JobDraft, Store, StoreRecord } from "../store/store.ts";
import { clusterQuestions, MOST_QUESTIONS } from "./cluster.ts";
import { QUESTION, type Question } from "./questions.ts";

export const GAP = "gap";

/** Body of a gap's record. */
export type Gap = {
  status: "open" | "approved" | "rejected" | "merged";
  /** The most typical question. */
  name: string;
  language: string;
  terms: string[];
  questionIds: string[];
  /** At most ten, the most typical first. */
  examples: string[];
  nearest?: { articleId: string; title: string; score: number } | undefined;
  /** What an agent answered to one of them. */
  answer?: string | undefined;
  /** `phrasing`: the nearest article answers it and lacks the words. `article`: there is none. */
  draft: { kind: "phrasing"; articleId: string } | { kind: "article"; articleId: string; title: string; text: string };
  decidedAt?: number | undefined;
  mergedInto?: string | undefined;
};

const EXAMPLES = 10;
/** Members asked for an agent's answer. */
const ANSWERS_OF = 8;
/** Entries after a question in which an agent's answer to it is looked for. */
const ENTRIES_AFTER = 60;
/** At or above this the nearest article is taken to be about the same. */
const SAME_SUBJECT = 0.45;
const MAX_ANSWER = 4_000;

/** A gap that was not there the night before, by ids and counts alone; `conversationId` and `siteId` are of its most typical question. */
export type Detected = {
  conversationId: string;
  siteId: string;
  gapId: string;
  language: string;
  questions: number;
  draft: Gap["draft"]["kind"];
};

type Found = { id: string; gap: Gap; /** The question that names it. */ typical: Question };
type Asked = { id: string; at: number; question: Question };

/** Gives the gaps it wrote, largest first. Rejects with `StoreError`; running it again finds the same. */
export async function findGaps(
  region: Region,
  deps: {
    store: Store;
    logger: Logger;
    nowMs: number;
    sinceMs: number;
    least: number;
    languages: readonly string[];
    /** Jobs that tell of a new gap; written with it. */
    told: (region: Region, detected: Detected, at: number) => JobDraft[];
  },
): Promise<Found[]> {
  const { store, nowMs } = deps;
  const kept = await store.records(QUESTION, region.id, deps.sinceMs, MOST_QUESTIONS);
  const open = kept.flatMap(({ id, at, body }): Asked[] => {
    const question = body as Question;
    return question.articleId === undefined && question.gapId === undefined ? [{ id, at, question }] : [];
  });
  const found: Found[] = [];
  for (const language of new Set(open.map(({ question }) => question.language))) {
    const asked = open.filter(({ question }) => question.language === language);
    for (const { members, terms } of clusterQuestions(
      asked.map(({ question }) => question.text),
      { least: deps.least },
    )) {
      const group = members.map((place) => asked[place]!);
      found.push(await gapOf(region, group, language, terms, deps));
    }
  }
  // What visitors chose among the buttons says what they meant; it is worth a look before it is learnt.
  const chosen = kept.flatMap(({ id, at, body }): Asked[] => {
    const question = body as Question;
    return question.by === "visitor" && question.gapId === undefined ? [{ id, at, question }] : [];
  });
  for (const key of new Set(chosen.map(topicOf))) {
    const group = chosen.filter((one) => topicOf(one) === key);
    const { articleId, language } = group[0]!.question;
    if (group.length < deps.least || articleId === undefined) continue;
    const one = await gapOf(region, group, language, [], deps);
    found.push({ ...one, gap: { ...one.gap, draft: { kind: "phrasing", articleId } } });
  }
  found.sort((one, other) => other.gap.questionIds.length - one.gap.questionIds.length);
  // Yesterday's open ones are in today's, or were answered.
  const before = (await store.records(GAP, region.id, 0, MOST_QUESTIONS)).filter(({ body }) => (body as Gap).status === "open");
  const gone = before.filter(({ id }) => !found.some((one) => one.id === id));
  const recordOf = ({ id, gap }: Found): StoreRecord => ({ kind: GAP, regionId: region.id, id, at: nowMs, body: gap });
  // One that has only grown has another id, and is nobody's news.
  const counted = new Set(before.flatMap(({ body }) => (body as Gap).questionIds));
  const fresh = found.flatMap((one) => {
    if (one.gap.questionIds.some((id) => counted.has(id))) return [];
    const { language, questionIds, draft } = one.gap;
    const { conversationId, siteId } = one.typical;
    const detected: Detected = { conversationId, siteId, gapId: one.id, language, questions: questionIds.length, draft: draft.kind };
    const jobs = deps.told(region, detected, nowMs);
    return jobs.length === 0 ? [] : [{ one, conversationId, jobs }];
  });
  await store.putRecords([
    ...gone.map((record) => ({ ...record, body: { ...(record.body as Gap), status: "merged" as const, decidedAt: nowMs } })),
    ...found.filter((one) => !fresh.some((told) => told.one === one)).map(recordOf),
  ]);
  for (const { one, conversationId, jobs } of fresh)
    await store.append({ conversationId, entries: [], at: nowMs, records: [recordOf(one)], jobs });
  deps.logger.info({ region: region.id, questions: open.length, gaps: found.length, told: fresh.length }, "gaps");
  return found;
}

function topicOf({ question }: Asked): string {
  return `${question.articleId ?? ""} ${question.language}`;
}

async function gapOf(
  region: Region,
  group: readonly Asked[],
  language: string,
  terms: string[],
  deps: { store: Store; nowMs: number; languages: readonly string[] },
): Promise<Found> {
  const name = group[0]!.question.text;
  const nearest = await nearestOf(region, name, language, deps);
  const answer = await answerOf(group, deps.store);
  const draft: Gap["draft"] =
    nearest !== undefined && nearest.score >= SAME_SUBJECT
      ? { kind: "phrasing", articleId: nearest.articleId }
      : { kind: "article", articleId: idFrom(terms, name), title: name, text: answer ?? "" };
  const ids = group.map(({ id }) => id);
  return {
    id: createHash("sha256")
      .update([...ids].sort().join("\n"))
      .digest("hex")
      .slice(0, 16),
    typical: group[0]!.question,
    gap: {
      status: "open",
      name,
      language,
      terms,
      questionIds: ids,
      examples: [...new Set(group.map(({ question }) => question.text))].slice(0, EXAMPLES),
      ...(nearest === undefined ? {} : { nearest }),
      ...(answer === undefined ? {} : { answer }),
      draft,
    },
  };
}

async function nearestOf(
  region: Region,
  text: string,
  language: string,
  { nowMs, languages }: { nowMs: number; languages: readonly string[] },
): Promise<Gap["nearest"]> {
  const query: KnowledgeQuery = { text, language, fallbackLanguages: [...languages], intents: [], limit: 1, at: nowMs };
  const found = await region.knowledge.call((adapter, signal) => adapter.search(query, signal)).catch(() => undefined);
  const best = found?.value[0];
  return best === undefined ? undefined : { articleId: best.articleId, title: best.title, score: Math.round(best.score * 1_000) / 1_000 };
}

/** The first words of a person after one of the questions, of the most typical one that has any. */
async function answerOf(group: readonly Asked[], store: Store): Promise<string | undefined> {
  for (const { id, question } of group.slice(0, ANSWERS_OF)) {
    const place = await store.placeOf(question.conversationId, id);
    if (place === undefined) continue;
    const entries = await store.entriesAfter(question.conversationId, place.seq, ENTRIES_AFTER);
    for (const { event } of entries) {
      if (event.type !== "message-added" || event.message.author.kind !== "agent") continue;
      const said = textOf(event.message.parts).trim();
      // "Hi, I'm Inês" is no answer.
      if (said.length >= 20) return said.slice(0, MAX_ANSWER);
    }
  }
  return undefined;
}

/** Letters, digits and dashes, as article ids are. */
function idFrom(terms: readonly string[], name: string): string {
  const slug = terms
    .slice(0, 3)
    .join("-")
    .normalize("NFKD")
    .replaceAll(/[^a-zA-Z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .toLowerCase();
  const tail = createHash("sha256").update(name).digest("hex").slice(0, 6);
  return slug === "" ? `learnt-${tail}` : `${slug.slice(0, 60)}-${tail}`;
}
