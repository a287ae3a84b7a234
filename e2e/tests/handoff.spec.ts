/** Two people at two screens: a visitor in the shop, an agent at the desk page that uses the public webhook routes alone. */
import { expect, test } from "./fixtures.ts";

test("a visitor asks for a person, the desk accepts, they talk, the assistant comes back", async ({ demo, page, chat, browser }) => {
  const deskContext = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  const desk = await deskContext.newPage();
  await desk.goto(`${demo.url}/desk?desk=lisbon&agent=ines`);
  await page.goto(demo.url);
  await chat.open();
  await chat.type("Is the Arc lamp dimmable with my Berlin wall dimmer?");
  await expect(chat.bubbles("bot")).toHaveCount(2);
  await chat.host.getByRole("button", { name: "More options" }).click();
  await chat.host.getByRole("menuitem", { name: "Talk to a person" }).click();
  await expect(chat.panel).toContainText("Looking for a person");

  await desk.locator("#groups").getByRole("button").first().click();
  await expect(desk.getByRole("log")).toContainText("Berlin wall dimmer");
  await desk.getByRole("button", { name: "Accept" }).click();
  await expect(chat.panel).toContainText("Inês Duarte joined");
  await expect(chat.panel.locator("[part~=status]")).toContainText(/On duty/);

  const box = desk.getByRole("textbox");
  await box.pressSequentially("Hello, this is Inês.");
  await expect(
    chat.host
      .getByLabel(/is typing/)
      .or(chat.host.locator("[part~=typing]"))
      .first(),
  ).toBeVisible();
  await box.press("Enter");
  await expect(chat.bubbles("agent")).toHaveText(["Hello, this is Inês."]);

  await chat.type("Great, it is a Gira dimmer");
  await expect(desk.getByRole("log")).toContainText("Gira dimmer");
  await expect(chat.log).toContainText("Read");

  // Unread while closed: a badge, and the words beside the launcher; the page does not move.
  await page.keyboard.press("Escape");
  await box.fill("Yes, that one works.");
  await box.press("Enter");
  await expect(chat.host.locator("[part~=badge]")).toHaveText("1");
  await expect(chat.host.locator("[part~=peek]")).toContainText("that one works");
  await chat.launcher.click();
  await expect(chat.host.locator("[part~=badge]")).toBeHidden();

  await desk.getByRole("button", { name: "Hand back to assistant" }).click();
  await expect(chat.panel).toContainText("Inês Duarte left");
  await chat.type("Can I pay with PayPal?");
  await expect(chat.bubbles("bot").last()).toContainText("PayPal");
  await deskContext.close();
});

test("an agent's words stay through a reload on both sides", async ({ demo, page, chat, browser }) => {
  await page.goto(demo.url);
  await chat.open();
  await chat.type("I want to talk to a human being please");
  await expect(chat.panel).toContainText("Looking for a person");
  const deskContext = await browser.newContext();
  const desk = await deskContext.newPage();
  await desk.goto(`${demo.url}/desk?desk=lisbon&agent=tiago`);
  await desk.locator("#groups").getByRole("button").first().click();
  await desk.getByRole("button", { name: "Accept" }).click();
  await desk.getByRole("textbox").fill("Tiago here, one moment.");
  await desk.getByRole("textbox").press("Enter");
  await expect(chat.bubbles("agent")).toHaveText(["Tiago here, one moment."]);
  await page.reload();
  await desk.reload();
  await expect(chat.bubbles("agent")).toHaveText(["Tiago here, one moment."]);
  await expect(chat.panel).toContainText("Tiago");
  await desk.locator("#groups").getByRole("button").first().click();
  await expect(desk.getByRole("log")).toContainText("one moment");
  await chat.type("thank you");
  await expect(desk.getByRole("log")).toContainText("thank you");
  await deskContext.close();
});
