/** The conversation as a visitor has it, over both pipes: the same tests for each. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test, type Pipe } from "./fixtures.ts";

for (const pipe of ["socketio", "sse"] as Pipe[]) {
  test.describe(`over ${pipe}`, () => {
    test.use({ pipe });

    test("asks in the shop, is answered with a source, and the source opens", async ({ demo, page, chat }) => {
      const streams: string[] = [];
      page.on("request", (request) => request.url().endsWith("/v1/stream") && streams.push(request.url()));
      await page.goto(demo.url);
      await chat.open();
      await expect(chat.bubbles("bot").first()).toContainText("automated assistant");
      await chat.type("How long do I have to return the lamp?");
      await expect(chat.bubbles("visitor")).toHaveText(["How long do I have to return the lamp?"]);
      await expect(chat.bubbles("bot").last()).toContainText("30 days");
      await expect(chat.log).toContainText("Delivered");
      const source = chat.host.locator("[part~=source]").last();
      await expect(source).toHaveAttribute("href", /\/help\/return-window$/);
      const [help] = await Promise.all([page.waitForEvent("popup"), source.click()]);
      await expect(help.getByRole("heading", { level: 1 })).toContainText(/return/i);
      await expect(help.locator("article.help-article")).toContainText("30 days");
      expect(streams.length > 0).toBe(pipe === "sse");
    });

    test("offers choices, takes one, takes thumbs", async ({ demo, page, chat }) => {
      await page.goto(demo.url);
      await chat.open();
      await chat.host.getByRole("button", { name: "Where is my order?" }).click();
      await expect(chat.bubbles("visitor")).toHaveText(["Where is my order?"]);
      await expect(chat.bubbles("bot").last()).toContainText(/track/i);
      // Choices of an answered message are no longer offered.
      await expect(chat.host.getByRole("button", { name: "Where is my order?" })).toHaveCount(0);
      const up = chat.host.getByRole("button", { name: "Helpful", exact: true }).last();
      await up.click();
      await expect(up).toHaveAttribute("aria-pressed", "true");
      await page.reload();
      await expect(chat.host.getByRole("button", { name: "Helpful", exact: true }).last()).toHaveAttribute("aria-pressed", "true");
    });

    test("types three messages offline, reloads, comes back: they arrive once, in order", async ({ demo, page, chat, shell }) => {
      await page.goto(demo.url);
      await chat.open();
      await chat.type("Do you ship to Brazil?");
      await expect(chat.bubbles("bot")).toHaveCount(2);
      await shell.goOffline();
      await expect(chat.host).toContainText("You’re offline");
      const texts = ["How long is the warranty?", "Which plug is in the box?", "Can I pay with PayPal?"];
      for (const text of texts) await chat.type(text);
      await expect(chat.bubbles("visitor")).toHaveText(["Do you ship to Brazil?", ...texts]);
      await expect(chat.log).toContainText("3 waiting to send");
      await page.reload();
      // History and queue show at once, with no relay to ask.
      await expect(chat.bubbles("visitor")).toHaveText(["Do you ship to Brazil?", ...texts]);
      await expect(chat.log).toContainText("3 waiting to send");
      await shell.goOnline();
      await expect(chat.log).not.toContainText("waiting to send");
      await expect(chat.bubbles("bot")).toHaveCount(5);
      await expect(chat.bubbles("visitor")).toHaveText(["Do you ship to Brazil?", ...texts]);
      await page.reload();
      await expect(chat.bubbles("visitor")).toHaveText(["Do you ship to Brazil?", ...texts]);
      await expect(chat.bubbles("bot")).toHaveCount(5);
    });

    test("shows an answer to another tab, and one of them sends", async ({ demo, page, chat, context, openChat }) => {
      await page.goto(demo.url);
      await chat.open();
      const second = await openChat(context);
      await second.page.goto(demo.url);
      await second.open();
      await second.type("How much is shipping to Japan?");
      await expect(chat.bubbles("visitor")).toHaveText(["How much is shipping to Japan?"]);
      await expect(chat.bubbles("bot")).toHaveCount(2);
      await expect(second.bubbles("bot")).toHaveCount(2);
      await page.close();
      await second.type("Can I pay with PayPal?");
      await expect(second.bubbles("visitor")).toHaveText(["How much is shipping to Japan?", "Can I pay with PayPal?"]);
      await expect(second.bubbles("bot")).toHaveCount(3);
    });

    test("survives a killed relay: nothing lost, nothing twice", async ({ demo, page, chat }) => {
      await page.goto(demo.url);
      await chat.open();
      await chat.type("Can I pay with PayPal?");
      await expect(chat.bubbles("bot")).toHaveCount(2);
      await demo.kill();
      await chat.type("How long is the warranty?");
      await chat.type("Do you ship to Brazil?");
      await expect(chat.log).toContainText("2 waiting to send");
      await demo.start();
      await expect(chat.log).not.toContainText("waiting to send", { timeout: 40_000 });
      await expect(chat.bubbles("bot")).toHaveCount(4);
      await expect(chat.bubbles("visitor")).toHaveText(["Can I pay with PayPal?", "How long is the warranty?", "Do you ship to Brazil?"]);
    });
  });
}

test("streams an answer with a card from the shop's own service, in the other region", async ({ demo, browser, openChat }) => {
  const context = await browser.newContext({ timezoneId: "Asia/Tokyo", locale: "en-GB" });
  const chat = await openChat(context);
  await chat.page.goto(demo.url);
  await chat.open();
  await chat.type("Where is my order 10482?");
  await expect(chat.bubbles("bot").last()).toContainText("on its way to Osaka");
  const card = chat.host.locator("[part~=card]");
  await expect(card).toContainText("Arc table lamp");
  await expect(card).toContainText("Cleared customs, Osaka");
  // Anything that service does not know is answered by the engine behind it.
  await chat.type("How long is the warranty?");
  await expect(chat.bubbles("bot").last()).toContainText(/3 years/i);
  await context.close();
});

test("refuses what is too long, and says how many characters are left", async ({ demo, page, chat }) => {
  await page.goto(demo.url);
  await chat.open();
  await chat.box.fill("x".repeat(7_990));
  await expect(chat.panel).toContainText("10 characters left");
  await chat.box.fill("x".repeat(8_003));
  await expect(chat.panel).toContainText("3 characters too many");
  await expect(chat.host.getByRole("button", { name: "Send" })).toBeDisabled();
});

test("offers to try again or discard what the relay refused, and goes on with the rest", async ({ demo, page, chat }) => {
  let refuse = true;
  await page.routeWebSocket(/\/v1\/socket/, (socket) => socket.close());
  await page.route("**/v1/command", async (route) => {
    const frame = route.request().postDataJSON() as { type: string; parts?: { text: string }[] };
    if (refuse && frame.type === "message-send" && frame.parts?.[0]?.text.startsWith("bad")) {
      await route.fulfill({
        status: 400,
        contentType: "application/json",
        body: JSON.stringify({ ok: false, error: { code: "bad-frame", message: "no" } }),
      });
    } else await route.continue();
  });
  await page.goto(demo.url);
  await chat.open();
  await chat.type("bad one");
  await chat.type("Can I pay with PayPal?");
  await chat.type("bad two");
  await expect(chat.bubbles("bot")).toHaveCount(2);
  await expect(chat.host.getByRole("button", { name: "Try again" })).toHaveCount(2);
  refuse = false;
  await chat.host.getByRole("button", { name: "Discard" }).last().click();
  await expect(chat.bubbles("visitor")).toHaveCount(2);
  await chat.host.getByRole("button", { name: "Try again" }).click();
  await expect(chat.host.getByRole("button", { name: "Try again" })).toHaveCount(0);
  await expect(chat.bubbles("bot")).toHaveCount(3);
});

test("has no accessibility violation, and works by keyboard alone", async ({ demo, page, chat }) => {
  await page.goto(demo.url);
  await page.keyboard.press("Tab");
  await chat.launcher.focus();
  await page.keyboard.press("Enter");
  await expect(chat.box).toBeFocused();
  await page.keyboard.type("How long do I have to return the lamp?");
  await page.keyboard.press("Enter");
  await expect(chat.bubbles("bot")).toHaveCount(2);
  const result = await new AxeBuilder({ page }).include("allhours-chat").analyze();
  expect(
    result.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(" ")).join(", ")}`),
  ).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(chat.panel).toBeHidden();
  await expect(chat.launcher).toBeFocused();
});
