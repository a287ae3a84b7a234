import { expect, it } from "vitest";
import { actionPhraseLanguages, actionPhrases } from "./action-phrases.ts";
import { phraseLanguages } from "./phrases.ts";

it("has its words in every language of the house, each with the places it needs and no other", () => {
  expect([...actionPhraseLanguages].sort()).toEqual([...phraseLanguages].sort());
  const places: Record<string, string[]> = {
    needs: ["fields", "title"],
    offer: ["fields", "title"],
    done: ["title"],
    notDone: ["title"],
    unsure: ["title"],
  };
  for (const language of actionPhraseLanguages) {
    for (const [key, words] of Object.entries(actionPhrases(language))) {
      expect([...words.matchAll(/\{(\w+)\}/g)].map(([, place]) => place).sort(), `${language} ${key}`).toEqual(places[key] ?? []);
      if (language !== "en") expect(words).not.toBe(actionPhrases("en")[key as "ask"]);
    }
  }
});
