import { describe, expect, it } from "vitest";
import { clausesOf } from "./clauses.ts";
import { trainIntentModel, type Example } from "./intent-model.ts";
import { readMessage, supports } from "./message.ts";
import { withoutDenied } from "./negation.ts";

const taught: Record<string, string[]> = {
  track: [
    "where is my parcel",
    "track my order",
    "has my lamp been shipped",
    "parcel status please",
    "wo ist mein Paket",
    "我的订单到哪了",
  ],
  refund: [
    "i want my money back",
    "when do i get the refund",
    "refund not received",
    "give me back my money",
    "wann kommt mein Geld zurück",
  ],
  cancel: [
    "cancel my order please",
    "i want to cancel",
    "stop the order",
    "please cancel it",
    "Bestellung stornieren",
    "取消订单",
    "注文をキャンセル",
  ],
  invoice: ["i need an invoice", "send me a bill", "where can i download the invoice", "Rechnung bitte", "invoice with vat"],
};
const examples: Example[] = Object.entries(taught).flatMap(([intent, texts]) => texts.map((text) => ({ text, intent })));
const model = trainIntentModel(examples);
const read = (text: string, language = "en"): ReturnType<typeof readMessage> => readMessage(model, text, language);

describe("clausesOf", () => {
  const texts = (message: string, language = "en"): string[] => clausesOf(message, language).map(({ text }) => text.trim());

  it("divides at sentences, lines and joining words whose both sides can stand", () => {
    expect(texts("Where is my order 10.5? Also, send me the invoice please.")).toEqual([
      "Where is my order 10.5?",
      "Also, send me the invoice please.",
    ]);
    expect(texts("where is it exactly now and when do I get money")).toEqual(["where is it exactly now", "and when do I get money"]);
    expect(texts("the black and white lamp of mine")).toEqual(["the black and white lamp of mine"]);
    expect(texts("多久能到呢？另外怎么退货", "zh-Hans")).toEqual(["多久能到呢？", "另外怎么退货"]);
  });

  it("gives places in the message, and stays small whatever comes", () => {
    const message = "Where is my parcel now?\nI also need an invoice";
    for (const { text, start, end } of clausesOf(message, "en")) expect(message.slice(start, end)).toBe(text);
    expect(clausesOf("", "en")).toEqual([]);
    expect(clausesOf("🎉🎉🎉 !!! ...", "en")).toEqual([]);
    expect(clausesOf("one two three four. ".repeat(2_000), "en")).toHaveLength(6);
  });
});

describe("withoutDenied", () => {
  it.each([
    ["en", "I do not want to cancel my order", "I"],
    ["en", "please don't cancel it, I like it", ", I like it"],
    ["de", "Ich möchte meine Bestellung nicht stornieren", "Ich"],
    ["fr", "Je ne veux pas annuler ma commande", "Je"],
    ["es", "No quiero cancelar mi pedido", ""],
    ["pt", "Não quero cancelar", ""],
    ["ru", "Я не хочу отменять заказ", "Я"],
    ["tr", "Siparişi iptal etmek istemiyorum", ""],
    ["ar", "لا أريد إلغاء طلبي", ""],
    ["ko", "주문을 취소하고 싶지 않아요", ""],
    ["zh-Hans", "我不想取消订单", "我"],
    ["ja", "注文をキャンセルしたくない", ""],
    ["th", "ฉันไม่ต้องการยกเลิก", "ฉัน"],
  ])("%s: %s", (language, sentence, rest) => {
    expect(withoutDenied(sentence, language)?.trim()).toBe(rest);
  });

  it.each([
    ["en", "I did not get a refund"],
    ["en", "it has not arrived yet"],
    ["en", "I can't pay with my card"],
    ["en", "don't you ship to Norway?"],
    ["es", "no me abonan nada"],
    ["de", "Visa wird nicht angenommen"],
    ["zh-Hans", "退款还没到账"],
    ["xx", "I do not want it"],
  ])("finds nothing refused in %s: %s", (language, sentence) => {
    expect(withoutDenied(sentence, language)).toBeUndefined();
  });
});

describe("readMessage", () => {
  it("finds two wishes in one message, in its order", () => {
    expect(read("Where is my parcel now? And please send me an invoice too").several?.map(({ name }) => name)).toEqual([
      "track",
      "invoice",
    ]);
    expect(read("Wo ist denn mein Paket? Wann kommt mein Geld zurück?", "de").several?.map(({ name }) => name)).toEqual([
      "track",
      "refund",
    ]);
  });

  it("takes one wish said twice as one, and a lone question as itself", () => {
    expect(read("Where is my parcel now? Please track my order now").several).toBeUndefined();
    expect(read("where is my parcel").several).toBeUndefined();
    expect(read("Hello there my dear friends. Where is my parcel now?").several).toBeUndefined();
  });

  it("says when the best intent is what is not wanted, in several languages", () => {
    for (const [text, language] of [
      ["I do not want to cancel my order", "en"],
      ["Ich möchte die Bestellung nicht stornieren", "de"],
      ["我不想取消订单", "zh-Hans"],
      ["注文をキャンセルしたくない", "ja"],
    ] as const)
      expect([read(text, language).denied, read(text, language).intents[0]?.name], text).toEqual([true, "cancel"]);
    expect(read("I want to cancel my order").denied).toBeUndefined();
    expect(read("my refund was not received").denied).toBeUndefined();
  });

  it("leaves a denied wish out of several", () => {
    expect(read("I do not want to cancel my order. Where is my parcel now?").several).toBeUndefined();
  });

  it("believes the examples where a refusal is how an intent is said", () => {
    const usual = { ...model, denied: model.denied.map((share, label) => (model.labels[label] === "cancel" ? 0.5 : share)) };
    expect(readMessage(usual, "I do not want to cancel my order", "en").denied).toBeUndefined();
  });

  it("asks of the best intent alone whether words support it", () => {
    expect(supports(model, "track", "where is my parcel")).toBe(true);
    expect(supports(model, "refund", "where is my parcel")).toBe(false);
    expect(supports(model, "track", "")).toBe(false);
  });
});
