/** What a visitor who waits for a person sees: their place, what was promised, and whose day it is. */
import type { QueueState } from "@allhours/protocol";
import type { Store } from "../store/store.ts";
import { MOST_WAITING } from "./cases.ts";
import type { ConversationDeps, Place } from "./place.ts";
import type { Pace } from "./pace.ts";
import type { Publisher } from "./publish.ts";

/** A picture with more than these shows nothing. */
const MOST_TEAMS = 6;

/** `undefined` for who does not wait. */
export async function queueOf(
  place: Pick<Place, "room" | "region">,
  { store, clock, pace }: Pick<ConversationDeps, "clock" | "pace"> & { store: Pick<Store, "casesIn"> },
): Promise<QueueState | undefined> {
  if (place.room.conversation.mode !== "queued") return undefined;
  return queueState(place, (await waitingBefore(place, store)) + 1, { now: clock.now(), pace });
}
/** Tells the visitor where they stand, if anybody hears it. */
export async function showQueue(
  deps: Pick<ConversationDeps, "publisher" | "store" | "clock" | "pace">,
  place: Pick<Place, "room" | "region">,
): Promise<void> {
  const conversationId = place.room.conversation.id;
  if (!deps.publisher.isHeard(conversationId)) return;
  const queue = await queueOf(place, deps);
  if (queue !== undefined) tellQueue(deps.publisher, conversationId, queue);
}
export function tellQueue({ ephemeral }: Pick<Publisher, "ephemeral">, conversationId: string, queue: QueueState): void {
  ephemeral(conversationId, { type: "queue-position", conversationId, ...queue });
}

/** Cases that wait before this one. */
export async function waitingBefore({ room, region }: Pick<Place, "room" | "region">, store: Pick<Store, "casesIn">): Promise<number> {
  const waiting = await store.casesIn(region.id, "queued", MOST_WAITING);
  const own = waiting.findIndex(({ conversationId }) => conversationId === room.conversation.id);
  return own < 0 ? waiting.length : own;
}

export function queueState(
  { room, region }: Pick<Place, "room" | "region">,
  position: number,
  { now: nowMs, pace }: { now: number; pace: Pick<Pace, "etaMs"> },
): QueueState {
  const { route, teamId } = room.conversation;
  const consulted = route?.expert?.state === "consulting" ? route.expert.expertId : undefined;
  const expert = region.experts.find(({ id }) => id === consulted)?.config.name;
  const teams = region.config.teams.slice(0, MOST_TEAMS).map((team) => ({
    name: team.place ?? team.name ?? team.id,
    timezone: team.timezone,
    atWork: region.rota.shiftAt(team, nowMs) !== undefined,
    ...(team.id === teamId && route?.leaseUntil !== undefined ? { asked: true } : {}),
  }));
  // Before the first offer nobody has been found wanting.
  const isTicket = route?.tier === "ticket" && (route.offer > 0 || route.promisedAt !== undefined);
  const tier = expert !== undefined ? "expert" : isTicket ? "ticket" : "team";
  // Where nobody is at work who could be asked, what was promised says more.
  const etaMs = tier === "team" ? pace.etaMs(region.id, position, nowMs) : undefined;
  return {
    position,
    tier,
    ...(etaMs === undefined ? {} : { etaMs }),
    ...(expert === undefined ? {} : { expert }),
    ...(route?.promisedAt === undefined ? {} : { promisedAt: route.promisedAt }),
    ...(teams.length === 0 ? {} : { teams }),
  };
}
