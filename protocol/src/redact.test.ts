import { describe, expect, it } from "vitest";
import { redactCards } from "./redact.ts";

describe("redactCards", () => {
  // Test numbers the card networks publish for integrators.
  it.each([
    "4111 1111 1111 1111",
    "5555-5555-5555-4444",
    "378282246310005",
    "6011 1111 1111 1117",
    "3530111333300000",
    "my card is 4111.1111.1111.1111!",
    "4111\u00a01111\u00a01111\u00a01111",
  ])("masks %s", (text) => {
    const { text: clean, masked } = redactCards(text);
    expect(masked).toBe(1);
    expect(clean).toMatch(/•••• \d{4}/);
    expect(clean.replace(/\D/g, "")).toHaveLength(4);
  });
  it.each([
    "order 10482",
    "tracking 1Z999AA10123456784",
    "RR123456785CN",
    "4111 1111 1111 1112",
    "call +49 171 1234567890",
    "00340434161094042557",
    "2026-11-23 10:45:00 to 2026-11-24 10:45:00",
  ])("leaves %s", (text) => {
    expect(redactCards(text)).toEqual({ text, masked: 0 });
  });
  it("finds a card beside other numbers", () => {
    expect(redactCards("order 12 4111 1111 1111 1111 5 lamps").text).toBe("order 12 •••• 1111 5 lamps");
    expect(redactCards("4111 1111 1111 1111 5555 5555 5555 4444").text).toBe("•••• 1111 •••• 4444");
    expect(redactCards(`${"9".repeat(4)}4111111111111111`).masked).toBe(0);
  });
  it("comes to an end on long rows of digits", () => {
    expect(redactCards("1 ".repeat(40_000)).masked).toBe(0);
    expect(redactCards("1".repeat(80_000)).masked).toBe(0);
  });
  it("masks each of several and keeps the words around them", () => {
    expect(redactCards("old 4111111111111111 new 5555555555554444 end").text).toBe("old •••• 1111 new •••• 4444 end");
  });
});
