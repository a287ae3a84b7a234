import { describe, expect, it } from "vitest";
import { imageUrl } from "./card.ts";
import { sizeText } from "./file.ts";
import { hourIn, momentText, sunAt } from "./people.ts";

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

it("says when a person answers: a time today, a weekday soon, a date later", () => {
  const format = (at: number, fields: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat("en-GB", fields).format(at);
  const now = new Date(2026, 10, 27, 22, 0).getTime();
  const text = (...date: [number, number, number, number, number]): string => momentText(new Date(...date).getTime(), now, { format });
  expect(text(2026, 10, 27, 23, 40)).toBe("23:40");
  expect(text(2026, 10, 28, 8, 40)).toBe("Saturday 08:40");
  expect(text(2026, 11, 7, 8, 40)).toBe("Monday 7 December at 08:40");
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
