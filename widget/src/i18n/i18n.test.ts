import { describe, expect, it } from "vitest";
import { contactWords, type ContactKey } from "./contact-words.ts";
import { extraWords } from "./extra-words.ts";
import { createI18n, flatten } from "./i18n.ts";
import { consentWords } from "./consent-words.ts";
import { OPEN_CHAT, labelledLanguage } from "./launcher-labels.ts";
import { locale as ar } from "./locales/ar.ts";
import { locale as de } from "./locales/de.ts";
import { locale as en, type AnyLocale } from "./locales/en.ts";
import { locale as es } from "./locales/es.ts";
import { locale as fr } from "./locales/fr.ts";
import { locale as ja } from "./locales/ja.ts";
import { locale as ptBR } from "./locales/pt-BR.ts";
import { locale as zhHans } from "./locales/zh-Hans.ts";
import { voiceWords } from "./voice-words.ts";
import { LOCALES, dirOf, matchLocale, type LocaleName } from "./match-locale.ts";
import { WIRE_ERRORS } from "@allhours/protocol";

const all: Record<LocaleName, AnyLocale> = { en, ar, de, es, fr, ja, "pt-BR": ptBR, "zh-Hans": zhHans };
const placeholders = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? "").sort();

describe.each(LOCALES)("%s", (name) => {
  it("has exactly the plural forms its language uses", () => {
    const used = new Intl.PluralRules(name).resolvedOptions().pluralCategories.toSorted();
    for (const forms of Object.values(all[name].plurals)) expect(Object.keys(forms).sort()).toEqual(used);
  });
  it("has the keys of English, in no other words than its own, with the same values put in", () => {
    expect(Object.keys(all[name].text).sort()).toEqual(Object.keys(en.text).sort());
    for (const [key, text] of Object.entries(all[name].text)) {
      expect(text.trim(), key).not.toBe("");
      expect(placeholders(text), key).toEqual(placeholders(en.text[key as keyof typeof en.text]));
    }
  });
  it("has the form's words too, with the same values put in", () => {
    expect(Object.keys(contactWords[name]).sort()).toEqual(Object.keys(contactWords.en).sort());
    for (const [key, text] of Object.entries(contactWords[name])) {
      expect(text.trim(), key).not.toBe("");
      expect(placeholders(text), key).toEqual(placeholders(contactWords.en[key as ContactKey]));
      expect(en.text).not.toHaveProperty(key);
    }
    if (name !== "en") expect(contactWords[name].contactAsk).not.toBe(contactWords.en.contactAsk);
  });
  it.each([
    ["that come after the first paint", extraWords],
    ["of dictation", voiceWords],
  ])("has the words %s, each its own", (_which, words: Record<LocaleName, Record<string, string>>) => {
    expect(Object.keys(words[name])).toEqual(Object.keys(words.en));
    for (const [key, text] of Object.entries(words[name])) {
      expect(text.trim(), key).not.toBe("");
      expect(en.text).not.toHaveProperty(key);
      if (name !== "en") expect(text).not.toBe(words.en[key]);
    }
  });
  it("labels the launcher", () => {
    expect(OPEN_CHAT[labelledLanguage([name])]).toBeTruthy();
    expect(labelledLanguage([name])).toBe(name.slice(0, 2));
  });
});

it("has the words of the question for consent in every language, with its plural forms and the same values put in", async () => {
  for (const name of LOCALES) {
    const words = consentWords[name];
    const forms = new Intl.PluralRules(name).resolvedOptions().pluralCategories.map((form) => `consentWithin_${form}`);
    const plain = Object.keys(consentWords.en).filter((key) => !key.startsWith("consentWithin"));
    expect(Object.keys(words).sort(), name).toEqual([...plain, ...forms].sort());
    for (const key of plain) expect(placeholders(words[key] ?? ""), `${name} ${key}`).toEqual(placeholders(consentWords.en[key] ?? ""));
  }
  const i18n = await createI18n(["fr"]);
  for (const name of LOCALES) i18n.add(name, consentWords[name]);
  expect(i18n.plural("consentWithin", 2)).toContain("2 minutes");
  await i18n.setLocale(["ar"]);
  expect(i18n.t("consentTitle", { name: "X" })).toBe("هل نسأل X؟");
});

it("has words for every wire error", () => {
  const words: Record<string, string> = { ...en.text, ...extraWords.en };
  for (const policy of Object.values(WIRE_ERRORS)) expect(words[policy.textKey]).toBeTypeOf("string");
});

describe("matchLocale", () => {
  it.each([
    [["de-AT", "en"], "de"],
    [["pt-PT", "en-GB"], "pt-BR"],
    [["PT_br"], "pt-BR"],
    [["zh-CN"], "zh-Hans"],
    [["zh"], "zh-Hans"],
    [["zh-TW", "ja"], "ja"],
    [["zh-Hant-HK"], "zh-Hans"],
    [["nl", "fr-CA", "en"], "fr"],
    [["ar-EG"], "ar"],
    [["nl"], undefined],
    [[], undefined],
  ] as const)("%j is met by %s", (wanted, found) => {
    expect(matchLocale(wanted, LOCALES)).toBe(found);
  });
  it("knows which way a language runs", () => {
    expect([dirOf("ar-EG"), dirOf("en"), dirOf("arn")]).toEqual(["rtl", "ltr", "ltr"]);
  });
});

it("labels the launcher in the first language it has a word for", () => {
  expect([["nl", "PT-pt", "en"], ["nl"], [""], []].map((wanted) => labelledLanguage(wanted))).toEqual(["pt", "en", "en", "en"]);
});

describe("createI18n", () => {
  it("counts in all six Arabic forms", async () => {
    const i18n = await createI18n(["ar"]);
    const said = [0, 1, 2, 3, 11, 100].map((count) => i18n.plural("newMessages", count));
    expect(new Set(said).size).toBe(6);
    expect(said[1]).toBe(ar.plurals.newMessages.one);
    expect(said[3]).toContain("3");
    expect(i18n.dir).toBe("rtl");
  });
  it("puts values in as they are and changes its language", async () => {
    const i18n = await createI18n(["nl", "en-GB"]);
    expect(i18n.t("joined", { name: "<b>Inés & co</b>" })).toBe("<b>Inés & co</b> joined the conversation");
    await i18n.setLocale(["de"]);
    expect(i18n.locale).toBe("de");
    expect(i18n.t("send")).toBe("Senden");
  });
  it("takes words that come later, before and after a change of language", async () => {
    const i18n = await createI18n(["fr"]);
    expect(i18n.t("contactAsk")).toBe("contactAsk");
    for (const name of LOCALES) i18n.add(name, contactWords[name]);
    expect(i18n.t("contactAsk")).toBe(contactWords.fr.contactAsk);
    await i18n.setLocale(["de"]);
    expect([i18n.t("contactAsk"), i18n.t("send")]).toEqual([contactWords.de.contactAsk, "Senden"]);
  });
  it("tells the time of a place, and nothing for a place it does not know", async () => {
    const i18n = await createI18n(["en"]);
    const at = Date.UTC(2026, 10, 23, 2, 14);
    expect(i18n.time(at, "Asia/Manila")).toBe("10:14");
    expect(i18n.time(at, "Middle/Earth")).toBeUndefined();
  });
  it("names today and yesterday", async () => {
    const i18n = await createI18n(["es"]);
    const noon = new Date(2026, 10, 23, 12).getTime();
    expect([i18n.day(noon, noon), i18n.day(noon - 86_400_000, noon)]).toEqual(["Hoy", "Ayer"]);
    expect(i18n.day(noon - 3 * 86_400_000, noon)).toContain("20");
  });
});

it("lays plural forms flat", () => {
  expect(flatten(en)).toMatchObject({ send: "Send", waiting_one: "Waiting to send" });
});
