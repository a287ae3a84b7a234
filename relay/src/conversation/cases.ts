/**
 * Cases: what is written when a conversation goes to a person and comes back. Pure builders of append requests, and the jobs that
 * tell the desk; handle.ts, turns.ts and desk.ts commit them.
 */
import { newId, type Agent, type CaseId, type Part } from "@allhours/protocol";
import { phrasesFor } from "../pipeline/phrases.ts";
import type { HandoffReason, Priority } from "../pipeline/turn.ts";
import type { Region, Site } from "../routing/types.ts";
import type { AppendRequest, JobDraft } from "../store/store.ts";
import { derivedId } from "./ids.ts";
import { changeMode, type ModeAction, type ModeResult } from "./mode.ts";
import type { Room } from "./rooms.ts";

export const HANDOFF_JOB = "handoff";
export const OFFER_TIMEOUT_JOB = "offer-timeout";

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
  ask: { requestId: string; reason: HandoffReason; priority: Priority; language: string; nowMs: number; inReplyTo?: string | undefined },
): Change {
  const phrases = phrasesFor(ask.language);
  const say = (words: string, ordinal: string): Change["entries"][number] =>
    botMessage(derivedId(ask.requestId, ordinal), site, ask.language, [{ type: "text", text: words, format: "plain" }], ask.inReplyTo);
  if (region.desks.length === 0) return { entries: [say(phrases.noDesk, "no-desk")] };
  const caseId = newId<CaseId>(ask.nowMs);
  const result = changeMode(room.conversation, { type: "request", caseId });
  if (!result.ok || result.unchanged) return { entries: [] };
  const entryId = derivedId(ask.requestId, "mode");
  return {
    entries: [
      { id: entryId, event: { type: "mode-changed", mode: "queued", reason: ask.reason, caseId } },
      say(phrases[spoken[ask.reason]], "said"),
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
    ],
  };
}

function timeoutJob(conversationId: string, caseId: string, dueAt: number): JobDraft {
  return { kind: OFFER_TIMEOUT_JOB, id: timeoutJobId(caseId), dueAt, payload: { conversationId, caseId } };
}
function timeoutJobId(caseId: string): string {
  return `timeout_${caseId}`;
}

/** A visitor's message while a person serves, or is awaited: stored, and told to the desk. */
export function messageForDesk(room: Room, entry: Change["entries"][number], nowMs: number): Change {
  const { id: conversationId, caseId } = room.conversation;
  if (caseId === undefined) return { entries: [entry] };
  return {
    entries: [entry],
    jobs: [handoffJob({ conversationId, caseId, type: "message", entryId: entry.id, reason: "", priority: "normal", at: nowMs })],
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
