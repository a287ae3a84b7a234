/** Mail out over SMTP, by nodemailer. The connection goes to an address the region's list has checked, with the name for TLS. */
import { isIP } from "node:net";
import { createTransport, type SendMailOptions } from "nodemailer";
import * as v from "valibot";
import { AdapterError } from "./errors.ts";
import type { AdapterContext } from "./spec.ts";

export const addressOption = v.pipe(v.string("expected an e-mail address"), v.email("expected an e-mail address"));
export const mailServerOption = (protocols: readonly [string, string]) => {
  const expected = `expected ${protocols[0]}:// or ${protocols[1]}://, a host and a port`;
  return v.pipe(
    v.string(expected),
    v.check(
      (text) => URL.canParse(text) && protocols.some((one) => new URL(text).protocol === `${one}:`) && new URL(text).hostname !== "",
      expected,
    ),
  );
};
/** `url` as smtps://host:465, or smtp://host:587, which changes over to TLS before anything is said. */
export type MailServer = { url: string; user?: string | undefined; password?: string | undefined; timeoutMs: number };

/** Where to connect, and by which name TLS is checked. Rejects with `AdapterError`. */
export async function mailHost(
  url: URL,
  context: Pick<AdapterContext, "resolve">,
): Promise<{ host: string; tls: { servername?: string } }> {
  const [found] = await context.resolve(url);
  if (found === undefined) throw new AdapterError("unreachable", "the mail server has no address");
  return { host: found.address, tls: isIP(url.hostname) === 0 ? { servername: url.hostname } : {} };
}
export function isLoopback(host: string): boolean {
  return host.startsWith("127.") || host === "::1";
}

/** Resolves when the server has taken it. Rejects with `AdapterError`, or with the signal's reason. */
export async function sendMail(
  { url: address, user, password, timeoutMs }: MailServer,
  mail: SendMailOptions,
  context: Pick<AdapterContext, "resolve">,
  signal: AbortSignal,
): Promise<void> {
  const url = new URL(address);
  const secure = url.protocol === "smtps:";
  const { host, tls } = await mailHost(url, context);
  const transport = createTransport({
    host,
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    // Plain text only towards this machine: nobody reads along there.
    requireTLS: !secure && !isLoopback(host),
    tls,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
  });
  const stop = (): void => transport.close();
  signal.addEventListener("abort", stop);
  try {
    signal.throwIfAborted();
    await transport.sendMail(mail);
  } catch (cause) {
    signal.throwIfAborted();
    throw failureOf(cause);
  } finally {
    signal.removeEventListener("abort", stop);
    transport.close();
  }
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
