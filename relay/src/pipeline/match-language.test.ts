import { expect, it } from "vitest";
import { matchLanguage } from "./language.ts";

it.each([
  [["fr-CA", "en"], "fr"],
  [["zh-CN"], "zh-Hans"],
  [["zh"], "zh-Hans"],
  [["pt-PT"], "pt-BR"],
  [["fi", "de-AT"], "de"],
  [["EN-us"], "en"],
  [["fi"], undefined],
  [[], undefined],
])("%j is %s", (wanted, expected) => {
  expect(matchLanguage(wanted, ["en", "fr", "de", "pt-BR", "zh-Hans"])).toBe(expected);
});
