/** An Amazon Lex V2 bot by `RecognizeText`, signed by aws-signature.ts: intents with their confidence, slots, and what the bot says. */
import * as v from "valibot";
import { optionsReader, urlOption } from "../options.ts";
import type { AdapterDefinition, Slot, Understanding } from "../spec.ts";
import { readJson, send } from "../wire.ts";
import { signAws } from "./aws-signature.ts";
import { choicesPart, clamped, sortedIntents } from "./engine-answers.ts";
import { wholeAnswer } from "./streamed.ts";

const word = (expected: string): v.GenericSchema<unknown, string> =>
  v.pipe(v.string(expected), v.regex(/^[0-9A-Za-z_-]{1,100}$/, expected));
const optionsSchema = v.strictObject({
  /** As `eu-west-1`. */
  region: word("expected a region, as eu-west-1"),
  botId: word("expected the id of a bot"),
  botAliasId: word("expected the id of an alias"),
  /** The bot's locale for a language of the site; others are asked in the first. */
  locales: v.pipe(
    v.record(v.string(), word("expected a locale, as en_GB"), "expected a map from languages to locales"),
    v.check((map) => Object.keys(map).length > 0, "expected at least one locale"),
  ),
  accessKeyId: v.pipe(v.string("expected text"), v.minLength(1, "expected a key")),
  secretAccessKey: v.pipe(v.string("expected text"), v.minLength(1, "expected a key")),
  sessionToken: v.optional(v.string("expected text")),
  /** Origin of the service; default `https://runtime-v2-lex.<region>.amazonaws.com`. Must be in the region's `egress`. */
  url: v.optional(urlOption),
  /** Whether what the bot says is the answer, or only its intents count. */
  answers: v.optional(v.boolean("expected true or false"), true),
});
type Options = v.InferOutput<typeof optionsSchema>;

const slotSchema = v.nullable(
  v.object({
    value: v.optional(v.nullable(v.object({ originalValue: v.optional(v.string()), interpretedValue: v.optional(v.string()) }))),
  }),
);
const answerSchema = v.object({
  interpretations: v.array(
    v.object({
      nluConfidence: v.optional(v.nullable(v.object({ score: v.optional(v.number(), 0) }))),
      intent: v.optional(v.nullable(v.object({ name: v.string(), slots: v.optional(v.nullable(v.record(v.string(), slotSchema))) }))),
    }),
  ),
  messages: v.optional(
    v.array(
      v.object({
        content: v.optional(v.nullable(v.string())),
        contentType: v.optional(v.string(), "PlainText"),
        imageResponseCard: v.optional(
          v.nullable(v.object({ title: v.optional(v.string()), buttons: v.optional(v.nullable(v.array(v.object({ text: v.string() })))) })),
        ),
      }),
    ),
    [],
  ),
});
/** Lex's own name for "none of them". */
const FALLBACK = "FallbackIntent";
/** What the service takes. */
const MAX_CHARS = 1_024;

export const lexNlu: AdapterDefinition<"nlu"> = {
  kind: "nlu",
  name: "lex",
  parseOptions: optionsReader(optionsSchema),
  create: (options: Options, context) => {
    const origin = (options.url ?? `https://runtime-v2-lex.${options.region}.amazonaws.com`).replace(/\/$/, "");
    const [firstLocale = ""] = Object.values(options.locales);
    return {
      kind: "nlu",
      async understand({ text, language, conversationId }, signal): Promise<Understanding> {
        signal.throwIfAborted();
        const asked = text.slice(0, MAX_CHARS).trim();
        if (asked === "") return { intents: [], slots: [] };
        const locale = options.locales[language] ?? options.locales[language.split("-")[0] ?? ""] ?? firstLocale;
        const url = `${origin}/bots/${options.botId}/botAliases/${options.botAliasId}/botLocales/${locale}/sessions/${encodeURIComponent(conversationId)}/text`;
        const body = JSON.stringify({ text: asked });
        const headers = signAws(
          { method: "POST", url, headers: { "content-type": "application/json" }, body },
          options,
          { region: options.region, service: "lex" },
          Date.now(),
        );
        const answer = await readJson(await send(context, url, body, headers, signal), answerSchema, "answer");
        const intents = answer.interpretations.flatMap(({ intent, nluConfidence }) =>
          intent === null || intent === undefined || intent.name === FALLBACK
            ? []
            : [{ name: intent.name, confidence: clamped(nluConfidence?.score ?? 0) }],
        );
        const [best] = answer.interpretations;
        const gaveUp = best?.intent?.name === FALLBACK;
        const understanding: Understanding = {
          intents: gaveUp ? [] : sortedIntents(intents),
          slots: slotsOf(best?.intent?.slots ?? {}, text),
        };
        if (gaveUp || !options.answers) return understanding;
        const words = answer.messages.flatMap(({ content, contentType }) =>
          typeof content === "string" && contentType === "PlainText" ? [content] : [],
        );
        const buttons = answer.messages.flatMap(({ imageResponseCard: card }) => card?.buttons?.map((button) => button.text) ?? []);
        const parts = choicesPart(buttons);
        return words.length === 0 && parts.length === 0
          ? understanding
          : { ...understanding, answer: wholeAnswer(words.join("\n\n"), parts) };
      },
    };
  },
};

/** Lex does not say where in the text a slot was; it says its words. */
function slotsOf(slots: Record<string, v.InferOutput<typeof slotSchema>>, text: string): Slot[] {
  return Object.entries(slots).flatMap(([name, slot]) => {
    const said = slot?.value?.originalValue;
    if (said === undefined || said === "") return [];
    const start = text.indexOf(said);
    return start < 0 ? [] : [{ name, value: slot?.value?.interpretedValue ?? said, start, end: start + said.length }];
  });
}
