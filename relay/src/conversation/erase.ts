/**
 * Erasing a conversation, for an operator: the desks that have its case are told once, then nothing of it is left in the store, in memory, and on
 * open pages. Owns the order of these; what belongs to a conversation is the store's to know.
 */
import type { Region } from "../routing/types.ts";
import { derivedId } from "./ids.ts";
import type { Hub } from "./hub.ts";
import type { ConversationDeps } from "./place.ts";
import type { Room } from "./rooms.ts";
import { refOf } from "./transcript.ts";

/** For telling a desk. The conversation's queue waits meanwhile, and nobody tries again. */
const TELL_MS = 5_000;

export type Erase = (conversationId: string) => Promise<boolean>;

/** False when there is no such conversation. Rejects with `StoreError`: nothing was erased then, and it can be asked for again. */
export function createErase(
  deps: Pick<ConversationDeps, "store" | "rooms" | "serial" | "directory" | "clock" | "logger"> & { hub: Pick<Hub, "close"> },
): Erase {
  /** Best effort: a job would outlive the conversation. */
  async function withdraw(room: Room): Promise<void> {
    const { id: conversationId, regionId, caseId, deskId, route } = room.conversation;
    const region = deps.directory().region(regionId);
    if (caseId === undefined || region === undefined) return;
    const having = new Set([deskId, route?.deskId, route?.baton?.deskId]);
    await Promise.all(region.desks.filter(({ id }) => having.has(id)).map(async (desk) => tell(room, desk, conversationId, caseId)));
  }

  async function tell(room: Room, desk: Region["desks"][number], conversationId: string, caseId: string): Promise<void> {
    const id = `evt_${derivedId(conversationId, caseId, `erased ${desk.id}`)}`;
    const timestamp = new Date(deps.clock.now()).toISOString();
    try {
      const data = { ...refOf(room, caseId), reason: "erased" };
      await desk.adapter.deliver({ id, timestamp, type: "handoff.withdrawn", data }, AbortSignal.timeout(TELL_MS));
    } catch (error) {
      deps.logger.warn({ conversation: conversationId, desk: desk.id, err: error }, "a desk could not be told of an erased conversation");
    }
  }

  return async (conversationId) =>
    deps.serial.run(conversationId, async () => {
      // From here on it is in memory, so that nobody else reads it there anew.
      const room = await deps.rooms.get(conversationId);
      if (room !== undefined) await withdraw(room);
      if (!(await deps.store.eraseConversation(conversationId))) return false;
      deps.rooms.drop(conversationId);
      deps.hub.close(conversationId, "erased");
      deps.logger.info({ conversation: conversationId }, "a conversation was erased");
      return true;
    });
}
