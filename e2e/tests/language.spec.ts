/** Every language the widget speaks, and voice. */
import { expect, test } from "./fixtures.ts";

const languages = [
  { locale: "en-GB", write: "Write a message", ask: "How long do I have to return a lamp?", answer: "30" },
  { locale: "de-DE", ask: "Wie lange kann ich die Lampe zurückgeben?", answer: "30" },
  { locale: "fr-FR", ask: "Combien de temps ai-je pour retourner la lampe ?", answer: "30" },
  { locale: "es-ES", ask: "¿Cuánto tiempo tengo para devolver la lámpara?", answer: "30" },
  { locale: "zh-CN", ask: "多久之内可以退货？", answer: "30" },
  { locale: "ja-JP", ask: "返品は何日以内ですか？", answer: "30" },
  { locale: "ar", ask: "كم لدي من الوقت لإرجاع المصباح؟", answer: /30|٣٠/ },
  { locale: "pt-BR", ask: "Posso pagar com PayPal?", answer: "PayPal" },
] as const;

for (const { locale, ask, answer } of languages) {
  test(`speaks ${locale}: interface, greeting and answer`, async ({ demo, browser, openChat }) => {
    const context = await browser.newContext({ locale, timezoneId: "Europe/Paris" });
    const chat = await openChat(context);
    await chat.page.goto(demo.url);
    await chat.open();
    const placeholder = (await chat.box.getAttribute("placeholder")) ?? (await chat.box.getAttribute("aria-label"));
    if (locale !== "en-GB") expect(placeholder).not.toBe("Write a message");
    await expect(chat.bubbles("bot").first()).toContainText("Linden & Co");
    expect(await chat.panel.evaluate((panel) => getComputedStyle(panel).direction)).toBe(locale === "ar" ? "rtl" : "ltr");
    await chat.type(ask);
    await expect(chat.bubbles("bot").last()).toContainText(answer);
    await expect(chat.bubbles("bot")).toHaveCount(2);
    await context.close();
  });
}

const speech = (behaviour: string): string => `
  class FakeRecognition extends EventTarget {
    start() { window.recognition = this; this.onstart?.(new Event("start")); this.dispatchEvent(new Event("start")); ${behaviour} }
    stop() { this.finish(); } abort() { this.finish(); }
    finish() { this.onend?.(new Event("end")); this.dispatchEvent(new Event("end")); }
    say(text, isFinal) { const event = Object.assign(new Event("result"), { resultIndex: 0, results: [Object.assign([{ transcript: text, confidence: 1 }], { isFinal })] }); this.onresult?.(event); this.dispatchEvent(event); }
    fail(error) { const event = Object.assign(new Event("error"), { error, message: "" }); this.onerror?.(event); this.dispatchEvent(event); this.finish(); }
  }
  window.SpeechRecognition = window.webkitSpeechRecognition = FakeRecognition;`;
type Recognition = { recognition: { lang: string; say(text: string, final: boolean): void; finish(): void } };

test("hears the visitor: live words in the composer, in the conversation's language", async ({ demo, page, chat, context }) => {
  await context.addInitScript(speech(""));
  await page.goto(demo.url);
  await chat.open();
  await expect(chat.bubbles("bot")).toHaveCount(1);
  await chat.host.getByRole("button", { name: "Dictate a message" }).click();
  await expect.poll(() => page.evaluate(() => (window as unknown as Partial<Recognition>).recognition?.lang)).toMatch(/^en/);
  await page.evaluate(() => (window as unknown as Recognition).recognition.say("where is", false));
  await expect(chat.box).toHaveValue(/where is/);
  await page.evaluate(() => {
    const { recognition } = window as unknown as Recognition;
    recognition.say("where is my order", true);
    recognition.finish();
  });
  await expect(chat.box).toHaveValue(/where is my order/);
  await chat.box.press("Enter");
  await expect(chat.bubbles("visitor")).toHaveText(["where is my order"]);
  await expect(chat.bubbles("bot")).toHaveCount(2);
});

for (const [error, words] of [
  ["not-allowed", "microphone is blocked"],
  ["audio-capture", "No microphone"],
] as const) {
  test(`says in words that ${error}`, async ({ demo, page, chat, context }) => {
    await context.addInitScript(speech(`setTimeout(() => this.fail(${JSON.stringify(error)}));`));
    await page.goto(demo.url);
    await chat.open();
    await chat.host.getByRole("button", { name: "Dictate a message" }).click();
    await expect(chat.panel).toContainText(words);
    await chat.type("typing still works");
    await expect(chat.bubbles("visitor")).toHaveText(["typing still works"]);
  });
}

test("offers no microphone where the browser has none to offer", async ({ demo, page, chat, context }) => {
  await context.addInitScript(() => {
    Object.assign(window, { SpeechRecognition: undefined, webkitSpeechRecognition: undefined });
  });
  await page.goto(demo.url);
  await chat.open();
  await expect(chat.bubbles("bot")).toHaveCount(1);
  await expect(chat.host.getByRole("button", { name: "Dictate a message" })).toHaveCount(0);
});
