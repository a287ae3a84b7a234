/**
 * Posting events signed after Standard Webhooks (standardwebhooks.com): the part that desks and pagers share. Owns the headers, the body's
 * form and what an answer means; retries are the jobs'.
 */
import * as v from "valibot";
import type { Webhook } from "standardwebhooks";
import { AdapterError } from "./errors.ts";
import { discardBody, retryAfterMs } from "./http-status.ts";
import { LIMITS } from "@allhours/protocol";
import { sameText } from "./same-text.ts";
import type { AdapterContext, InboundRequest } from "./spec.ts";

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

/** How far a timestamp may lie from now, either way: what Standard Webhooks and Slack recommend. */
export const TOLERANCE_SECONDS = 300;
const ID_CHARS = 256;

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
      ...signatureHeaders([key, ...previousKeys], id, sentAt, body),
      ...headers({ id, body, sentAt }),
    },
    body,
  };
  const response = await fetchWithin(url, init, { timeoutMs, who, fetch: context.fetch }, signal);
  await discardBody(response);
  if (!response.ok) throw refusalOf(response, who);
}

/** What says who sent a body, after Standard Webhooks; one signature a key. */
export function signatureHeaders(keys: readonly Webhook[], id: string, sentAt: Date, body: string): Record<string, string> {
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1_000)),
    "webhook-signature": keys.map((key) => key.sign(id, sentAt, body)).join(" "),
  };
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

/** Of a delivery after Standard Webhooks: the `webhook-id`, once one of the secrets has signed exactly this body at about this time. Throws `AdapterError` `unauthorized`. */
export function verifyStandard({ headers, rawBody, nowMs }: InboundRequest, keys: readonly Webhook[]): string {
  const refuse = (why: string): AdapterError => new AdapterError("unauthorized", why);
  const id = headers.get("webhook-id") ?? "";
  if (id === "" || id.length > ID_CHARS) throw refuse(`webhook-id: expected 1 to ${ID_CHARS} characters`);
  const timestamp = headers.get("webhook-timestamp") ?? "";
  if (!/^\d{1,12}$/.test(timestamp)) throw refuse("webhook-timestamp: expected seconds since 1970");
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > TOLERANCE_SECONDS)
    throw refuse(`webhook-timestamp: expected at most ${TOLERANCE_SECONDS} seconds from now`);
  const given = (headers.get("webhook-signature") ?? "").split(" ").filter((one) => one.startsWith("v1,"));
  if (given.length === 0) throw refuse("webhook-signature: expected a signature of version v1");
  const at = new Date(Number(timestamp) * 1_000);
  let matches = false;
  for (const key of keys) {
    const expected = key.sign(id, at, rawBody);
    for (const one of given.slice(0, 8)) if (sameText(one, expected)) matches = true;
  }
  if (!matches) throw refuse("webhook-signature: no signature matches");
  return id;
}

/** A verified body in the form it must have. Throws `AdapterError` `bad-request`, naming the first field that is wrong. */
export function readSigned<Schema extends v.GenericSchema>(schema: Schema, rawBody: string): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, jsonOf(rawBody));
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  const wanted =
    issue.type === "strict_object" && issue.expected === "never" ? "unknown field" : `expected ${issue.expected ?? issue.message}`;
  throw new AdapterError("bad-request", `${v.getDotPath(issue) ?? "body"}: ${wanted}`.slice(0, LIMITS.labelChars));
}

/** Throws `AdapterError` `bad-request`. */
export function jsonOf(rawBody: string): unknown {
  try {
    return JSON.parse(rawBody) as unknown;
  } catch {
    throw new AdapterError("bad-request", "body: expected JSON");
  }
}
