/**
 * The expert tier as the visitor meets it: where no team can answer, they are asked whether a service may be, and shown exactly what it would get.
 * The case stays a ticket all the while. What follows their consent is expert-jobs.ts's; the record of it all is consultations.ts's.
 */
import { CONSENT, textOf, type Part, type VisitorPart } from "@allhours/protocol";
import { mayBeQuestion, redactedQuestion } from "../learning/questions.ts";
import { phrasesFor } from "../pipeline/phrases.ts";
import { hasSkill } from "../routing/tiers.ts";
import { speaks } from "../routing/languages.ts";
import type { Expert, Region } from "../routing/types.ts";
import type { Route } from "../store/store.ts";
import { botMessage, modeChange, RANKS, topicsOf, type Change } from "./cases.ts";
import { CONSULTATION, consultationOf, spentOf, type Consultation } from "./consultations.ts";
import { expertJobsOf, expertSignal, SOLVED, WAIT, type ExpertAsk } from "./expert-jobs.ts";
import { derivedId } from "./ids.ts";
import type { ConversationDeps, Place } from "./place.ts";

/** What is passed on at most: the last of the visitor's questions, and their length together. */
const MOST_MESSAGES = 3;
const MOST_CHARS = 1_000;
/** Entries in which they are looked for. */
const LOOK_BACK = 50;

export function createExperts(deps: Pick<ConversationDeps, "store" | "serial" | "clock">) {
  /** What would be passed on; empty when the visitor has asked nothing yet. `more`: of a message that is not in the log yet. */
  async function questionOf(conversationId: string, more: string | undefined): Promise<string> {
    const entries = await deps.store.entriesBefore(conversationId, Number.MAX_SAFE_INTEGER, LOOK_BACK);
    const written = entries.flatMap(({ event }) =>
      event.type === "message-added" && event.message.author.kind === "visitor" ? [textOf(event.message.parts)] : [],
    );
    const asked = [...written, ...(more === undefined ? [] : [more])].filter(mayBeQuestion).map(redactedQuestion);
    return [...new Set(asked)].slice(-MOST_MESSAGES).join("\n").slice(-MOST_CHARS);
  }

  async function isAffordable(region: Region, { id, config }: Expert): Promise<boolean> {
    if (config.maxCostPerDay === undefined) return true;
    return (await spentOf(deps.store, region.id, id, deps.clock.now())) + (config.maxCost ?? 0) <= config.maxCostPerDay;
  }

  /** The first that fits and was not tried. */
  async function expertFor({ room, region }: Place, tried: readonly string[]): Promise<Expert | undefined> {
    const { language, caseRank } = room.conversation;
    // Who is in danger is not asked for consent: somebody is called.
    if (caseRank === RANKS.critical) return undefined;
    for (const expert of region.experts) {
      const { languages, skills } = expert.config;
      if (tried.includes(expert.id)) continue;
      if (languages !== undefined && !speaks({ languages }, language)) continue;
      if (skills !== undefined && !hasSkill({ skills }, topicsOf(room))) continue;
      if (await isAffordable(region, expert)) return expert;
    }
    return undefined;
  }

  /**
   * Adds the question for consent to what is written as a case becomes a ticket, or an expert had no answer. `route` is the one that is written.
   * Nothing is added where no expert fits, or the visitor has asked nothing yet. Called in the conversation's queue.
   */
  async function offer(place: Place, caseId: string, route: Route, change: Change, more?: string): Promise<Change> {
    const plain: Change = { ...change, patch: { ...change.patch, route } };
    const { room, site, region } = place;
    if (region.experts.length === 0 || (route.expert !== undefined && route.expert.state !== "over")) return plain;
    const { id: conversationId, language, siteId } = room.conversation;
    const tried = route.expert?.tried ?? [];
    const question = await questionOf(conversationId, more);
    const expert = question === "" ? undefined : await expertFor(place, tried);
    if (expert === undefined) return plain;
    const { name, privacyUrl, withinMs } = expert.config;
    const id = derivedId(caseId, "expert", expert.id);
    const messageId = derivedId(id, "consent");
    const parts: Part[] = [
      { type: "text", text: phrasesFor(language).expertOffer(name), format: "plain" },
      { type: "consent", to: { name, ...(privacyUrl === undefined ? {} : { privacyUrl }) }, text: question, withinMs },
    ];
    const topic = topicsOf(room)[0];
    const rest = { state: "asked", conversationId, siteId, caseId, expertId: expert.id, question, language } as const;
    const body: Consultation = topic === undefined ? rest : { ...rest, topic };
    const asked: ExpertAsk = { id, expertId: expert.id, messageId, state: "asked", tried: [...tried, expert.id] };
    return {
      ...change,
      entries: [...change.entries, botMessage(messageId, site, language, parts)],
      patch: { ...change.patch, route: { ...route, expert: asked } },
      records: [...(change.records ?? []), { kind: CONSULTATION, regionId: region.id, id, at: deps.clock.now(), body }],
    };
  }

  /**
   * What a message of a visitor who waits means for the consultation: consent, a refusal, what they make of the answer; or the question itself, where
   * a person was asked for before it. Adds to what the message writes. Called in the conversation's queue.
   */
  async function withMessage(place: Place, change: Change, parts: readonly VisitorPart[]): Promise<Change> {
    const { route, caseId, mode } = place.room.conversation;
    if (mode !== "queued" || caseId === undefined || route === undefined) return change;
    const asked = route.expert;
    const choice = parts.find((part) => part.type === "choice" && part.messageId === asked?.messageId);
    if (choice?.type === "choice" && asked !== undefined) return chosen(place, change, route, asked, choice.optionId);
    return route.tier === "ticket" && asked === undefined ? offer(place, caseId, route, change, textOf(parts)) : change;
  }

  async function chosen(place: Place, change: Change, route: Route, asked: ExpertAsk, optionId: string): Promise<Change> {
    const { room, site, region } = place;
    const { language } = room.conversation;
    const known = await consultationOf(deps.store, region.id, asked.id);
    if (known === undefined) return change;
    const nowMs = deps.clock.now();
    const phrases = phrasesFor(language);
    const say = (ordinal: string, text: string): Change["entries"][number] =>
      botMessage(derivedId(asked.id, ordinal), site, language, [{ type: "text", text, format: "plain" }]);
    const write = (state: ExpertAsk["state"], body: Partial<Consultation>, more: Partial<Change> = {}): Change => ({
      ...change,
      ...more,
      entries: [...change.entries, ...(more.entries ?? [])],
      jobs: [...(change.jobs ?? []), ...(more.jobs ?? [])],
      signals: [...(change.signals ?? []), ...(more.signals ?? [])],
      patch: { ...change.patch, route: { ...route, expert: { ...asked, state } }, ...more.patch },
      records: [{ ...known, ...(body.consentAt === undefined ? {} : { at: nowMs }), body: { ...known.body, ...body } }],
    });
    const expert = region.experts.find(({ id }) => id === asked.expertId);
    if (asked.state === "asked" && optionId === CONSENT.no)
      return write("over", { state: "refused", endedAt: nowMs }, { entries: [say("refused", phrases.expertRefused)] });
    if (asked.state === "asked" && optionId === CONSENT.yes && expert !== undefined) {
      const { name, withinMs, maxCost, currency } = expert.config;
      const agreed = { state: "consulting", consentAt: nowMs, until: nowMs + withinMs, reserved: maxCost, currency } as const;
      // Two visitors must not both take what is left of the day's money: what may be spent is written before the next one looks.
      const granted = await deps.serial.run(`experts ${region.id}`, async () => {
        if (!(await isAffordable(region, expert))) return false;
        await deps.store.putRecords([{ ...known, at: nowMs, body: { ...known.body, ...agreed } }]);
        return true;
      });
      if (!granted) return write("over", { state: "too-costly", endedAt: nowMs }, { entries: [say("none", phrases.expertNone(name))] });
      return write("consulting", agreed, {
        entries: [say("said", phrases.expertAsked(name))],
        jobs: expertJobsOf(room.conversation.id, asked.id, agreed.until),
        signals: [expertSignal("expert.asked", asked, known.body.caseId)],
      });
    }
    if (asked.state === "answered" && optionId === WAIT) return write("over", { solved: false });
    if (asked.state === "answered" && optionId === SOLVED) {
      const closed = modeChange(room, site, { type: "cancel" }, { id: derivedId(asked.id, "solved"), reason: "expert-answered", nowMs });
      if ("change" in closed) return write("over", { solved: true }, closed.change);
    }
    return change;
  }

  return { offer, withMessage };
}
export type Experts = ReturnType<typeof createExperts>;
