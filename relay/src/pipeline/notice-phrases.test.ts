import { describe, expect, it } from "vitest";
import { fillPlaces, noticeLanguage, noticeLanguages, noticePhrases } from "./notice-phrases.ts";
import { phraseLanguages } from "./phrases.ts";

describe("words for visitors who left", () => {
  it("are there in every language of the house, each with the places it needs and no other", () => {
    expect([...noticeLanguages].sort()).toEqual([...phraseLanguages].sort());
    const places: Record<string, string[]> = {
      subject: ["agent", "shop"],
      body: ["agent", "link", "shop"],
      lateSubject: ["shop"],
      lateBody: ["link", "shop"],
      stop: ["optout"],
      stopAsk: ["shop"],
      stopButton: [],
      stopped: ["shop"],
      stopUnknown: [],
    };
    for (const language of noticeLanguages) {
      const found = Object.entries(noticePhrases(language)).map(([key, words]) => [
        key,
        [...words.matchAll(/\{(\w+)\}/g)].map(([, place]) => place).sort(),
      ]);
      expect(Object.fromEntries(found), language).toEqual(places);
      if (language !== "en") expect(noticePhrases(language).body).not.toBe(noticePhrases("en").body);
    }
  });
  it("are of the nearest language, and English where there is none", () => {
    expect(["de-AT", "zh-CN", "pt", "fi"].map(noticeLanguage)).toEqual(["de", "zh-Hans", "pt-BR", "en"]);
  });
  it("have values put into their places as one line, once", () => {
    expect(fillPlaces("{agent} of {shop}, {other}", { agent: "Ana\r\nBcc: x", shop: "{agent}" })).toBe("Ana Bcc: x of {agent}, {other}");
    expect(fillPlaces("{constructor}", {})).toBe("{constructor}");
  });
});
