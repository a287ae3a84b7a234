/** "Tell me when somebody has answered": the form by keyboard, in both directions of writing, and the way from the closed page to the message and out. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test, type Chat } from "./fixtures.ts";

async function waitForPerson(chat: Chat, url: string, words: string): Promise<void> {
  await chat.page.goto(url);
  await chat.open();
  await chat.type(words);
  await expect(chat.host.locator("[part~=contact-open]")).toBeVisible();
}
const shown = async (page: Page): Promise<string> => {
  await page.reload();
  return page.locator("body").innerText();
};

test("is offered while a person is waited for, by keyboard, with each mistake named", async ({ demo, page, chat }) => {
  await page.goto(demo.url);
  await chat.open();
  // Nobody is asked for an address who does not wait.
  await expect(chat.bubbles("bot").first()).toBeVisible();
  await expect(chat.host.locator("[part~=contact]")).toHaveCount(0);
  await chat.type("I want to talk to a human being please");
  const ask = chat.panel.getByRole("button", { name: "Tell me when somebody has answered" });
  await expect(ask).toBeVisible();

  // Back from the composer by the keyboard.
  await chat.box.focus();
  await page.keyboard.press("Shift+Tab");
  await expect(ask).toBeFocused();
  await page.keyboard.press("Enter");
  const form = chat.panel.getByRole("form", { name: "Tell me when somebody has answered" });
  const address = form.getByLabel("Your e-mail address");
  await expect(address).toBeFocused();
  await expect(form.getByRole("checkbox")).not.toBeChecked();

  await address.fill("marie@example.com");
  await page.keyboard.press("Enter");
  await expect(form.getByRole("alert")).toHaveText("Please tick the box, so that we may write to you.");
  await expect(form.getByRole("checkbox")).toBeFocused();
  await page.keyboard.press("Space");
  await address.fill("marie");
  await page.keyboard.press("Enter");
  await expect(form.getByRole("alert")).toHaveText("Please enter an e-mail address, like name@example.com.");
  await expect(address).toBeFocused();
  await expect(address).toHaveAttribute("aria-invalid", "true");

  // The other way the region has; a number as people write it.
  await form.getByText("SMS").click();
  const phone = form.getByLabel("Your phone number, with + and the country code");
  await phone.fill("06 12 34 56 78");
  await page.keyboard.press("Enter");
  await expect(form.getByRole("alert")).toContainText("Please enter the number with +");
  const audit = await new AxeBuilder({ page }).include("allhours-chat").analyze();
  expect(audit.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
  await page.screenshot({ path: test.info().outputPath("form.png") });
  await phone.fill("0033 (6) 12-34-56-78");
  await page.keyboard.press("Enter");
  await expect(chat.panel.locator("[part~=contact]")).toContainText("We’ll write to \u2068+33…78\u2069 when somebody has answered.");
  await expect(chat.panel.getByRole("button", { name: "Change" })).toBeFocused();
  await expect(chat.panel.locator("[role=status]")).toHaveText("Saved. We’ll write to you when somebody has answered.");

  // It stays through a reload, changed and taken back as easily. Escape closes the form and not the chat.
  await page.reload();
  const change = chat.panel.getByRole("button", { name: "Change" });
  await change.click();
  await page.keyboard.press("Escape");
  await expect(change).toBeFocused();
  await chat.panel.getByRole("button", { name: "Don’t write to me" }).click();
  await expect(ask).toBeFocused();
  await expect(chat.panel.locator("[role=status]")).toHaveText("Your address is deleted. We won’t write to you.");
  await page.reload();
  await expect(ask).toBeVisible();
});

test("who left is told, finds the way back, and the way out", async ({ demo, browser, openChat }) => {
  const context = await browser.newContext({ locale: "de-DE", timezoneId: "Europe/Berlin" });
  const chat = await openChat(context);
  await waitForPerson(chat, `${demo.url}/lamps/arc.html`, "Ich möchte mit einem Menschen sprechen");
  await chat.host.locator("[part~=contact-open]").click();
  await chat.host.locator("#contact-address").fill("erika@example.com");
  await chat.host.getByRole("checkbox").check();
  await chat.host.locator("[part~=contact-save]").click();
  await expect(chat.host.locator("[part~=contact]")).toContainText("e…@example.com");
  await chat.page.close();

  const desk = await context.newPage();
  await desk.goto(`${demo.url}/desk?desk=lisbon&agent=ines`);
  const ours = desk.locator("#groups").getByRole("button").filter({ hasText: "Menschen sprechen" });
  await ours.first().click();
  await desk.getByRole("button", { name: "Accept" }).click();
  await desk.getByRole("textbox").fill("Guten Tag, hier ist Inês.");
  await desk.getByRole("textbox").press("Enter");
  const outbox = await context.newPage();
  await outbox.goto(`${demo.url}/notices`);
  await expect.poll(async () => shown(outbox), { timeout: 20_000 }).toContain("erika@example.com");
  const mail = outbox.locator("article").filter({ hasText: "erika@example.com" });
  await expect(mail).toHaveCount(1);
  await expect(mail).toContainText("Inês Duarte von Linden & Co hat auf Ihre Nachricht geantwortet.");
  await expect(mail).not.toContainText("Guten Tag");

  // Back to where the chat was: the answer is there.
  await mail.getByRole("link").first().click();
  await expect(outbox).toHaveURL(`${demo.url}/lamps/arc.html`);
  await expect(outbox.locator("allhours-chat").locator("[part~=bubble-agent]")).toHaveText(["Guten Tag, hier ist Inês."]);
  await outbox.goto(`${demo.url}/notices`);
  await mail.getByRole("link").last().click();
  await expect(outbox.getByText("Soll Linden & Co Ihnen nicht mehr schreiben")).toBeVisible();
  await outbox.screenshot({ path: test.info().outputPath("optout.png") });
  await outbox.getByRole("button", { name: "Ja, keine Nachrichten mehr" }).click();
  await expect(outbox.getByRole("status")).toContainText("Erledigt.");
  await context.close();
});

test("runs from right to left, the address from left to right", async ({ demo, browser, openChat }) => {
  const context = await browser.newContext({
    locale: "ar",
    timezoneId: "Africa/Cairo",
    colorScheme: "dark",
    viewport: { width: 390, height: 700 },
  });
  const chat = await openChat(context);
  await waitForPerson(chat, demo.url, "أريد التحدث إلى موظف من فضلكم");
  await chat.host.locator("[part~=contact-open]").click();
  const address = chat.host.locator("#contact-address");
  await address.fill("sara@example.com");
  const direction = (part: string): Promise<string> => chat.host.locator(part).evaluate((element) => getComputedStyle(element).direction);
  expect([await direction("[part~=contact]"), await direction("#contact-address")]).toEqual(["rtl", "ltr"]);
  await chat.host.getByRole("checkbox").check();
  await chat.page.screenshot({ path: test.info().outputPath("arabic.png") });
  // The composer is still in sight.
  await expect(chat.box.last()).toBeInViewport();
  await chat.host.locator("[part~=contact-save]").click();
  await expect(chat.host.locator("[part~=contact]")).toContainText("s…@example.com");
  await chat.page.screenshot({ path: test.info().outputPath("arabic-set.png") });
  await context.close();
});
