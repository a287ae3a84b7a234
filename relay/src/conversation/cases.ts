/**
 * Cases: what is written when a conversation goes to a person and comes back. Pure builders of append requests, and the jobs that
 * tell the desk; handle.ts, turns.ts and desk.ts commit them.
 */
import { newId, type Agent, type CaseId, type Part } from "@allhours/protocol";
import { phrasesFor, spokenTime } from "../pipeline/phrases.ts";
import type { HandoffReason, Priority } from "../pipeline/turn.ts";
import { triageOf, type Category } from "../pipeline/urgency/triage.ts";
import type { Region, Site } from "../routing/types.ts";
import { isAnybodyOnDuty, promiseFor } from "../routing/tiers.ts";
import type { AppendRequest, JobDraft, Route, Store } from "../store/store.ts";
import { alertJobs, asideKey, closing, handoffJob, promiseJob, timersOf } from "./case-jobs.ts";
import { derivedId } from "./ids.ts";
import type { Signal } from "./webhooks.ts";
import { changeMode, type ModeAction, type ModeResult } from "./mode.ts";
import type { Room } from "./rooms.ts";

export type Change = Omit<AppendRequest, "conversationId" | "at"> & {
  /** For receivers of webhooks: what has no entry of its own. */
  signals?: Signal[] | undefined;
};

export function botMessage(id: string, site: Site, language: string, parts: Part[], inReplyTo?: string): Change["entries"][number] {
  return {
    id,
    event: {
      type: "message-added",
      message: { id, author: { kind: "bot", name: site.name }, parts, language, ...(inReplyTo === undefined ? {} : { inReplyTo }) },
    },
  };
}

/** In the queue; a higher one comes first. */
export const RANKS: Readonly<Record<Priority, number>> = { normal: 0, high: 1, critical: 2 };
export function priorityOf(rank: number | undefined): Priority {
  return rank === RANKS.critical ? "critical" : rank === RANKS.high ? "high" : "normal";
}
/** Waiting cases that are looked at in one go, and counted for a promise. */
export const MOST_WAITING = 1_000;
/** What a conversation has of a case once it is closed. */
const CLOSED = { deskId: undefined, teamId: undefined, caseAt: undefined, caseRank: undefined, route: undefined } as const;

/** Topics a team may have the skill for. */
export function topicsOf(room: Room): string[] {
  const intent = room.conversation.understood?.intent;
  return intent === undefined ? [] : [intent];
}

/** Cases that wait before a new one, where nobody is at work and a promise counts them; else 0, which costs nothing to find. */
export async function waitingFor(
  store: Pick<Store, "casesIn">,
  region: Region,
  { language, nowMs }: { language: string; nowMs: number },
): Promise<number> {
  return isAnybodyOnDuty(region.rota, language, nowMs) ? 0 : (await store.casesIn(region.id, "queued", MOST_WAITING)).length;
}
/** Of a case that nobody has been asked about. */
export function firstRoute(since: number): Route {
  return { tier: "ticket", offer: 0, jobId: "", passed: [], since };
}
/** By when a person answers, Unix milliseconds. */
export function promised(
  region: Region,
  asked: { language: string; nowMs: number; waiting?: number | undefined; onDuty: boolean },
): number {
  const { language, nowMs: at, waiting: ahead = 0, onDuty } = asked;
  const { handlingMs, replyWithinMs } = region.config;
  return promiseFor(region.rota, { language, at, ahead, handlingMs, replyWithinMs, onDuty });
}
function asleepWords(ask: { reason: HandoffReason; language: string }, by: string): string[] {
  const phrases = phrasesFor(ask.language);
  return [...(ask.reason === "urgent" ? [phrases.urgent] : []), phrases.asleep(by)];
}

export function promiseSignal(type: "promise.made" | "promise.kept" | "promise.broken", caseId: string, promisedAt: number): Signal {
  return { type, key: `${caseId} ${promisedAt}`, data: { caseId, promisedAt: new Date(promisedAt).toISOString() } };
}
function redFlag(key: string, caseId: string | undefined, category: Category | undefined): Signal {
  return { type: "triage.red_flag", key, data: { caseId, category } };
}

const spoken: Record<HandoffReason, "gettingPerson" | "gaveUp" | "urgent"> = {
  "visitor-asked": "gettingPerson",
  "bot-gave-up": "gaveUp",
  urgent: "urgent",
};

/** The entry that a request for a person writes when it opens a case: whether it did is known for good. */
export function caseEntryId(requestId: string): string {
  return derivedId(requestId, "mode");
}

/**
 * Opens a case, or says that one is open. `requestId` makes it idempotent: entry ids follow from it. Without a desk in the region
 * nothing is opened, and the visitor is told in words.
 */
export function openCase(
  room: Room,
  site: Site,
  region: Region,
  ask: {
    requestId: string;
    reason: HandoffReason;
    priority: Priority;
    language: string;
    nowMs: number;
    inReplyTo?: string | undefined;
    category?: Category | undefined;
    /** Follows the house's words. */
    guidance?: Part[] | undefined;
    /** Cases that wait already; default none. A promise counts them. */
    waiting?: number | undefined;
  },
): Change {
  const phrases = phrasesFor(ask.language);
  const say = (words: readonly string[], ordinal: string): Change["entries"][number] =>
    botMessage(
      derivedId(ask.requestId, ordinal),
      site,
      ask.language,
      [{ type: "text", text: words.join(" "), format: "plain" }, ...(ask.guidance ?? [])],
      ask.inReplyTo,
    );
  const first = ask.reason === "urgent" ? [ask.category === "self-harm" ? phrases.selfHarm : phrases.emergency] : [];
  const alert = (caseId?: string): JobDraft[] =>
    ask.priority === "critical" ? alertJobs(room, region, { ...ask, ...(caseId === undefined ? {} : { caseId }) }) : [];
  if (region.desks.length === 0) {
    const signals = ask.priority === "critical" ? [redFlag(ask.requestId, undefined, ask.category)] : [];
    return { entries: [say([...first, phrases.noDesk], "no-desk")], jobs: alert(), signals };
  }
  const caseId = newId<CaseId>(ask.nowMs);
  const result = changeMode(room.conversation, { type: "request", caseId });
  if (!result.ok || result.unchanged) return { entries: [] };
  const entryId = caseEntryId(ask.requestId);
  const { id: conversationId, timezone } = room.conversation;
  const promisedAt = isAnybodyOnDuty(region.rota, ask.language, ask.nowMs) ? undefined : promised(region, { ...ask, onDuty: false });
  const words =
    promisedAt === undefined ? [phrases[spoken[ask.reason]]] : asleepWords(ask, spokenTime(promisedAt, ask.language, timezone, ask.nowMs));
  const route: Route = { ...firstRoute(ask.nowMs), promisedAt };
  return {
    entries: [
      { id: entryId, event: { type: "mode-changed", mode: "queued", reason: ask.reason, caseId } },
      say([...words, ...first], "said"),
    ],
    patch: {
      mode: "queued",
      caseId,
      agent: undefined,
      deskId: undefined,
      teamId: undefined,
      caseAt: ask.nowMs,
      caseRank: RANKS[ask.priority],
      route,
      giveUps: 0,
      language: ask.language,
    },
    jobs: [
      handoffJob({
        conversationId,
        caseId,
        type: "offered",
        entryId,
        reason: ask.reason,
        priority: ask.priority,
        at: ask.nowMs,
      }),
      ...(promisedAt === undefined ? [] : [promiseJob(conversationId, caseId, promisedAt)]),
      ...alert(caseId),
    ],
    signals: [
      ...(promisedAt === undefined ? [] : [promiseSignal("promise.made", caseId, promisedAt)]),
      ...(ask.priority === "critical" ? [redFlag(ask.requestId, caseId, ask.category)] : []),
    ],
  };
}

/** A visitor's message while a person serves, or is awaited: stored, and told to the desk; a critical one of who waits pages somebody. */
export function messageForDesk(room: Room, region: Region, entry: Change["entries"][number], text: string, nowMs: number): Change {
  const { id: conversationId, caseId, deskId, mode, language } = room.conversation;
  if (caseId === undefined) return { entries: [entry] };
  // Who is served already is heard; who still waits is not.
  const { priority, category } = mode === "queued" ? triageOf(text) : { priority: "normal" as const, category: undefined };
  const rank = RANKS[priority];
  return {
    entries: [entry],
    ...(rank > (room.conversation.caseRank ?? 0) ? { patch: { caseRank: rank } } : {}),
    ...(priority === "critical" ? { signals: [redFlag(entry.id, caseId, category)] } : {}),
    jobs: [
      handoffJob({ conversationId, caseId, type: "message", entryId: entry.id, reason: "", priority: "normal", deskId, at: nowMs }),
      ...(priority === "critical" ? alertJobs(room, region, { requestId: entry.id, caseId, category, language, nowMs }) : []),
    ],
  };
}

/** What a mode change writes. `id` names its entries; `refused` carries the machine's answer. */
export function modeChange(
  room: Room,
  site: Site,
  action: Exclude<ModeAction, { type: "request" }>,
  details: { id: string; reason: string; nowMs: number; agent?: Agent | undefined; retryOfferAt?: number | undefined },
): { change: Change; unchanged: boolean } | { refused: Extract<ModeResult, { ok: false }> } {
  const before = room.conversation;
  const result = changeMode(before, action);
  if (!result.ok) return { refused: result };
  if (result.unchanged) return { change: { entries: [] }, unchanged: true };
  const { mode, caseId, agent } = result.state;
  const entries: Change["entries"] = [];
  const jobs: JobDraft[] = [];
  const modeId = derivedId(details.id, "mode");
  const leaver = action.type === "take-over" ? before.agent : (details.agent ?? before.agent);
  if (before.mode === "agent" && leaver !== undefined)
    entries.push({ id: derivedId(details.id, "left"), event: { type: "agent-presence", agent: leaver, state: "left" } });
  entries.push({
    id: modeId,
    event: {
      type: "mode-changed",
      mode,
      reason: details.reason,
      ...(caseId === undefined ? {} : { caseId }),
      ...(agent === undefined ? {} : { agent }),
    },
  });
  if (mode === "agent" && agent !== undefined)
    entries.push({ id: derivedId(details.id, "joined"), event: { type: "agent-presence", agent, state: "joined" } });
  if (action.type === "leave" && caseId !== undefined) {
    jobs.push(
      handoffJob({
        conversationId: before.id,
        caseId,
        type: "offered",
        entryId: modeId,
        reason: details.reason,
        priority: "high",
        at: details.nowMs,
      }),
    );
  }
  const cancelJobs =
    before.caseId !== undefined && mode === "agent" ? timersOf(before.caseId, before.route, { lease: true, promise: false }) : [];
  const ending = action.type === "cancel" ? { entryId: modeId, reason: details.reason, at: details.nowMs } : undefined;
  const closed = before.caseId !== undefined && caseId === undefined ? closing(before, before.caseId, ending) : undefined;
  // The desk that is left may be down: what it is still owed does not hold up who is asked next, and is in their transcript.
  const { deskId } = before;
  const left =
    action.type === "leave" && deskId !== undefined
      ? { moveJobs: { from: before.id, to: asideKey(before.id, deskId), earlier: true as const } }
      : undefined;
  if (mode === "bot" && action.type !== "reopen") {
    entries.push(
      botMessage(derivedId(details.id, "back"), site, before.language, [
        { type: "text", text: phrasesFor(before.language).botBack, format: "plain" },
      ]),
    );
  }
  return {
    unchanged: false,
    change: {
      entries,
      jobs,
      cancelJobs,
      ...closed,
      ...left,
      patch: {
        mode,
        caseId,
        agent,
        ...(mode === "bot" || mode === "ended"
          ? { ...CLOSED, giveUps: 0 }
          : routeAfter(before.route, mode, details.nowMs, left === undefined ? undefined : room.headSeq)),
      },
    },
  };
}

/** Accepted: no lease any more. Left by its agent: everybody is asked anew. */
function routeAfter(route: Route | undefined, mode: "queued" | "agent", nowMs: number, owedSeq = route?.owedSeq): { route?: Route } {
  if (route === undefined) return {};
  return {
    route: {
      ...route,
      leaseUntil: undefined,
      untold: undefined,
      unheard: undefined,
      owedSeq,
      ...(mode === "agent" ? { tier: "team", note: undefined, since: nowMs } : { passed: [], baton: undefined }),
    },
  };
}
