import { expect, it } from "vitest";
import { plainlyIn } from "./common-words.ts";

const bases = ["en", "es", "de", "fr", "pt", "ja", "zh"];
const words = (text: string): string[] => text.toLowerCase().match(/\p{L}+(?:['’]\p{L}+)?/gu) ?? [];

it("is sure of ordinary sentences, and only of their own language", () => {
  for (const [base, text] of [
    ["en", "Where is my order and when will it arrive?"],
    ["de", "Wo ist meine Bestellung und wann kommt sie an?"],
    ["fr", "Où est ma commande et quand est-ce que je la reçois ?"],
    ["es", "¿Dónde está mi pedido y cuándo va a llegar?"],
    ["pt", "Onde está o meu pedido e quando você vai entregar?"],
  ] as const) {
    for (const other of ["en", "de", "fr", "es", "pt"])
      expect(plainlyIn(other, words(text), bases), `${other}: ${text}`).toBe(other === base);
  }
});

it("leaves words that two languages share, and words it does not know, to the detector", () => {
  expect(plainlyIn("pt", words("me cobraron dos veces"), bases)).toBe(false);
  expect(plainlyIn("en", words("no customs within the EU"), ["en", "it"])).toBe(false);
  expect(plainlyIn("en", words("Halo Arc Linden Duo"), bases)).toBe(false);
  expect(plainlyIn("ja", words("where is my order"), bases)).toBe(false);
});
