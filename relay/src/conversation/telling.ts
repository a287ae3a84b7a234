/**
 * Telling a desk: of one conversation one thing at a time, though what earlier cases still owe it is tried beside the open one's. Knows which
 * desks have answered. Order and retries are the jobs'.
 */
import type { HandoffEvent } from "../adapters/spec.ts";
import type { Clock } from "../observe/clock.ts";
import type { Region } from "../routing/types.ts";
import { createSerialQueue } from "./queue.ts";

export type Telling = {
  /** Throws what the adapter throws. `signal`: also while it waits for its turn. */
  tell: (desk: Region["desks"][number], event: HandoffEvent, signal: AbortSignal) => Promise<void>;
  /** When a desk has last taken what it was told, Unix milliseconds; 0: not since the relay started. */
  tookAt: (deskId: string) => number;
};

export function createTelling({ now }: Pick<Clock, "now">): Telling {
  const turns = createSerialQueue();
  const taken = new Map<string, number>();
  return {
    tell: async (desk, event, signal) =>
      turns.run(`${event.data.conversationId} ${desk.id}`, async () => {
        signal.throwIfAborted();
        await desk.adapter.deliver(event, signal);
        taken.set(desk.id, now());
      }),
    tookAt: (deskId) => taken.get(deskId) ?? 0,
  };
}
