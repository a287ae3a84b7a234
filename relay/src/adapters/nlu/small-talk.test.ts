import { describe, expect, it } from "vitest";
import { smallTalkOf } from "./small-talk.ts";

describe("smallTalkOf", () => {
  it.each([
    [
      "greeting",
      [
        "hi",
        "Hello!!",
        "hey there",
        "Good morning :)",
        "¡Hola! Buenas tardes",
        "Guten Tag",
        "Bonjour",
        "Olá, tudo bem?",
        "こんにちは",
        "你好，在吗？",
        "السلام عليكم",
        "HELLO TEAM",
      ],
    ],
    [
      "thanks",
      [
        "thanks",
        "ok thank you so much!",
        "great, thanks",
        "muchas gracias",
        "Vielen Dank!",
        "merci beaucoup",
        "obrigada",
        "ありがとうございます。",
        "好的，谢谢您",
        "شكرا جزيلا",
        "hi, thanks",
      ],
    ],
    [
      "goodbye",
      ["bye", "ok thanks, bye!", "Hasta luego", "Danke, tschüss", "Bonne journée", "tchau", "さようなら", "谢谢，再见", "مع السلامة"],
    ],
  ] as const)("%s", (kind, texts) => {
    for (const text of texts) expect(smallTalkOf(text), text).toBe(kind);
  });
  it.each([
    "hi, where is my order?",
    "thanks but the lamp is broken",
    "hello 10482",
    "ok",
    "yes",
    "",
    "goodbye gift card",
    "merci de me rembourser",
    "你好我想退货",
    "谢谢，但是灯坏了",
    "hi".repeat(60),
    "?!",
  ])("none: %s", (text) => expect(smallTalkOf(text)).toBeUndefined());
});
