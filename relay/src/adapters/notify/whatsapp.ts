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

const optionsSchema = v.strictObject({
  phoneNumberId: v.pipe(
    v.string("expected the id of a phone number"),
    v.regex(/^\d{5,20}$/, "expected the id of a phone number, which is digits"),
  ),
  token: filledOption("an access token"),
  to: phoneOption,
  /** Name of an approved template with one place in its body. */
  template: filledOption("the name of a template"),
  /** Of the template, as en_US. */
  templateLanguage: v.optional(
    v.pipe(v.string("expected a language, as en_US"), v.regex(/^[a-z]{2,3}(_[A-Z]{2})?$/, "expected a language, as en_US")),
    "en_US",
  ),
  /** With the version of the API; for tests and gateways. */
  baseUrl: v.optional(urlOption, "https://graph.facebook.com/v23.0"),
  text: textOption,
  timeoutMs: timeoutOption,
});
export type WhatsAppOptions = v.InferOutput<typeof optionsSchema>;

export function createWhatsAppNotify(options: WhatsAppOptions, context: AdapterContext): NotifyAdapter {
  const { phoneNumberId, token, to, template, templateLanguage, baseUrl, text: words, timeoutMs } = options;
  return {
    kind: "notify",
    notify: async (alert, signal) => {
      const body = {
        messaging_product: "whatsapp",
        recipient_type: "individual",
        to: to.slice(1),
        type: "template",
        template: {
          name: template,
          language: { policy: "deterministic", code: templateLanguage },
          components: [{ type: "body", parameters: [{ type: "text", text: alertText(words, alert) }] }],
        },
      };
      const url = `${baseUrl.replace(/\/$/, "")}/${phoneNumberId}/messages`;
      await callJson({ url, headers: { authorization: `Bearer ${token}` }, body, timeoutMs, who: "WhatsApp" }, context, signal);
    },
  };
}

export const whatsAppNotify: AdapterDefinition<"notify"> = {
  kind: "notify",
  name: "whatsapp",
  parseOptions: optionsReader(optionsSchema),
  create: (options: WhatsAppOptions, context) => createWhatsAppNotify(options, context),
};
