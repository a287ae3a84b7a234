/**
 * NLU over plain HTTP: one POST with the request as JSON, one answer as JSON or as a stream of JSON lines. Owns the wire format (below and
 * in docs/adapters); time-outs and retries are the guard's.
 *
 * JSON: `{ intents?, slots?, wantsPerson?, answer?: { text?, parts? } }`. Lines: `{type:"understanding", intents?, slots?, wantsPerson?}`, then
 * `{type:"delta", text}` and `{type:"parts", parts}` as often as wanted, last `{type:"done"}`. Unknown fields and line types are ignored.
 */
import * as v from "valibot";
import { partsSchema, type Part } from "@allhours/protocol";
import { AdapterError } from "../errors.ts";
import { discardBody, errorOfStatus } from "../http-status.ts";
import { headersOption, optionsReader, urlOption } from "../options.ts";
import type { AdapterContext, AdapterDefinition, NluAdapter, NluAnswer, Understanding } from "../spec.ts";

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
const understandingFields = {
  intents: v.optional(v.array(v.object({ name: v.string(), confidence })), []),
  slots: v.optional(v.array(v.object({ name: v.string(), value: v.string(), start: v.number(), end: v.number() })), []),
  wantsPerson: v.optional(v.boolean()),
};
const jsonSchema = v.object({
  ...understandingFields,
  answer: v.optional(v.object({ text: v.optional(v.string()), parts: v.optional(partsSchema, []) })),
});
const lineSchemas = {
  understanding: v.object(understandingFields),
  delta: v.object({ text: v.string() }),
  parts: v.object({ parts: partsSchema }),
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
    async understand(request, signal) {
      const response = await context.fetch(options.url, {
        method: "POST",
        headers: { accept: "application/x-ndjson, application/json", ...options.headers, "content-type": "application/json" },
        body: JSON.stringify(request),
        signal,
      });
      if (!response.ok) {
        await discardBody(response);
        throw errorOfStatus(response, Date.now());
      }
      const type = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
      if (type === "application/x-ndjson") return readStream(linesOf(response), signal);
      if (type === "application/json") return readJson(await response.text());
      await discardBody(response);
      throw new AdapterError(
        "bad-response",
        `answered with content type "${type ?? ""}", expected application/json or application/x-ndjson`,
      );
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
    answer: { ...(text === undefined || text === "" ? {} : { text: once(text) }), parts: () => Promise.resolve(parts) },
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
  return { ...understanding, answer: streamedAnswer(first, lines, signal) };
}

/** `text` pulls the lines; `parts` waits for its end, and pulls by itself when nobody reads the text. */
function streamedAnswer(first: Line, lines: AsyncGenerator<Line, void>, signal: AbortSignal): NluAnswer {
  const parts: Part[] = [];
  let started = false;
  const end = createDeferred<Part[]>();
  async function* pull(): AsyncGenerator<string, void> {
    started = true;
    try {
      for (let line = first; line.type !== "done"; line = await nextLine(lines)) {
        signal.throwIfAborted();
        if (line.type === "delta" && line.value.text !== "") yield line.value.text;
        if (line.type === "parts") parts.push(...line.value.parts);
      }
      end.resolve(parts);
    } catch (error) {
      end.reject(error);
      throw error;
    } finally {
      end.reject(new AdapterError("bad-response", "the answer was not read to its end"));
      await lines.return();
    }
  }
  const text = pull();
  return {
    text,
    async parts() {
      if (!started) for await (const _piece of text) continue;
      return end.promise;
    },
  };
}

/** A promise settled from outside. Whoever never waits for it is not ended by its failure. */
function createDeferred<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void; reject: (reason: unknown) => void } {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<Value>((settle, refuse) => {
    resolve = settle;
    reject = refuse;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

async function nextLine(lines: AsyncGenerator<Line, void>): Promise<Line> {
  const next = await lines.next();
  if (next.done === true) throw new AdapterError("bad-response", "the stream ended without a line of type done");
  return next.value;
}

/** Lines of known types as they arrive. A broken line or connection rejects with `AdapterError`. */
async function* linesOf(response: Response): AsyncGenerator<Line, void> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const bytes of response.body) {
      rest += decoder.decode(bytes as Uint8Array, { stream: true });
      const complete = rest.split("\n");
      rest = complete.pop() ?? "";
      for (const line of complete) {
        const read = readLine(line);
        if (read !== undefined) yield read;
      }
    }
  } catch (cause) {
    if (cause instanceof AdapterError || (cause as { name?: unknown }).name === "AbortError") throw cause;
    throw new AdapterError("bad-response", "the stream broke off", { cause });
  }
  const last = readLine(rest);
  if (last !== undefined) yield last;
}

function readLine(source: string): Line | undefined {
  if (source.trim() === "") return undefined;
  const raw = parseJson(source, "line");
  const type = (raw as { type?: unknown } | null)?.type;
  if (typeof type !== "string" || !Object.hasOwn(lineSchemas, type)) return undefined;
  const known = type as keyof typeof lineSchemas;
  return { type: known, value: check(lineSchemas[known], raw, `line ${known}`) } as Line;
}

function parseJson(source: string, what: string): unknown {
  try {
    return JSON.parse(source) as unknown;
  } catch {
    // The parser's message quotes the text; it must not reach a log.
    throw new AdapterError("bad-response", `${what}: not JSON`);
  }
}

function check<Schema extends v.GenericSchema>(schema: Schema, raw: unknown, what: string): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, raw);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  throw new AdapterError("bad-response", `${what}: ${v.getDotPath(issue) ?? "value"} expected ${issue.expected ?? "another value"}`);
}

function sorted(fields: {
  intents: Understanding["intents"];
  slots: Understanding["slots"];
  wantsPerson?: boolean | undefined;
}): Understanding {
  const intents = [...fields.intents].sort((one, other) => other.confidence - one.confidence);
  return { intents, slots: fields.slots, ...(fields.wantsPerson === undefined ? {} : { wantsPerson: fields.wantsPerson }) };
}

async function* once(text: string): AsyncGenerator<string, void> {
  yield text;
}

export const httpNlu: AdapterDefinition<"nlu"> = {
  kind: "nlu",
  name: "http",
  parseOptions: optionsReader(optionsSchema),
  create: (options: HttpNluOptions, context) => createHttpNlu(options, context),
};
