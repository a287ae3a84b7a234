/** Nobody takes the case: the visitor is asked whether an expert may be, sees what is sent, agrees, and reads the answer. */
import { createDemo, expect, test } from "./fixtures.ts";

test("an expert is asked with the visitor's consent, and answers", async ({ page, chat }) => {
  // Offers that nobody takes run out after a second, not after 45.
  const demo = await createDemo((config) => config.replace("    experts:\n", "    offerTimeoutMs: 1000\n    experts:\n"));
  await demo.start();
  try {
    await page.goto(demo.url);
    await chat.open();
    await chat.type("Will the Arc lamp hum on my old wall dimmer, order 10482?");
    await expect(chat.bubbles("bot")).toHaveCount(2);
    await chat.host.getByRole("button", { name: "More options" }).click();
    await chat.host.getByRole("menuitem", { name: "Talk to a person" }).click();
    const consent = chat.host.getByRole("group", { name: "Ask Volt & Watt, electricians?" });
    await expect(consent).toBeVisible({ timeout: 20_000 });
    await expect(consent.locator("blockquote")).toHaveText("Will the Arc lamp hum on my old wall dimmer, order [number]?");
    await expect(consent.getByRole("link")).toHaveAttribute("href", "/expert/privacy");
    await consent.scrollIntoViewIfNeeded();
    if (process.env["ALLHOURS_SHOTS"] !== undefined) await chat.panel.screenshot({ path: `${process.env["ALLHOURS_SHOTS"]}/consent.png` });

    await consent.getByRole("button", { name: "Yes, ask" }).click();
    await expect(consent.getByRole("button")).toHaveCount(0);
    await expect(chat.panel).toContainText("Asking Volt & Watt");
    await expect(chat.bubbles("bot").last()).toContainText("trailing-edge", { timeout: 10_000 });
    await expect(chat.host.locator("[part~=signature]")).toContainText("Volt & Watt");
    if (process.env["ALLHOURS_SHOTS"] !== undefined) await chat.panel.screenshot({ path: `${process.env["ALLHOURS_SHOTS"]}/answer.png` });

    await chat.host.getByRole("button", { name: "That answers it" }).click();
    await expect(chat.panel).toContainText("You’re back with the automated assistant");
    await chat.type("Can I pay with PayPal?");
    await expect(chat.bubbles("bot").last()).toContainText("PayPal");
  } finally {
    await demo.stop();
    await demo.remove();
  }
});
