/**
 * A Rasa assistant behind its HTTP API. `parse` reads intents and entities (`/model/parse`) and leaves the answering to the relay; `chat` lets
 * Rasa's dialogue answer through its REST channel (`/webhooks/rest/webhook`), with its buttons.
 */
import * as v from "valibot";
import type { Part } from "@allhours/protocol";
import { optionsReader, urlOption } from "../options.ts";
import type { AdapterDefinition, NluRequest, Slot, Understanding } from "../spec.ts";
import { postJson, readJson } from "../wire.ts";
import { choicesPart, clamped, sortedIntents } from "./engine-answers.ts";
import { wholeAnswer } from "./streamed.ts";

const optionsSchema = v.strictObject({
  /** Origin of the server; must be in the region's `egress`. */
  url: urlOption,
  mode: v.optional(v.picklist(["parse", "chat"], 'expected "parse" or "chat"'), "parse"),
  /** Sent as `token` in the query, as Rasa's token authentication wants it. */
  token: v.optional(v.string("expected text")),
});
type Options = v.InferOutput<typeof optionsSchema>;

const named = v.object({ name: v.optional(v.nullable(v.string())), confidence: v.optional(v.number(), 0) });
const parsedSchema = v.object({
  intent: v.nullable(named),
  intent_ranking: v.optional(v.array(named), []),
  entities: v.optional(
    v.array(v.object({ entity: v.string(), value: v.unknown(), start: v.optional(v.number()), end: v.optional(v.number()) })),
    [],
  ),
});
const saidSchema = v.array(
  v.object({
    text: v.optional(v.nullable(v.string())),
    buttons: v.optional(v.nullable(v.array(v.object({ title: v.string(), payload: v.optional(v.string()) })))),
  }),
);
/** What Rasa says when it did not understand: no intent of the merchant's. */
const FALLBACKS = new Set(["nlu_fallback", "out_of_scope"]);

export const rasaNlu: AdapterDefinition<"nlu"> = {
  kind: "nlu",
  name: "rasa",
  parseOptions: optionsReader(optionsSchema),
  create: (options: Options, context) => {
    const base = options.url.replace(/\/$/, "");
    const query = options.token === undefined ? "" : `?token=${encodeURIComponent(options.token)}`;
    return {
      kind: "nlu",
      understand: (request, signal) => (options.mode === "parse" ? parse(request, signal) : chat(request, signal)),
    };

    async function parse({ text }: NluRequest, signal: AbortSignal): Promise<Understanding> {
      const response = await postJson(context, `${base}/model/parse${query}`, { text }, {}, signal);
      const parsed = await readJson(response, parsedSchema, "parse");
      const ranking = parsed.intent_ranking.length > 0 ? parsed.intent_ranking : [parsed.intent ?? { name: undefined, confidence: 0 }];
      const intents = ranking.flatMap(({ name, confidence }) =>
        typeof name !== "string" || name === "" || FALLBACKS.has(name) ? [] : [{ name, confidence: clamped(confidence) }],
      );
      // Below its own threshold Rasa puts the fallback first: what ranks behind it is a guess.
      const gaveUp = FALLBACKS.has(parsed.intent?.name ?? "");
      return { intents: gaveUp ? [] : sortedIntents(intents), slots: parsed.entities.flatMap((entity) => slotOf(entity, text)) };
    }

    async function chat({ text, conversationId }: NluRequest, signal: AbortSignal): Promise<Understanding> {
      const body = { sender: conversationId, message: text };
      const said = await readJson(await postJson(context, `${base}/webhooks/rest/webhook${query}`, body, {}, signal), saidSchema, "answer");
      const words = said.flatMap(({ text: one }) => (typeof one === "string" && one.trim() !== "" ? [one] : [])).join("\n\n");
      const buttons = said.flatMap(({ buttons: list }) => list ?? []);
      const parts: Part[] = choicesPart(buttons.map(({ title }) => title));
      return words === "" && parts.length === 0
        ? { intents: [], slots: [] }
        : { intents: [], slots: [], answer: wholeAnswer(words, parts) };
    }
  },
};

function slotOf(entity: { entity: string; value?: unknown; start?: number | undefined; end?: number | undefined }, text: string): Slot[] {
  const { start, end } = entity;
  const value = typeof entity.value === "string" || typeof entity.value === "number" ? String(entity.value) : undefined;
  if (value === undefined || entity.entity === "" || start === undefined || end === undefined) return [];
  return Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= text.length
    ? [{ name: entity.entity, value, start, end }]
    : [];
}
