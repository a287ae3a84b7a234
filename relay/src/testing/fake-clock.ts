/** A clock that only moves when told. Timers fire in order of their time; chance comes from a seed. */
import type { Clock } from "../observe/clock.ts";

export type FakeClock = Clock & {
  /**
   * Moves on by `ms`, firing what falls due on the way, each at its own time. After every timer, and at the end, promises
   * and immediates get to run, so that what a timer set off has happened.
   */
  advance(ms: number): Promise<void>;
  /** Timers that have not fired: 0 when nothing is being waited for. */
  pending(): number;
};

type Timer = { at: number; fn: () => void };

/** `startMs` in Unix milliseconds. The same `seed` gives the same chances. */
export function createFakeClock(startMs: number, seed = 1): FakeClock {
  let now = startMs;
  let state = seed >>> 0;
  const timers = new Set<Timer>();

  function nextUntil(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) if (timer.at <= end && (first === undefined || timer.at < first.at)) first = timer;
    return first;
  }

  return {
    now: () => now,
    random: () => {
      // mulberry32
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
    after: (ms, fn) => {
      const timer = { at: now + Math.max(0, ms), fn };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    advance: async (ms) => {
      const end = now + ms;
      await settle();
      for (let timer = nextUntil(end); timer !== undefined; timer = nextUntil(end)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.fn();
        await settle();
      }
      now = end;
      await settle();
    },
    pending: () => timers.size,
  };
}

function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
