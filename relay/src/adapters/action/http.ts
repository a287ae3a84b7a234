/**
 * A service of the shop behind signed HTTP, after Standard Webhooks (standardwebhooks.com): one POST asks it to do what the visitor has agreed to, one
 * answer says whether it did. Owns the wire format (docs/actions.md); consent, retries and what the visitor is told are the relay's.
 */
import * as v from "valibot";
import { Webhook } from "standardwebhooks";
import { LIMITS } from "@allhours/protocol";
import { discardBody, errorOfStatus } from "../http-status.ts";
import { optionsReader, urlOption } from "../options.ts";
import { fetchWithin, secretOption, signatureHeaders, timeoutOption } from "../signed-webhook.ts";
import type { ActionAdapter, AdapterContext, AdapterDefinition } from "../spec.ts";
import { readJson } from "../wire.ts";

const optionsSchema = v.strictObject({
  /** Where it is POSTed; its origin must be in the region's `egress`. */
  url: urlOption,
  /** Signs what goes out. */
  secret: secretOption,
  /** Longest wait for one answer. */
  timeoutMs: timeoutOption,
});
export type HttpActionOptions = v.InferOutput<typeof optionsSchema>;

/** Read leniently: unknown fields are dropped. */
const answerSchema = v.object({
  status: v.picklist(["done", "refused"], 'expected "done" or "refused"'),
  message: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(LIMITS.messageChars))),
});

export function createHttpAction({ url, secret, timeoutMs }: HttpActionOptions, context: AdapterContext): ActionAdapter {
  const key = new Webhook(secret);
  return {
    kind: "action",
    async run({ id, timestamp, data }, signal) {
      const body = JSON.stringify({ type: "action.confirmed", timestamp, data: { id, ...data } });
      const headers = {
        "content-type": "application/json",
        accept: "application/json",
        ...signatureHeaders([key], id, new Date(), body),
      };
      const init = { method: "POST", headers, body };
      const response = await fetchWithin(url, init, { timeoutMs, who: "the action's service", fetch: context.fetch }, signal);
      if (!response.ok) {
        await discardBody(response);
        throw errorOfStatus(response, Date.now());
      }
      const { status, message } = await readJson(response, answerSchema, "answer");
      return { state: status, ...(message === undefined ? {} : { text: message }) };
    },
  };
}

export const httpAction: AdapterDefinition<"action"> = {
  kind: "action",
  name: "http",
  parseOptions: optionsReader(optionsSchema),
  create: (options: HttpActionOptions, context) => createHttpAction(options, context),
};
