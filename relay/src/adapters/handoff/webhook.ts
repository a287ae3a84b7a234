/**
 * A desk behind signed webhooks, both ways after Standard Webhooks (standardwebhooks.com): events out as `{type, timestamp, data}`, the
 * desk's words in by the same form. Owns the signatures and the two wire formats; order, retries and dedupe are the jobs' and the log's.
 */
import { timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import { Webhook } from "standardwebhooks";
import { LIMITS } from "@allhours/protocol";
import { AdapterError } from "../errors.ts";
import { discardBody, retryAfterMs } from "../http-status.ts";
import { optionsReader, urlOption } from "../options.ts";
import type { AdapterContext, AdapterDefinition, DeskCommand, HandoffAdapter, InboundRequest } from "../spec.ts";
import { deskCommandOf, inboundSchema } from "./inbound.ts";

const secret = v.pipe(
  v.string("expected a secret, as whsec_ and base64"),
  v.check((text) => {
    const bytes = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
    const length = bytes === undefined ? 0 : Buffer.from(bytes, "base64").length;
    return length >= 24 && length <= 64;
  }, "expected whsec_ followed by the base64 of 24 to 64 bytes"),
);
const optionsSchema = v.strictObject({
  /** Where events are POSTed; its origin must be in the region's `egress`. */
  url: urlOption,
  /** Signs what goes out, and verifies what comes in unless `inboundSecret` is set. */
  secret,
  inboundSecret: v.optional(secret),
  /** Still accepted for what comes in, while secrets are being exchanged. */
  previousSecrets: v.optional(v.pipe(v.array(secret, "expected a list of secrets"), v.maxLength(4, "expected at most 4")), []),
  /** Longest wait for the desk's answer, milliseconds; default 15,000. */
  timeoutMs: v.optional(
    v.pipe(
      v.number("expected a number of milliseconds"),
      v.integer("expected whole milliseconds"),
      v.minValue(100, "expected at least 100"),
      v.maxValue(60_000, "expected at most 60000"),
    ),
    15_000,
  ),
});
export type WebhookOptions = v.InferOutput<typeof optionsSchema>;

/** How far a timestamp may lie from now, either way: what the standard recommends. */
const TOLERANCE_SECONDS = 300;
const ID_CHARS = 256;

export function createWebhookHandoff(options: WebhookOptions, context: AdapterContext): HandoffAdapter {
  const outgoing = new Webhook(options.secret);
  const incoming = [options.inboundSecret ?? options.secret, ...options.previousSecrets].map((one) => new Webhook(one));
  return {
    kind: "handoff",
    async deliver(event, signal) {
      const { id, type, timestamp, data } = event;
      const body = JSON.stringify({ type, timestamp, data });
      // The time of this attempt, so that a retry hours later is still accepted; the event's own time is in the body.
      const sentAt = new Date();
      const limit = AbortSignal.timeout(options.timeoutMs);
      let response: Response;
      try {
        response = await context.fetch(options.url, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            "webhook-id": id,
            "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1_000)),
            "webhook-signature": outgoing.sign(id, sentAt, body),
          },
          body,
          signal: AbortSignal.any([signal, limit]),
        });
      } catch (cause) {
        if (limit.aborted && !signal.aborted)
          throw new AdapterError("timeout", `the desk did not answer within ${options.timeoutMs} ms`, { cause });
        throw cause;
      }
      await discardBody(response);
      if (!response.ok) throw refusalOf(response);
    },
    receive: async (request) => {
      const externalId = verify(request, incoming);
      return readCommand(externalId, request.rawBody);
    },
  };
}

/** Anything but 2xx is tried again later, also a 4xx: desks are redeployed. Only 410 says that nobody listens any more. */
function refusalOf(response: Response): AdapterError {
  const { status } = response;
  const wait = { permanent: false, retryAfterMs: retryAfterMs(response.headers, Date.now()) };
  if (status === 410) return new AdapterError("refused", "the desk answered 410: the endpoint is gone", { permanent: true });
  if (status === 429) return new AdapterError("rate-limited", "the desk answered 429", wait);
  if (status === 401 || status === 403) return new AdapterError("unauthorized", `the desk answered ${status}`, wait);
  return new AdapterError("failed", `the desk answered ${status}`, wait);
}

/** The `webhook-id`, once one of the secrets has signed exactly this body at about this time. */
function verify({ headers, rawBody, nowMs }: InboundRequest, keys: readonly Webhook[]): string {
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
    const expected = Buffer.from(key.sign(id, at, rawBody));
    for (const one of given.slice(0, 8)) {
      const bytes = Buffer.from(one);
      if (bytes.length === expected.length && timingSafeEqual(bytes, expected)) matches = true;
    }
  }
  if (!matches) throw refuse("webhook-signature: no signature matches");
  return id;
}

function readCommand(externalId: string, rawBody: string): DeskCommand {
  let raw: unknown;
  try {
    raw = JSON.parse(rawBody);
  } catch {
    throw new AdapterError("bad-request", "body: expected JSON");
  }
  const parsed = v.safeParse(inboundSchema, raw);
  if (parsed.success) return deskCommandOf(externalId, parsed.output);
  const issue = parsed.issues[0];
  throw new AdapterError(
    "bad-request",
    `${v.getDotPath(issue) ?? "body"}: ${issue.type === "strict_object" && issue.expected === "never" ? "unknown field" : `expected ${issue.expected ?? issue.message}`}`.slice(
      0,
      LIMITS.labelChars,
    ),
  );
}

export const webhookHandoff: AdapterDefinition<"handoff"> = {
  kind: "handoff",
  name: "webhook",
  parseOptions: optionsReader(optionsSchema),
  create: (options: WebhookOptions, context) => createWebhookHandoff(options, context),
};
