/**
 * What browser tests share: a demo of their own (a real process: relay, shop, desk, order service) for each worker, and a visitor's
 * page that fails the test on any error or policy violation it did not expect.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "@allhours/relay/testing";
import { test as base, type BrowserContext, type Locator, type Page } from "@playwright/test";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

export type Demo = {
  url: string;
  port: number;
  /** SIGKILL: nothing is flushed. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** `change`: what the demo's config says otherwise. */
export async function createDemo(change: (config: string) => string = (config) => config): Promise<Demo & { remove(): Promise<void> }> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), "allhours-demo-"));
  // The demo's own config; only the limits are wide, since every test comes from one address.
  const config = join(dir, "allhours.yaml");
  const source = await readFile(join(root, "demo/allhours.yaml"), "utf8");
  const absolute = source
    .replace("../widget/dist/script", join(root, "widget/dist/script"))
    .replaceAll("[nlu/", `[${join(root, "demo/nlu")}/`)
    // What a visitor waits for, a test need not.
    .replaceAll("graceMs: 15000", "graceMs: 1000")
    .replaceAll("[knowledge]", `[${join(root, "demo/knowledge")}]`);
  await writeFile(config, `${change(absolute)}\nlimits: { linksPerAddress: 1000, linksPerVisitor: 50, newLinksPerAddressPer10s: 10000 }\n`);
  let child: ChildProcess | undefined;
  const url = `http://localhost:${port}`;

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const gone = new Promise((resolve) => running.once("exit", resolve));
    running.kill(signal);
    await gone;
  }
  async function start(): Promise<void> {
    child = spawn(
      join(root, "node_modules/node/bin/node"),
      ["--conditions=@allhours/source", "--disable-warning=ExperimentalWarning", join(root, "demo/src/start.ts")],
      {
        env: { ...process.env, NODE_OPTIONS: "", PORT: String(port), ALLHOURS_DEMO_DATA: dir, ALLHOURS_CONFIG: config },
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    for (let tries = 0; tries < 600; tries += 1) {
      if (child.exitCode !== null) throw new Error(`the demo ended with ${child.exitCode}`);
      const ready = await fetch(`${url}/readyz`).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("the demo was not ready within a minute");
  }
  return {
    url,
    port,
    start,
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
    async remove() {
      await end("SIGKILL");
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The chat on a page, by what a visitor sees and hears. Names are the English ones unless a test says otherwise. */
export class Chat {
  readonly host: Locator;
  readonly panel: Locator;
  readonly log: Locator;
  readonly box: Locator;
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
    this.host = page.locator("allhours-chat");
    this.panel = this.host.getByRole("dialog");
    this.log = this.host.getByRole("log");
    this.box = this.host.getByRole("textbox");
  }
  get launcher(): Locator {
    return this.host.locator("[part~=launcher]");
  }
  async open(): Promise<void> {
    await this.launcher.click();
    await this.box.waitFor();
  }
  async type(text: string): Promise<void> {
    await this.box.fill(text);
    await this.box.press("Enter");
  }
  bubbles(kind: "visitor" | "bot" | "agent"): Locator {
    return this.host.locator(`[part~=bubble-${kind}]`);
  }
}

export type Pipe = "socketio" | "sse";

/** The network as the visitor's device sees it. The page's own files stay reachable, as an installed app's or a cached page's would. */
export type Shell = { goOffline(): Promise<void>; goOnline(): Promise<void> };

async function createShell(page: Page, url: string): Promise<Shell> {
  const kept = new Map<string, { status: number; headers: Record<string, string>; body: Buffer }>();
  let offline = false;
  await page.route(
    (target) => target.origin === url && !target.pathname.startsWith("/v1/"),
    async (route) => {
      const key = route.request().url();
      const known = kept.get(key);
      if (offline) {
        if (known === undefined) await route.abort("internetdisconnected");
        else await route.fulfill(known);
        return;
      }
      // A page that goes away takes its requests with it.
      const response = await route.fetch().catch(() => undefined);
      const body = await response?.body().catch(() => undefined);
      if (response === undefined || body === undefined) return route.abort().catch(() => undefined);
      const { "content-encoding": _encoding, "content-length": _length, ...headers } = response.headers();
      const one = { status: response.status(), headers, body };
      kept.set(key, one);
      await route.fulfill(one);
    },
  );
  return {
    async goOffline() {
      offline = true;
      await page.context().setOffline(true);
    },
    async goOnline() {
      offline = false;
      await page.context().setOffline(false);
    },
  };
}

async function blockWebSockets(context: BrowserContext): Promise<void> {
  await context.routeWebSocket(/\/v1\/socket/, (socket) => socket.close());
}

function watch(page: Page, problems: string[]): void {
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (/Content Security Policy|Trusted ?Type/i.test(message.text())) problems.push(`policy: ${message.text()}`);
  });
}

type Fixtures = { pipe: Pipe; chat: Chat; problems: string[]; shell: Shell; openChat: (context: BrowserContext) => Promise<Chat> };

export const test = base.extend<Fixtures, { demo: Demo }>({
  demo: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the pattern to learn what a fixture needs.
    async ({}, use) => {
      const demo = await createDemo();
      await demo.start();
      await use(demo);
      await demo.remove();
    },
    { scope: "worker", timeout: 90_000 },
  ],
  pipe: ["socketio", { option: true }],
  problems: async ({ page, context, pipe }, use) => {
    const problems: string[] = [];
    if (pipe === "sse") await blockWebSockets(context);
    watch(page, problems);
    await use(problems);
    if (problems.length > 0) throw new Error(`the page had problems:\n${problems.join("\n")}`);
  },
  chat: async ({ page, problems: _problems }, use) => {
    await use(new Chat(page));
  },
  openChat: async ({ problems, pipe }, use) => {
    await use(async (context) => {
      if (pipe === "sse") await blockWebSockets(context);
      const page = await context.newPage();
      watch(page, problems);
      return new Chat(page);
    });
  },
  shell: async ({ page, demo }, use) => {
    await use(await createShell(page, demo.url));
  },
});
export { expect } from "@playwright/test";
