/** Signatures of desks that have a form of their own: an HMAC over what they say is signed, compared without telling how far it was right. */
import { createHmac } from "node:crypto";
import { AdapterError } from "../errors.ts";
import { sameText } from "../same-text.ts";
import { TOLERANCE_SECONDS } from "../signed-webhook.ts";

export type HmacForm = { algorithm: "sha1" | "sha256"; encoding: "hex" | "base64"; prefix?: string };

export function signed(text: string, secret: string, { algorithm, encoding, prefix = "" }: HmacForm): string {
  return prefix + createHmac(algorithm, secret).update(text).digest(encoding);
}

/** Throws `AdapterError` `unauthorized`, naming the header. */
export function verifySigned(given: string | null, text: string, secret: string, form: HmacForm & { header: string }): void {
  if (given === null || given === "") throw new AdapterError("unauthorized", `${form.header}: expected, but it is missing`);
  if (!sameText(given, signed(text, secret, form))) throw new AdapterError("unauthorized", `${form.header}: does not fit the body`);
}

/** Seconds since 1970, as the header has it. Throws `AdapterError` `unauthorized`. */
export function verifyRecent(given: string | null, nowMs: number, header: string): string {
  if (given === null || !/^\d{1,12}$/.test(given)) throw new AdapterError("unauthorized", `${header}: expected seconds since 1970`);
  if (Math.abs(Number(given) - nowMs / 1_000) > TOLERANCE_SECONDS)
    throw new AdapterError("unauthorized", `${header}: expected a time within ${TOLERANCE_SECONDS} s of now`);
  return given;
}
