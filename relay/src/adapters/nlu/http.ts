/**
 * NLU over plain HTTP: one POST with the request as JSON, one answer as JSON or as a stream of JSON lines. Owns the wire format (below and
 * in docs/adapters); time-outs and retries are the guard's.
 *
 * JSON: `{ intents?, slots?, wantsPerson?, several?, denied?, proposal?, answer?: { text?, parts? } }`. Lines: `{type:"understanding", ...the same without answer}`, then
 * `{type:"delta", text}` and `{type:"parts", parts}` as often as wanted, last `{type:"done"}`. Unknown fields and line types are ignored.
 */
import * as v from "valibot";
import { partsSchema, type Part } from "@allhours/protocol";
import { AdapterError } from "../errors.ts";
import { discardBody } from "../http-status.ts";
import { headersOption, optionsReader, urlOption } from "../options.ts";
import type { AdapterContext, AdapterDefinition, NluAdapter, Understanding } from "../spec.ts";
import { streamedAnswer, wholeAnswer, type Piece } from "./streamed.ts";
import { check, contentTypeOf, linesOf, parseJson, postJson } from "../wire.ts";

const optionsSchema = v.strictObject({
  /** Where requests are POSTed; its origin must be in the region's `egress`. */
  url: urlOption,
  /** Sent with each request, as `Authorization`. */
  headers: v.optional(headersOption, {}),
});
export type HttpNluOptions = v.InferOutput<typeof optionsSchema>;

const confidence = v.pipe(
  v.number(),
  v.transform((value) => Math.min(1, Math.max(0, value))),
);
/** The questions for consent are the relay's alone: an engine passes nothing on and does nothing; it proposes. */
const engineParts = v.pipe(
  partsSchema,
  v.transform((parts) => parts.filter(({ type }) => type !== "consent" && type !== "confirm")),
);
const understandingFields = {
  intents: v.optional(v.array(v.object({ name: v.string(), confidence })), []),
  slots: v.optional(v.array(v.object({ name: v.string(), value: v.string(), start: v.number(), end: v.number() })), []),
  wantsPerson: v.optional(v.boolean()),
  several: v.optional(v.array(v.object({ name: v.string(), confidence }))),
  denied: v.optional(v.literal(true)),
  proposal: v.optional(v.object({ action: v.string(), values: v.optional(v.record(v.string(), v.string()), {}) })),
};
const jsonSchema = v.object({
  ...understandingFields,
  answer: v.optional(v.object({ text: v.optional(v.string()), parts: v.optional(engineParts, []) })),
});
const lineSchemas = {
  understanding: v.object(understandingFields),
  delta: v.object({ text: v.string() }),
  parts: v.object({ parts: engineParts }),
  done: v.object({}),
} as const;
type Line =
  | { type: "understanding"; value: v.InferOutput<typeof lineSchemas.understanding> }
  | { type: "delta"; value: { text: string } }
  | { type: "parts"; value: { parts: Part[] } }
  | { type: "done"; value: object };

export function createHttpNlu(options: HttpNluOptions, context: AdapterContext): NluAdapter {
  return {
    kind: "nlu",
    async understand(asked, signal) {
      // Neither belongs on the wire: one says who, the other is a door of this process.
      const { visitorId: _visitor, search: _search, ...request } = asked;
      const response = await postJson(
        context,
        options.url,
        request,
        { accept: "application/x-ndjson, application/json", ...options.headers },
        signal,
      );
      const type = contentTypeOf(response);
      if (type === "application/x-ndjson") return readStream(readLines(response), signal);
      if (type === "application/json") return readJson(await response.text());
      await discardBody(response);
      throw new AdapterError("bad-response", `answered with content type "${type}", expected application/json or application/x-ndjson`);
    },
  };
}

function readJson(source: string): Understanding {
  const { answer, ...rest } = check(jsonSchema, parseJson(source, "answer"), "answer");
  const { text } = answer ?? {};
  const parts = answer?.parts ?? [];
  const understanding = sorted(rest);
  if (answer === undefined || ((text ?? "") === "" && parts.length === 0)) return understanding;
  return {
    ...understanding,
    answer: wholeAnswer(text ?? "", parts),
  };
}

/**
 * Resolves when the first line after the understanding is here: only then is it known whether the engine answers itself, and an engine that
 * stalls before its first word is still left by the guard.
 */
async function readStream(lines: AsyncGenerator<Line, void>, signal: AbortSignal): Promise<Understanding> {
  let first = await nextLine(lines);
  let understanding: Understanding = { intents: [], slots: [] };
  if (first.type === "understanding") {
    understanding = sorted(first.value);
    first = await nextLine(lines);
  }
  if (first.type === "done") return understanding;
  return { ...understanding, answer: streamedAnswer(piecesOf(first, lines), signal) };
}

async function* piecesOf(first: Line, lines: AsyncGenerator<Line, void>): AsyncGenerator<Piece, void> {
  try {
    for (let line = first; line.type !== "done"; line = await nextLine(lines)) {
      if (line.type === "delta") yield line.value;
      if (line.type === "parts") yield line.value;
    }
  } finally {
    await lines.return();
  }
}

async function nextLine(lines: AsyncGenerator<Line, void>): Promise<Line> {
  const next = await lines.next();
  if (next.done === true) throw new AdapterError("bad-response", "the stream ended without a line of type done");
  return next.value;
}

/** Lines of known types as they arrive. A broken line or connection rejects with `AdapterError`. */
async function* readLines(response: Response): AsyncGenerator<Line, void> {
  for await (const source of linesOf(response)) {
    const line = readLine(source);
    if (line !== undefined) yield line;
  }
}

function readLine(source: string): Line | undefined {
  if (source.trim() === "") return undefined;
  const raw = parseJson(source, "line");
  const type = (raw as { type?: unknown } | null)?.type;
  if (typeof type !== "string" || !Object.hasOwn(lineSchemas, type)) return undefined;
  const known = type as keyof typeof lineSchemas;
  return { type: known, value: check(lineSchemas[known], raw, `line ${known}`) } as Line;
}

/** Best intent first. */
function sorted<Fields extends Pick<Understanding, "intents">>(fields: Fields): Fields {
  return { ...fields, intents: [...fields.intents].sort((one, other) => other.confidence - one.confidence) };
}

export const httpNlu: AdapterDefinition<"nlu"> = {
  kind: "nlu",
  name: "http",
  parseOptions: optionsReader(optionsSchema),
  create: (options: HttpNluOptions, context) => createHttpNlu(options, context),
};
