/** Visitors who left, by a sender of the merchant's own: one signed POST a notice, `{type: "visitor.notice", timestamp, data}`, with the address in it. */
import * as v from "valibot";
import { Webhook } from "standardwebhooks";
import { CONTACT_CHANNELS } from "@allhours/protocol";
import { optionsReader, urlOption } from "../options.ts";
import { postSigned, secretOption, timeoutOption } from "../signed-webhook.ts";
import type { AdapterContext, AdapterDefinition, NoticeAdapter } from "../spec.ts";

const optionsSchema = v.strictObject({
  /** What the sender behind it sends. */
  channel: v.picklist(CONTACT_CHANNELS, `expected one of ${CONTACT_CHANNELS.join(", ")}`),
  /** Where notices are POSTed; its origin must be in the region's `egress`. */
  url: urlOption,
  /** Signs them. */
  secret: secretOption,
  timeoutMs: timeoutOption,
});
export type WebhookNoticeOptions = v.InferOutput<typeof optionsSchema>;

export function createWebhookNotice({ channel, url, secret, timeoutMs }: WebhookNoticeOptions, context: AdapterContext): NoticeAdapter {
  const key = new Webhook(secret);
  return {
    kind: "notice",
    channel,
    tells: ["answered", "late"],
    send: async ({ id, timestamp, values, ...notice }, signal) =>
      postSigned(
        { id, timestamp, type: "visitor.notice", data: { channel, ...notice, ...values } },
        { url, timeoutMs, key, who: "the sender" },
        context,
        signal,
      ),
  };
}

export const webhookNotice: AdapterDefinition<"notice"> = {
  kind: "notice",
  name: "webhook",
  parseOptions: optionsReader(optionsSchema),
  create: (options: WebhookNoticeOptions, context) => createWebhookNotice(options, context),
};
