/**
 * A pager by WhatsApp, through the Cloud API (https://developers.facebook.com/docs/whatsapp/cloud-api). Who has not written to the number in the last
 * day can only be sent an approved template: its one place in the body is filled with the words.
 */
import * as v from "valibot";
import { callJson } from "../json-call.ts";
import { filledOption, optionsReader, urlOption } from "../options.ts";
import { timeoutOption } from "../signed-webhook.ts";
import type { AdapterContext, AdapterDefinition, NotifyAdapter } from "../spec.ts";
import { phoneOption } from "./twilio.ts";
import { alertText, textOption } from "./words.ts";

export const phoneNumberIdOption = v.pipe(
  v.string("expected the id of a phone number"),
  v.regex(/^\d{5,20}$/, "expected the id of a phone number, which is digits"),
);
export const templateLanguageOption = v.pipe(
  v.string("expected a language, as en_US"),
  v.regex(/^[a-z]{2,3}(_[A-Z]{2})?$/, "expected a language, as en_US"),
);
const optionsSchema = v.strictObject({
  phoneNumberId: phoneNumberIdOption,
  token: filledOption("an access token"),
  to: phoneOption,
  /** Name of an approved template with one place in its body. */
  template: filledOption("the name of a template"),
  /** Of the template, as en_US. */
  templateLanguage: v.optional(templateLanguageOption, "en_US"),
  /** With the version of the API; for tests and gateways. */
  baseUrl: v.optional(urlOption, "https://graph.facebook.com/v23.0"),
  text: textOption,
  timeoutMs: timeoutOption,
});
export type WhatsAppOptions = v.InferOutput<typeof optionsSchema>;

/** One message by a template, whose places are filled in order. Rejects with `AdapterError`, or with the signal's reason. */
export async function sendTemplate(
  { phoneNumberId, token, baseUrl, timeoutMs }: Pick<WhatsAppOptions, "phoneNumberId" | "token" | "baseUrl" | "timeoutMs">,
  message: { to: string; template: string; language: string; places: readonly string[] },
  context: AdapterContext,
  signal: AbortSignal,
): Promise<void> {
  const body = {
    messaging_product: "whatsapp",
    recipient_type: "individual",
    to: message.to.slice(1),
    type: "template",
    template: {
      name: message.template,
      language: { policy: "deterministic", code: message.language },
      components: [{ type: "body", parameters: message.places.map((text) => ({ type: "text", text })) }],
    },
  };
  const url = `${baseUrl.replace(/\/$/, "")}/${phoneNumberId}/messages`;
  await callJson({ url, headers: { authorization: `Bearer ${token}` }, body, timeoutMs, who: "WhatsApp" }, context, signal);
}

export function createWhatsAppNotify(options: WhatsAppOptions, context: AdapterContext): NotifyAdapter {
  const { to, template, templateLanguage, text } = options;
  return {
    kind: "notify",
    notify: async (alert, signal) =>
      sendTemplate(options, { to, template, language: templateLanguage, places: [alertText(text, alert)] }, context, signal),
  };
}

export const whatsAppNotify: AdapterDefinition<"notify"> = {
  kind: "notify",
  name: "whatsapp",
  parseOptions: optionsReader(optionsSchema),
  create: (options: WhatsAppOptions, context) => createWhatsAppNotify(options, context),
};
