/** What the engines behind HTTP share: asking, and reading JSON and event streams with errors that never quote what was said. */
import { createParser } from "eventsource-parser";
import * as v from "valibot";
import { AdapterError } from "./errors.ts";
import { discardBody, errorOfStatus } from "./http-status.ts";
import type { AdapterContext } from "./spec.ts";

export function contentTypeOf(response: Response): string {
  return response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
}

/** GETs. Rejects with `AdapterError` for an answer outside 200 to 299. */
export async function get(
  context: Pick<AdapterContext, "fetch">,
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  return good(await context.fetch(url, { headers, signal }));
}

/** POSTs JSON. Rejects with `AdapterError` for an answer outside 200 to 299. */
export async function postJson(
  context: Pick<AdapterContext, "fetch">,
  url: string,
  body: object,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  return send(context, url, JSON.stringify(body), { ...headers, "content-type": "application/json" }, signal);
}

/** The same for a body that is text already, as a signed one. */
export async function send(
  context: Pick<AdapterContext, "fetch">,
  url: string,
  body: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  return good(await context.fetch(url, { method: "POST", headers, body, signal }));
}

async function good(response: Response): Promise<Response> {
  if (response.ok) return response;
  await discardBody(response);
  throw errorOfStatus(response, Date.now());
}

export function parseJson(source: string, what: string): unknown {
  try {
    return JSON.parse(source) as unknown;
  } catch {
    // The parser's message quotes the text; it must not reach a log.
    throw new AdapterError("bad-response", `${what}: not JSON`);
  }
}

export function check<Schema extends v.GenericSchema>(schema: Schema, raw: unknown, what: string): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, raw);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  throw new AdapterError("bad-response", `${what}: ${v.getDotPath(issue) ?? "value"} expected ${issue.expected ?? "another value"}`);
}

/** The whole answer as JSON of a shape; anything else is `bad-response`. */
export async function readJson<Schema extends v.GenericSchema>(
  response: Response,
  schema: Schema,
  what: string,
): Promise<v.InferOutput<Schema>> {
  return check(schema, parseJson(await response.text(), what), what);
}

/** Text of a response body, line by line, as it arrives; the last one without its break too. Rejects with `AdapterError` when it breaks off. */
export async function* linesOf(response: Response): AsyncGenerator<string, void> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const bytes of response.body) {
      rest += decoder.decode(bytes as Uint8Array, { stream: true });
      const complete = rest.split("\n");
      rest = complete.pop() ?? "";
      yield* complete;
    }
  } catch (cause) {
    if (cause instanceof AdapterError || (cause as { name?: unknown }).name === "AbortError") throw cause;
    throw new AdapterError("bad-response", "the stream broke off", { cause });
  }
  if (rest !== "") yield rest;
}

/** The data of every event of an event stream, in order. */
export async function* eventsOf(response: Response): AsyncGenerator<string, void> {
  const ready: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => void ready.push(data) });
  for await (const line of linesOf(response)) {
    parser.feed(`${line}\n`);
    yield* ready.splice(0);
  }
  // An event that no empty line ended.
  parser.feed("\n\n");
  yield* ready.splice(0);
}
