import { describe, expect, it } from "vitest";
import { decideLanguage, matchLanguage, type LanguageFacts } from "./language.ts";

const siteLanguages = ["en", "zh-Hans", "es", "de", "fr", "pt-BR", "ja", "ar"];
const decide = (text: string, over: Partial<LanguageFacts> = {}): string =>
  decideLanguage({ text, current: "en", siteLanguages, defaultLanguage: "en", browserLanguages: ["en-GB"], ...over }).language;

describe("decideLanguage", () => {
  it("lets the script decide, however short", () => {
    for (const [text, language] of [
      ["谢谢", "zh-Hans"],
      ["ありがとう", "ja"],
      ["注文10482はどこ", "ja"],
      ["شكرا", "ar"],
      ["我的Arc台灯", "zh-Hans"],
      ["Halo 落地灯有货吗", "zh-Hans"],
    ] as const)
      expect(decide(text), text).toBe(language);
  });
  it("reads the words when there are enough", () => {
    for (const [text, language] of [
      ["Wo ist meine Bestellung geblieben?", "de"],
      ["¿Dónde está mi pedido?", "es"],
      ["Où en est ma commande ?", "fr"],
      ["Onde está o meu pedido?", "pt-BR"],
      ["where is my parcel please", "en"],
    ] as const)
      expect(decide(text, { current: "ja" }), text).toBe(language);
  });
  it("does not change for a short word, a number or an address", () => {
    for (const text of [
      "merci",
      "ok danke",
      "gracias",
      "10482",
      "?",
      "",
      "👍",
      "Halo Arc",
      "https://exemple.fr/ou/est/ma/commande",
      "moi@exemple.fr",
    ]) {
      expect(decide(text), text).toBe("en");
      expect(decide(text, { current: "de" }), text).toBe("de");
    }
  });
  it("keeps a Japanese conversation Japanese for a few characters of kanji", () => {
    expect(decide("返品希望", { current: "ja", started: true })).toBe("ja");
    expect(decide("退货怎么办", { current: "ja", started: true })).toBe("zh-Hans");
  });
  it("tells the two ways of writing Chinese apart where the site has both", () => {
    const both = ["zh-Hant", "zh-Hans", "en"];
    expect(decide("请问我的订单到哪了", { siteLanguages: both })).toBe("zh-Hans");
    expect(decide("請問我的訂單到哪了", { siteLanguages: both })).toBe("zh-Hant");
    expect(decide("到哪", { siteLanguages: both, browserLanguages: ["zh-TW"] })).toBe("zh-Hant");
  });
  it("answers only in a language of the site", () => {
    expect(decide("где мой заказ, пожалуйста", { browserLanguages: ["ru"] })).toBe("en");
    expect(decide("내 주문은 어디에 있나요")).toBe("en");
    expect(
      decideLanguage({
        text: "wo ist meine Bestellung",
        current: "en",
        siteLanguages: ["en"],
        defaultLanguage: "en",
        browserLanguages: [],
      }),
    ).toEqual({ language: "en", reason: "only-one" });
    expect(decide("hola", { current: "ru" })).toBe("en");
  });
  it("leans to the conversation when the words do not say", () => {
    const text = "no me va";
    expect(decide("information transport Paris Nantes", { current: "fr", started: true, browserLanguages: ["fr"] })).toBe("fr");
    expect(decide(text, { current: "es", started: true })).toBe("es");
  });
});

describe("matchLanguage", () => {
  it("gives the site's own tag for what was wanted", () => {
    for (const [wanted, found] of [
      ["zh", "zh-Hans"],
      ["zh-CN", "zh-Hans"],
      ["pt", "pt-BR"],
      ["pt-PT", "pt-BR"],
      ["EN-us", "en"],
      ["ja-JP", "ja"],
    ] as const)
      expect(matchLanguage([wanted], siteLanguages)).toBe(found);
  });
  it("goes down the list, and prefers the same script", () => {
    expect(matchLanguage(["ru", "ko", "de-AT"], siteLanguages)).toBe("de");
    expect(matchLanguage(["zh-HK"], ["zh-Hans", "zh-Hant"])).toBe("zh-Hant");
    expect(matchLanguage(["zh-TW"], siteLanguages)).toBe("zh-Hans");
    expect(matchLanguage(["ru"], siteLanguages)).toBeUndefined();
    expect(matchLanguage([], siteLanguages)).toBeUndefined();
  });
});
