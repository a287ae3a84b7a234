/** How the widget lives on a merchant's page: what it touches, what it leaves alone, and the two doors in. */
import { createServer, type Server } from "node:http";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "./fixtures.ts";

/** A page of another origin than the relay's. */
async function elsewhere(html: string): Promise<{ url: string; server: Server }> {
  const server = createServer((_request, response) => response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}/`, server };
}

test("stores nothing and asks no relay before it is opened", async ({ demo, page, chat, context }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  page.on("websocket", (socket) => asked.push(socket.url()));
  await page.goto(demo.url);
  await expect(chat.launcher).toBeVisible();
  // The panel's code comes when the page is idle; it must stay quiet.
  await expect.poll(() => asked.some((path) => /\/panel-.*\.js$/.test(path))).toBe(true);
  await page.waitForLoadState("networkidle");
  expect(asked.filter((path) => path.includes("/v1/"))).toEqual([]);
  expect(await context.cookies()).toEqual([]);
  const stored = await page.evaluate(async () => ({
    local: localStorage.length,
    session: sessionStorage.length,
    databases: (await indexedDB.databases()).length,
  }));
  expect(stored).toEqual({ local: 0, session: 0, databases: 0 });
  const own = await page.evaluate(() => Object.getOwnPropertyNames(window));
  const blank = await context.newPage();
  await blank.goto(`${demo.url}/art/mark.svg`);
  const usual = new Set(await blank.evaluate(() => Object.getOwnPropertyNames(window)));
  // Lit notes its versions there to warn of two copies; nothing else may be added.
  expect(own.filter((key) => !usual.has(key) && !/^(lit\w+|reactive\w+Versions)$/.test(key) && !/^\d+$/.test(key))).toEqual(["Allhours"]);
});

test("answers calls made before it was loaded, and tells the page what happens", async ({ demo, page, chat, context }) => {
  await context.addInitScript(() => {
    const page = window as unknown as Record<string, unknown> & { heard: string[] };
    page["Allhours"] = function (...values: unknown[]) {
      return new Promise((resolve) => {
        const stub = page["Allhours"] as { q?: unknown[] };
        (stub.q = stub.q ?? []).push([values, resolve]);
      });
    };
    page.heard = [];
    for (const name of ["ready", "open", "message:sent", "message:received"])
      addEventListener(`allhours:${name}`, () => page.heard.push(name));
    void (page["Allhours"] as (verb: string) => Promise<unknown>)("open");
  });
  await page.goto(demo.url);
  await expect(chat.box).toBeVisible();
  await chat.type("Can I pay with PayPal?");
  await expect(chat.bubbles("bot")).toHaveCount(2);
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { heard: string[] }).heard))
    .toEqual(expect.arrayContaining(["ready", "open", "message:sent", "message:received"]));
  const result = await page.evaluate(() =>
    (window as unknown as { Allhours: (verb: string) => Promise<unknown> }).Allhours("explode").catch((error: Error) => error.message),
  );
  expect(result).toContain('unknown verb "explode"');
});

test("keeps one conversation through the routes of a single-page app", async ({ demo, page, chat }) => {
  await page.goto(`${demo.url}/spa`);
  await chat.open();
  await chat.type("Can I pay with PayPal?");
  await expect(chat.bubbles("bot")).toHaveCount(2);
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Basket" }).first().click();
  await expect(page).toHaveURL(/\/spa\/basket/);
  await expect(page.locator("allhours-chat")).toHaveCount(1);
  await chat.open();
  await expect(chat.bubbles("visitor")).toHaveText(["Can I pay with PayPal?"]);
  await page.goBack();
  await expect(chat.bubbles("bot")).toHaveCount(2);
  await page.evaluate(() => document.querySelector("allhours-chat")?.remove());
  await expect(page.locator("allhours-chat")).toHaveCount(0);
});

test("is refused on a page the site does not list, and says so in words", async ({ demo, page, chat }) => {
  const { url, server } = await elsewhere(
    `<!doctype html><title>Elsewhere</title><h1>Elsewhere</h1><script async src="${demo.url}/allhours.js" data-site="linden"></script>`,
  );
  await page.goto(url);
  await chat.open();
  await expect(chat.panel).toContainText("Chat isn’t available here", { timeout: 30_000 });
  server.close();
});

test("leaves the page's style, focus and layout alone", async ({ demo, page, chat }) => {
  await page.goto(demo.url);
  const before = await page.evaluate(() => ({
    height: document.documentElement.scrollHeight,
    sheets: document.styleSheets.length,
    fonts: document.fonts.size,
    focus: document.activeElement?.tagName,
  }));
  await chat.open();
  await page.keyboard.press("Escape");
  const after = await page.evaluate(() => ({
    height: document.documentElement.scrollHeight,
    sheets: document.styleSheets.length,
    fonts: document.fonts.size,
  }));
  expect(after).toEqual({ height: before.height, sheets: before.sheets, fonts: before.fonts });
  expect(before.focus).toBe("BODY");
});

test("fills a phone's screen without zooming or scrolling the page behind", async ({ demo, browser, openChat }) => {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  const chat = await openChat(context);
  await chat.page.goto(demo.url);
  await chat.launcher.tap();
  await expect(chat.box).toBeVisible();
  const box = await chat.panel.boundingBox();
  expect(box).toMatchObject({ x: 0, width: 360 });
  expect(box?.height).toBeGreaterThan(700);
  expect(await chat.box.evaluate((field) => parseFloat(getComputedStyle(field).fontSize))).toBeGreaterThanOrEqual(16);
  expect(await chat.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await context.close();
});

test("comes through a merchant's own bundler, as the npm packages are published", async ({ demo, page, chat }) => {
  // Neither the source condition nor a path into the repository: what `npm install` would give.
  const built = await build({
    stdin: { contents: 'import "@allhours/widget/define";', resolveDir: fileURLToPath(new URL("../../demo", import.meta.url)) },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    write: false,
    outdir: "/bundled",
    logLevel: "silent",
  });
  const files = new Map(built.outputFiles.map((file) => [file.path, file.text]));
  await page.route(`${demo.url}/bundled/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    const text = files.get(pathname);
    if (text !== undefined) return route.fulfill({ contentType: "text/javascript", body: text });
    const html = `<!doctype html><title>App</title><script type="module" src="/bundled/stdin.js"></script><allhours-chat site="linden" relay="${demo.url}" theme="dark"></allhours-chat>`;
    return route.fulfill({ contentType: "text/html", body: html });
  });
  await page.goto(`${demo.url}/bundled/`);
  await chat.open();
  await chat.type("Can I pay with PayPal?");
  await expect(chat.bubbles("bot").last()).toContainText("PayPal");
});
