/** Short messages in many languages, each on sites that speak it among others. */
import { describe, expect, it } from "vitest";
import { messagesInLanguages, messagesOnSites } from "../testing/messages-in-languages.ts";
import { decideLanguage } from "./language.ts";
import { likelyLanguages } from "./likely-languages.ts";

function decideAll(size: number): { right: number; wrong: string[] } {
  const asked = messagesOnSites(size);
  const wrong = asked.flatMap(({ text, language, siteLanguages }) => {
    const found = decideLanguage({ text, current: "en", siteLanguages, defaultLanguage: "en", browserLanguages: ["en"] }).language;
    return found === language ? [] : [`${language}: "${text}" taken for ${found} of ${siteLanguages.join(" ")}`];
  });
  return { right: 1 - wrong.length / asked.length, wrong };
}

describe("short messages in many languages", () => {
  it("covers at least sixty, twice", () => {
    expect(Object.keys(messagesInLanguages).length).toBeGreaterThanOrEqual(60);
  });
  // The browser says English, and English is what the site falls back to: the harder case.
  it.each([
    [3, 0.95],
    [10, 0.9],
  ])("are told apart on sites of %i languages", (size, least) => {
    const { right, wrong } = decideAll(size);
    expect(right, wrong.join("\n")).toBeGreaterThanOrEqual(least);
  });
  it("are not told apart by chance: words of another language lead elsewhere", () => {
    const facts = { current: "en", siteLanguages: ["en", "sw", "ha", "ca"], defaultLanguage: "en", browserLanguages: ["en"] };
    expect(decideLanguage({ ...facts, text: messagesInLanguages["ca"]?.[1] ?? "" }).language).toBe("ca");
    expect(decideLanguage({ ...facts, text: messagesInLanguages["ha"]?.[1] ?? "" }).language).toBe("ha");
  });
  it("are judged by words when several languages share a script", () => {
    const facts = { current: "ru", siteLanguages: ["ru", "uk", "bg", "kk"], defaultLanguage: "ru", browserLanguages: [], started: true };
    expect(decideLanguage({ ...facts, text: "Я хочу повернути цю лампу" })).toEqual({ language: "uk", reason: "words" });
    expect(decideLanguage({ ...facts, text: "дякую" })).toEqual({ language: "ru", reason: "script" });
  });
});

describe("likelyLanguages", () => {
  it("answers in the tags asked for, likeliest first, one at most in all", () => {
    for (const [text, bases] of [
      ["Jeg ønsker å returnere denne lampen", ["nb", "de", "en"]],
      ["Gusto kong ibalik ang lamparang ito", ["fil", "en"]],
      ["Ninataka kurudisha taa hii", ["sw", "en", "fr"]],
    ] as const) {
      const found = likelyLanguages(text, bases);
      expect(found[0]?.base, text).toBe(bases[0]);
      expect(found.reduce((sum, { likelihood }) => sum + likelihood, 0)).toBeLessThanOrEqual(1.001);
    }
  });
  it("says nothing of languages no detector knows, and of no text", () => {
    expect(likelyLanguages("nuqneH tlhIngan", ["tlh"])).toEqual([]);
    expect(likelyLanguages("", ["en", "sw"])).toEqual([]);
    expect(likelyLanguages("hello there", [])).toEqual([]);
  });
});
