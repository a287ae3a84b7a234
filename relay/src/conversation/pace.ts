/**
 * How fast people take cases, and with it how long somebody who waits will. In memory, for a region: after a start it says nothing until it has seen
 * enough. Pure but for what it remembers; times in Unix milliseconds.
 */

/** Acceptances that are looked at: the last ones, none older than that. */
const MOST = 30;
const OLDEST_MS = 2 * 3_600_000;
/** With fewer nothing is said. */
const LEAST = 5;
/** Three of four waited no longer: rather a little too long than too short. */
const SHARE = 0.75;
/** Nobody is told less, and more than this is no estimate. */
const SHORTEST_MS = 10_000;
const LONGEST_MS = 4 * 3_600_000;

export type Pace = {
  /** A case that began to wait at `since` was taken at `at`. */
  taken(regionId: string, since: number, at: number): void;
  /** How long the one at `position` (from 1) waits from now; `undefined` when it cannot be said. */
  etaMs(regionId: string, position: number, now: number): number | undefined;
};

export function createPace(): Pace {
  const regions = new Map<string, { at: number; stepMs: number }[]>();

  return {
    taken(regionId, since, at) {
      const steps = regions.get(regionId) ?? [];
      // Of a queue, what the next one costs: from when people were done with the one before, or from when it came.
      const before = steps.at(-1)?.at ?? -Infinity;
      steps.push({ at, stepMs: Math.max(0, at - Math.max(since, before)) });
      if (steps.length > MOST) steps.shift();
      regions.set(regionId, steps);
    },
    etaMs(regionId, position, now) {
      const recent = (regions.get(regionId) ?? []).filter(({ at }) => now - at <= OLDEST_MS).map(({ stepMs }) => stepMs);
      if (recent.length < LEAST) return undefined;
      recent.sort((one, other) => one - other);
      const step = recent[Math.ceil(recent.length * SHARE) - 1] ?? 0;
      const eta = Math.max(SHORTEST_MS, step * position);
      return eta > LONGEST_MS ? undefined : eta;
    },
  };
}
