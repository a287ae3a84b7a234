/**
 * Cases: what is written when a conversation goes to a person and comes back. Pure builders of append requests, and the jobs that
 * tell the desk; handle.ts, turns.ts and desk.ts commit them.
 */
import { newId, type Agent, type CaseId, type Part } from "@allhours/protocol";
import { phrasesFor } from "../pipeline/phrases.ts";
import type { HandoffReason, Priority } from "../pipeline/turn.ts";
import { triageOf, type Category } from "../pipeline/urgency/triage.ts";
import type { Region, Site } from "../routing/types.ts";
import type { AppendRequest, JobDraft } from "../store/store.ts";
import { derivedId } from "./ids.ts";
import { changeMode, type ModeAction, type ModeResult } from "./mode.ts";
import type { Room } from "./rooms.ts";

export const HANDOFF_JOB = "handoff";
export const OFFER_TIMEOUT_JOB = "offer-timeout";
export const ALERT_JOB = "alert";

/** Payload of an `alert` job. */
export type AlertJob = {
  pagerId: string;
  regionId: string;
  siteId: string;
  conversationId: string;
  caseId: string | undefined;
  category: Category | undefined;
  language: string;
  /** Unix milliseconds. */
  at: number;
};

/** Payload of a `handoff` job: enough to build the event again, the same each time. */
export type HandoffJob = {
  conversationId: string;
  caseId: string;
  type: "offered" | "message" | "withdrawn";
  /** Entry the event is about; an offer's transcript ends here. `undefined`: the entry committed with the job. */
  entryId: string;
  reason: string;
  priority: Priority;
  /** Desk that has the case, as far as known when the job was written. */
  deskId?: string | undefined;
  /** Unix milliseconds. */
  at: number;
};

export type Change = Omit<AppendRequest, "conversationId" | "at">;

export function botMessage(id: string, site: Site, language: string, parts: Part[], inReplyTo?: string): Change["entries"][number] {
  return {
    id,
    event: {
      type: "message-added",
      message: { id, author: { kind: "bot", name: site.name }, parts, language, ...(inReplyTo === undefined ? {} : { inReplyTo }) },
    },
  };
}

/** The id names conversation, entry and kind: a visitor who reuses an id in two conversations still makes two events. */
function handoffJob(job: HandoffJob): JobDraft {
  return { kind: HANDOFF_JOB, key: job.conversationId, id: `evt_${derivedId(job.conversationId, job.entryId, job.type)}`, payload: job };
}

const spoken: Record<HandoffReason, "gettingPerson" | "gaveUp" | "urgent"> = {
  "visitor-asked": "gettingPerson",
  "bot-gave-up": "gaveUp",
  urgent: "urgent",
};

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
  if (region.desks.length === 0) return { entries: [say([...first, phrases.noDesk], "no-desk")], jobs: alert() };
  const caseId = newId<CaseId>(ask.nowMs);
  const result = changeMode(room.conversation, { type: "request", caseId });
  if (!result.ok || result.unchanged) return { entries: [] };
  const entryId = derivedId(ask.requestId, "mode");
  return {
    entries: [
      { id: entryId, event: { type: "mode-changed", mode: "queued", reason: ask.reason, caseId } },
      say([phrases[spoken[ask.reason]], ...first], "said"),
    ],
    patch: { mode: "queued", caseId, agent: undefined, deskId: undefined, giveUps: 0, language: ask.language },
    jobs: [
      handoffJob({
        conversationId: room.conversation.id,
        caseId,
        type: "offered",
        entryId,
        reason: ask.reason,
        priority: ask.priority,
        at: ask.nowMs,
      }),
      timeoutJob(room.conversation.id, caseId, ask.nowMs + region.config.offerTimeoutMs),
      ...alert(caseId),
    ],
  };
}

/** One job a pager: each is told by itself, and tried again by itself. `requestId` makes them idempotent. */
export function alertJobs(
  room: Room,
  region: Region,
  alert: { requestId: string; caseId?: string | undefined; category?: Category | undefined; language: string; nowMs: number },
): JobDraft[] {
  const { id: conversationId, siteId } = room.conversation;
  return region.pagers.map(({ id: pagerId }) => {
    const payload: AlertJob = {
      pagerId,
      regionId: region.id,
      siteId,
      conversationId,
      caseId: alert.caseId,
      category: alert.category,
      language: alert.language,
      at: alert.nowMs,
    };
    return { kind: ALERT_JOB, id: `alr_${derivedId(conversationId, alert.requestId, pagerId)}`, payload };
  });
}

function timeoutJob(conversationId: string, caseId: string, dueAt: number): JobDraft {
  return { kind: OFFER_TIMEOUT_JOB, id: timeoutJobId(caseId), dueAt, payload: { conversationId, caseId } };
}
function timeoutJobId(caseId: string): string {
  return `timeout_${caseId}`;
}

/** A visitor's message while a person serves, or is awaited: stored, and told to the desk; a critical one of who waits pages somebody. */
export function messageForDesk(room: Room, region: Region, entry: Change["entries"][number], text: string, nowMs: number): Change {
  const { id: conversationId, caseId, mode, language } = room.conversation;
  if (caseId === undefined) return { entries: [entry] };
  // Who is served already is heard; who still waits is not.
  const { priority, category } = mode === "queued" ? triageOf(text) : { priority: "normal", category: undefined };
  return {
    entries: [entry],
    jobs: [
      handoffJob({ conversationId, caseId, type: "message", entryId: entry.id, reason: "", priority: "normal", at: nowMs }),
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
  const cancelJobs: string[] = [];
  const modeId = derivedId(details.id, "mode");
  const leaver = details.agent ?? before.agent;
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
  if (before.caseId !== undefined && mode !== "queued") cancelJobs.push(timeoutJobId(before.caseId));
  if (action.type === "leave" && caseId !== undefined) {
    jobs.push(
      handoffJob({
        conversationId: before.id,
        caseId,
        type: "offered",
        entryId: modeId,
        reason: "agent-left",
        priority: "high",
        at: details.nowMs,
      }),
    );
  }
  if (action.type === "cancel" && before.caseId !== undefined) {
    jobs.push(
      handoffJob({
        conversationId: before.id,
        caseId: before.caseId,
        type: "withdrawn",
        entryId: modeId,
        reason: details.reason,
        priority: "normal",
        deskId: before.deskId,
        at: details.nowMs,
      }),
    );
  }
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
      patch: { mode, caseId, agent, ...(mode === "bot" || mode === "ended" ? { deskId: undefined, giveUps: 0 } : {}) },
    },
  };
}
