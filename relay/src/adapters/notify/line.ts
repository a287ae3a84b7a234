/** A pager by LINE, through the Messaging API's push message (https://developers.line.biz). Its retry key makes a second try harmless for a day. */
import { createHash } from "node:crypto";
import * as v from "valibot";
import { callJson } from "../json-call.ts";
import { filledOption, optionsReader, urlOption } from "../options.ts";
import { timeoutOption } from "../signed-webhook.ts";
import type { AdapterContext, AdapterDefinition, NotifyAdapter } from "../spec.ts";
import { alertText, textOption } from "./words.ts";

const optionsSchema = v.strictObject({
  token: filledOption("a channel access token"),
  /** Id of a user, group or room, as U..., C... or R... */
  to: v.pipe(
    v.string("expected the id of a user, group or room"),
    v.regex(/^[UCR][0-9a-f]{32}$/, "expected the id of a user, group or room, as U and 32 digits"),
  ),
  /** For tests and gateways; default LINE's own. */
  baseUrl: v.optional(urlOption, "https://api.line.me"),
  text: textOption,
  timeoutMs: timeoutOption,
});
export type LineOptions = v.InferOutput<typeof optionsSchema>;

export function createLineNotify({ token, to, baseUrl, text, timeoutMs }: LineOptions, context: AdapterContext): NotifyAdapter {
  return {
    kind: "notify",
    notify: async (alert, signal) => {
      const url = `${baseUrl.replace(/\/$/, "")}/v2/bot/message/push`;
      const headers = { authorization: `Bearer ${token}`, "x-line-retry-key": retryKey(alert.id) };
      const body = { to, messages: [{ type: "text", text: alertText(text, alert) }] };
      // 409: it has this one already.
      await callJson({ url, headers, body, timeoutMs, who: "LINE", taken: 409 }, context, signal);
    },
  };
}

/** A UUID from the alert's id, the same through every retry. */
function retryKey(id: string): string {
  const hex = createHash("sha256").update(id).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}

export const lineNotify: AdapterDefinition<"notify"> = {
  kind: "notify",
  name: "line",
  parseOptions: optionsReader(optionsSchema),
  create: (options: LineOptions, context) => createLineNotify(options, context),
};
