/** One shop, one script tag, two relays: a visitor from Asia is sent on by the European relay, and comes back to their own after a reload. */
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "@allhours/relay/testing";
import { startRelay } from "../client/index.ts";
import { embeddedRegion, shopConfig, writeShop } from "../relay/shop-config.ts";
import { expect, test } from "./fixtures.ts";

const widgetDir = join(fileURLToPath(new URL("../..", import.meta.url)), "widget/dist/script");

test.use({ timezoneId: "Asia/Manila" });
test("a visitor is served where their region is, also after a reload without the first relay", async ({ page, chat }) => {
  const dir = await writeShop();
  const shop = `http://localhost:${await freePort()}`;
  const [eu, apac] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  const config = shopConfig({
    dir,
    site: { origins: [shop] },
    server: { port: "${PORT}", origin: "${RELAY_ORIGIN}", widgetDir },
    regions: {
      eu: embeddedRegion(dir, { match: { timezones: ["Europe/*"] }, endpoints: [eu] }),
      apac: embeddedRegion(dir, { match: { timezones: ["Asia/*"] }, endpoints: [apac] }),
    },
  });
  const start = async (origin: string) => startRelay({ config, env: { PORT: new URL(origin).port, RELAY_ORIGIN: origin } });
  const [first, second] = [await start(eu), await start(apac)];
  const html = `<!doctype html><html lang="en"><title>Shop</title><script src="${apac}/allhours.js" data-site="linden" data-relay="${eu}" defer></script></html>`;
  const pages = createServer((_request, response) => response.writeHead(200, { "content-type": "text/html" }).end(html));
  await new Promise<void>((done) => pages.listen(Number(new URL(shop).port), "localhost", done));
  const asked: string[] = [];
  page.on("websocket", (socket) => void asked.push(new URL(socket.url()).port));
  try {
    await page.goto(`${shop}/`);
    await chat.open();
    await chat.type("how long can I return a lamp");
    await expect(chat.bubbles("bot").last()).toContainText("30 days");
    expect(asked).toEqual([new URL(eu).port, new URL(apac).port]);
    // The first relay is gone: nobody notices.
    await first.stop();
    asked.length = 0;
    await page.reload();
    await expect(chat.bubbles("bot").last()).toContainText("30 days");
    await chat.type("which cards do you take");
    await expect(chat.bubbles("bot").last()).toContainText("Visa");
    expect(new Set(asked)).toEqual(new Set([new URL(apac).port]));
  } finally {
    await first.stop();
    await second.stop();
    pages.closeAllConnections();
    pages.close();
  }
});
