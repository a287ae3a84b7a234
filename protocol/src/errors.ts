/**
 * The closed union of wire error codes and the one table that says what each means for a sender. The text a visitor
 * sees comes from the widget's translations under `textKey`; `message` on the wire is for logs and developers.
 */
export type WireErrorPolicy = {
  /** May the same frame be sent again, unchanged? */
  retryable: boolean;
  /** Least wait before a retry, milliseconds; an ack's `retryAfterMs` overrides it. */
  delayMs: number;
  /** Key in the widget's translations. */
  textKey: "errorGeneric" | "errorTooLong" | "errorTooFast" | "errorUnavailable" | "errorRefused" | "errorSession" | "errorVersion";
};

export const WIRE_ERRORS = {
  "bad-frame": { retryable: false, delayMs: 0, textKey: "errorGeneric" },
  "unknown-command": { retryable: false, delayMs: 0, textKey: "errorVersion" },
  "frame-too-large": { retryable: false, delayMs: 0, textKey: "errorTooLong" },
  damaged: { retryable: true, delayMs: 200, textKey: "errorUnavailable" },
  "unsupported-version": { retryable: false, delayMs: 0, textKey: "errorVersion" },
  "origin-refused": { retryable: false, delayMs: 0, textKey: "errorRefused" },
  "unknown-site": { retryable: false, delayMs: 0, textKey: "errorRefused" },
  "hello-required": { retryable: true, delayMs: 0, textKey: "errorSession" },
  "session-unknown": { retryable: false, delayMs: 0, textKey: "errorSession" },
  /** The ticket of `join` is unknown, used, too old, or of another site: say hello without it. */
  "ticket-unknown": { retryable: false, delayMs: 0, textKey: "errorGeneric" },
  /** The visitor's region is served by other relays, at `endpoints`: say hello there. */
  elsewhere: { retryable: false, delayMs: 0, textKey: "errorUnavailable" },
  forbidden: { retryable: false, delayMs: 0, textKey: "errorRefused" },
  "not-found": { retryable: false, delayMs: 0, textKey: "errorGeneric" },
  conflict: { retryable: false, delayMs: 0, textKey: "errorGeneric" },
  "bad-email": { retryable: false, delayMs: 0, textKey: "errorGeneric" },
  "bad-phone": { retryable: false, delayMs: 0, textKey: "errorGeneric" },
  "channel-not-offered": { retryable: false, delayMs: 0, textKey: "errorGeneric" },
  "rate-limited": { retryable: true, delayMs: 1_000, textKey: "errorTooFast" },
  "too-many-links": { retryable: true, delayMs: 5_000, textKey: "errorTooFast" },
  "store-unavailable": { retryable: true, delayMs: 1_000, textKey: "errorUnavailable" },
  draining: { retryable: true, delayMs: 500, textKey: "errorUnavailable" },
  internal: { retryable: true, delayMs: 2_000, textKey: "errorUnavailable" },
} as const satisfies Record<string, WireErrorPolicy>;

export type WireErrorCode = keyof typeof WIRE_ERRORS;

/** What an ack carries when a command was refused. `path` names the field, as `parts.0.text`. */
export type WireError = {
  code: WireErrorCode;
  message: string;
  path?: string | undefined;
  retryAfterMs?: number | undefined;
  /** Origins, best first; with `elsewhere`. */
  endpoints?: string[] | undefined;
};

export function isWireErrorCode(value: unknown): value is WireErrorCode {
  return typeof value === "string" && Object.hasOwn(WIRE_ERRORS, value);
}

/** The policy of a code; a code this version does not know is treated as retryable after five seconds. */
export function policyOf(code: string): WireErrorPolicy {
  return isWireErrorCode(code) ? WIRE_ERRORS[code] : { retryable: true, delayMs: 5_000, textKey: "errorGeneric" };
}

/** A refusal as an ack carries it. `message` is for logs and developers. */
export function refusal(
  code: WireErrorCode,
  message: string,
  details: Pick<WireError, "path" | "retryAfterMs" | "endpoints"> = {},
): { ok: false; error: WireError } {
  return { ok: false, error: { code, message, ...details } };
}
