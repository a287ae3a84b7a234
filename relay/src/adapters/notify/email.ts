/** A pager by e-mail, over SMTP by nodemailer. The connection goes to an address the region's list has checked, with the name for TLS. */
import { isIP } from "node:net";
import { createTransport } from "nodemailer";
import * as v from "valibot";
import { AdapterError } from "../errors.ts";
import { optionsReader } from "../options.ts";
import { timeoutOption } from "../signed-webhook.ts";
import type { AdapterContext, AdapterDefinition, NotifyAdapter } from "../spec.ts";
import { alertText, textOption } from "./words.ts";

const address = v.pipe(v.string("expected an e-mail address"), v.email("expected an e-mail address"));
const optionsSchema = v.strictObject({
  /** As smtps://mail.shop.example or smtp://mail.shop.example:587; must be in the region's `egress`. */
  url: v.pipe(
    v.string("expected smtps:// or smtp://, a host and a port"),
    v.check(
      (text) => URL.canParse(text) && /^smtps?:$/.test(new URL(text).protocol) && new URL(text).hostname !== "",
      "expected smtps:// or smtp://, a host and a port",
    ),
  ),
  user: v.optional(v.string("expected text")),
  password: v.optional(v.string("expected text")),
  from: address,
  to: v.pipe(
    v.array(address, "expected a list of e-mail addresses"),
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
  const { user, password, from, to, subject, text, timeoutMs } = options;
  const url = new URL(options.url);
  const secure = url.protocol === "smtps:";
  return {
    kind: "notify",
    async notify(alert, signal) {
      const [found] = await context.resolve(url);
      if (found === undefined) throw new AdapterError("unreachable", "the mail server has no address");
      const transport = createTransport({
        host: found.address,
        port: Number(url.port) || (secure ? 465 : 587),
        secure,
        // Plain text only towards this machine: nobody reads along there.
        requireTLS: !secure && !isLoopback(found.address),
        tls: isIP(url.hostname) === 0 ? { servername: url.hostname } : {},
        connectionTimeout: timeoutMs,
        greetingTimeout: timeoutMs,
        socketTimeout: timeoutMs,
        ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
      });
      const stop = (): void => transport.close();
      signal.addEventListener("abort", stop);
      try {
        signal.throwIfAborted();
        await transport.sendMail({
          from,
          to,
          subject: alertText(subject, alert),
          text: alertText(text, alert),
          // The same through every retry: mail programs show it once.
          messageId: `<${alert.id}@${from.split("@")[1] ?? "allhours"}>`,
          date: new Date(alert.timestamp),
          priority: "high",
        });
      } catch (cause) {
        signal.throwIfAborted();
        throw failureOf(cause);
      } finally {
        signal.removeEventListener("abort", stop);
        transport.close();
      }
    },
  };
}

function isLoopback(host: string): boolean {
  return host.startsWith("127.") || host === "::1";
}

/** 5xx of SMTP is for good, all else may pass. */
function failureOf(cause: unknown): AdapterError {
  const { code, responseCode } = cause as { code?: string; responseCode?: number };
  const said = responseCode === undefined ? (code ?? "failed") : `answered ${responseCode}`;
  if (code === "EAUTH") return new AdapterError("unauthorized", `the mail server ${said}`, { permanent: false, cause });
  if (code === "ETIMEDOUT") return new AdapterError("timeout", "the mail server did not answer in time", { cause });
  if (code === "ECONNECTION" || code === "ESOCKET" || code === "EDNS")
    return new AdapterError("unreachable", "the mail server cannot be reached", { cause });
  return new AdapterError("failed", `the mail server ${said}`, { permanent: responseCode !== undefined && responseCode >= 500, cause });
}

export const emailNotify: AdapterDefinition<"notify"> = {
  kind: "notify",
  name: "email",
  parseOptions: optionsReader(optionsSchema),
  create: (options: EmailOptions, context) => createEmailNotify(options, context),
};
