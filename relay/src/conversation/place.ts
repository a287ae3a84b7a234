/** What those who work on a conversation from outside a link are given, and where it belongs. */
import type { Clock } from "../observe/clock.ts";
import type { Logger } from "../observe/logger.ts";
import type { Region, Site } from "../routing/types.ts";
import type { Store } from "../store/store.ts";
import type { Pace } from "./pace.ts";
import type { Publisher } from "./publish.ts";
import type { SerialQueue } from "./queue.ts";
import type { TranscriptLinks } from "./transcript-links.ts";
import { regionOf, type Directory, type Room, type Rooms } from "./rooms.ts";

export type ConversationDeps = {
  store: Store;
  rooms: Rooms;
  serial: SerialQueue;
  publisher: Publisher;
  directory: () => Directory;
  clock: Clock;
  pace: Pace;
  links: Pick<TranscriptLinks, "linkOf">;
  logger: Logger;
};
export type Place = { room: Room; site: Site; region: Region };

/** `undefined`: the conversation, its site or its region is gone. */
export async function placeOf(deps: Pick<ConversationDeps, "rooms" | "directory">, conversationId: string): Promise<Place | undefined> {
  const room = await deps.rooms.get(conversationId);
  const site = room === undefined ? undefined : deps.directory().site(room.conversation.siteId);
  const region = room === undefined || site === undefined ? undefined : regionOf(deps.directory(), room.conversation.regionId, site);
  return room === undefined || site === undefined || region === undefined ? undefined : { room, site, region };
}
