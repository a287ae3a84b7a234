/**
 * Knowledge behind a tool of an MCP server, over Streamable HTTP (modelcontextprotocol.io, 2025-06-18): JSON-RPC by POST, answered as JSON or as
 * an event stream. Keeps one session; one that the server has forgotten is begun anew, once. What a tool returns is data, never instructions.
 */
import { createHash } from "node:crypto";
import * as v from "valibot";
import { AdapterError } from "../../errors.ts";
import { discardBody, errorOfStatus } from "../../http-status.ts";
import { headersOption, optionsReader, urlOption } from "../../options.ts";
import type { AdapterDefinition } from "../../spec.ts";
import { check, contentTypeOf, eventsOf, parseJson } from "../../wire.ts";
import { fieldsOption, recordOf, type RemoteRecord } from "./records.ts";
import { createRemoteKnowledge, remoteOptions } from "./remote.ts";

const optionsSchema = v.strictObject({
  /** The server's endpoint, as `https://mcp.example/mcp`; its origin must be in the region's `egress`. */
  url: urlOption,
  /** The tool that searches. */
  tool: v.pipe(v.string("expected the name of a tool"), v.minLength(1, "expected the name of a tool")),
  /** Its arguments; in texts `{text}`, `{language}` and `{limit}` are filled in, and `{limit}` alone becomes a number. */
  arguments: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()], "expected a text, a number, true or false")), {
    query: "{text}",
  }),
  /** `text`: every piece of text is an article of its own. `json`: the text is a list of records, or an object with `records`. */
  read: v.optional(v.picklist(["text", "json"], 'expected "text" or "json"'), "text"),
  headers: v.optional(headersOption, {}),
  fields: fieldsOption,
  ...remoteOptions,
});
type Options = v.InferOutput<typeof optionsSchema>;

const VERSION = "2025-06-18";
const messageSchema = v.object({
  id: v.optional(v.nullable(v.union([v.string(), v.number()]))),
  result: v.optional(v.unknown()),
  error: v.optional(v.object({ code: v.number() })),
});
const resultSchema = v.object({
  content: v.optional(v.array(v.object({ type: v.string(), text: v.optional(v.string()) })), []),
  isError: v.optional(v.boolean(), false),
});
const TITLE_CHARS = 120;

export const mcpKnowledge: AdapterDefinition<"knowledge"> = {
  kind: "knowledge",
  name: "mcp",
  parseOptions: optionsReader(optionsSchema),
  create: (options: Options, context) => {
    let session: Promise<string | undefined> | undefined;
    let calls = 0;

    async function post(message: object, sessionId: string | undefined, signal: AbortSignal): Promise<Response> {
      const response = await context.fetch(options.url, {
        method: "POST",
        headers: {
          ...options.headers,
          accept: "application/json, text/event-stream",
          "content-type": "application/json",
          "mcp-protocol-version": VERSION,
          ...(sessionId === undefined ? {} : { "mcp-session-id": sessionId }),
        },
        body: JSON.stringify({ jsonrpc: "2.0", ...message }),
        signal,
      });
      if (response.ok) return response;
      await discardBody(response);
      throw errorOfStatus(response, Date.now());
    }
    /** The result of the request with this id, in whichever of the two forms it comes. */
    async function resultOf(response: Response, id: number): Promise<unknown> {
      const type = contentTypeOf(response);
      if (type === "application/json") return answered(check(messageSchema, parseJson(await response.text(), "answer"), "answer"));
      if (type !== "text/event-stream") {
        await discardBody(response);
        throw new AdapterError("bad-response", `answered with content type "${type}", expected application/json or text/event-stream`);
      }
      for await (const data of eventsOf(response)) {
        const message = check(messageSchema, parseJson(data, "event"), "event");
        // Progress and logging come in between.
        if (message.id === id && (message.result !== undefined || message.error !== undefined)) return answered(message);
      }
      throw new AdapterError("bad-response", "the stream ended without an answer");
    }
    async function begin(signal: AbortSignal): Promise<string | undefined> {
      const id = (calls += 1);
      const client = { protocolVersion: VERSION, capabilities: {}, clientInfo: { name: "allhours", version: "1" } };
      const response = await post({ id, method: "initialize", params: client }, undefined, signal);
      const sessionId = response.headers.get("mcp-session-id") ?? undefined;
      await resultOf(response, id);
      await discardBody(await post({ method: "notifications/initialized" }, sessionId, signal));
      return sessionId;
    }
    /** One at a time; whoever leaves does not take it from the others. */
    async function sessionNow(): Promise<string | undefined> {
      session ??= begin(AbortSignal.timeout(10_000));
      const mine = session;
      return mine.catch((error: unknown) => {
        if (session === mine) session = undefined;
        throw error;
      });
    }
    async function call(args: object, signal: AbortSignal, again = true): Promise<v.InferOutput<typeof resultSchema>> {
      const sessionId = await sessionNow();
      signal.throwIfAborted();
      const id = (calls += 1);
      try {
        const response = await post({ id, method: "tools/call", params: { name: options.tool, arguments: args } }, sessionId, signal);
        return check(resultSchema, await resultOf(response, id), "result");
      } catch (error) {
        // Forgotten by the server: 404 as the standard says, 400 as some do.
        const forgotten = error instanceof AdapterError && /^answered 40[04]$/.test(error.message);
        if (!forgotten || !again || sessionId === undefined) throw error;
        session = undefined;
        return call(args, signal, false);
      }
    }

    return createRemoteKnowledge(
      {
        async find(text, { languages, limit }, signal) {
          const result = await call(filled(options.arguments, { text, language: languages[0] ?? options.language, limit }), signal);
          if (result.isError) throw new AdapterError("failed", "the tool says that it failed");
          const texts = result.content.flatMap((piece) => (piece.type === "text" && piece.text !== undefined ? [piece.text] : []));
          return options.read === "text"
            ? texts.flatMap((one) => asArticle(one, options))
            : texts.flatMap((one) => asRecords(one, options));
        },
      },
      options,
      context,
    );
  },
};

function answered({ result, error }: v.InferOutput<typeof messageSchema>): unknown {
  // Its message may quote the visitor.
  if (error !== undefined) throw new AdapterError("failed", `the server answered with the error ${error.code}`);
  return result;
}

function filled(template: Options["arguments"], values: { text: string; language: string; limit: number }): object {
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) => [
      name,
      value === "{limit}"
        ? values.limit
        : typeof value === "string"
          ? value
              .replaceAll("{limit}", String(values.limit))
              .replaceAll("{language}", values.language)
              .replaceAll("{text}", () => values.text)
          : value,
    ]),
  );
}

/** The first line is the title; the id follows from the text, so that the same article has the same one. */
function asArticle(text: string, { fields }: Options): RemoteRecord[] {
  const id = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const title = (text.trim().split("\n")[0] ?? "").replace(/^#+\s*/, "").slice(0, TITLE_CHARS);
  return [recordOf({ [fields.id]: id, [fields.title]: title, [fields.text]: text }, fields) ?? []].flat();
}

function asRecords(text: string, { fields }: Options): RemoteRecord[] {
  const raw = parseJson(text, "result");
  const list: unknown = Array.isArray(raw) ? raw : (raw as { records?: unknown } | null)?.records;
  if (!Array.isArray(list)) throw new AdapterError("bad-response", "result: expected a list of records, or an object with records");
  return list.flatMap((one) => recordOf(one, fields) ?? []);
}
