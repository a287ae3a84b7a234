import { describe, expect, it } from "vitest";
import { languageName, phraseLanguages, phrasesFor, spokenTime } from "./phrases.ts";

describe("phrases", () => {
  it("speaks the widget's languages, each with every sentence of its own", () => {
    expect([...phraseLanguages].sort()).toEqual(["ar", "de", "en", "es", "fr", "ja", "pt-BR", "zh-Hans"]);
    const keys = Object.keys(phrasesFor("en")).sort();
    for (const language of phraseLanguages) {
      const phrases = phrasesFor(language);
      expect(Object.keys(phrases).sort()).toEqual(keys);
      const filled = ["nobodyYet", "asleep", "late", "expertOffer", "expertAsked", "expertNone"] as const;
      for (const key of keys.filter((name) => !["notice", "onlyIn", ...filled].includes(name)) as "greeting"[]) {
        expect(phrases[key].length).toBeGreaterThan(1);
        if (language !== "en") expect(phrases[key]).not.toBe(phrasesFor("en")[key]);
      }
      expect(phrases.notice("Linden")).toContain("Linden");
      for (const key of filled) {
        expect(phrases[key]("Saturday 08:40")).toContain("Saturday 08:40");
        if (language !== "en") expect(phrases[key]("x")).not.toBe(phrasesFor("en")[key]("x"));
      }
      expect(phrases.onlyIn(languageName("de", language))).toContain(languageName("de", language));
    }
  });
  it("calls a language by its name, or by its tag", () => {
    expect([languageName("de", "en"), languageName("de", "fr"), languageName("not a tag", "en")]).toEqual([
      "German",
      "allemand",
      "not a tag",
    ]);
  });
  it("says a moment in the visitor's zone and language, and in UTC when there is no zone", () => {
    const at = Date.UTC(2026, 10, 27, 23, 40);
    expect(spokenTime(at, "en-GB", "Asia/Manila")).toBe("Saturday 07:40");
    expect(spokenTime(at, "de", "Europe/Paris")).toMatch(/^Samstag.*00:40$/);
    expect(spokenTime(at, "en-GB", undefined)).toMatch(/^Friday.*23:40 UTC$/);
    // A week from now a weekday alone could be any.
    expect(spokenTime(at, "en-GB", "Asia/Manila", at - 7 * 24 * 3_600_000)).toBe("Saturday 28 November at 07:40");
    expect(spokenTime(at, "en-GB", "Mars/Olympus")).toMatch(/23:40 UTC$/);
  });
  it("finds the nearest language, and English where there is none", () => {
    expect(phrasesFor("zh-CN")).toBe(phrasesFor("zh-Hans"));
    expect(phrasesFor("pt")).toBe(phrasesFor("pt-BR"));
    expect(phrasesFor("de-AT")).toBe(phrasesFor("de"));
    expect(phrasesFor("fi")).toBe(phrasesFor("en"));
  });
});
