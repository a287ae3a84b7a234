/** The one error adapters throw, and how the guard and the jobs read it. */
export type AdapterErrorCode =
  | "timeout"
  | "unreachable"
  | "refused"
  | "rate-limited"
  | "unauthorized"
  | "bad-request"
  | "bad-response"
  | "not-ready"
  | "failed";

const marker: unique symbol = Symbol.for("allhours.adapter-error") as never;

export class AdapterError extends Error {
  override readonly name = "AdapterError";
  readonly code: AdapterErrorCode;
  /** True when trying the same call again cannot help: the guard goes to the next adapter, a job dies at once. */
  readonly permanent: boolean;
  /** Least wait the other side asked for, milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: AdapterErrorCode,
    message: string,
    details: { permanent?: boolean; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.permanent = details.permanent ?? (code === "unauthorized" || code === "bad-request" || code === "refused");
    this.retryAfterMs = details.retryAfterMs;
    Object.defineProperty(this, marker, { value: true });
  }
}

/** Recognises an `AdapterError` across copies of this package. */
export function isAdapterError(value: unknown): value is AdapterError {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[marker] === true;
}
