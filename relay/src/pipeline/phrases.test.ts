import { describe, expect, it } from "vitest";
import { phraseLanguages, phrasesFor } from "./phrases.ts";

describe("phrases", () => {
  it("speaks the widget's languages, each with every sentence of its own", () => {
    expect([...phraseLanguages].sort()).toEqual(["ar", "de", "en", "es", "fr", "ja", "pt-BR", "zh-Hans"]);
    const keys = Object.keys(phrasesFor("en")).sort();
    for (const language of phraseLanguages) {
      const phrases = phrasesFor(language);
      expect(Object.keys(phrases).sort()).toEqual(keys);
      for (const key of keys.filter((name) => name !== "notice") as "greeting"[]) {
        expect(phrases[key].length).toBeGreaterThan(1);
        if (language !== "en") expect(phrases[key]).not.toBe(phrasesFor("en")[key]);
      }
      expect(phrases.notice("Linden")).toContain("Linden");
    }
  });
  it("finds the nearest language, and English where there is none", () => {
    expect(phrasesFor("zh-CN")).toBe(phrasesFor("zh-Hans"));
    expect(phrasesFor("pt")).toBe(phrasesFor("pt-BR"));
    expect(phrasesFor("de-AT")).toBe(phrasesFor("de"));
    expect(phrasesFor("fi")).toBe(phrasesFor("en"));
  });
});
