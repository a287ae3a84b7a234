/** A pager by SMS, through Twilio's Messages resource (https://www.twilio.com/docs/messaging/api/message-resource). */
import * as v from "valibot";
import { callJson } from "../json-call.ts";
import { filledOption, optionsReader, urlOption } from "../options.ts";
import { timeoutOption } from "../signed-webhook.ts";
import type { AdapterContext, AdapterDefinition, NotifyAdapter } from "../spec.ts";
import { alertText, textOption } from "./words.ts";

export const phoneOption = v.pipe(
  v.string("expected a telephone number, as +33612345678"),
  v.regex(/^\+[1-9]\d{6,14}$/, "expected a telephone number, as +33612345678"),
);
export const accountSidOption = v.pipe(
  v.string("expected an account SID, as AC..."),
  v.regex(/^AC[0-9a-fA-F]{32}$/, "expected an account SID, as AC and 32 digits"),
);
const optionsSchema = v.strictObject({
  accountSid: accountSidOption,
  authToken: filledOption("the account's auth token"),
  from: phoneOption,
  to: phoneOption,
  /** For tests and gateways; default Twilio's own. */
  baseUrl: v.optional(urlOption, "https://api.twilio.com"),
  text: textOption,
  timeoutMs: timeoutOption,
});
export type TwilioOptions = v.InferOutput<typeof optionsSchema>;

/** One SMS. Rejects with `AdapterError`, or with the signal's reason. */
export async function sendSms(
  { accountSid, authToken, from, baseUrl, timeoutMs }: Pick<TwilioOptions, "accountSid" | "authToken" | "from" | "baseUrl" | "timeoutMs">,
  { to, text }: { to: string; text: string },
  context: AdapterContext,
  signal: AbortSignal,
): Promise<void> {
  const url = `${baseUrl.replace(/\/$/, "")}/2010-04-01/Accounts/${accountSid}/Messages.json`;
  const headers = { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}` };
  const body = new URLSearchParams({ From: from, To: to, Body: text });
  await callJson({ url, headers, body, timeoutMs, who: "Twilio" }, context, signal);
}

export function createTwilioNotify(options: TwilioOptions, context: AdapterContext): NotifyAdapter {
  const { to, text } = options;
  return {
    kind: "notify",
    notify: async (alert, signal) => sendSms(options, { to, text: alertText(text, alert) }, context, signal),
  };
}

export const twilioNotify: AdapterDefinition<"notify"> = {
  kind: "notify",
  name: "twilio",
  parseOptions: optionsReader(optionsSchema),
  create: (options: TwilioOptions, context) => createTwilioNotify(options, context),
};
