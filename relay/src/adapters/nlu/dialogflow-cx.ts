/**
 * A Dialogflow CX agent by `sessions:detectIntent`. Signs in as a service account: a short-lived JWT is exchanged for a token, kept until
 * shortly before it ends. A live-agent handoff of the agent's is a wish for a person.
 */
import { createPrivateKey, createSign, type KeyObject } from "node:crypto";
import * as v from "valibot";
import { optionsReader, urlOption } from "../options.ts";
import type { AdapterDefinition, Understanding } from "../spec.ts";
import { postJson, readJson, send } from "../wire.ts";
import { clamped } from "./engine-answers.ts";
import { wholeAnswer } from "./streamed.ts";

const part = (expected: string): v.GenericSchema<unknown, string> => v.pipe(v.string(expected), v.regex(/^[\w-]{1,100}$/, expected));
const optionsSchema = v.strictObject({
  project: v.pipe(v.string("expected the id of a project"), v.regex(/^[\w.:-]{1,100}$/, "expected the id of a project")),
  /** As `europe-west1`, or `global`. */
  location: part("expected a location, as europe-west1"),
  agent: part("expected the id of an agent"),
  environment: v.optional(part("expected the id of an environment")),
  /** Of the service account: its `client_email` and `private_key`. */
  clientEmail: v.pipe(
    v.string("expected the client_email of a service account"),
    v.email("expected the client_email of a service account"),
  ),
  privateKey: v.pipe(v.string("expected a private key in PEM"), v.check(isKey, "expected a private key in PEM")),
  /** Origin of the service; default `https://<location>-dialogflow.googleapis.com`. Both origins must be in the region's `egress`. */
  url: v.optional(urlOption),
  tokenUrl: v.optional(urlOption, "https://oauth2.googleapis.com/token"),
});
type Options = v.InferOutput<typeof optionsSchema>;

function keyOf(pem: string): KeyObject {
  // In an environment variable the line breaks are often written out.
  return createPrivateKey(pem.replaceAll("\\n", "\n"));
}
function isKey(pem: string): boolean {
  try {
    keyOf(pem);
    return true;
  } catch {
    return false;
  }
}

const tokenSchema = v.object({ access_token: v.string(), expires_in: v.optional(v.number(), 3_600) });
const answerSchema = v.object({
  queryResult: v.object({
    intentDetectionConfidence: v.optional(v.number(), 0),
    match: v.optional(
      v.object({
        intent: v.optional(v.object({ displayName: v.optional(v.string()) })),
        confidence: v.optional(v.number()),
        matchType: v.optional(v.string()),
      }),
    ),
    responseMessages: v.optional(
      v.array(
        v.object({ text: v.optional(v.object({ text: v.optional(v.array(v.string()), []) })), liveAgentHandoff: v.optional(v.unknown()) }),
      ),
      [],
    ),
  }),
});
const LIFETIME_S = 3_600;
/** A token is fetched anew this long before it ends. */
const EARLY_MS = 60_000;
/** What the service takes. */
const MAX_CHARS = 256;

export const dialogflowNlu: AdapterDefinition<"nlu"> = {
  kind: "nlu",
  name: "dialogflow-cx",
  parseOptions: optionsReader(optionsSchema),
  create: (options: Options, context) => {
    const key = keyOf(options.privateKey);
    const origin = (
      options.url ?? `https://${options.location === "global" ? "" : `${options.location}-`}dialogflow.googleapis.com`
    ).replace(/\/$/, "");
    const environment = options.environment === undefined ? "" : `/environments/${options.environment}`;
    const agent = `${origin}/v3/projects/${options.project}/locations/${options.location}/agents/${options.agent}${environment}`;
    let token: { value: string; untilMs: number } | undefined;
    let fetching: Promise<string> | undefined;

    async function fetchToken(signal: AbortSignal): Promise<string> {
      const nowS = Math.floor(Date.now() / 1_000);
      const assertion = jwtOf(options, key, nowS);
      const form = new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion });
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const given = await readJson(await send(context, options.tokenUrl, form.toString(), headers, signal), tokenSchema, "token");
      token = { value: given.access_token, untilMs: nowS * 1_000 + given.expires_in * 1_000 - EARLY_MS };
      return given.access_token;
    }
    /** One at a time: a hundred questions at once want one token. Whoever leaves does not take it from the others. */
    function freshToken(): Promise<string> {
      fetching ??= fetchToken(AbortSignal.timeout(10_000)).finally(() => (fetching = undefined));
      return fetching;
    }

    return {
      kind: "nlu",
      async understand({ text, language, conversationId }, signal): Promise<Understanding> {
        signal.throwIfAborted();
        const asked = text.slice(0, MAX_CHARS).trim();
        if (asked === "") return { intents: [], slots: [] };
        const bearer = token !== undefined && Date.now() < token.untilMs ? token.value : await freshToken();
        signal.throwIfAborted();
        const body = { queryInput: { text: { text: asked }, languageCode: language } };
        const url = `${agent}/sessions/${encodeURIComponent(conversationId)}:detectIntent`;
        const response = await postJson(context, url, body, { authorization: `Bearer ${bearer}` }, signal).catch((error: unknown) => {
          // Taken back before its time: the next question signs in again.
          if ((error as { code?: unknown }).code === "unauthorized") token = undefined;
          throw error;
        });
        const { queryResult: found } = await readJson(response, answerSchema, "answer");
        const name = found.match?.intent?.displayName;
        const matched = found.match?.matchType !== "NO_MATCH" && found.match?.matchType !== "NO_INPUT";
        const words = found.responseMessages.flatMap((message) => message.text?.text[0] ?? []).filter((one) => one !== "");
        const understanding: Understanding = {
          intents:
            matched && name !== undefined
              ? [{ name, confidence: clamped(found.match?.confidence ?? found.intentDetectionConfidence) }]
              : [],
          slots: [],
        };
        if (found.responseMessages.some((message) => message.liveAgentHandoff !== undefined))
          return { ...understanding, wantsPerson: true };
        // What it says when it did not understand is left to the next adapter.
        return matched && words.length > 0 ? { ...understanding, answer: wholeAnswer(words.join("\n\n")) } : understanding;
      },
    };
  },
};

/** RFC 7523, RS256. */
function jwtOf({ clientEmail, tokenUrl }: Options, key: KeyObject, nowS: number): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = {
    iss: clientEmail,
    scope: "https://www.googleapis.com/auth/dialogflow",
    aud: tokenUrl,
    iat: nowS,
    exp: nowS + LIFETIME_S,
  };
  const unsigned = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  return `${unsigned}.${createSign("RSA-SHA256").update(unsigned).sign(key, "base64url")}`;
}
