import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checks } from "./checks.ts";
import type { DateContext } from "./dates.ts";
import { standingAlone } from "./forms.ts";
import { slotRulesOf, type SlotOptions } from "./options.ts";
import { findSlots } from "./slots.ts";

const plain: SlotOptions = { patterns: [], countries: [] };
const { rules } = await slotRulesOf(plain, ".");
const context: DateContext = { language: "en", at: Date.parse("2026-11-27T12:00:00Z") };
type Found = [name: string, value: string];
function found(text: string, language = "en", own = rules, more: Partial<DateContext> = {}): Found[] {
  return findSlots(text, own, { ...context, language, ...more }).map(({ name, value }) => [name, value]);
}

describe("numbers of orders and parcels", () => {
  it("are found where they stand alone, in any digits", () => {
    expect(found("where is #10482, and 10917?")).toEqual([
      ["orderNumber", "10482"],
      ["orderNumber", "10917"],
    ]);
    expect(found("帮我查下10482的物流", "zh")).toEqual([["orderNumber", "10482"]]);
    expect(found("أين الطلب ١٠٤٨٢؟", "ar")).toEqual([["orderNumber", "10482"]]);
    for (const text of ["call +4930123456", "EUR 12345.50", "1,299", "30 days", "abc12345", "4111111111111", "x@10482.example"])
      expect(
        found(text).filter(([name]) => name === "orderNumber"),
        text,
      ).toEqual([]);
  });

  it("are found beside e-mail addresses, but not with a wrong check digit", () => {
    expect(found("1Z999AA10123456784 or rr473124829cn to Ana.B+x@shop.example.com.")).toEqual([
      ["trackingNumber", "1Z999AA10123456784"],
      ["trackingNumber", "RR473124829CN"],
      ["email", "ana.b+x@shop.example.com"],
    ]);
    expect(found("rr473124828cn")).toEqual([]);
  });

  it("have the shop's own form, and a place", () => {
    const text = "re: LC-0042 please";
    const [slot] = findSlots(text, { ...rules, orderNumber: standingAlone("LC-\\d{4}") }, context);
    expect(text.slice(slot?.start, slot?.end)).toBe("LC-0042");
    expect(() => standingAlone("(")).toThrow(SyntaxError);
  });

  it("may be of a kind the shop made up, with a check", async () => {
    const own = await slotRulesOf(
      {
        ...plain,
        patterns: [
          { name: "voucher", pattern: "V[0-9]{4}", check: undefined },
          { name: "serial", pattern: "[0-9]{10}", check: "luhn" },
        ],
      },
      ".",
    );
    expect(found("v1234 and 1234567897 and 1234567890", "en", own.rules)).toEqual([
      ["voucher", "V1234"],
      ["serial", "1234567897"],
    ]);
    expect(checks.ean("4006381333931")).toBe(true);
    expect(checks.ean("4006381333932")).toBe(false);
    expect(checks.s10("RR473124829CN")).toBe(true);
  });
});

it.each<[text: string, language: string, value: string]>([
  ["I paid 49.90 EUR", "en", "49.90 EUR"],
  ["es hat 1.234,56 € gekostet", "de", "1234.56 EUR"],
  ["that is $1,299 too much", "en", "1299.00 USD"],
  ["30 euros de trop", "fr", "30.00 EUR"],
  ["付了200元", "zh", "200.00 CNY"],
  ["3万円でした", "ja", "30000 JPY"],
  ["دفعت ٥٠ ريال", "ar", "50.00 SAR"],
  ["₦5,000 was taken", "en", "5000.00 NGN"],
  ["R$ 99,90", "pt", "99.90 BRL"],
  ["1'250 CHF", "de", "1250.00 CHF"],
  ["500 руб.", "ru", "500.00 RUB"],
  ["12k usd", "en", "12000.00 USD"],
])("reads the sum in %j", (text, language, value) => {
  expect(found(text, language)).toEqual([["amount", value]]);
});

it("takes a shared sign for the shop's own currency, and a number alone for no sum", () => {
  expect(found("$20 off", "en", { ...rules, currency: "CAD" })).toEqual([["amount", "20.00 CAD"]]);
  for (const text of ["2 lamps of 40 cm", "I will try 3 times", "1.2.3", "top 10"]) expect(found(text), text).toEqual([]);
});

it.each<[text: string, language: string, value: string]>([
  ["I ordered it on 12 November", "en", "2026-11-12"],
  ["three days ago", "en", "2026-11-24"],
  ["vor 3 Tagen bestellt", "de", "2026-11-24"],
  ["j'ai commandé hier", "fr", "2026-11-26"],
  ["11月12日下的单", "zh", "2026-11-12"],
  ["昨日注文しました", "ja", "2026-11-26"],
  ["طلبت قبل ٣ أيام", "ar", "2026-11-24"],
  ["11월 12일에 주문했어요", "ko", "2026-11-12"],
  ["12 ноября", "ru", "2026-11-12"],
  ["it came on 2026-10-03", "en", "2026-10-03"],
  ["bestellt am 03.10.2026", "de", "2026-10-03"],
])("reads the day in %j", (text, language, value) => {
  expect(found(text, language)).toEqual([["date", value]]);
});

it("knows who writes the month first, and when whose day ends", () => {
  expect(found("03/10/2026", "en", rules, { country: "US" })).toEqual([["date", "2026-03-10"]]);
  expect(found("03/10/2026", "en", rules, { country: "GB" })).toEqual([["date", "2026-10-03"]]);
  const late = { at: Date.parse("2026-11-27T23:30:00Z") };
  expect(found("yesterday", "en", rules, { ...late, timezone: "Asia/Shanghai" })).toEqual([["date", "2026-11-27"]]);
  expect(found("yesterday", "en", rules, { ...late, timezone: "Nowhere/None" })).toEqual([["date", "2026-11-26"]]);
  for (const text of ["open 24/7", "may 3 people come", "1/2 of it", "now", "it sat there", "in May"])
    expect(found(text), text).toEqual([]);
});

it("finds telephone numbers, in national form where the country is known", () => {
  expect(found("call me at +33 6 12 34 56 78 please")).toEqual([["phone", "+33612345678"]]);
  expect(found("06 12 34 56 78", "fr")).toEqual([]);
  expect(found("06 12 34 56 78", "fr", rules, { country: "FR" })).toEqual([["phone", "+33612345678"]]);
  expect(found("0170 1234567", "de", { ...rules, countries: ["DE"] })).toEqual([["phone", "+491701234567"]]);
  expect(found("order 10482 of 24.12.2025", "de", { ...rules, countries: ["DE"] })).toEqual([
    ["orderNumber", "10482"],
    ["date", "2025-12-24"],
  ]);
});

it("finds bank accounts whose check digits are right", () => {
  expect(found("DE89 3704 0044 0532 0130 00")).toEqual([["iban", "DE89370400440532013000"]]);
  expect(found("DE88 3704 0044 0532 0130 00").map(([name]) => name)).not.toContain("iban");
});

it("finds countries by their names in the language and in English", () => {
  expect(found("do you ship to New Zealand or the UK?")).toEqual([
    ["country", "NZ"],
    ["country", "GB"],
  ]);
  expect(found("liefert ihr nach Österreich", "de")).toEqual([["country", "AT"]]);
  expect(found("能寄到法国吗", "zh")).toEqual([["country", "FR"]]);
  expect(found("フランスに送れますか", "ja")).toEqual([["country", "FR"]]);
});

describe("lists of the shop", () => {
  it("give the value for any of its names, the longest first", async () => {
    const dir = await mkdtemp(join(tmpdir(), "allhours-lists-"));
    await writeFile(join(dir, "lamps.yaml"), "lamp:\n  dune: [dune lamp, dune xl lamp]\n  arc:\nroom: [kitchen, 4]\n");
    await writeFile(join(dir, "more.csv"), "list,value,synonyms\nlamp,mond,月光灯|moon\nlamp,,x\n");
    const own = await slotRulesOf({ ...plain, lists: ["."] }, dir);
    expect(own.problems).toEqual([{ file: join(dir, "more.csv"), line: 3, problem: "expected a list and a value" }]);
    expect(found("a Dune XL lamp for the kitchen, or an arc", "en", own.rules)).toEqual([
      ["lamp", "dune"],
      ["room", "kitchen"],
      ["lamp", "arc"],
    ]);
    expect(found("我想买月光灯", "zh", own.rules)).toEqual([["lamp", "mond"]]);
    expect(found("arcade", "en", own.rules)).toEqual([]);
  });

  it("tell what is wrong with its line, and keep the rest", async () => {
    const dir = await mkdtemp(join(tmpdir(), "allhours-lists-"));
    await writeFile(join(dir, "a.yaml"), "lamp:\n  dune: [{a: 1}]\n  arc: [bow]\nroom: 5\n");
    await writeFile(join(dir, "b.yaml"), "lamp: [\n");
    await writeFile(join(dir, "c.csv"), "name,value\n");
    const own = await slotRulesOf({ ...plain, lists: [".", "gone.csv"] }, dir);
    expect(own.problems.map(({ file, line, problem }) => `${file.slice(-6)} ${line} ${problem}`)).toEqual([
      "a.yaml 2 lamp: expected a value with a list of texts",
      "a.yaml 4 room: expected a list of values, or values with their synonyms",
      expect.stringMatching(/^b\.yaml \d not YAML/),
      "/c.csv 1 expected a header with the columns list and value",
    ]);
    expect(own.missing).toEqual(["gone.csv"]);
    expect(found("a bow", "en", own.rules)).toEqual([["lamp", "arc"]]);
  });
});

it("gives a place to one value only, in order", () => {
  const text = "Order 10482 of 12 November, 49.90 EUR, to ana@example.com in France, call +33 6 12 34 56 78";
  const slots = findSlots(text, rules, context);
  expect(slots.map(({ name }) => name)).toEqual(["orderNumber", "date", "amount", "email", "country", "phone"]);
  for (const [place, { start, end }] of slots.entries()) {
    expect(start).toBeGreaterThanOrEqual(slots[place - 1]?.end ?? 0);
    expect(end).toBeLessThanOrEqual(text.length);
  }
});

// A pattern that goes back over the text again and again would take minutes here: the test's own time-out ends it.
it("finds nothing in text made to be slow, and comes to an end", () => {
  const slow = [
    "a.".repeat(40_000) + "@",
    "1".repeat(80_000),
    "a@".repeat(40_000),
    "1,".repeat(40_000),
    "€".repeat(80_000),
    "DE12 ".repeat(20_000),
    "12 ".repeat(40_000),
  ];
  for (const text of slow)
    expect(findSlots(text, { ...rules, countries: ["DE", "US"] }, context).length, text.slice(0, 10)).toBeLessThan(2);
}, 10_000);
