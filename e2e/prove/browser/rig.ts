/**
 * Chromium for the proof: a process of its own with a profile that stays, so that it can be killed and started again; pages served by the harness,
 * one origin a visitor. Knows where a Chromium is as the other browser tests do.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium, type Browser, type BrowserContext, type CDPSession, type Page } from "playwright-core";
import type { PageHandle } from "./page.ts";

const PLACES = [
  process.env["ALLHOURS_CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];
/** `undefined` when there is none: a scenario then says so and is skipped. */
export function findBrowser(): string | undefined {
  return PLACES.find((place) => place !== undefined && place !== "" && existsSync(place));
}
export const NO_BROWSER = "no Chromium on this machine";

export interface PageServer {
  /** Address of a visitor's page: an origin of its own by name, with storage of its own. */
  url(name: string, relay: string, more?: string): string;
  close(): Promise<void>;
}

/** Serves the page of page.ts, and for `full` the script tag of a relay, with the strict policy a shop could have. */
export async function servePages(): Promise<PageServer> {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL("page.ts", import.meta.url))],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    conditions: ["@allhours/source", "browser"],
  });
  const script = bundle.outputFiles[0]?.text ?? "";
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://x");
    if (pathname === "/page.js") {
      response.writeHead(200, { "content-type": "text/javascript" }).end(script);
      return;
    }
    const relay = searchParams.get("relay") ?? "";
    const tag =
      pathname === "/full"
        ? `<script async src="${relay}/allhours.js" data-site="linden" data-lang="en"></script>`
        : `<script type="module" src="/page.js"></script>`;
    response
      .writeHead(200, { "content-type": "text/html" })
      .end(`<!doctype html><title>Shop</title><link rel="icon" href="data:,"><h1>Shop</h1>${tag}`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: (name, relay, more = "") =>
      `http://${name}.localhost:${port}/${more.startsWith("full") ? "full" : ""}?relay=${encodeURIComponent(relay)}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export interface BrowserRig {
  readonly context: BrowserContext;
  /** Starts again on the same profile. */
  start(): Promise<void>;
  /** SIGKILL of the whole browser. */
  kill(): Promise<void>;
  /** Opens a page and waits until its chat is there. */
  open(url: string): Promise<Page>;
  cdp(page: Page): Promise<CDPSession>;
  /** The renderer dies, as by a crash. The tab is closed behind it. */
  crash(page: Page): Promise<void>;
  close(): Promise<void>;
}

/** `preferences`: written into the fresh profile, as a setting the visitor made. */
export async function startBrowser(preferences?: object): Promise<BrowserRig> {
  const path = findBrowser();
  if (path === undefined) throw new Error(NO_BROWSER);
  const profile = await mkdtemp(join(tmpdir(), "allhours-profile-"));
  if (preferences !== undefined) {
    await mkdir(join(profile, "Default"), { recursive: true });
    await writeFile(join(profile, "Default/Preferences"), JSON.stringify(preferences));
  }
  let child: ChildProcess | undefined;
  let browser: Browser | undefined;
  const orphaned = (): void => end("SIGKILL");
  process.once("exit", orphaned);
  // The group: the browser has processes of its own.
  function end(signal: NodeJS.Signals): void {
    const pid = child?.pid;
    if (pid === undefined || child?.exitCode !== null) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // Gone already.
    }
  }
  async function start(): Promise<void> {
    child = spawn(
      path ?? "",
      [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--disable-backgrounding-occluded-windows",
        "--disable-renderer-backgrounding",
        // A process a tab, so that one that hangs does not hang another.
        "--renderer-process-limit=100",
        "--hide-crash-restore-bubble",
        "--remote-debugging-port=0",
        `--user-data-dir=${profile}`,
        "about:blank",
      ],
      { stdio: ["ignore", "ignore", "pipe"], detached: true },
    );
    const endpoint = await new Promise<string>((resolve, reject) => {
      let text = "";
      child?.stderr?.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
        const found = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
        if (found !== undefined) resolve(found);
      });
      child?.once("exit", () => reject(new Error(`Chromium ended: ${text.slice(-400)}`)));
    });
    browser = await chromium.connectOverCDP(endpoint);
  }
  async function kill(): Promise<void> {
    const ending = child;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, "exit");
    end("SIGKILL");
    await gone;
    await browser?.close().catch(() => undefined);
  }
  await start();
  const sessions = new WeakMap<Page, CDPSession>();
  const rig: BrowserRig = {
    get context() {
      const context = browser?.contexts()[0];
      if (context === undefined) throw new Error("the browser is not running");
      return context;
    },
    start,
    kill,
    async open(url) {
      const page = await rig.context.newPage();
      await page.goto(url);
      await ready(page);
      return page;
    },
    async cdp(page) {
      // One a page: what a session has set, only it can take back.
      const session = sessions.get(page) ?? (await rig.context.newCDPSession(page));
      sessions.set(page, session);
      return session;
    },
    async crash(page) {
      const session = await rig.cdp(page);
      const crashed = page.waitForEvent("crash", { timeout: 10_000 }).catch(() => undefined);
      session.send("Page.crash").catch(() => undefined);
      await crashed;
      await page.close().catch(() => undefined);
    },
    async close() {
      process.off("exit", orphaned);
      await kill();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return rig;
}

/** The chat of a page has loaded what was stored. */
export async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() => "proof" in window, undefined, { timeout: 20_000 });
}
type Window = { proof: PageHandle };
export const say = (page: Page, text: string): Promise<string> =>
  page.evaluate((words) => (window as unknown as Window).proof.say(words), text);
export const shownBy = (page: Page): Promise<ReturnType<PageHandle["shown"]>> =>
  page.evaluate(() => (window as unknown as Window).proof.shown());
export const stateOf = (page: Page): Promise<ReturnType<PageHandle["state"]>> =>
  page.evaluate(() => (window as unknown as Window).proof.state());
export const errorsOf = (page: Page): Promise<string[]> => page.evaluate(() => (window as unknown as Window).proof.errors);
