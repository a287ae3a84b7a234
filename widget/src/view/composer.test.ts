import { describe, expect, it } from "vitest";
import { charactersLeft, sends } from "./composer.ts";

describe("Enter", () => {
  const enter = { key: "Enter", shiftKey: false, isComposing: false, keyCode: 13 };
  it.each([
    ["sends", enter, true],
    ["with Shift is a new line", { ...enter, shiftKey: true }, false],
    ["ends a composition", { ...enter, isComposing: true }, false],
    ["ends a composition in Safari, which reports it afterwards", { ...enter, keyCode: 229 }, false],
    ["is not any other key", { ...enter, key: "a" }, false],
  ])("%s", (_name, event, sent) => {
    expect(sends(event)).toBe(sent);
  });
});

it("counts only near the limit", () => {
  expect([0, 7_799, 7_800, 8_000, 8_003].map((length) => charactersLeft(length, 8_000))).toEqual([undefined, undefined, 200, 0, -3]);
  expect(charactersLeft(80, 100)).toBeUndefined();
  expect(charactersLeft(91, 100)).toBe(9);
});
