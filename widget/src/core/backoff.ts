/** How long to wait before trying again: full jitter, pure. Who waits, and for what, is decided by the caller. */

/** Window of the reconnect and resend waits, milliseconds: 0.5 s at first, doubling up to 20 s. */
export const BACKOFF = { baseMs: 500, capMs: 20_000 } as const;

/**
 * A wait in milliseconds, spread evenly over `[0, min(capMs, baseMs * 2^attempt))`. `attempt` counts from 0, `random`
 * is in `[0, 1)`. Spreading over the whole window keeps many pages that lost one relay from returning together.
 */
export function fullJitter(attempt: number, random: number): number {
  return Math.round(random * Math.min(BACKOFF.capMs, BACKOFF.baseMs * 2 ** Math.max(0, attempt)));
}
