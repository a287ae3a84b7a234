/** A clock that moves only when told, for tests of what waits. Random numbers come from a seed. */
import type { Clock } from "../ports.ts";

export interface FakeClock extends Clock {
  /** Runs what is due within `ms`, in order, letting promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Lets promises settle without moving time. */
  settle(): Promise<void>;
}

export function createFakeClock(startMs = 1_800_000_000_000, seed = 1): FakeClock {
  let now = startMs;
  let state = seed;
  let timers: { at: number; run: () => void }[] = [];
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
  };
  return {
    now: () => now,
    after(delayMs, run) {
      const timer = { at: now + Math.max(0, delayMs), run };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    random() {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    },
    settle,
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const next = timers.filter((timer) => timer.at <= end).sort((one, other) => one.at - other.at)[0];
        if (next === undefined) break;
        timers = timers.filter((one) => one !== next);
        now = Math.max(now, next.at);
        next.run();
        await settle();
      }
      now = end;
    },
  };
}
