/** The visitor wants an order cancelled: the article answers, the missing number is asked for, and nothing happens before the yes. */
import { expect, test } from "./fixtures.ts";

test("an order is cancelled once the visitor says yes", async ({ page, chat, demo }) => {
  await page.goto(demo.url);
  await chat.open();
  await chat.type("I want to cancel my order");
  await expect(chat.bubbles("bot").last()).toContainText("Just write here: Order number.");
  await chat.type("11305");
  const question = chat.host.getByRole("group", { name: "Cancel an order?" });
  await expect(question).toBeVisible();
  await expect(question.locator("blockquote")).toHaveText("11305");
  await question.scrollIntoViewIfNeeded();
  if (process.env["ALLHOURS_SHOTS"] !== undefined) await chat.panel.screenshot({ path: `${process.env["ALLHOURS_SHOTS"]}/confirm.png` });
  await question.getByRole("button", { name: "No, don’t" }).click();
  await expect(question.getByRole("button")).toHaveCount(0);
  await expect(chat.bubbles("bot").last()).toHaveText("All right, nothing was done.");

  await chat.type("cancel order 11305 please");
  const again = chat.host.getByRole("group", { name: "Cancel an order?" }).last();
  await expect(again.getByRole("button")).toHaveCount(2);
  await again.getByRole("button", { name: "Yes, do it" }).click();
  await expect(chat.bubbles("bot").last()).toContainText("Order 11305 (Arc table lamp) is cancelled.");

  await chat.type("please cancel order 10482");
  await chat.host.getByRole("button", { name: "Yes, do it" }).click();
  await expect(chat.bubbles("bot").last()).toContainText("already left our warehouse");
  await expect(chat.host.getByRole("button", { name: "Talk to a person" })).toBeVisible();
  if (process.env["ALLHOURS_SHOTS"] !== undefined) await chat.panel.screenshot({ path: `${process.env["ALLHOURS_SHOTS"]}/done.png` });
});
