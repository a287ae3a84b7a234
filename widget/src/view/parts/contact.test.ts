import { describe, expect, it } from "vitest";
import { wireAddress } from "./contact.ts";

describe("an address as people write it", () => {
  it.each([
    ["email", "  marie@example.com ", "marie@example.com"],
    ["sms", "+33 6 12 34 56 78", "+33612345678"],
    ["sms", "0033 (6) 12-34-56.78", "+33612345678"],
    ["whatsapp", "\u2066+\u0669\u0666\u0666 \u0665\u0660 \u06f1\u06f2\u06f3\u2069", "+96650123"],
    ["whatsapp", "\uff0b\uff18\uff11 90\u20101234", "+81901234"],
    // Which country is not ours to guess.
    ["sms", "06 12 34 56 78", "0612345678"],
  ] as const)("by %s, %j", (channel, written, expected) => {
    expect(wireAddress(channel, written)).toBe(expected);
  });
});
