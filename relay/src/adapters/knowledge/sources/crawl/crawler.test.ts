import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createTestContext, type TestContext } from "../../../../testing/adapter-context.ts";
import { signalOf } from "../../../../testing/contract.ts";
import { startTestServer, type TestServer } from "../../../../testing/http-server.ts";
import { createEgress } from "../../../egress.ts";
import type { KnowledgeAdapter, KnowledgeQuery } from "../../../spec.ts";
import { createEmbeddedKnowledge, embeddedKnowledge, type EmbeddedKnowledgeOptions } from "../../embedded.ts";
import { dueInMs } from "./crawler.ts";
import { askedOf, madeWith } from "./crawl.ts";
import type { CrawlOptions } from "./options.ts";
import { CRAWL_FORMAT } from "./records.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
const query: KnowledgeQuery = { text: "do you wrap gifts", language: "en", fallbackLanguages: [], intents: [], limit: 3, at: 0 };
const html = { "content-type": "text/html" };
const page = (title: string): string => `<html lang="en"><h1>${title}</h1><p>Yes, for EUR 4 an item.`;

async function helpPage(): Promise<TestServer> {
  const server = await startTestServer({ kind: "answer", headers: html, body: page("Do you wrap gifts?") });
  closing.push(() => server.close());
  return server;
}
async function adapterFor(server: TestServer, test: TestContext, more: object = {}): Promise<KnowledgeAdapter> {
  const parsed = embeddedKnowledge.parseOptions({ urls: { pages: `${server.origin}/help/gift-wrap`, delayMs: 0 }, ...more });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const adapter = createEmbeddedKnowledge(parsed.options as EmbeddedKnowledgeOptions, {
    ...test.context,
    fetch: createEgress({ hosts: [server.origin], timeoutMs: 500 }),
  });
  closing.push(async () => adapter.close?.());
  await adapter.init?.(signalOf());
  return adapter;
}
async function context(): Promise<TestContext> {
  const test = await createTestContext();
  closing.push(() => test.dispose());
  return test;
}
const found = async (adapter: KnowledgeAdapter): Promise<string[]> =>
  (await adapter.search(query, signalOf()).catch(() => [])).map(({ articleId }) => articleId);

describe("embedded knowledge with pages", () => {
  it("answers from pages as soon as they are read, and after a restart at once, though the site is down", async () => {
    const [server, test] = [await helpPage(), await context()];
    const adapter = await adapterFor(server, test);
    await expect.poll(() => found(adapter), { timeout: 5_000 }).toEqual(["help-gift-wrap"]);
    const [passage] = await adapter.search(query, signalOf());
    expect(passage).toMatchObject({ title: "Do you wrap gifts?", url: `${server.origin}/help/gift-wrap` });
    expect(test.logs.find(({ message }) => message === "pages read")?.fields).toMatchObject({ read: 1, leftOut: 0, problems: 0 });
    await adapter.close?.();
    const asked = server.requests.length;
    await server.close();
    const again = await adapterFor(server, test);
    expect(await found(again)).toEqual(["help-gift-wrap"]);
    // Not due yet: nobody was asked.
    expect(server.requests.length).toBe(asked);
  });

  it("serves the files meanwhile, and both afterwards", async () => {
    const [server, test] = [await helpPage(), await context()];
    await writeFile(join(test.context.baseDir, "faq.csv"), "id,title,answer\nfile,Do you wrap gifts in paper?,Yes\n");
    const adapter = await adapterFor(server, test, { articles: "faq.csv" });
    expect(await found(adapter)).toContain("file");
    await expect.poll(() => found(adapter), { timeout: 5_000 }).toEqual(expect.arrayContaining(["file", "help-gift-wrap"]));
  });

  it("is not ready while there is neither file nor page, and says why a page is missing", async () => {
    const server = await startTestServer({ kind: "answer", status: 404, body: "" });
    closing.push(() => server.close());
    const test = await context();
    const adapter = await adapterFor(server, test);
    await expect.poll(() => test.logs.some(({ message }) => message === "pages read"), { timeout: 5_000 }).toBe(true);
    await expect(adapter.search(query, signalOf())).rejects.toMatchObject({ code: "not-ready" });
    await expect.poll(() => JSON.stringify(test.logs)).toContain("answered 404");
  });

  it.each([
    [{}, "expected a path or a list of paths, or urls beside it"],
    [{ urls: {} }, "expected a sitemap or pages"],
    [{ urls: { pages: ["help"] } }, "expected an address, as https://shop.example/help"],
    [{ urls: { pages: "https://a.example", under: ["help"] } }, "expected a path, as /help/"],
    [{ urls: { pages: "https://a.example", maxPages: 0 } }, "expected at least 1"],
    [{ urls: { pages: "ftp://a.example" } }, "expected an address"],
    [{ urls: { sitemap: "https://a.example/sitemap.xml", depth: 3 } }, "depth"],
  ])("refuses %j", (options, problem) => {
    expect(JSON.stringify(embeddedKnowledge.parseOptions(options))).toContain(problem);
  });
});

describe("dueInMs", () => {
  const options: CrawlOptions = { pages: ["https://a.example/"], everyHours: 24, maxPages: 1, maxPageBytes: 1, maxMinutes: 1, delayMs: 0 };
  const reading = { baseDir: "/", urlTemplate: "/{id}" };
  const head = { format: CRAWL_FORMAT, made: madeWith(reading), asked: askedOf(options), endedAt: 1_000_000, again: false, problems: [] };
  const hour = 3_600_000;

  it("is now for a first crawl and for other wishes, else when the hours are over", () => {
    expect(dueInMs(undefined, options, reading, 0)).toBe(0);
    expect(dueInMs({ ...head, asked: "x" }, options, reading, 1_000_000)).toBe(0);
    expect(dueInMs({ ...head, made: "x" }, options, reading, 1_000_000)).toBe(0);
    expect(dueInMs(head, options, reading, 1_000_000 + hour)).toBe(23 * hour);
    expect(dueInMs(head, options, reading, 1_000_000 + 99 * hour)).toBe(0);
  });

  it("comes sooner after a crawl that missed something, and is not held up by a clock that was set back", () => {
    expect(dueInMs({ ...head, again: true }, options, reading, 1_000_000)).toBe(hour);
    expect(dueInMs({ ...head, again: true }, { ...options, everyHours: 0.5 }, reading, 1_000_000)).toBe(hour / 2);
    expect(dueInMs({ ...head, endedAt: 1_000_000 + 999 * hour }, options, reading, 1_000_000)).toBe(24 * hour);
  });
});
