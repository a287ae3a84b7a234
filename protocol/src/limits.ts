/**
 * Every size, count and time of the wire, in one place. The relay announces them in `Welcome`; the page checks
 * them before it sends, the relay checks them again. Times in milliseconds, sizes in UTF-16 units unless named bytes.
 */
export const LIMITS = {
  /** A frame above this is answered with `frame-too-large`; the link stays up. */
  frameBytes: 32 * 1024,
  /** A frame above this is not read at all: the transport closes the link. */
  frameHardBytes: 64 * 1024,
  /** All text of one message together. */
  messageChars: 8_000,
  partsPerMessage: 20,
  choicesPerPart: 12,
  sourcesPerPart: 8,
  labelChars: 200,
  urlChars: 2_000,
  /** Addresses of a region that a client is told. */
  endpoints: 8,
  /** An e-mail address (RFC 5321 has 254 at most) or a telephone number. */
  addressChars: 254,
  /** Entries in one page of a resume or of history. */
  pageEntries: 200,
  /** A link that has not said hello after this is closed. */
  helloWithinMs: 5_000,
  pingIntervalMs: 15_000,
  pingTimeoutMs: 8_000,
  /** A send without an ack for this long makes the client probe the link. */
  ackTimeoutMs: 6_000,
  probeTimeoutMs: 3_000,
  /** Streamed deltas are coalesced to at most one frame per conversation in this time. */
  deltaCoalesceMs: 25,
  /** A typing sign fades after this without a new one. */
  typingTtlMs: 6_000,
} as const;
