/**
 * A desk behind signed webhooks, both ways after Standard Webhooks (standardwebhooks.com): events out as `{type, timestamp, data}`, the
 * desk's words in by the same form. Owns the signatures and the two wire formats; order, retries and dedupe are the jobs' and the log's.
 */
import * as v from "valibot";
import { Webhook } from "standardwebhooks";
import { LIMITS } from "@allhours/protocol";
import { AdapterError } from "../errors.ts";
import { optionsReader, urlOption } from "../options.ts";
import { postSigned, secretOption, timeoutOption } from "../signed-webhook.ts";
import type { AdapterContext, AdapterDefinition, DeskCommand, HandoffAdapter, InboundRequest } from "../spec.ts";
import { sameText } from "../same-text.ts";
import { TOLERANCE_SECONDS } from "./hmac.ts";
import { deskCommandOf, inboundSchema, jsonOf } from "./inbound.ts";

const optionsSchema = v.strictObject({
  /** Where events are POSTed; its origin must be in the region's `egress`. */
  url: urlOption,
  /** Signs what goes out, and verifies what comes in unless `inboundSecret` is set. */
  secret: secretOption,
  inboundSecret: v.optional(secretOption),
  /** Still accepted for what comes in, while secrets are being exchanged. */
  previousSecrets: v.optional(v.pipe(v.array(secretOption, "expected a list of secrets"), v.maxLength(4, "expected at most 4")), []),
  timeoutMs: timeoutOption,
});
export type WebhookOptions = v.InferOutput<typeof optionsSchema>;

const ID_CHARS = 256;

export function createWebhookHandoff(options: WebhookOptions, context: AdapterContext): HandoffAdapter {
  const outgoing = new Webhook(options.secret);
  const incoming = [options.inboundSecret ?? options.secret, ...options.previousSecrets].map((one) => new Webhook(one));
  return {
    kind: "handoff",
    async deliver(event, signal) {
      await postSigned(event, { url: options.url, timeoutMs: options.timeoutMs, key: outgoing, who: "the desk" }, context, signal);
    },
    receive: async (request) => {
      const externalId = verify(request, incoming);
      return { commands: [readCommand(externalId, request.rawBody)] };
    },
  };
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
    const expected = key.sign(id, at, rawBody);
    for (const one of given.slice(0, 8)) if (sameText(one, expected)) matches = true;
  }
  if (!matches) throw refuse("webhook-signature: no signature matches");
  return id;
}

function readCommand(externalId: string, rawBody: string): DeskCommand {
  const parsed = v.safeParse(inboundSchema, jsonOf(rawBody));
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
