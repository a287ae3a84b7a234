/**
 * Posting events signed after Standard Webhooks (standardwebhooks.com): the part that desks and pagers share. Owns the headers, the body's
 * form and what an answer means; retries are the jobs'.
 */
import * as v from "valibot";
import type { Webhook } from "standardwebhooks";
import { AdapterError } from "./errors.ts";
import { discardBody, retryAfterMs } from "./http-status.ts";
import type { AdapterContext } from "./spec.ts";

export const secretOption = v.pipe(
  v.string("expected a secret, as whsec_ and base64"),
  v.check((text) => {
    const bytes = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
    const length = bytes === undefined ? 0 : Buffer.from(bytes, "base64").length;
    return length >= 24 && length <= 64;
  }, "expected whsec_ followed by the base64 of 24 to 64 bytes"),
);

/** Longest wait for an answer, milliseconds; default 15,000. */
export const timeoutOption = v.optional(
  v.pipe(
    v.number("expected a number of milliseconds"),
    v.integer("expected whole milliseconds"),
    v.minValue(100, "expected at least 100"),
    v.maxValue(60_000, "expected at most 60000"),
  ),
  15_000,
);

/** `id`: the `webhook-id`, the same through every retry. `timestamp`: when it happened, ISO 8601. */
export type SignedEvent = { id: string; timestamp: string; type: string; data: object };
/** `who`: for messages, as "the desk". */
export type SignedTarget = {
  url: string;
  timeoutMs: number;
  key: Webhook;
  /** Sign as well, while secrets are exchanged. */
  previousKeys?: readonly Webhook[] | undefined;
  who: string;
  /** More headers of this attempt. */
  headers?: ((sent: { id: string; body: string; sentAt: Date }) => Record<string, string>) | undefined;
};

/** Resolves when the other side has taken it. Rejects with `AdapterError`, or with the signal's reason. */
export async function postSigned(
  { id, type, timestamp, data }: SignedEvent,
  { url, timeoutMs, key, previousKeys = [], who, headers = () => ({}) }: SignedTarget,
  context: Pick<AdapterContext, "fetch">,
  signal: AbortSignal,
): Promise<void> {
  const body = JSON.stringify({ type, timestamp, data });
  // The time of this attempt, so that a retry hours later is still accepted; the event's own time is in the body.
  const sentAt = new Date();
  const init = {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1_000)),
      "webhook-signature": [key, ...previousKeys].map((one) => one.sign(id, sentAt, body)).join(" "),
      ...headers({ id, body, sentAt }),
    },
    body,
  };
  const response = await fetchWithin(url, init, { timeoutMs, who, fetch: context.fetch }, signal);
  await discardBody(response);
  if (!response.ok) throw refusalOf(response, who);
}

/** One request with its own limit. Rejects with `AdapterError` `timeout`, with what `fetch` says, or with the signal's reason. */
export async function fetchWithin(
  url: string,
  init: RequestInit,
  { timeoutMs, who, fetch }: Pick<AdapterContext, "fetch"> & { timeoutMs: number; who: string },
  signal: AbortSignal,
): Promise<Response> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    return await fetch(url, { ...init, signal: AbortSignal.any([signal, limit]) });
  } catch (cause) {
    if (limit.aborted && !signal.aborted) throw new AdapterError("timeout", `${who} did not answer within ${timeoutMs} ms`, { cause });
    throw cause;
  }
}

/** Anything but 2xx is tried again later, also a 4xx: receivers are redeployed. Only 410 says that nobody listens any more. */
export function refusalOf(response: Response, who: string): AdapterError {
  const { status } = response;
  const wait = { permanent: false, retryAfterMs: retryAfterMs(response.headers, Date.now()) };
  if (status === 410) return new AdapterError("refused", `${who} answered 410: the endpoint is gone`, { permanent: true });
  if (status === 429) return new AdapterError("rate-limited", `${who} answered 429`, wait);
  if (status === 401 || status === 403) return new AdapterError("unauthorized", `${who} answered ${status}`, wait);
  return new AdapterError("failed", `${who} answered ${status}`, wait);
}
