/** The later work of a case, as rows that are written with the entries they report: what the desk and the pagers are told, and the timers. */
import type { Priority } from "../pipeline/turn.ts";
import type { Category } from "../pipeline/urgency/triage.ts";
import type { Region } from "../routing/types.ts";
import type { Conversation, JobDraft, Route } from "../store/store.ts";
import { derivedId } from "./ids.ts";
import type { Room } from "./rooms.ts";

export const HANDOFF_JOB = "handoff";
export const OFFER_TIMEOUT_JOB = "offer-timeout";
export const ALERT_JOB = "alert";
export const PROMISE_JOB = "promise";
export const BATON_JOB = "baton";

/** Payload of a `baton` job: an open conversation is offered to the next team. */
export type BatonJob = { conversationId: string; caseId: string; offer: number; at: number };

/** In the order of the desk that is asked: the one that has the case may be down. */
export function batonJob(payload: BatonJob, deskId: string): JobDraft {
  return { kind: BATON_JOB, key: asideKey(payload.conversationId, deskId), id: batonJobId(payload), payload };
}
function batonJobId({ conversationId, caseId, offer }: Pick<BatonJob, "conversationId" | "caseId" | "offer">): string {
  return `evt_${derivedId(conversationId, caseId, "baton", String(offer))}`;
}

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
  /** It is in an order of its own, so that nothing else of the conversation waits for it: tried again there. */
  aside?: boolean | undefined;
  /** Unix milliseconds. */
  at: number;
};

/** The id names conversation, entry and kind: a visitor who reuses an id in two conversations still makes two events. */
export function handoffJob(job: HandoffJob): JobDraft {
  return { kind: HANDOFF_JOB, key: job.conversationId, id: handoffJobId(job), payload: job };
}
export function handoffJobId({ conversationId, entryId, type }: Pick<HandoffJob, "conversationId" | "entryId" | "type">): string {
  return `evt_${derivedId(conversationId, entryId, type)}`;
}

/** What one desk is still told, in an order of its own: of a case that is over, and that another desk is asked. */
export function asideKey(conversationId: string, deskId: string): string {
  return `${conversationId} ${deskId}`;
}
/** Which desk a job in such an order is for. */
export function asideDesk({ key }: Pick<JobDraft, "key">, conversationId: string): string | undefined {
  return key?.startsWith(asideKey(conversationId, "")) === true ? key.slice(conversationId.length + 1) : undefined;
}

/** A withdrawal that could not be delivered at once, tried again beside what the conversation's other desks are told. */
export function asideJob(task: HandoffJob & { deskId: string }): JobDraft {
  const { conversationId, entryId, type, deskId } = task;
  const id = `evt_${derivedId(conversationId, entryId, type, "aside")}`;
  return { kind: HANDOFF_JOB, key: asideKey(conversationId, deskId), id, payload: { ...task, aside: true } satisfies HandoffJob };
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

/** Payload of an `offer-timeout` job: the lease of one offer. */
export type LeaseJob = { conversationId: string; caseId: string; offer: number };
export function leaseJob(conversationId: string, caseId: string, offer: number, dueAt: number): JobDraft {
  const payload: LeaseJob = { conversationId, caseId, offer };
  return { kind: OFFER_TIMEOUT_JOB, id: leaseJobId(caseId, offer), dueAt, payload };
}
function leaseJobId(caseId: string, offer: number): string {
  return `timeout_${caseId}_${offer}`;
}

/** Payload of a `promise` job: what the visitor was told, looked at when its time has come. */
export type PromiseJob = { conversationId: string; caseId: string; promisedAt: number };
export function promiseJob(conversationId: string, caseId: string, promisedAt: number): JobDraft {
  const payload: PromiseJob = { conversationId, caseId, promisedAt };
  return { kind: PROMISE_JOB, id: promiseJobId(caseId, promisedAt), dueAt: promisedAt, payload };
}
function promiseJobId(caseId: string, promisedAt: number): string {
  return `promise_${caseId}_${promisedAt}`;
}

/** Timers of a case that no longer run: of its offer, and of what was promised. */
export function timersOf(caseId: string, route: Route | undefined, which: { lease: boolean; promise: boolean }): string[] {
  if (route === undefined) return [];
  return [
    ...(which.lease && route.offer > 0 ? [leaseJobId(caseId, route.offer)] : []),
    ...(which.promise && route.promisedAt !== undefined ? [promiseJobId(caseId, route.promisedAt)] : []),
  ];
}

/**
 * A case is over: what its desk has not been told yet moves aside, and how it ended comes after it there. What is left to ask is not asked any more.
 * `ending`: that the desk must be told, where it does not say so itself.
 */
export function closing(
  { id: conversationId, deskId, route }: Pick<Conversation, "id" | "deskId" | "route">,
  caseId: string,
  ending: Pick<HandoffJob, "entryId" | "reason" | "at"> | undefined,
): { jobs: JobDraft[]; cancelJobs: string[]; moveJobs: { from: string; to: string } } {
  const job = { conversationId, caseId, type: "withdrawn", priority: "normal", deskId, aside: true } as const;
  return {
    jobs: ending === undefined || deskId === undefined ? [] : [handoffJob({ ...job, ...ending })],
    cancelJobs: [
      ...timersOf(caseId, route, { lease: true, promise: true }),
      ...(route === undefined ? [] : [route.jobId]),
      ...(route?.baton === undefined ? [] : [batonJobId({ conversationId, caseId, offer: route.baton.offer })]),
    ],
    // A desk that is not known to have heard of the case has nothing to close.
    moveJobs: { from: conversationId, to: asideKey(conversationId, deskId ?? "") },
  };
}
