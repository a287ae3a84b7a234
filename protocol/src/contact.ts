/**
 * Being told elsewhere: on which channels a visitor who left can be written to, and what a client is shown of it. The address itself goes up and
 * never comes down.
 */
import * as v from "valibot";

/** `email` takes an e-mail address; `sms` and `whatsapp` a telephone number in E.164, as +33612345678. */
export const CONTACT_CHANNELS = ["email", "sms", "whatsapp"] as const;
export type ContactChannel = (typeof CONTACT_CHANNELS)[number];

/**
 * `channels`: on offer, best first; one this version does not know is left out by who reads it. `channel` and `masked`, as `m…@example.com`: what
 * is set now; both are absent when nothing is.
 */
export const contactSchema = v.object({
  channels: v.array(v.string()),
  channel: v.optional(v.string()),
  masked: v.optional(v.string()),
});
export type ContactState = v.InferOutput<typeof contactSchema>;
