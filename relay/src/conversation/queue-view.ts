/** What a visitor who waits for a person sees: their place, what was promised, and whose day it is. */
import type { QueueState } from "@allhours/protocol";
import type { Store } from "../store/store.ts";
import { MOST_WAITING } from "./cases.ts";
import type { ConversationDeps, Place } from "./place.ts";
import type { Publisher } from "./publish.ts";

/** A picture with more than these shows nothing. */
const MOST_TEAMS = 6;

/** `undefined` for who does not wait. */
export async function queueOf(
  place: Pick<Place, "room" | "region">,
  store: Pick<Store, "casesIn">,
  nowMs: number,
): Promise<QueueState | undefined> {
  if (place.room.conversation.mode !== "queued") return undefined;
  return queueState(place, (await waitingBefore(place, store)) + 1, nowMs);
}
/** Tells the visitor where they stand, if anybody hears it. */
export async function showQueue(
  { publisher, store, clock }: Pick<ConversationDeps, "publisher" | "store" | "clock">,
  place: Pick<Place, "room" | "region">,
): Promise<void> {
  const conversationId = place.room.conversation.id;
  if (!publisher.isHeard(conversationId)) return;
  const queue = await queueOf(place, store, clock.now());
  if (queue !== undefined) tellQueue(publisher, conversationId, queue);
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

export function queueState({ room, region }: Pick<Place, "room" | "region">, position: number, nowMs: number): QueueState {
  const { route, teamId } = room.conversation;
  const consulted = route?.expert?.state === "consulting" ? route.expert.expertId : undefined;
  const expert = region.experts.find(({ id }) => id === consulted)?.config.name;
  const teams = region.config.teams.slice(0, MOST_TEAMS).map((team) => ({
    name: team.place ?? team.name ?? team.id,
    timezone: team.timezone,
    atWork: region.rota.shiftAt(team, nowMs) !== undefined,
    ...(team.id === teamId && route?.leaseUntil !== undefined ? { asked: true } : {}),
  }));
  return {
    position,
    // Before the first offer nobody has been found wanting.
    tier:
      expert !== undefined ? "expert" : route?.tier === "ticket" && (route.offer > 0 || route.promisedAt !== undefined) ? "ticket" : "team",
    ...(expert === undefined ? {} : { expert }),
    ...(route?.promisedAt === undefined ? {} : { promisedAt: route.promisedAt }),
    ...(teams.length === 0 ? {} : { teams }),
  };
}
