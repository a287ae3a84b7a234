/** When a failed job is tried again. Pure: chance comes in as a number. */

export type RetrySchedule = {
  /**
   * Wait before attempt 1, 2, 3 ..., milliseconds. The first is the wait before the first attempt, so a schedule of twelve
   * gives up after twelve.
   */
  delaysMs: readonly number[];
  /** Share of the delay it may be shorter or longer, 0 to 1. */
  jitter: number;
  /** The longest wait a receiver can ask for, milliseconds. */
  longestMs: number;
};

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** At once, then within seconds, then over three days: about what a receiver's weekend outage needs. */
export const webhookSchedule: RetrySchedule = {
  delaysMs: [
    0,
    5 * second,
    30 * second,
    2 * minute,
    10 * minute,
    30 * minute,
    2 * hour,
    5 * hour,
    10 * hour,
    14 * hour,
    20 * hour,
    24 * hour,
  ],
  jitter: 0.2,
  longestMs: 24 * hour,
};

export type Failed = {
  /** Attempts that failed, this one included: at least 1. */
  failures: number;
  /** True when trying again cannot help. */
  permanent: boolean;
  /** Least wait the other side asked for. */
  retryAfterMs?: number | undefined;
};

/** Milliseconds until the next attempt, or `undefined` when there is none. `random` is at least 0 and below 1. */
export function nextDelayMs(
  schedule: RetrySchedule,
  { failures, permanent, retryAfterMs = 0 }: Failed,
  random: number,
): number | undefined {
  const delay = schedule.delaysMs[failures];
  if (permanent || delay === undefined) return undefined;
  const jittered = delay * (1 + (random * 2 - 1) * schedule.jitter);
  return Math.round(Math.max(jittered, Math.min(retryAfterMs, schedule.longestMs)));
}
