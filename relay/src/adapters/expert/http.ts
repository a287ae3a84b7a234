/**
 * An expert behind signed HTTP, after Standard Webhooks (standardwebhooks.com): asked by one POST, answers at once, later by its own POST, or when
 * it is asked again. Owns the wire format (docs/experts.md); consent, limits, retries and what becomes of an answer are the relay's.
 */
import * as v from "valibot";
import { Webhook } from "standardwebhooks";
import { LIMITS } from "@allhours/protocol";
import { AdapterError } from "../errors.ts";
import { discardBody, errorOfStatus, retryAfterMs } from "../http-status.ts";
import { optionsReader, urlOption } from "../options.ts";
import { fetchWithin, readSigned, secretOption, signatureHeaders, timeoutOption, verifyStandard } from "../signed-webhook.ts";
import type { AdapterContext, AdapterDefinition, ExpertAdapter, ExpertOutcome, ExpertRequest } from "../spec.ts";
import { readJson } from "../wire.ts";

const optionsSchema = v.strictObject({
  /** Where questions are POSTed; its origin must be in the region's `egress`. */
  url: urlOption,
  /** Signs what goes out, and verifies what comes in. */
  secret: secretOption,
  /** Still accepted for what comes in, while secrets are being exchanged. */
  previousSecrets: v.optional(v.pipe(v.array(secretOption, "expected a list of secrets"), v.maxLength(4, "expected at most 4")), []),
  /** Longest wait for one answer to a request; the expert may say that it takes longer. */
  timeoutMs: timeoutOption,
});
export type HttpExpertOptions = v.InferOutput<typeof optionsSchema>;

const words = v.pipe(v.string(), v.minLength(1), v.maxLength(LIMITS.messageChars));
const cost = v.optional(v.pipe(v.number(), v.finite(), v.minValue(0)));
const sources = v.optional(
  v.array(
    v.object({ title: v.pipe(v.string(), v.minLength(1), v.maxLength(LIMITS.labelChars)), url: v.optional(v.pipe(v.string(), v.url())) }),
  ),
  [],
);
const reason = v.optional(v.pipe(v.string(), v.maxLength(LIMITS.labelChars)));
/** An answer to a request. Read leniently: unknown fields are dropped. */
const answerSchema = v.variant("status", [
  v.object({ status: v.literal("answered"), answer: words, sources, cost }),
  v.object({ status: v.literal("declined"), reason, cost }),
  /** `poll`: an address of the same origin, absolute or a path; without it the answer comes by callback. */
  v.object({ status: v.literal("pending"), poll: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(LIMITS.urlChars))) }),
]);
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(LIMITS.labelChars));
const timestamp = v.pipe(v.string(), v.isoTimestamp());
/** What the expert sends by itself. Read strictly: a misspelt field is told. */
const callbackSchema = v.variant("type", [
  v.strictObject({
    type: v.literal("expert.answered"),
    timestamp,
    data: v.strictObject({
      id,
      answer: words,
      sources: v.optional(
        v.array(v.strictObject({ title: v.pipe(v.string(), v.minLength(1)), url: v.optional(v.pipe(v.string(), v.url())) })),
        [],
      ),
      cost,
    }),
  }),
  v.strictObject({ type: v.literal("expert.declined"), timestamp, data: v.strictObject({ id, reason, cost }) }),
]);

/** An expert that does not say when is asked again after this, and never sooner than the least. */
const POLL_MS = 5_000;
const LEAST_POLL_MS = 500;

export function createHttpExpert(options: HttpExpertOptions, context: AdapterContext): ExpertAdapter {
  const { url, timeoutMs } = options;
  const key = new Webhook(options.secret);
  const keys = [key, ...options.previousSecrets.map((secret) => new Webhook(secret))];
  const who = "the expert";

  async function call(address: string, init: RequestInit, signal: AbortSignal): Promise<ExpertOutcome> {
    const response = await fetchWithin(address, init, { timeoutMs, who, fetch: context.fetch }, signal);
    if (!response.ok) {
      await discardBody(response);
      throw errorOfStatus(response, Date.now());
    }
    const answer = await readJson(response, answerSchema, "answer");
    if (answer.status === "answered") return { state: "answered", text: answer.answer, sources: answer.sources, cost: answer.cost };
    if (answer.status === "declined") return { state: "declined", reason: answer.reason, cost: answer.cost };
    if (answer.poll === undefined) return { state: "pending" };
    const ref = pollAddress(answer.poll, url);
    const afterMs = Math.max(LEAST_POLL_MS, retryAfterMs(response.headers, Date.now()) ?? POLL_MS);
    return { state: "pending", poll: { ref, afterMs } };
  }

  return {
    kind: "expert",
    ask: async (request, signal) => {
      const body = JSON.stringify({ type: "expert.asked", timestamp: request.timestamp, data: { id: request.id, ...request.data } });
      const headers = {
        "content-type": "application/json",
        accept: "application/json",
        ...signatureHeaders([key], request.id, new Date(), body),
      };
      return call(url, { method: "POST", headers, body }, signal);
    },
    poll: async (ref, request: ExpertRequest, signal) => {
      const headers = { accept: "application/json", ...signatureHeaders([key], request.id, new Date(), "") };
      return call(ref, { headers }, signal);
    },
    async receive(request) {
      verifyStandard(request, keys);
      const { type, data } = readSigned(callbackSchema, request.rawBody);
      if (type === "expert.declined") return { id: data.id, outcome: { state: "declined", reason: data.reason, cost: data.cost } };
      return { id: data.id, outcome: { state: "answered", text: data.answer, sources: data.sources, cost: data.cost } };
    },
  };
}

/** Only where the expert itself is: an answer must not send us, with a signature, to somebody else. */
function pollAddress(given: string, url: string): string {
  const address = URL.canParse(given, url) ? new URL(given, url) : undefined;
  if (address === undefined || address.origin !== new URL(url).origin)
    throw new AdapterError("bad-response", "answer: poll expected an address of the expert's own origin");
  return address.href;
}

export const httpExpert: AdapterDefinition<"expert"> = {
  kind: "expert",
  name: "http",
  parseOptions: optionsReader(optionsSchema),
  create: (options: HttpExpertOptions, context) => createHttpExpert(options, context),
};
