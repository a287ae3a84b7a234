/** What an HTTP status of another system means for the guard and the jobs. Reads no body: bodies may carry what must not be logged. */
import { AdapterError } from "./errors.ts";

/** `Retry-After` in milliseconds from now: seconds or an HTTP date (RFC 9110 10.2.3); `undefined` when absent or senseless. */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

/** The error of an answer outside 200 to 299. 5xx, 408 and 429 may be tried again; other 4xx are permanent. */
export function errorOfStatus(response: Response, nowMs: number): AdapterError {
  const { status } = response;
  const wait = { retryAfterMs: retryAfterMs(response.headers, nowMs) };
  if (status === 429) return new AdapterError("rate-limited", "answered 429", wait);
  if (status === 408) return new AdapterError("timeout", "answered 408", wait);
  if (status === 401 || status === 403) return new AdapterError("unauthorized", `answered ${status}`);
  if (status >= 500) return new AdapterError("failed", `answered ${status}`, wait);
  if (status >= 400) return new AdapterError("bad-request", `answered ${status}`);
  return new AdapterError("bad-response", `answered ${status}, expected 200 to 299`);
}

/** Lets the connection go without reading what is left of the answer. */
export async function discardBody(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}
