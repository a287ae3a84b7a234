/** Time and chance as a parameter: whoever waits or jitters takes a `Clock`, so tests need no sleeps. */

export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Calls `fn` once, `ms` from now (negative counts as 0, any length is kept). The result cancels it; cancelling twice is harmless. */
  after(ms: number, fn: () => void): () => void;
  /** At least 0, below 1. */
  random(): number;
}

/** The longest wait `setTimeout` keeps; a longer one would fire at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  after: (ms, fn) => {
    let left = ms;
    let timer: ReturnType<typeof setTimeout>;
    function wait(): void {
      const step = Math.min(left, LONGEST_TIMEOUT_MS);
      left -= step;
      timer = setTimeout(() => (left > 0 ? wait() : fn()), step);
    }
    wait();
    return () => clearTimeout(timer);
  },
};
