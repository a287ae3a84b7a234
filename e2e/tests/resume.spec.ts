/**
 * The link of a notice on another device: asked on one, answered while nobody is there, the mail read on a second one, which finds the conversation and goes
 * on. The mail goes through a real SMTP server.
 */
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { createMailbox, type Mailbox } from "../client/mailbox.ts";
import { createDemo, expect, test as base, type Chat, type Demo } from "./fixtures.ts";

type Rig = { demo: Demo; mails: Mailbox["mails"] };

const test = base.extend<object, { rig: Rig }>({
  rig: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the pattern to learn what a fixture needs.
    async ({}, use) => {
      const mail = await createMailbox();
      const demo = await createDemo((config) =>
        config
          .replaceAll(/\{ use: webhook, channel: email, .*\}/g, `{ use: email, url: "${mail.url}", from: chat@shop.example }`)
          .replaceAll('egress: ["', `egress: ["${mail.url}", "`),
      );
      await demo.start();
      await use({ demo, mails: mail.mails });
      await demo.remove();
      await mail.close();
    },
    { scope: "worker", timeout: 90_000 },
  ],
});
const device = async (browser: Browser): Promise<BrowserContext> => browser.newContext({ locale: "en-GB", timezoneId: "Europe/Paris" });

/** Asks on a device that is closed then, is answered, and gives the link of the mail and the desk where the case is open. */
async function told(
  { demo, mails }: Rig,
  browser: Browser,
  openChat: (context: BrowserContext) => Promise<Chat>,
  { question, address, answer }: { question: string; address: string; answer: string },
): Promise<{ link: string; desk: Page; say: (text: string) => Promise<void> }> {
  const laptop = await device(browser);
  const chat = await openChat(laptop);
  await chat.page.goto(`${demo.url}/lamps/arc.html`);
  await chat.open();
  await chat.type(question);
  await chat.host.locator("[part~=contact-open]").click();
  await chat.host.locator("#contact-address").fill(address);
  await chat.host.getByRole("checkbox").check();
  await chat.host.locator("[part~=contact-save]").click();
  await expect(chat.host.locator("[part~=contact-stop]")).toBeVisible();
  await laptop.close();

  const desk = await (await device(browser)).newPage();
  await desk.goto(`${demo.url}/desk?desk=lisbon&agent=ines`);
  await desk.locator("#groups").getByRole("button").filter({ hasText: question }).first().click();
  await desk.getByRole("button", { name: "Accept" }).click();
  const say = async (text: string): Promise<void> => {
    await desk.getByRole("textbox").first().fill(text);
    await desk.getByRole("textbox").first().press("Enter");
  };
  await say(answer);
  // Quoted-printable, as far as a link needs it.
  const text = (): string | undefined => mails.find(({ to }) => to.includes(address))?.source.replaceAll("=3D", "=");
  await expect.poll(() => text() ?? "", { timeout: 20_000 }).toContain("has answered your message");
  expect(text()).not.toContain(answer);
  const link = new RegExp(`${demo.url}/lamps/arc\\.html#allhours=[\\w.]+`).exec(text() ?? "")?.[0] ?? "";
  expect(link).not.toBe("");
  return { link, desk, say };
}

for (const pipe of ["socketio", "sse"] as const) {
  test.describe(`over ${pipe}`, () => {
    test.use({ pipe });

    test("the link opens the conversation on another device, once; both see what comes", async ({ rig, browser, openChat }) => {
      test.setTimeout(120_000);
      const question = `I want to talk to a human being please, ${pipe}`;
      const { link, desk, say } = await told(rig, browser, openChat, { question, address: `${pipe}@example.com`, answer: "Inês here." });
      // What looks at links in mails, before anybody opens them.
      for (const method of ["HEAD", "GET", "GET"]) expect((await fetch(link, { method })).status).toBe(200);

      const phone = await openChat(await device(browser));
      const hellos: string[] = [];
      phone.page.on("request", (request) => hellos.push(`${request.url()} ${request.headers()["referer"] ?? ""}`));
      await phone.page.goto(link);
      await expect(phone.panel).toBeVisible();
      await expect(phone.bubbles("agent")).toHaveText(["Inês here."]);
      await expect(phone.bubbles("visitor")).toHaveText([question]);
      await expect(phone.page).toHaveURL(`${rig.demo.url}/lamps/arc.html`);
      await expect(phone.box).toBeFocused();
      await expect(phone.host.locator("[part~=link-gone]")).toHaveCount(0);
      // No address and no Referer had the ticket in it.
      const ticket = link.split("#allhours=")[1] ?? "";
      expect(hellos.filter((each) => each.includes(ticket))).toEqual([]);
      await phone.page.screenshot({ path: test.info().outputPath("joined.png") });

      await phone.type("Written on the phone.");
      await expect(desk.getByRole("log")).toContainText("Written on the phone.");
      await expect(desk.getByRole("log")).toContainText(question);
      await say("And answered there.");
      await expect(phone.bubbles("agent")).toHaveText(["Inês here.", "And answered there."]);
      await phone.page.reload();
      await expect(phone.bubbles("visitor")).toHaveText([question, "Written on the phone."]);
      // The link once more, where it was redeemed, and into a tab that shows the page already.
      await phone.page.evaluate((hash) => (location.hash = hash), new URL(link).hash);
      await expect(phone.page).toHaveURL(`${rig.demo.url}/lamps/arc.html`);
      await expect(phone.bubbles("visitor")).toHaveText([question, "Written on the phone."]);
      await expect(phone.host.locator("[part~=link-gone]")).toHaveCount(0);

      const third = await openChat(await device(browser));
      await third.page.goto(link);
      const line = third.host.locator("[part~=link-gone]");
      await expect(line).toContainText("This link no longer works. You can write here as usual.");
      await expect(third.panel.locator("[role=status]")).toHaveText("This link no longer works. You can write here as usual.");
      await expect(third.page).toHaveURL(`${rig.demo.url}/lamps/arc.html`);
      const audit = await new AxeBuilder({ page: third.page }).include("allhours-chat").analyze();
      expect(audit.violations.map(({ id }) => id)).toEqual([]);
      await third.page.screenshot({ path: test.info().outputPath("gone.png") });
      await third.type("What is your return policy?");
      await expect(third.bubbles("bot").nth(1)).toContainText("30 days");
      await expect(third.bubbles("agent")).toHaveCount(0);
      await line.getByRole("button").click();
      await expect(line).toHaveCount(0);
      await expect(third.box).toBeFocused();
    });
  });
}

test("a device that has talked itself keeps that beside it, and what waited went there", async ({ rig, browser, openChat }) => {
  test.setTimeout(120_000);
  const question = "I want to talk to a human being about my own device";
  const { link, desk } = await told(rig, browser, openChat, { question, address: "own@example.com", answer: "Here I am." });
  const context = await device(browser);
  const phone = await openChat(context);
  await phone.page.goto(rig.demo.url);
  await phone.open();
  await phone.type("What is your return policy?");
  await expect(phone.bubbles("bot").nth(1)).toContainText("30 days");
  // Written without a network, and waiting when the link is opened.
  await context.setOffline(true);
  await phone.type("Do you take PayPal?");
  await expect(phone.bubbles("visitor")).toHaveCount(2);
  await phone.page.close();
  await context.setOffline(false);
  const again = await openChat(context);
  await again.page.goto(link);
  await expect(again.bubbles("agent")).toHaveText(["Here I am."]);
  await expect(again.bubbles("visitor")).toHaveText([question]);
  await again.panel.getByRole("button", { name: "More options" }).click();
  await again.panel.getByRole("menuitem", { name: "Go to your other conversation" }).click();
  await expect(again.bubbles("visitor")).toHaveText(["What is your return policy?", "Do you take PayPal?"]);
  await again.panel.getByRole("button", { name: "More options" }).click();
  await again.panel.getByRole("menuitem", { name: "Go to your other conversation" }).click();
  await expect(again.bubbles("agent")).toHaveText(["Here I am."]);
  await again.type("Found it.");
  await expect(desk.getByRole("log")).toContainText("Found it.");
});
