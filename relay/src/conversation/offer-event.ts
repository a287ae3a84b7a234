/** What a desk is told of a case it is offered, and receivers of an offer; and the jobs that tell it. */
import type { Agent } from "@allhours/protocol";
import type { HandoffEvent } from "../adapters/spec.ts";
import type { Team } from "../routing/rota.ts";
import type { Region } from "../routing/types.ts";
import type { Conversation, JobDraft, Route, Store } from "../store/store.ts";
import { handoffJob } from "./case-jobs.ts";
import { priorityOf } from "./cases.ts";
import { derivedId } from "./ids.ts";
import type { Place } from "./place.ts";
import type { TranscriptLinks } from "./transcript-links.ts";
import { refOf, transcriptOf } from "./transcript.ts";
import type { Signal } from "./webhooks.ts";

/** Lines of a transcript an offer carries at most: the last ones. */
const TRANSCRIPT_LINES = 200;

/** Who is asked; `undefined` team: it lies at that desk as a ticket. */
export type Taken = { desk: Region["desks"][number]; team: Team | undefined; route: Route; from?: Agent | undefined };
/** What an offer is about; `id` is the `webhook-id`. */
export type Told = { id: string; caseId: string; reason: string; at: number };

export async function offerEvent(
  { store, links }: { store: Pick<Store, "entriesBefore">; links: Pick<TranscriptLinks, "linkOf"> },
  { room, region }: Pick<Place, "room" | "region">,
  told: Told,
  { desk, team, route, from }: Taken,
): Promise<HandoffEvent> {
  const { conversation } = room;
  const { understood } = conversation;
  const entries = await store.entriesBefore(conversation.id, Number.MAX_SAFE_INTEGER, TRANSCRIPT_LINES);
  const until = entries.findIndex((entry) => entry.event.type === "mode-changed" && entry.event.caseId === told.caseId);
  const first = route.offer <= 1 && until >= 0;
  const { path: transcriptPath, url: transcriptUrl } = await links.linkOf(conversation);
  const known = region.config.teams.find((one) => one.id === team?.id);
  return {
    id: told.id,
    timestamp: new Date(told.at).toISOString(),
    type: "handoff.offered",
    data: {
      ...refOf(room, told.caseId),
      reason: told.reason,
      priority: priorityOf(conversation.caseRank),
      tier: route.tier,
      offer: route.offer,
      ...(known === undefined ? {} : { team: { id: known.id, name: known.name ?? known.place ?? known.id } }),
      ...(from === undefined ? {} : { from }),
      ...(route.note === undefined ? {} : { note: route.note }),
      ...(route.leaseUntil === undefined ? {} : { leaseUntil: new Date(route.leaseUntil).toISOString() }),
      ...(route.promisedAt === undefined ? {} : { promisedAt: new Date(route.promisedAt).toISOString() }),
      visitor: {
        language: conversation.language,
        ...(conversation.timezone === undefined ? {} : { timezone: conversation.timezone }),
        ...(conversation.country === undefined ? {} : { country: conversation.country }),
        ...(conversation.pageUrl === undefined ? {} : { pageUrl: conversation.pageUrl }),
      },
      ...(understood === undefined ? {} : { understood: { intent: understood.intent, slots: understood.slots } }),
      transcript: transcriptOf(first ? entries.slice(0, until + 1) : entries),
      transcriptPath,
      ...(transcriptUrl === undefined ? {} : { transcriptUrl }),
      replyPath: `/v1/inbound/${desk.id}`,
    },
  };
}

export function offerSignal(type: "handoff.offered" | "handoff.expired", caseId: string, teamId: string, offer: number): Signal {
  return { type, key: `${caseId} ${offer} ${teamId}`, data: { caseId, teamId, offer } };
}

/** Tells the next team. `number`: of the offer it is. */
export function offerJob(
  { id: conversationId, caseRank }: Pick<Conversation, "id" | "caseRank">,
  caseId: string,
  number: number,
  { reason, at }: { reason: string; at: number },
): JobDraft {
  const entryId = derivedId(caseId, "offer", String(number));
  return handoffJob({ conversationId, caseId, type: "offered", entryId, reason, priority: priorityOf(caseRank), at });
}

/** The desk that had the offer need not show it any longer, unless the next team answers there as well. */
export function expiredJobs(
  { id: conversationId, deskId, route }: Pick<Conversation, "id" | "deskId" | "route">,
  caseId: string,
  nextDesk: string | undefined,
  at: number,
): JobDraft[] {
  if (deskId === undefined || deskId === nextDesk) return [];
  const entryId = derivedId(caseId, "expired", String(route?.offer ?? 0));
  return [handoffJob({ conversationId, caseId, type: "withdrawn", entryId, reason: "offer-expired", priority: "normal", deskId, at })];
}

/** Where a team answers. */
export function deskOf(region: Region, team: Pick<Team, "desk">): Region["desks"][number] | undefined {
  return team.desk === undefined ? region.desks[0] : region.desks.find(({ id }) => id === team.desk);
}

/** Who it is that answers at a desk now: the team on duty there, else the first that has it. Without teams nobody in particular. */
export function teamAt(region: Region, deskId: string, nowMs: number): Team | undefined {
  if (region.config.teams.length === 0) return undefined;
  const there = region.rota.teams.filter((team) => deskOf(region, team)?.id === deskId);
  return there.find((team) => region.rota.shiftAt(team, nowMs) !== undefined) ?? there[0];
}
