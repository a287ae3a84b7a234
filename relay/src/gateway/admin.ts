/**
 * What only an operator may ask: who that is, and the dead letters by HTTP. Strict bodies and queries; a refusal names the field.
 */
import type { IncomingMessage } from "node:http";
import type { Context } from "hono";
import * as v from "valibot";
import { refusal, type Result } from "@allhours/protocol";
import { sameText } from "../adapters/same-text.ts";
import { DEAD_LETTER_PAGE, type DeadLetterChoice, type DeadLetters } from "../jobs/dead-letters.ts";
import { readText } from "./sse.ts";

const BODY_BYTES = 256 * 1024;

/**
 * With a token it is asked for. Without one only this machine may ask, not through a proxy, under a name of this machine, and not from a page
 * of somebody else's: whatever site a browser here has open must not be able to decide anything.
 */
export function isOperator(token: string | undefined, incoming: IncomingMessage, header: (name: string) => string | undefined): boolean {
  if (token !== undefined) return sameText(header("authorization") ?? "", `Bearer ${token}`);
  const host = header("host") ?? "";
  const origin = header("origin");
  return (
    /^(127\.|::1$|::ffff:127\.)/.test(incoming.socket.remoteAddress ?? "") &&
    header("x-forwarded-for") === undefined &&
    /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/.test(host) &&
    (origin === undefined || origin === `http://${host}`)
  );
}

export const NOT_OPERATOR = refusal(
  "forbidden",
  "expected Authorization: Bearer <server.adminToken>, or a request from loopback when none is set",
);

export const text = v.pipe(v.string("expected text"), v.minLength(1, "expected text"), v.maxLength(256, "expected at most 256 characters"));
export const time = v.pipe(
  v.string("expected a time, as 2026-11-27T03:00:00Z"),
  v.check((value) => !Number.isNaN(Date.parse(value)), "expected a time, as 2026-11-27T03:00:00Z"),
  v.transform((value) => Date.parse(value)),
);
/** Of a query; default 100. */
export function limitUpTo(most: number) {
  const expected = `expected a number from 1 to ${most}`;
  return v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,3}$/, expected), v.transform(Number), v.maxValue(most, expected)), "100");
}
const where = { conversation: v.optional(text), since: v.optional(time), until: v.optional(time) };
const querySchema = v.strictObject({
  ...where,
  limit: limitUpTo(DEAD_LETTER_PAGE),
});
const byIds = v.strictObject({
  ids: v.pipe(
    v.array(text, "expected a list of ids"),
    v.minLength(1, "expected an id"),
    v.maxLength(DEAD_LETTER_PAGE, `expected at most ${DEAD_LETTER_PAGE}`),
  ),
});
const everyOne = v.strictObject({ all: v.literal(true, "expected true") });
const byFilter = v.pipe(
  v.strictObject(where, "expected an object with ids, conversation, since, until or all"),
  v.check((value) => Object.keys(value).length > 0, "expected ids, conversation, since, until or all"),
);

/** The first thing wrong, with its field. */
export function readStrict<Schema extends v.GenericSchema>(schema: Schema, input: unknown): Result<v.InferOutput<Schema>> {
  const parsed = v.safeParse(schema, input);
  if (parsed.success) return { ok: true, value: parsed.output };
  const [issue] = parsed.issues;
  const path = v.getDotPath(issue) ?? "body";
  return refusal("bad-frame", `${path}: ${issue.expected === "never" ? "unknown field" : issue.message}`, { path });
}

/** The body as JSON of any shape. */
export async function readJsonBody(context: Context): Promise<Result<unknown>> {
  const raw = await readText(context.req.raw, BODY_BYTES);
  if (raw === undefined) return refusal("frame-too-large", `a body may have ${BODY_BYTES} bytes`);
  try {
    return { ok: true, value: JSON.parse(raw) as unknown };
  } catch {
    return refusal("bad-frame", "expected a JSON body");
  }
}

export async function listDeadLetters(context: Context, letters: DeadLetters): Promise<Response> {
  const query = readStrict(querySchema, context.req.query());
  if (!query.ok) return context.json(query, 400);
  const { conversation, since, until, limit } = query.value;
  return context.json({ ok: true, value: { deadLetters: await letters.list({ key: conversation, since, until }, limit) } });
}

export async function replayDeadLetters(context: Context, letters: DeadLetters): Promise<Response> {
  const body = await readJsonBody(context);
  if (!body.ok) return context.json(body, body.error.code === "frame-too-large" ? 413 : 400);
  const json = body.value;
  const has = (name: string): boolean => typeof json === "object" && json !== null && Object.hasOwn(json, name);
  const choice: Result<DeadLetterChoice> = has("ids")
    ? readStrict(byIds, json)
    : has("all")
      ? filterOf(readStrict(everyOne, json))
      : filterOf(readStrict(byFilter, json));
  return choice.ok ? context.json({ ok: true, value: await letters.replay(choice.value) }) : context.json(choice, 400);
}

function filterOf(
  given: Result<{ all?: true; conversation?: string | undefined; since?: number | undefined; until?: number | undefined }>,
): Result<DeadLetterChoice> {
  if (!given.ok) return given;
  const { conversation, since, until } = given.value;
  return { ok: true, value: { key: conversation, since, until } };
}
