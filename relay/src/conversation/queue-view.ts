/** What a visitor who waits for a person sees: their place, what was promised, and whose day it is. */
import type { QueueState } from "@allhours/protocol";
import type { Store } from "../store/store.ts";
import { MOST_WAITING } from "./cases.ts";
import type { Place } from "./place.ts";

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
/** Cases that wait before this one. */
export async function waitingBefore({ room, region }: Pick<Place, "room" | "region">, store: Pick<Store, "casesIn">): Promise<number> {
  const waiting = await store.casesIn(region.id, "queued", MOST_WAITING);
  const own = waiting.findIndex(({ conversationId }) => conversationId === room.conversation.id);
  return own < 0 ? waiting.length : own;
}

export function queueState({ room, region }: Pick<Place, "room" | "region">, position: number, nowMs: number): QueueState {
  const { route, teamId } = room.conversation;
  const teams = region.config.teams.slice(0, MOST_TEAMS).map((team) => ({
    name: team.place ?? team.name ?? team.id,
    timezone: team.timezone,
    atWork: region.rota.shiftAt(team, nowMs) !== undefined,
    ...(team.id === teamId && route?.leaseUntil !== undefined ? { asked: true } : {}),
  }));
  return {
    position,
    // Before the first offer nobody has been found wanting.
    tier: route?.tier === "ticket" && (route.offer > 0 || route.promisedAt !== undefined) ? "ticket" : "team",
    ...(route?.promisedAt === undefined ? {} : { promisedAt: route.promisedAt }),
    ...(teams.length === 0 ? {} : { teams }),
  };
}
