/** A pager in a Slack channel, by an incoming webhook (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). */
import * as v from "valibot";
import { callJson } from "../json-call.ts";
import { optionsReader, urlOption } from "../options.ts";
import { timeoutOption } from "../signed-webhook.ts";
import type { AdapterContext, AdapterDefinition, NotifyAdapter } from "../spec.ts";
import { alertText, textOption } from "./words.ts";

const optionsSchema = v.strictObject({
  /** As https://hooks.slack.com/services/...; its origin must be in the region's `egress`. */
  url: urlOption,
  text: textOption,
  timeoutMs: timeoutOption,
});
export type SlackNotifyOptions = v.InferOutput<typeof optionsSchema>;

export function createSlackNotify({ url, text, timeoutMs }: SlackNotifyOptions, context: AdapterContext): NotifyAdapter {
  return {
    kind: "notify",
    notify: async (alert, signal) => {
      await callJson({ url, body: { text: alertText(text, alert) }, timeoutMs, who: "Slack" }, context, signal);
    },
  };
}

export const slackNotify: AdapterDefinition<"notify"> = {
  kind: "notify",
  name: "slack",
  parseOptions: optionsReader(optionsSchema),
  create: (options: SlackNotifyOptions, context) => createSlackNotify(options, context),
};
