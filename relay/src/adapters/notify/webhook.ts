/** A pager behind a signed webhook: one POST an alert, `{type: "alert.critical", timestamp, data}`, signed as desks' events are. */
import * as v from "valibot";
import { Webhook } from "standardwebhooks";
import { optionsReader, urlOption } from "../options.ts";
import { postSigned, secretOption, timeoutOption } from "../signed-webhook.ts";
import type { AdapterContext, AdapterDefinition, NotifyAdapter } from "../spec.ts";

const optionsSchema = v.strictObject({
  /** Where alerts are POSTed; its origin must be in the region's `egress`. */
  url: urlOption,
  /** Signs them. */
  secret: secretOption,
  timeoutMs: timeoutOption,
});
export type WebhookNotifyOptions = v.InferOutput<typeof optionsSchema>;

export function createWebhookNotify({ url, secret, timeoutMs }: WebhookNotifyOptions, context: AdapterContext): NotifyAdapter {
  const key = new Webhook(secret);
  return {
    kind: "notify",
    notify: async (alert, signal) =>
      postSigned({ ...alert, type: "alert.critical" }, { url, timeoutMs, key, who: "the pager" }, context, signal),
  };
}

export const webhookNotify: AdapterDefinition<"notify"> = {
  kind: "notify",
  name: "webhook",
  parseOptions: optionsReader(optionsSchema),
  create: (options: WebhookNotifyOptions, context) => createWebhookNotify(options, context),
};
