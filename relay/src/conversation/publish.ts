/** Append, then fan out: the only place that emits. A known id is neither written nor published again. */
import type { DurableEvent, Event } from "@allhours/protocol";
import type { Appended, JobDraft, Store } from "../store/store.ts";
import type { Change } from "./cases.ts";
import type { Hub } from "./hub.ts";
import { remember, type Room } from "./rooms.ts";

export type Publisher = {
  /** Resolves after the commit; the room and every link have what is new by then. Rejects with `StoreError`. */
  commit(room: Room, change: Change): Promise<Appended>;
  /** Has the conversation a link that is open? What nobody hears need not be worked out. */
  isHeard(conversationId: string): boolean;
  /** Not stored, not replayed. */
  ephemeral(conversationId: string, event: Event): void;
};

export function createPublisher(deps: {
  store: Store;
  hub: Hub;
  now: () => number;
  wakeJobs: () => void;
  /** Jobs that follow from a change whoever makes it, written with it. */
  follow?: (room: Room, change: Pick<Change, "entries" | "signals">, at: number) => JobDraft[];
  onEntry?: (room: Room, event: DurableEvent) => void;
}): Publisher {
  return {
    async commit(room, { signals, ...given }) {
      const conversationId = room.conversation.id;
      const at = deps.now();
      const told = deps.follow?.(room, { entries: given.entries, signals }, at) ?? [];
      const request = told.length === 0 ? given : { ...given, jobs: [...(given.jobs ?? []), ...told] };
      const appended = await deps.store.append({ ...request, conversationId, at });
      if (appended.duplicate) return appended;
      const repeated = request.skipIfKnown !== false && appended.entries[0]?.known === true;
      if (!repeated && request.patch !== undefined) Object.assign(room.conversation, request.patch);
      for (const [index, place] of appended.entries.entries()) {
        const draft = request.entries[index]?.event;
        if (place.known || draft === undefined) continue;
        const event = { ...draft, conversationId, seq: place.seq, at: place.at };
        remember(room, event);
        deps.hub.publish(conversationId, event);
        deps.onEntry?.(room, event);
      }
      // What waited behind a job that is cancelled or moved may be due as well.
      const { jobs = [], cancelJobs = [], moveJobs } = request;
      if (!repeated && (jobs.length > 0 || cancelJobs.length > 0 || moveJobs !== undefined)) deps.wakeJobs();
      return appended;
    },
    isHeard: (conversationId) => deps.hub.isHeard(conversationId),
    ephemeral(conversationId, event) {
      deps.hub.publish(conversationId, event);
    },
  };
}
