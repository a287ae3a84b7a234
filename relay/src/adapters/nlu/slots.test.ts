import { expect, it } from "vitest";
import { findSlots, orderNumberPattern } from "./slots.ts";

const order = orderNumberPattern();
const found = (text: string): [string, string][] => findSlots(text, order).map(({ name, value }) => [name, value]);

it("finds order numbers where they stand alone, in any digits", () => {
  expect(found("where is #10482, and 10917?")).toEqual([
    ["orderNumber", "10482"],
    ["orderNumber", "10917"],
  ]);
  expect(found("帮我查下10482的物流")).toEqual([["orderNumber", "10482"]]);
  expect(found("أين الطلب ١٠٤٨٢؟")).toEqual([["orderNumber", "10482"]]);
  for (const text of ["call +4930123456", "EUR 12345.50", "1,299", "30 days", "abc12345", "4111111111111", "x@10482.example"])
    expect(
      found(text).filter(([name]) => name === "orderNumber"),
      text,
    ).toEqual([]);
});

it("finds tracking numbers and e-mail addresses", () => {
  expect(found("1Z999AA10123456784 or rr123456785cn to Ana.B+x@shop.example.com.")).toEqual([
    ["trackingNumber", "1Z999AA10123456784"],
    ["trackingNumber", "RR123456785CN"],
    ["email", "ana.b+x@shop.example.com"],
  ]);
});

it("tells where, and takes the shop's own form", () => {
  const text = "re: LC-0042 please";
  const [slot] = findSlots(text, orderNumberPattern("LC-\\d{4}"));
  expect(text.slice(slot?.start, slot?.end)).toBe("LC-0042");
  expect(() => orderNumberPattern("(")).toThrow(SyntaxError);
});

// A pattern that goes back over the text again and again would take minutes here: the test's own time-out ends it.
it("finds nothing in text made to be slow, and comes to an end", () => {
  for (const text of ["a.".repeat(40_000) + "@", "1".repeat(80_000), "a@".repeat(40_000)]) expect(findSlots(text, order)).toEqual([]);
}, 10_000);
