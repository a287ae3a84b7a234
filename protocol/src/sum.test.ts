import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeAck, decodeCommand, decodeEvent, newId, type Result } from "./index.ts";
import { crc32, textWithSum, withoutSum, withSum } from "./sum.ts";

test("the checksum is zlib's, whatever the text", () => {
  expect(crc32("123456789")).toBe(0xcbf43926);
  fc.assert(fc.property(fc.json(), (text) => crc32(text) === zlibCrc32(text)));
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => crc32(JSON.stringify(text)) === zlibCrc32(JSON.stringify(text))));
});

test("a frame comes back as it was, also through JSON", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (frame) => {
      fc.pre(!Object.hasOwn(frame, "sum") && !Object.hasOwn(frame, "__proto__"));
      expect(JSON.parse(textWithSum(frame))).toEqual(JSON.parse(JSON.stringify(withSum(frame))));
      expect(withoutSum(JSON.parse(textWithSum(frame)) as object)).toEqual(JSON.parse(JSON.stringify(frame)));
    }),
  );
});

test("a flipped bit anywhere in a frame is refused as damaged or is no JSON, never read", () => {
  const frame = { type: "message-send", id: newId(1), conversationId: newId(2), parts: [{ type: "text", text: "Größe 灯 7?" }] };
  const bytes = Buffer.from(textWithSum(frame));
  let damaged = 0;
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    let parsed: unknown;
    try {
      parsed = JSON.parse(flipped.toString("utf8"));
    } catch {
      continue;
    }
    const decoded = decodeCommand(parsed);
    // The name of the sum itself may be hit: then it is a field nobody knows, which is refused as well.
    expect(decoded.ok).toBe(false);
    if (!decoded.ok && decoded.error.code === "damaged") damaged += 1;
  }
  expect(damaged).toBeGreaterThan(500);
});

test("commands, events and acks are checked when they carry a sum, and read as before when they do not", () => {
  const probe = { type: "probe" };
  expect(decodeCommand(probe)).toEqual({ ok: true, value: probe });
  expect(decodeCommand(withSum(probe))).toEqual({ ok: true, value: probe });
  expect(decodeCommand({ ...probe, sum: 1 })).toMatchObject({ ok: false, error: { code: "damaged" } });
  const goaway = { type: "goaway", afterMs: 5 };
  expect(decodeEvent(withSum(goaway))).toEqual({ ok: true, value: goaway });
  expect(decodeEvent({ ...withSum(goaway), afterMs: 6 })).toMatchObject({ ok: false, error: { code: "damaged" } });
  const whole = (value: unknown): Result<unknown> => ({ ok: true, value });
  expect(decodeAck(withSum({ ok: true, value: 3 }), whole)).toEqual({ ok: true, value: 3 });
  expect(decodeAck({ ...withSum({ ok: true, value: 3 }), value: 4 }, whole)).toMatchObject({ ok: false, error: { code: "damaged" } });
});

test("a frame nested too deep to be written again is damaged, and nothing is thrown", () => {
  for (const depth of [5_000, 30_000]) {
    const frame = JSON.parse(`{"type":"probe","x":${"[".repeat(depth)}${"]".repeat(depth)},"sum":1}`) as unknown;
    expect(decodeCommand(frame)).toMatchObject({ ok: false, error: { code: "damaged" } });
    expect(decodeEvent(frame).ok).toBe(false);
  }
});
