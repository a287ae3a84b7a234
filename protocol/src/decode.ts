/**
 * From `unknown` to a command, event, welcome or history page. Never throws. Commands are read strictly and a refusal
 * names the field; events leniently, and an unknown ephemeral type is `undefined`.
 */
import * as v from "valibot";
import { commandSchema, commandTypes, type Command } from "./commands.ts";
import {
  durableEventSchema,
  ephemeralEventSchema,
  isDurableType,
  unknownDurableSchema,
  type Event,
  type UnknownDurable,
} from "./events.ts";
import { isWireErrorCode, refusal, type WireError } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import { withoutSum } from "./sum.ts";
import { historySchema, welcomeSchema, type HistoryPage, type Welcome } from "./session.ts";

export type Result<Value, Failure = WireError> = { ok: true; value: Value } | { ok: false; error: Failure };
/** The answer to a command. */
export type Ack<Value = unknown> = Result<Value>;

function firstIssue(issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): { ok: false; error: WireError } {
  const issue = issues[0];
  const path = v.getDotPath(issue) ?? undefined;
  return path === undefined ? refusal("bad-frame", issue.message) : refusal("bad-frame", `${path}: ${issue.message}`, { path });
}

/** What is answered to a frame whose `sum` does not fit it. */
const DAMAGED = refusal("damaged", "sum: the frame was changed on its way; send it again", { path: "sum" });

/**
 * Reads a command. Errors: `bad-frame` with the path of the first wrong field, `unknown-command` with the known ones, `damaged` when it carries
 * a `sum` that is wrong.
 */
export function decodeCommand(frame: unknown): Result<Command> {
  if (typeof frame !== "object" || frame === null || Array.isArray(frame)) return refusal("bad-frame", "expected an object with a type");
  const input = withoutSum(frame);
  if (input === undefined) return DAMAGED;
  const type: unknown = Object.hasOwn(input, "type") ? (input as { type: unknown }).type : undefined;
  if (typeof type !== "string") return refusal("bad-frame", "type: expected a string", { path: "type" });
  if (!(commandTypes as readonly string[]).includes(type)) {
    return refusal("unknown-command", `unknown command "${type.slice(0, 40)}"; known: ${commandTypes.join(", ")}`, { path: "type" });
  }
  const parsed = v.safeParse(commandSchema, input, { abortEarly: true });
  return parsed.success ? { ok: true, value: parsed.output } : firstIssue(parsed.issues);
}

/** Reads an event. An unknown type with a `seq` becomes `UnknownDurable`; without one it is `undefined` and ignored. Errors: `bad-frame`, `damaged`. */
export function decodeEvent(frame: unknown): Result<Event | UnknownDurable | undefined> {
  const input = typeof frame === "object" && frame !== null ? withoutSum(frame) : frame;
  if (input === undefined) return frame === undefined ? refusal("bad-frame", "expected an event with a type") : DAMAGED;
  const type = (input as { type?: unknown } | null | undefined)?.type;
  if (typeof type !== "string") return refusal("bad-frame", "expected an event with a type");
  if (isDurableType(type)) {
    const parsed = v.safeParse(durableEventSchema, input);
    return parsed.success ? { ok: true, value: parsed.output } : firstIssue(parsed.issues);
  }
  const parsed = v.safeParse(ephemeralEventSchema, input);
  if (parsed.success) return { ok: true, value: parsed.output };
  const known = ephemeralEventSchema.options.some((option) => option.entries.type.literal === type);
  if (known) return firstIssue(parsed.issues);
  const unknown = v.safeParse(unknownDurableSchema, input);
  return {
    ok: true,
    value: unknown.success
      ? { type: "unknown", conversationId: unknown.output.conversationId, seq: unknown.output.seq, at: unknown.output.at }
      : undefined,
  };
}

/** Reads an ack whose value is read by `value`. A malformed ack is `bad-frame`, a changed one `damaged`; an unknown code keeps its text and is retryable. */
export function decodeAck<Value>(frame: unknown, value: (raw: unknown) => Result<Value>): Ack<Value> {
  const input = typeof frame === "object" && frame !== null ? withoutSum(frame) : null;
  if (input === undefined) return DAMAGED;
  const ack = input as
    | {
        ok?: unknown;
        value?: unknown;
        error?: { code?: unknown; message?: unknown; path?: unknown; retryAfterMs?: unknown; endpoints?: unknown };
      }
    | null
    | undefined;
  if (ack?.ok === true) return value(ack.value);
  if (ack?.ok !== false || typeof ack.error !== "object" || ack.error === null) return refusal("bad-frame", "expected an ack");
  const { code, message, path, retryAfterMs, endpoints } = ack.error;
  return {
    ok: false,
    error: {
      code: isWireErrorCode(code) ? code : "internal",
      message: typeof message === "string" ? message : "",
      ...(typeof path === "string" ? { path } : {}),
      ...(typeof retryAfterMs === "number" ? { retryAfterMs } : {}),
      ...(isOrigins(endpoints) ? { endpoints } : {}),
    },
  };
}

function isOrigins(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.length <= LIMITS.endpoints && value.every((one) => typeof one === "string");
}

export function decodeWelcome(input: unknown): Result<Welcome> {
  const parsed = v.safeParse(welcomeSchema, input);
  return parsed.success ? { ok: true, value: parsed.output } : firstIssue(parsed.issues);
}

export function decodeHistory(input: unknown): Result<HistoryPage> {
  const parsed = v.safeParse(historySchema, input);
  return parsed.success ? { ok: true, value: parsed.output } : firstIssue(parsed.issues);
}
