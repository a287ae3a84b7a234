/**
 * What somebody decides about gaps: approve, reject, merge, take back, attach; and the next day's look whether a gap has closed. Approved is
 * live at once: the adapters are told. Every decision is a record; nothing is deleted.
 */
import { randomUUID } from "node:crypto";
import { refusal, type Result } from "@allhours/protocol";
import type { Clock } from "../observe/clock.ts";
import type { Logger } from "../observe/logger.ts";
import { wouldAnswer } from "../pipeline/dry-run.ts";
import type { Region, Site } from "../routing/types.ts";
import type { JobDraft, Store } from "../store/store.ts";
import { MOST_QUESTIONS } from "./cluster.ts";
import { findGaps, GAP, type Detected, type Gap } from "./gaps.ts";
import type { LearnedRecord, LearnedShelf } from "./learned.ts";
import { QUESTION, redactedQuestion, type Question } from "./questions.ts";

export type GapView = Gap & { id: string; at: number };
/** `text` and `title` make an article; `articleId` alone adds the questions to one that exists. What is left out is taken from the draft. */
export type Approval = { articleId?: string | undefined; title?: string | undefined; text?: string | undefined; by?: string | undefined };
/** Of the gap's questions, how many would now be answered with its article, offered it among the buttons, or neither. */
export type Closure = {
  gapId: string;
  name: string;
  articleId: string;
  questions: number;
  answered: number;
  offered: number;
  state: "closed" | "shrinking" | "open";
};

/** A gap counts as closed when this share of its questions is answered. */
const CLOSED_AT = 0.8;
const MOST_CHECKED = 100;

export type Review = {
  list(regionId: string, status?: Gap["status"]): Promise<GapView[]>;
  run(regionId: string): Promise<Result<{ gaps: number }>>;
  approve(
    regionId: string,
    gapId: string,
    approval: Approval,
  ): Promise<Result<{ learnedId: string; articleId: string; version: number | null }>>;
  reject(regionId: string, gapId: string): Promise<Result<{ gapId: string }>>;
  merge(regionId: string, gapId: string, into: string): Promise<Result<{ gapId: string; questions: number }>>;
  /** A question somebody answered belongs to an article: one more phrasing of it. */
  attach(
    regionId: string,
    attached: { articleId: string; by?: string | undefined } & ({ questionId: string } | { text: string; language: string }),
  ): Promise<Result<{ learnedId: string }>>;
  learned(regionId: string): LearnedRecord[];
  revert(regionId: string, learnedId: string): Promise<Result<{ learnedId: string }>>;
  check(regionId: string): Promise<Result<{ gaps: Closure[] }>>;
  /** Oldest first: every question that was left to others and of which it is known what answers it, or that nothing does. */
  observed(regionId: string): Promise<Result<{ questions: { text: string; intent?: string | undefined }[] }>>;
};

export function createReview(deps: {
  store: Store;
  shelf: LearnedShelf;
  region: (id: string) => Region | undefined;
  site: (id: string) => Site | undefined;
  /** What was learnt has changed: the adapters of the region get ready again. */
  changed: (regionId: string) => Promise<void>;
  /** Jobs that tell receivers of a new gap. */
  told: (region: Region, detected: Detected, at: number) => JobDraft[];
  wakeJobs: () => void;
  clock: Pick<Clock, "now">;
  logger: Logger;
}): Review {
  const { store, shelf, clock } = deps;
  const noRegion = (id: string): Result<never> => refusal("not-found", `region: expected a region of the config, got "${id.slice(0, 63)}"`);

  async function gapOf(regionId: string, id: string): Promise<Result<GapView>> {
    const record = await store.record(GAP, regionId, id);
    if (record === undefined) return refusal("not-found", `gap: region ${regionId} has none with the id ${id.slice(0, 64)}`);
    return { ok: true, value: { ...(record.body as Gap), id, at: record.at } };
  }
  async function openGap(regionId: string, id: string): Promise<Result<GapView>> {
    const gap = await gapOf(regionId, id);
    if (gap.ok && gap.value.status !== "open") return refusal("conflict", `gap: it is ${gap.value.status} already`);
    return gap;
  }
  async function decide({ id, at, ...gap }: GapView, regionId: string, change: Partial<Gap>): Promise<void> {
    await store.putRecords([{ kind: GAP, regionId, id, at, body: { ...gap, ...change, decidedAt: clock.now() } }]);
  }
  /** The questions of a gap are done with, in whatever way. */
  async function settle(regionId: string, ids: readonly string[], change: Partial<Question>): Promise<Question[]> {
    const found = await Promise.all(ids.map(async (id) => store.record(QUESTION, regionId, id)));
    const records = found.flatMap((record) =>
      record === undefined ? [] : [{ ...record, body: { ...(record.body as Question), ...change } }],
    );
    await store.putRecords(records);
    return records.map(({ body }) => body);
  }
  async function learn(regionId: string, record: Omit<LearnedRecord, "id" | "at" | "state">): Promise<LearnedRecord> {
    const learned: LearnedRecord = { ...record, id: randomUUID(), at: clock.now(), state: "live" };
    await shelf.put(regionId, learned);
    await deps.changed(regionId);
    return learned;
  }

  return {
    async list(regionId, status = "open") {
      const records = await store.records(GAP, regionId, 0, MOST_QUESTIONS);
      return records
        .map(({ id, at, body }): GapView => ({ ...(body as Gap), id, at }))
        .filter((gap) => gap.status === status)
        .sort((one, other) => other.questionIds.length - one.questionIds.length);
    },
    async run(regionId) {
      const region = deps.region(regionId);
      if (region === undefined) return noRegion(regionId);
      const { keepDays, leastQuestions } = region.config.learning;
      const nowMs = clock.now();
      const sinceMs = nowMs - keepDays * 86_400_000;
      await store.removeRecords(QUESTION, regionId, sinceMs);
      const { logger, told } = deps;
      const found = await findGaps(region, { store, logger, nowMs, sinceMs, least: leastQuestions, languages: [], told });
      deps.wakeJobs();
      return { ok: true, value: { gaps: found.length } };
    },
    async approve(regionId, gapId, approval) {
      if (deps.region(regionId) === undefined) return noRegion(regionId);
      const found = await openGap(regionId, gapId);
      if (!found.ok) return found;
      const gap = found.value;
      const own = gap.draft.kind === "article" ? gap.draft : undefined;
      const text = approval.text ?? (approval.articleId === undefined ? own?.text : undefined);
      const asArticle = text !== undefined;
      if (asArticle && text.trim() === "") return refusal("bad-frame", "text: expected the answer; no agent has given one to take");
      const articleId = approval.articleId ?? gap.draft.articleId;
      const texts = await settle(regionId, gap.questionIds, { articleId, by: "review", gapId });
      const phrasings = [...new Set(texts.map((question) => question.text))];
      const versions = shelf.list(regionId).filter((one) => one.articleId === articleId && one.language === gap.language);
      const version = 1 + Math.max(0, ...versions.map(({ article }) => article?.version ?? 0));
      const learned = await learn(regionId, {
        articleId,
        language: gap.language,
        phrasings,
        origin: "cluster",
        gapId,
        ...(asArticle ? { article: { title: approval.title ?? own?.title ?? gap.name, text, version } } : {}),
        ...(approval.by === undefined ? {} : { by: approval.by }),
      });
      await decide(gap, regionId, { status: "approved" });
      return { ok: true, value: { learnedId: learned.id, articleId, version: asArticle ? version : null } };
    },
    async reject(regionId, gapId) {
      const found = await openGap(regionId, gapId);
      if (!found.ok) return found;
      await settle(regionId, found.value.questionIds, { gapId });
      await decide(found.value, regionId, { status: "rejected" });
      return { ok: true, value: { gapId } };
    },
    async merge(regionId, gapId, into) {
      const found = await openGap(regionId, gapId);
      if (!found.ok) return found;
      const target =
        gapId === into ? (refusal("bad-frame", "into: expected another gap") as Result<GapView>) : await openGap(regionId, into);
      if (!target.ok) return target;
      const questionIds = [...new Set([...target.value.questionIds, ...found.value.questionIds])];
      const examples = [...new Set([...target.value.examples, ...found.value.examples])].slice(0, 10);
      await decide(found.value, regionId, { status: "merged", mergedInto: into });
      const { id, at, ...body } = target.value;
      await store.putRecords([
        { kind: GAP, regionId, id, at, body: { ...body, questionIds, examples, answer: body.answer ?? found.value.answer } },
      ]);
      return { ok: true, value: { gapId: into, questions: questionIds.length } };
    },
    async attach(regionId, attached) {
      if (deps.region(regionId) === undefined) return noRegion(regionId);
      let text: string;
      let language: string;
      if ("questionId" in attached) {
        const [question] = await settle(regionId, [attached.questionId], { articleId: attached.articleId, by: "agent" });
        if (question === undefined) return refusal("not-found", `questionId: region ${regionId} has kept no such question`);
        ({ text, language } = question);
      } else {
        text = redactedQuestion(attached.text);
        language = attached.language;
      }
      if (!/\p{L}/u.test(text)) return refusal("bad-frame", "text: expected words");
      const { articleId, by } = attached;
      const learned = await learn(regionId, {
        articleId,
        language,
        phrasings: [text],
        origin: "agent",
        ...(by === undefined ? {} : { by }),
      });
      return { ok: true, value: { learnedId: learned.id } };
    },
    learned: (regionId) => shelf.list(regionId),
    async revert(regionId, learnedId) {
      const found = shelf.list(regionId).find(({ id }) => id === learnedId);
      if (found === undefined)
        return refusal("not-found", `id: region ${regionId} has learnt nothing with the id ${learnedId.slice(0, 64)}`);
      if (found.state === "reverted") return refusal("conflict", "id: it is taken back already");
      await shelf.put(regionId, { ...found, state: "reverted" });
      await deps.changed(regionId);
      return { ok: true, value: { learnedId } };
    },
    async check(regionId) {
      const region = deps.region(regionId);
      if (region === undefined) return noRegion(regionId);
      const gaps: Closure[] = [];
      for (const one of shelf.list(regionId)) {
        if (one.gapId === undefined || one.state !== "live") continue;
        const gap = await gapOf(regionId, one.gapId);
        if (!gap.ok) continue;
        const records = await Promise.all(
          gap.value.questionIds.slice(0, MOST_CHECKED).map(async (id) => store.record(QUESTION, regionId, id)),
        );
        let answered = 0;
        let offered = 0;
        let questions = 0;
        for (const record of records) {
          const question = record?.body as Question | undefined;
          const site = question === undefined ? undefined : deps.site(question.siteId);
          if (question === undefined || site === undefined) continue;
          questions += 1;
          const would = await wouldAnswer(site, region, question.text, question.language, clock.now());
          if (would.articleId === one.articleId) answered += 1;
          else if (would.offered.includes(one.articleId)) offered += 1;
        }
        if (questions === 0) continue;
        const state = answered / questions >= CLOSED_AT ? "closed" : answered + offered > 0 ? "shrinking" : "open";
        gaps.push({ gapId: one.gapId, name: gap.value.name, articleId: one.articleId, questions, answered, offered, state });
      }
      return { ok: true, value: { gaps } };
    },
    async observed(regionId) {
      if (deps.region(regionId) === undefined) return noRegion(regionId);
      const records = await store.records(QUESTION, regionId, 0, MOST_QUESTIONS);
      return { ok: true, value: { questions: records.toReversed().flatMap(({ body }) => observedOf(body as Question)) } };
    },
  };
}

/**
 * A visitor's choice, an agent's click and a review say what answers a question. Without them, one that went to a person is taken to be beside
 * the articles; one that was asked back and left says nothing, and a thumb alone says that an answer was wrong, but not how many were right.
 */
function observedOf({ text, outcome, articleId }: Question): { text: string; intent?: string | undefined }[] {
  if (articleId !== undefined) return [{ text, intent: articleId }];
  return outcome === "handed-over" || outcome === "gave-up" ? [{ text }] : [];
}
