/**
 * Which open links belong to which conversation. Both pipes register here, so that an event has one way out. Keeps no history:
 * what a link missed is read from the log.
 */
import type { Event } from "@allhours/protocol";

/** One open link of a client, whichever pipe it lies on. */
export interface HubLink {
  /** Sends or drops; never throws. A link that cannot keep up closes itself. */
  send(event: Event): void;
  close(reason: string): void;
}

export type Subscription = {
  /** Events that arrived since `subscribe` and before `release` are handed over once, those with `seq > after` only; then live. */
  release(after: number): void;
  unsubscribe(): void;
};

export type Hub = {
  /** Joins first and holds what arrives: the caller reads the log, answers, then releases. Nothing falls in between. */
  subscribe(conversationId: string, link: HubLink): Subscription;
  publish(conversationId: string, event: Event): void;
  /** Is anybody there to hear it? */
  isHeard(conversationId: string): boolean;
  /** To every link, whatever its conversation (goaway). */
  broadcast(event: (index: number) => Event): void;
  /** The links of one conversation. */
  close(conversationId: string, reason: string): void;
  closeAll(reason: string): void;
  readonly size: number;
};

type Seat = { link: HubLink; held: Event[] | undefined };

export function createHub(): Hub {
  const rooms = new Map<string, Set<Seat>>();
  let size = 0;
  return {
    subscribe(conversationId, link) {
      const seat: Seat = { link, held: [] };
      const room = rooms.get(conversationId) ?? new Set();
      room.add(seat);
      rooms.set(conversationId, room);
      size += 1;
      return {
        release(after) {
          const held = seat.held ?? [];
          seat.held = undefined;
          for (const event of held) if (!("seq" in event) || event.seq > after) link.send(event);
        },
        unsubscribe() {
          if (!room.delete(seat)) return;
          size -= 1;
          if (room.size === 0 && rooms.get(conversationId) === room) rooms.delete(conversationId);
        },
      };
    },
    publish(conversationId, event) {
      const room = rooms.get(conversationId);
      if (room === undefined) return;
      for (const seat of room) {
        if (seat.held === undefined) seat.link.send(event);
        else seat.held.push(event);
      }
    },
    isHeard: (conversationId) => rooms.has(conversationId),
    broadcast(event) {
      let index = 0;
      for (const room of rooms.values()) for (const seat of room) seat.link.send(event(index++));
    },
    close(conversationId, reason) {
      for (const seat of rooms.get(conversationId) ?? []) seat.link.close(reason);
    },
    closeAll(reason) {
      for (const room of rooms.values()) for (const seat of room) seat.link.close(reason);
    },
    get size() {
      return size;
    },
  };
}
