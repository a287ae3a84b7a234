/**
 * A desk behind signed webhooks, both ways after Standard Webhooks (standardwebhooks.com): events out as `{type, timestamp, data}`, the
 * desk's words in by the same form. Owns the signatures and the two wire formats; order, retries and dedupe are the jobs' and the log's.
 */
import * as v from "valibot";
import { Webhook } from "standardwebhooks";
import { optionsReader, urlOption } from "../options.ts";
import { postSigned, readSigned, secretOption, timeoutOption, verifyStandard } from "../signed-webhook.ts";
import type { AdapterContext, AdapterDefinition, HandoffAdapter } from "../spec.ts";
import { deskCommandOf, inboundSchema } from "./inbound.ts";

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

export function createWebhookHandoff(options: WebhookOptions, context: AdapterContext): HandoffAdapter {
  const outgoing = new Webhook(options.secret);
  const incoming = [options.inboundSecret ?? options.secret, ...options.previousSecrets].map((one) => new Webhook(one));
  return {
    kind: "handoff",
    async deliver(event, signal) {
      await postSigned(event, { url: options.url, timeoutMs: options.timeoutMs, key: outgoing, who: "the desk" }, context, signal);
    },
    receive: async (request) => {
      const externalId = verifyStandard(request, incoming);
      return { commands: [deskCommandOf(externalId, readSigned(inboundSchema, request.rawBody))] };
    },
  };
}

export const webhookHandoff: AdapterDefinition<"handoff"> = {
  kind: "handoff",
  name: "webhook",
  parseOptions: optionsReader(optionsSchema),
  create: (options: WebhookOptions, context) => createWebhookHandoff(options, context),
};
