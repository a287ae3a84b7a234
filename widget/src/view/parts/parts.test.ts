import { describe, expect, it } from "vitest";
import { imageUrl } from "./card.ts";
import { sizeText } from "./file.ts";
import { hourIn, sunAt } from "./people.ts";

describe("pictures", () => {
  const origins = ["https://shop.example", "https://relay.example"];
  it.each([
    ["/lamp.webp", "https://shop.example/lamp.webp"],
    ["https://relay.example/lamp.webp", "https://relay.example/lamp.webp"],
    ["https://tracker.example/pixel.gif", undefined],
    ["http://shop.example/lamp.webp", undefined],
    ["//tracker.example/pixel.gif", undefined],
    ["data:image/svg+xml,<svg/>", undefined],
    [undefined, undefined],
  ])("%s", (url, shown) => {
    expect(imageUrl(url, origins)).toBe(shown);
  });
});

it("writes sizes for people", () => {
  expect([999, 20_400, 3_456_000].map(sizeText)).toEqual(["999 B", "20 kB", "3.5 MB"]);
});

describe("the sun", () => {
  it("stands on the horizon at midnight and on top at noon", () => {
    expect([sunAt(0), sunAt(12), sunAt(24)]).toEqual([
      { x: 12, y: 50 },
      { x: 150, y: 10 },
      { x: 288, y: 50 },
    ]);
  });
  it("follows the zone, half-hour zones too, and ignores an unknown one", () => {
    const at = Date.UTC(2026, 10, 23, 2, 0);
    expect(hourIn(at, "Asia/Manila")).toBe(10);
    expect(hourIn(at, "Asia/Kolkata")).toBe(7.5);
    expect(hourIn(at, "Nowhere/Else")).toBeUndefined();
  });
});
