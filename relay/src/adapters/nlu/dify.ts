/**
 * A Dify app behind `/chat-messages`, streamed. Keeps which of Dify's conversations belongs to which of ours, in memory: one that was forgotten
 * begins anew. Sources are what Dify says it retrieved.
 */
import * as v from "valibot";
import { AdapterError } from "../errors.ts";
import { discardBody } from "../http-status.ts";
import { optionsReader, urlOption } from "../options.ts";
import type { AdapterDefinition, Understanding } from "../spec.ts";
import { check, contentTypeOf, eventsOf, parseJson, postJson } from "../wire.ts";
import { streamedAnswer, type Piece } from "./streamed.ts";

const optionsSchema = v.strictObject({
  /** Up to and without `/chat-messages`, as `https://api.dify.ai/v1`; its origin must be in the region's `egress`. */
  baseUrl: urlOption,
  /** The key of the app. */
  apiKey: v.pipe(v.string("expected text"), v.minLength(1, "expected a key")),
  /** Variables of the app's start node. */
  inputs: v.optional(v.record(v.string(), v.string("expected text"), "expected a map of texts"), {}),
});
type Options = v.InferOutput<typeof optionsSchema>;

const eventSchema = v.object({
  event: v.string(),
  answer: v.optional(v.string()),
  conversation_id: v.optional(v.string()),
  code: v.optional(v.nullable(v.string())),
  metadata: v.optional(
    v.nullable(
      v.object({
        retriever_resources: v.optional(
          v.nullable(v.array(v.object({ document_id: v.optional(v.string()), document_name: v.optional(v.string()) }))),
        ),
      }),
    ),
  ),
});
type DifyEvent = v.InferOutput<typeof eventSchema>;

/** Conversations remembered at once. */
const MOST_CONVERSATIONS = 10_000;
const MAX_SOURCES = 5;

export const difyNlu: AdapterDefinition<"nlu"> = {
  kind: "nlu",
  name: "dify",
  parseOptions: optionsReader(optionsSchema),
  create: (options: Options, context) => {
    const url = `${options.baseUrl.replace(/\/$/, "")}/chat-messages`;
    const theirs = new Map<string, string>();
    const remember = (ours: string, id: string): void => {
      theirs.delete(ours);
      theirs.set(ours, id);
      const [oldest] = theirs.keys();
      if (theirs.size > MOST_CONVERSATIONS && oldest !== undefined) theirs.delete(oldest);
    };
    async function* piecesOf(events: AsyncGenerator<DifyEvent, void>, conversation: string): AsyncGenerator<Piece, void> {
      try {
        for await (const event of events) {
          if (event.conversation_id !== undefined && event.conversation_id !== "") remember(conversation, event.conversation_id);
          if (event.event === "error") throw new AdapterError("failed", `the app failed${codeOf(event.code)}`);
          if ((event.event === "message" || event.event === "agent_message") && event.answer !== undefined) yield { text: event.answer };
          if (event.event !== "message_end") continue;
          const found = event.metadata?.retriever_resources ?? [];
          const items = found.flatMap(({ document_id: id, document_name: title }) =>
            id === undefined || title === undefined ? [] : [{ id, title }],
          );
          const once = [...new Map(items.map((item) => [item.id, item])).values()].slice(0, MAX_SOURCES);
          if (once.length > 0) yield { parts: [{ type: "sources", items: once }] };
          return;
        }
        throw new AdapterError("bad-response", "the stream ended without message_end");
      } finally {
        await events.return();
      }
    }
    return {
      kind: "nlu",
      async understand({ text, conversationId, visitorId }, signal): Promise<Understanding> {
        signal.throwIfAborted();
        if (text.trim() === "") return { intents: [], slots: [] };
        const body = {
          query: text,
          inputs: options.inputs,
          response_mode: "streaming",
          conversation_id: theirs.get(conversationId) ?? "",
          user: visitorId,
        };
        const headers = { authorization: `Bearer ${options.apiKey}`, accept: "text/event-stream" };
        let response: Response;
        try {
          response = await postJson(context, url, body, headers, signal);
        } catch (error) {
          // Theirs is gone: the next message begins another.
          if (error instanceof AdapterError && error.message === "answered 404") theirs.delete(conversationId);
          throw error;
        }
        const type = contentTypeOf(response);
        if (type !== "text/event-stream") {
          await discardBody(response);
          throw new AdapterError("bad-response", `answered with content type "${type}", expected text/event-stream`);
        }
        const pieces = piecesOf(readEvents(response), conversationId);
        // An app that fails at once is left for the next adapter.
        let first = await pieces.next();
        while (first.done !== true && "text" in first.value && first.value.text === "") first = await pieces.next();
        if (first.done === true) return { intents: [], slots: [] };
        return { intents: [], slots: [], answer: streamedAnswer(pieces, signal, first.value) };
      },
    };
  },
};

async function* readEvents(response: Response): AsyncGenerator<DifyEvent, void> {
  for await (const data of eventsOf(response)) yield check(eventSchema, parseJson(data, "event"), "event");
}

/** A code is a word of theirs; their message may quote the visitor. */
function codeOf(code: string | null | undefined): string {
  return typeof code === "string" && /^[\w.-]{1,60}$/.test(code) ? ` (${code})` : "";
}
