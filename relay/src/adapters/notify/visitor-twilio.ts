/** Visitors who left, by SMS through Twilio. */
import * as v from "valibot";
import { filledOption, optionsReader, urlOption } from "../options.ts";
import { timeoutOption } from "../signed-webhook.ts";
import type { AdapterContext, AdapterDefinition, NoticeAdapter } from "../spec.ts";
import { accountSidOption, phoneOption, sendSms } from "./twilio.ts";

const optionsSchema = v.strictObject({
  channel: v.optional(v.literal("sms", 'expected "sms"'), "sms"),
  accountSid: accountSidOption,
  authToken: filledOption("the account's auth token"),
  from: phoneOption,
  /** For tests and gateways; default Twilio's own. */
  baseUrl: v.optional(urlOption, "https://api.twilio.com"),
  timeoutMs: timeoutOption,
});
export type TwilioNoticeOptions = v.InferOutput<typeof optionsSchema>;

export function createTwilioNotice(options: TwilioNoticeOptions, context: AdapterContext): NoticeAdapter {
  return {
    kind: "notice",
    channel: "sms",
    tells: ["answered", "late"],
    send: async ({ to, text }, signal) => sendSms(options, { to, text }, context, signal),
  };
}

export const twilioNotice: AdapterDefinition<"notice"> = {
  kind: "notice",
  name: "twilio",
  parseOptions: optionsReader(optionsSchema),
  create: (options: TwilioNoticeOptions, context) => createTwilioNotice(options, context),
};
