/** Visitors who left, by e-mail: plain text, with the headers by which a mail program unsubscribes in one click (RFC 2369, RFC 8058). */
import * as v from "valibot";
import { optionsReader } from "../options.ts";
import { timeoutOption } from "../signed-webhook.ts";
import { addressOption, mailServerOption, sendMail } from "../smtp.ts";
import type { AdapterContext, AdapterDefinition, NoticeAdapter } from "../spec.ts";

const optionsSchema = v.strictObject({
  channel: v.optional(v.literal("email", 'expected "email"'), "email"),
  /** As smtps://mail.shop.example or smtp://mail.shop.example:587; must be in the region's `egress`. */
  url: mailServerOption(["smtps", "smtp"]),
  user: v.optional(v.string("expected text")),
  password: v.optional(v.string("expected text")),
  /** The address visitors see, beside the site's name. */
  from: addressOption,
  /** Where an answer to the mail goes; default `from`. */
  replyTo: v.optional(addressOption),
  timeoutMs: timeoutOption,
});
export type EmailNoticeOptions = v.InferOutput<typeof optionsSchema>;

export function createEmailNotice(options: EmailNoticeOptions, context: AdapterContext): NoticeAdapter {
  const { from, replyTo } = options;
  return {
    kind: "notice",
    channel: "email",
    tells: ["answered", "late"],
    send: async (notice, signal) =>
      sendMail(
        options,
        {
          // As objects: names and addresses are data, and no part of a header's grammar.
          from: { name: notice.values.shop, address: from },
          to: { name: "", address: notice.to },
          ...(replyTo === undefined ? {} : { replyTo }),
          subject: notice.subject,
          text: notice.text,
          // The same through every retry: mail programs show it once.
          messageId: `<${notice.id}@${from.split("@")[1] ?? "allhours"}>`,
          date: new Date(notice.timestamp),
          headers: {
            "List-Unsubscribe": `<${notice.values.optout}>`,
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            // Nobody's absence note shall answer (RFC 3834).
            "Auto-Submitted": "auto-generated",
            "Content-Language": notice.language,
          },
        },
        context,
        signal,
      ),
  };
}

export const emailNotice: AdapterDefinition<"notice"> = {
  kind: "notice",
  name: "email",
  parseOptions: optionsReader(optionsSchema),
  create: (options: EmailNoticeOptions, context) => createEmailNotice(options, context),
};
