/** The contract, held to its golden frames, and to the hash of its schemas: a change of the wire is a decision, not an accident. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import {
  commandSchema,
  commandTypes,
  decodeAck,
  decodeCommand,
  decodeEvent,
  decodeHistory,
  decodeWelcome,
  durableEventSchema,
  ephemeralEventSchema,
  isId,
  LIMITS,
  newId,
  parseId,
  policyOf,
  PROTOCOL_VERSION,
  textOf,
  WIRE_ERRORS,
  welcomeSchema,
} from "./index.ts";

const fixture = (name: string): never =>
  JSON.parse(readFileSync(new URL(`../fixtures/v${PROTOCOL_VERSION}/${name}.json`, import.meta.url), "utf8")) as never;
const commands: Record<string, unknown>[] = fixture("commands");
const events: Record<string, unknown>[] = fixture("events");

/** A schema as plain data: types, keys, literals, bounds. Functions are left out. */
function shapeOf(schema: unknown): unknown {
  if (typeof schema === "bigint" || typeof schema === "function") return undefined;
  if (schema instanceof RegExp) return String(schema);
  if (Array.isArray(schema)) return schema.map(shapeOf);
  if (typeof schema !== "object" || schema === null) return schema;
  const keep = ["type", "kind", "entries", "options", "item", "wrapped", "literal", "requirement", "pipe", "key", "value", "items"];
  return Object.fromEntries(
    keep
      .filter((key) => key in schema)
      .map((key) => [
        key,
        key === "entries"
          ? Object.fromEntries(Object.entries((schema as never)["entries"]).map(([name, one]) => [name, shapeOf(one)]))
          : shapeOf((schema as Record<string, unknown>)[key]),
      ]),
  );
}

describe("golden frames", () => {
  it("has one of every command and every event", () => {
    expect(new Set(commands.map((frame) => frame["type"]))).toEqual(new Set(commandTypes));
    const types = [...durableEventSchema.options, ...ephemeralEventSchema.options].map((option) => option.entries.type.literal);
    expect(new Set(events.map((frame) => frame["type"]))).toEqual(new Set(types));
  });
  it.each(commands.map((frame) => [frame["type"], frame] as const))("reads %s as it is written", (_type, frame) => {
    expect(decodeCommand(frame)).toEqual({ ok: true, value: frame });
  });
  it.each(events.map((frame) => [frame["type"], frame] as const))("reads %s as it is written", (_type, frame) => {
    expect(decodeEvent(frame)).toEqual({ ok: true, value: frame });
  });
  it("reads the welcome and a page of history", () => {
    const welcome: Record<string, unknown> = fixture("welcome");
    expect(decodeWelcome(welcome)).toEqual({ ok: true, value: welcome });
    const page = { events: events.filter((event) => "seq" in event), more: false };
    expect(decodeHistory(page)).toEqual({ ok: true, value: page });
  });
  it("has the schemas of the committed hash: a change here needs a new hash (additive) or a new version (breaking)", () => {
    const shape = JSON.stringify([
      [commandSchema, durableEventSchema, ephemeralEventSchema, welcomeSchema].map(shapeOf),
      LIMITS,
      Object.keys(WIRE_ERRORS),
    ]);
    expect({ sha256: createHash("sha256").update(shape).digest("hex") }).toEqual(fixture("schema-hash"));
  });
});

describe("commands are read strictly", () => {
  const send = commands.find((frame) => frame["type"] === "message-send") as Record<string, unknown>;
  const refusals: [string, unknown, string, string | undefined][] = [
    ["null", null, "bad-frame", undefined],
    ["an array", [], "bad-frame", undefined],
    ["no type", {}, "bad-frame", "type"],
    ["an unknown type", { type: "drop-tables" }, "unknown-command", "type"],
    ["an unknown key", { ...send, colour: "red" }, "bad-frame", "colour"],
    ["an id in capitals", { ...send, id: String(send["id"]).toUpperCase() }, "bad-frame", "id"],
    ["no parts", { ...send, parts: [] }, "bad-frame", "parts"],
    ["an unknown part", { ...send, parts: [{ type: "html", text: "<b>" }] }, "bad-frame", "parts.0.type"],
    ["an empty text", { ...send, parts: [{ type: "text", text: "" }] }, "bad-frame", "parts.0.text"],
    [
      "a text over the limit",
      { ...send, parts: [{ type: "text", text: "x".repeat(LIMITS.messageChars + 1) }] },
      "bad-frame",
      "parts.0.text",
    ],
    [
      "too many parts",
      { ...send, parts: Array.from({ length: LIMITS.partsPerMessage + 1 }, () => ({ type: "text", text: "x" })) },
      "bad-frame",
      "parts",
    ],
    ["a huge number", { type: "read-set", conversationId: send["conversationId"], seq: 1e300 }, "bad-frame", "seq"],
    ["a type from the prototype", JSON.parse('{"__proto__":{"type":"probe"}}'), "bad-frame", "type"],
  ];
  it.each(refusals)("refuses %s and names it", (_name, frame, code, path) => {
    const result = decodeCommand(frame);
    expect(result.ok).toBe(false);
    if (!result.ok) expect([result.error.code, result.error.path]).toEqual([code, path]);
  });
  it("counts the characters of all parts together", () => {
    const half = "x".repeat(LIMITS.messageChars / 2 + 1);
    expect(
      decodeCommand({
        ...send,
        parts: [
          { type: "text", text: half },
          { type: "text", text: half },
        ],
      }).ok,
    ).toBe(false);
  });
});

describe("events are read leniently", () => {
  const added = events.find((frame) => frame["type"] === "message-added") as { message: { parts: unknown[] } };
  it("drops unknown fields and unknown parts", () => {
    const result = decodeEvent({
      ...added,
      colour: "red",
      message: { ...added.message, parts: [...added.message.parts, { type: "hologram", text: "?" }] },
    });
    expect(result).toEqual({ ok: true, value: added });
  });
  it("takes no number that JSON cannot say again", () => {
    expect(decodeEvent(JSON.parse('{"type":"goaway","afterMs":1e999}'))).toMatchObject({ ok: false });
    expect(decodeEvent({ ...added, at: Number.NEGATIVE_INFINITY })).toMatchObject({ ok: false });
    expect(decodeEvent({ type: "goaway", afterMs: 1_500 })).toMatchObject({ ok: true });
  });
  it("keeps the place of an unknown durable type and ignores an unknown ephemeral one", () => {
    const { conversationId } = events[0] as { conversationId: string };
    expect(decodeEvent({ type: "party-started", conversationId, seq: 9, at: 5, hats: 3 })).toEqual({
      ok: true,
      value: { type: "unknown", conversationId, seq: 9, at: 5 },
    });
    expect(decodeEvent({ type: "party-sound" })).toEqual({ ok: true, value: undefined });
  });
  it("refuses a known type with a wrong field", () => {
    expect(decodeEvent({ type: "typing", typing: "yes" }).ok).toBe(false);
    expect(decodeEvent({ ...added, seq: 0 }).ok).toBe(false);
  });
});

describe("acks, ids, errors", () => {
  const asIs = (value: unknown) => ({ ok: true as const, value });
  it("reads an ack, a refusal, and a code of a later version as retryable", () => {
    expect(decodeAck({ ok: true, value: 3 }, asIs)).toEqual({ ok: true, value: 3 });
    expect(decodeAck({ ok: false, error: { code: "rate-limited", message: "slow", retryAfterMs: 5 } }, asIs)).toEqual({
      ok: false,
      error: { code: "rate-limited", message: "slow", retryAfterMs: 5 },
    });
    expect(decodeAck({ ok: false, error: { code: "new-thing" } }, asIs)).toMatchObject({ ok: false, error: { code: "internal" } });
    expect(decodeAck("yes", asIs)).toMatchObject({ ok: false, error: { code: "bad-frame" } });
    expect(policyOf("new-thing").retryable).toBe(true);
  });
  it("makes UUIDv7s that are unique and sort by millisecond", () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => newId(1_700_000_000_000 + index));
    expect(new Set(ids).size).toBe(1_000);
    expect([...ids].sort()).toEqual(ids);
    expect(ids.every((id) => isId(id) && id[14] === "7")).toBe(true);
    expect(parseId("not an id")).toBeUndefined();
  });
  it("gives the words of a message", () => {
    expect(
      textOf([
        { type: "text", text: "a" },
        { type: "choices", options: [] },
        { type: "choice", messageId: "m", optionId: "o", text: "b" },
      ]),
    ).toBe("a\nb");
  });
  it("keeps every refusal code's text key in one table", () => {
    for (const policy of Object.values(WIRE_ERRORS)) expect(v.is(v.pipe(v.string(), v.startsWith("error")), policy.textKey)).toBe(true);
  });
});
