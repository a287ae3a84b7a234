/** A pager by e-mail. */
import * as v from "valibot";
import { optionsReader } from "../options.ts";
import { timeoutOption } from "../signed-webhook.ts";
import { addressOption, mailServerOption, sendMail } from "../smtp.ts";
import type { AdapterContext, AdapterDefinition, NotifyAdapter } from "../spec.ts";
import { alertText, textOption } from "./words.ts";

const optionsSchema = v.strictObject({
  /** As smtps://mail.shop.example or smtp://mail.shop.example:587; must be in the region's `egress`. */
  url: mailServerOption(["smtps", "smtp"]),
  user: v.optional(v.string("expected text")),
  password: v.optional(v.string("expected text")),
  from: addressOption,
  to: v.pipe(
    v.array(addressOption, "expected a list of e-mail addresses"),
    v.minLength(1, "expected at least one e-mail address"),
    v.maxLength(20, "expected at most 20"),
  ),
  subject: v.optional(
    v.pipe(v.string("expected text"), v.maxLength(150, "expected at most 150 characters")),
    "Critical at {site}: {category}",
  ),
  text: textOption,
  timeoutMs: timeoutOption,
});
export type EmailOptions = v.InferOutput<typeof optionsSchema>;

export function createEmailNotify(options: EmailOptions, context: AdapterContext): NotifyAdapter {
  const { from, to, subject, text } = options;
  return {
    kind: "notify",
    notify: async (alert, signal) =>
      sendMail(
        options,
        {
          from,
          to,
          subject: alertText(subject, alert),
          text: alertText(text, alert),
          // The same through every retry: mail programs show it once.
          messageId: `<${alert.id}@${from.split("@")[1] ?? "allhours"}>`,
          date: new Date(alert.timestamp),
          priority: "high",
        },
        context,
        signal,
      ),
  };
}

export const emailNotify: AdapterDefinition<"notify"> = {
  kind: "notify",
  name: "email",
  parseOptions: optionsReader(optionsSchema),
  create: (options: EmailOptions, context) => createEmailNotify(options, context),
};
