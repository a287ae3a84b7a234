/** Times of a link, milliseconds. */
export const LINK_TIMES = {
  /** First tries; a try gets longer with each failure, up to three times this. */
  openMs: 5_000,
  /** A relay that is silent for this long gets the next one beside it. */
  staggerMs: 100,
  /** A first transport that is silent for this long gets the next one beside it. */
  hedgeMs: 2_500,
  /** A link that lasted this long was good: the next loss starts at the shortest wait again. */
  stableMs: 30_000,
  /** Wake-ups within this after one that was acted on are ignored. */
  wakeDebounceMs: 1_000,
  /** A page that wakes wants to know sooner than one that waits for an ack. */
  wakeProbeMs: 1_500,
  /** A link is probed this often: a dead one shows, and so does an event that never came. Costs the relay some 25 us each. */
  beatMs: 15_000,
  /** A probe without an answer for this long gets a second link beside it. */
  besideMs: 500,
  /** With a standby: a message, or a probe, without an answer for this long goes out on the standby too. */
  resendMs: 150,
  /** After a relay said it stops, links come back spread over this. */
  spreadMs: 6_000,
  /** With a fallback transport in use, the preferred one is tried again after this. */
  preferAgainMs: 5 * 60_000,
} as const;
