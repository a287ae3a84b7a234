/** Waiting for a condition in real time, with an end. */
import { setTimeout as wait } from "node:timers/promises";

/** Resolves true once `done` says so, false after `mostMs`. Looks every `everyMs` (default 20). */
export async function until(done: () => boolean | Promise<boolean>, mostMs: number, everyMs = 20): Promise<boolean> {
  const end = performance.now() + mostMs;
  for (;;) {
    if (await done()) return true;
    if (performance.now() >= end) return false;
    await wait(everyMs);
  }
}
