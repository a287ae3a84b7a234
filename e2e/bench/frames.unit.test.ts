import { describe, expect, it } from "vitest";
import { createFrameReader, textFrame } from "./frames.ts";

/** A frame as a server would send it: the client's, with the mask taken off again. */
function fromServer(text: string): Buffer {
  const payload = Buffer.from(text);
  const head =
    payload.length < 126
      ? Buffer.from([0x81, payload.length])
      : payload.length < 65_536
        ? Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255])
        : Buffer.concat([Buffer.from([0x81, 127, 0, 0, 0, 0]), Buffer.from(Uint32Array.of(payload.length).buffer).reverse()]);
  return Buffer.concat([head, payload]);
}

describe("frames", () => {
  const texts = ["", "2", "x".repeat(125), "y".repeat(126), "z".repeat(65_535), "w".repeat(70_000)];

  it.each(texts.map((text) => [text.length, text] as const))(
    "masks a text of %i characters so that the mask gives it back",
    (length, text) => {
      const frame = textFrame(text);
      const head = length < 126 ? 6 : length < 65_536 ? 8 : 14;
      const mask = frame.subarray(head - 4, head);
      expect(frame.readUInt8(1) & 0x80).toBe(0x80);
      expect(Buffer.from(frame.subarray(head).map((byte, index) => byte ^ mask.readUInt8(index % 4))).toString()).toBe(text);
    },
  );

  it("reads frames however they are cut", () => {
    const bytes = Buffer.concat([...texts.slice(1, 4).map(fromServer), Buffer.from([0x88, 0])]);
    for (const size of [1, 2, 3, 5, 100, bytes.length]) {
      const read: string[] = [];
      let closed = 0;
      const take = createFrameReader(
        (text) => read.push(text),
        () => {
          closed += 1;
        },
      );
      for (let at = 0; at < bytes.length; at += size) take(bytes.subarray(at, at + size));
      expect(read).toEqual(texts.slice(1, 4));
      expect(closed).toBe(1);
    }
    const long: string[] = [];
    createFrameReader(
      (text) => long.push(text),
      () => undefined,
    )(fromServer(texts.at(-1) ?? ""));
    expect(long).toEqual(texts.slice(-1));
  });
});
