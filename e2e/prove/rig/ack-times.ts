/** How long visitors wait for their acks: one message each, one after another, as a person would. */
import type { Visitor } from "./visitor.ts";

/** Milliseconds from `send` to acknowledged, `rounds` a visitor; a message that takes over 10 s counts as 10 s. */
export async function ackTimes(visitors: readonly Visitor[], rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const visitor of visitors) {
      const from = performance.now();
      const id = await visitor.say();
      await acknowledged(visitor, id, 10_000);
      times.push(performance.now() - from);
    }
  }
  return times;
}

/** Resolves when the page shows the message as sent, at the latest after `mostMs`. */
export function acknowledged(visitor: Visitor, id: string, mostMs: number): Promise<void> {
  const done = (): boolean =>
    visitor.chat
      .getState()
      .timeline.some((item) => item.kind === "message" && item.id === id && item.delivery !== "waiting" && item.delivery !== "sending");
  if (done()) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      stop();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(finish, mostMs);
    const stop = visitor.chat.subscribe(() => done() && finish());
  });
}
