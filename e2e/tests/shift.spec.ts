/** The end of a shift, watched: a talk is open, the next team is offered it in the desk, takes it over, and the visitor sees who does. */
import { parseDocument } from "yaml";
import { createDemo, expect, test } from "./fixtures.ts";

const MINUTE_MS = 60_000;
/** "18:05" of UTC. */
const clock = (at: number): string => new Date(at).toISOString().slice(11, 16);

/**
 * Lisbon's shift ends in half an hour and the baton is passed on from an hour before, so that it is on its way at once; Recife is there around the
 * clock. Both answer in the one desk.
 */
function hours(config: string): string {
  const now = Date.now();
  const document = parseDocument(config);
  const eu = (...path: (string | number)[]): (string | number)[] => ["regions", "eu", ...path];
  document.setIn(eu("batonMs"), 60 * MINUTE_MS);
  for (const team of [0, 1]) document.setIn(eu("teams", team, "timezone"), "UTC");
  document.setIn(eu("teams", 0, "hours", "daily"), `${clock(now - 120 * MINUTE_MS)}-${clock(now + 30 * MINUTE_MS)}`);
  document.setIn(eu("teams", 1, "hours", "daily"), "00:00-24:00");
  return String(document);
}

test("a shift ends while a talk is open: the next team takes it over, and everybody sees it", async ({ page, chat, browser }, info) => {
  test.setTimeout(120_000);
  const demo = await createDemo(hours);
  await demo.start();
  const screens = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  try {
    const ines = await screens.newPage();
    await ines.goto(`${demo.url}/desk?desk=lisbon&agent=ines`);
    await expect(ines.locator("#shift")).toHaveText(/^On shift until (\w{3} )?\d\d:\d\d, \d\d min left$/);
    await expect(ines.locator("#baton")).toBeHidden();
    const tiago = await screens.newPage();
    await tiago.goto(`${demo.url}/desk?desk=lisbon&agent=tiago`);
    await tiago.getByLabel("Team").selectOption("Recife");
    await expect(tiago.locator("#shift")).toHaveText("On shift around the clock");

    await page.goto(demo.url);
    await chat.open();
    await chat.type("I want to talk to a human being please");
    await ines.locator("#groups").getByRole("button").first().click();
    await ines.getByRole("button", { name: "Accept" }).click();
    await expect(chat.panel).toContainText("Inês Duarte joined");
    await expect(ines.locator("#baton")).toHaveText(/Your open talk is being offered to the next team/);

    // The relay looks every ten seconds; the agent goes on meanwhile.
    await tiago.locator("#groups").getByRole("button").first().click();
    await expect(tiago.getByRole("log")).toContainText("This shift ends: take over?", { timeout: 30_000 });
    await ines.getByRole("textbox").first().fill("A colleague will go on with this.");
    await ines.getByRole("textbox").first().press("Enter");
    await expect(chat.bubbles("agent")).toHaveText(["A colleague will go on with this."]);
    await ines.screenshot({ path: info.outputPath("shift-ends.png") });
    await tiago.getByRole("button", { name: "Take over" }).click();

    await expect(chat.panel).toContainText("Inês Duarte left");
    await expect(chat.panel).toContainText("Tiago Reis joined");
    await expect(ines.locator("#baton")).toBeHidden();
    await tiago.getByRole("textbox").first().fill("Tiago here, I have read everything.");
    await tiago.getByRole("textbox").first().press("Enter");
    await expect(chat.bubbles("agent").last()).toHaveText("Tiago here, I have read everything.");
    await expect(chat.panel).toContainText("Tiago Reis · Recife");
    await tiago.screenshot({ path: info.outputPath("taken-over.png") });
    await page.screenshot({ path: info.outputPath("visitor.png") });
    // One talk, one holder: who had it can write no more.
    await expect(ines.getByRole("button", { name: /Accept|Take over/ })).toBeHidden();
    await expect(ines.locator("#composer")).toBeHidden();
  } finally {
    await screens.close();
    await demo.remove();
  }
});
