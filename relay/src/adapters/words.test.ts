import { describe, expect, it } from "vitest";
import { asciiDigits, normalise, wordsOf } from "./words.ts";

describe("normalise", () => {
  it("makes ways of writing the same thing the same", () => {
    for (const [one, other] of [
      ["Où EST", "ou est"],
      ["Straße", "strasse"],
      ["ＡＢＣ１２", "abc12"],
      ["إلى المدينة", "الي المدينه"],
      ["ﾊﾞｯｸ", "バック"],
      ["١٠٤٨٢", "10482"],
      ["it’s", "it's"],
    ] as const)
      expect(normalise(one)).toBe(normalise(other));
  });
  it("keeps what makes words differ", () => {
    expect(normalise("が")).not.toBe(normalise("か"));
    expect(normalise("한국")).toBe("한국");
  });
  it("changes nothing the second time", () => {
    for (const text of ["Größe №5 ﬁn", "أهلاً وسهلاً", "パーソナル", "¿Qué?"]) expect(normalise(normalise(text))).toBe(normalise(text));
  });
});

it("reads digits of every script without moving anything", () => {
  expect(asciiDigits("طلب ١٠٤٨٢ / ۱۲ / ０９")).toBe("طلب 10482 / 12 / 09");
});

it("divides text with and without spaces", () => {
  expect(wordsOf(normalise("Where's my order #10482?"))).toEqual(["where", "s", "my", "order", "10482"]);
  expect(wordsOf("我的订单到哪了")).toContain("订单");
  expect(wordsOf("注文番号10482の配送")).toContain("配送");
  expect(wordsOf("คำสั่งซื้อของฉันอยู่ที่ไหน").length).toBeGreaterThan(2);
  expect(wordsOf("👍 ... !")).toEqual([]);
});
