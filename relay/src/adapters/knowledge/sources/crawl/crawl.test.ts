import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { pdfOf } from "../../../../testing/pdf.ts";
import { createEgress } from "../../../egress.ts";
import type { ReadOptions } from "../../article.ts";
import { crawl, type CrawlResult } from "./crawl.ts";
import type { CrawlOptions } from "./options.ts";
import { idOfAddress } from "./page.ts";
import type { LastCrawl } from "./records.ts";

type Site = {
  origin: string;
  routes: Map<string, RequestListener>;
  asked: { path: string; at: number; headers: Record<string, unknown> }[];
  close: () => Promise<void>;
};
const open: Site[] = [];
/** A real server on the loopback: what a path answers, and what was asked. */
async function site(routes: Record<string, RequestListener | string> = {}): Promise<Site> {
  const made: Site = { origin: "", routes: new Map(), asked: [], close: () => Promise.resolve() };
  for (const [path, answer] of Object.entries(routes)) made.routes.set(path, typeof answer === "string" ? html(answer) : answer);
  const server = createServer((incoming, response) => {
    made.asked.push({ path: incoming.url ?? "", at: performance.now(), headers: incoming.headers });
    const route = made.routes.get(incoming.url ?? "");
    if (route === undefined) response.writeHead(404).end();
    else route(incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  made.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  made.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  open.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});
const html =
  (text: string, headers: Record<string, string> = {}): RequestListener =>
  (_incoming, response) =>
    void response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...headers }).end(text);
const body =
  (content: string | Buffer, type = "application/xml"): RequestListener =>
  (_incoming, response) =>
    void response.writeHead(200, { "content-type": type }).end(content);
const status =
  (code: number, headers: Record<string, string> = {}): RequestListener =>
  (_incoming, response) =>
    void response.writeHead(code, headers).end("<h1>Error</h1><p>Sorry.");
const urlset = (...urls: (string | [string, string])[]): string =>
  `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${urls
    .map((one) =>
      typeof one === "string" ? `<url><loc>${one}</loc></url>` : `<url><loc><![CDATA[${one[0]}]]></loc><lastmod>${one[1]}</lastmod></url>`,
    )
    .join("\n")}</urlset>`;
const page = (title: string, text = "Text."): string => `<html lang="en"><h1>${title}</h1><p>${text}`;

const reading: ReadOptions = { baseDir: "/", urlTemplate: "/help/{id}" };
const defaults: CrawlOptions = { everyHours: 24, maxPages: 2_000, maxPageBytes: 100_000, maxMinutes: 60, delayMs: 0 };
const now = Date.parse("2026-11-27T00:00:00Z");
async function crawled(
  hosts: string[],
  options: Partial<CrawlOptions>,
  last?: LastCrawl,
  more: { signal?: AbortSignal; split?: ReadOptions["split"] } = {},
): Promise<CrawlResult> {
  return crawl({ ...defaults, ...options }, { ...reading, split: more.split }, last, {
    fetch: createEgress({ hosts, timeoutMs: 300, totalMs: 900, maxBytes: 1_000_000 }),
    signal: more.signal ?? new AbortController().signal,
    log: { info: () => undefined },
    adapter: "test",
    now: () => now,
  });
}
const articlesOf = ({ crawl: { pages } }: CrawlResult) =>
  pages.flatMap(({ reads }) => reads.flatMap((read) => ("article" in read ? [read.article] : [])));
const titlesOf = (result: CrawlResult): string[] => articlesOf(result).map(({ title }) => title);
const problemsOf = ({ crawl: { head, pages } }: CrawlResult, origin: string): string[][] =>
  [...head.problems, ...pages.flatMap(({ reads }) => reads.flatMap((read) => ("problem" in read ? [read] : [])))].map(({ file, code }) => [
    file.replace(origin, ""),
    code,
  ]);

describe("crawl", () => {
  it("reads an index of sitemaps, packed and plain, each page once, with its date and address", async () => {
    const { origin, routes, asked } = await site({ "/en/returns.html": page("Returns"), "/en/a": page("A"), "/b?x=1&y=2": page("B") });
    const index = `<sitemapindex><sitemap><loc>${origin}/one.xml.gz</loc></sitemap><sitemap><loc>${origin}/two.txt</loc></sitemap><sitemap><loc>${origin}/index.xml</loc></sitemap></sitemapindex>`;
    routes.set("/index.xml", body(index));
    routes.set(
      "/one.xml.gz",
      body(
        gzipSync(
          urlset([`${origin}/en/returns.html#x`, "2026-10-12T10:00:00+02:00"], `${origin}/b?x=1&amp;y=2`, "nonsense", "ftp://x.example/"),
        ),
      ),
    );
    routes.set("/two.txt", body(`${origin}/en/a\n${origin}/en/returns.html\n`, "text/plain"));
    const result = await crawled([origin], { sitemap: [`${origin}/index.xml`] });
    expect(articlesOf(result).map(({ id, title, url, updatedAt }) => [id, title, url, updatedAt])).toEqual([
      ["returns", "Returns", `${origin}/en/returns.html`, "2026-10-12"],
      ["b-x-1-y-2", "B", `${origin}/b?x=1&y=2`, undefined],
      ["a", "A", `${origin}/en/a`, undefined],
    ]);
    expect(result.crawl.head).toMatchObject({ again: false, problems: [] });
    expect(asked.filter(({ path }) => path === "/en/returns.html")).toHaveLength(1);
    expect(asked.every(({ headers }) => String(headers["user-agent"]).startsWith("Allhours/"))).toBe(true);
  });

  it("obeys robots.txt: rules, none there, and one that cannot be had", async () => {
    const ruled = await site({
      "/robots.txt": body("User-agent: Allhours\nDisallow: /private", "text/plain"),
      "/private/a": page("A"),
      "/b": page("B"),
    });
    const none = await site({ "/c": page("C") });
    const broken = await site({ "/robots.txt": status(503), "/d": page("D"), "/e": page("E") });
    const pages = [`${ruled.origin}/private/a`, `${ruled.origin}/b`, `${none.origin}/c`, `${broken.origin}/d`, `${broken.origin}/e`];
    const result = await crawled([ruled.origin, none.origin, broken.origin], { pages });
    expect(titlesOf(result)).toEqual(["B", "C"]);
    expect(problemsOf(result, "").sort((one, other) => (one[1] ?? "").localeCompare(other[1] ?? ""))).toEqual([
      [`${ruled.origin}/private/a`, "robots-refused"],
      // Once for the host, not for each page.
      [broken.origin, "robots-unreachable"],
    ]);
    expect(ruled.asked.map(({ path }) => path)).toEqual(["/robots.txt", "/b"]);
    expect(broken.asked.map(({ path }) => path)).toEqual(["/robots.txt"]);
  });

  it("reaches listed hosts only, by link or by redirect, and says which is missing", async () => {
    const foreign = await site({ "/x": page("Foreign"), "/y": page("Foreign") });
    const other = await site({ "/moved": page("Moved"), "/robots.txt": body("User-agent: *\nDisallow: /closed", "text/plain") });
    const { origin, asked } = await site({
      "/to-foreign": status(302, { location: `${foreign.origin}/x` }),
      "/to-other": status(301, { location: `${other.origin}/moved` }),
      "/to-closed": status(307, { location: `${other.origin}/closed` }),
      "/near": status(302, { location: "/here" }),
      "/here": page("Here"),
      "/loop": status(302, { location: "/loop" }),
      "/nowhere": status(302, { location: "javascript:alert(1)" }),
    });
    const listed = ["/to-foreign", "/to-other", "/to-closed", "/near", "/here", "/loop", "/nowhere"].map((path) => origin + path);
    const result = await crawled([origin, other.origin], { pages: [...listed, `${foreign.origin}/x`, `${foreign.origin}/y`] });
    expect(titlesOf(result)).toEqual(["Moved", "Here"]);
    expect(problemsOf(result, origin).filter(([file]) => file !== foreign.origin)).toEqual([
      ["/to-foreign", "redirect-refused"],
      ["/to-closed", "robots-refused"],
      ["/loop", "redirect-refused"],
      ["/nowhere", "redirect-refused"],
    ]);
    const refused = result.crawl.head.problems.filter(({ code }) => code === "host-refused");
    expect(refused).toMatchObject([
      { file: foreign.origin, problem: expect.stringContaining(`${foreign.origin} is not in this region's egress list`) },
    ]);
    expect(foreign.asked).toEqual([]);
    expect(asked.filter(({ path }) => path === "/loop").length).toBeLessThan(10);
  });

  it("leaves out what is no page, too large, slow, endless, or does not want to be found, and reads the rest", async () => {
    const { origin } = await site({
      "/good": page("Good"),
      "/500": status(500),
      "/404": status(404),
      "/image": body(Buffer.from([137, 80]), "image/png"),
      "/large": (_incoming, response) =>
        void response.writeHead(200, { "content-type": "text/html", "content-length": "200000" }).end("x".repeat(200_000)),
      "/endless": (_incoming, response) => {
        response.writeHead(200, { "content-type": "text/html" });
        const piece = `<p>${"x".repeat(1_000)}`;
        const more = (): void => void (response.destroyed || (response.write(piece) ? setImmediate(more) : response.once("drain", more)));
        more();
      },
      "/slow": (_incoming, response) => response.writeHead(200, { "content-type": "text/html" }).flushHeaders(),
      "/drip": (_incoming, response) => {
        response.writeHead(200, { "content-type": "text/html" });
        const timer = setInterval(() => response.write("<p>drip"), 100);
        response.on("close", () => clearInterval(timer));
      },
      "/meta": '<meta name="robots" content="noindex, follow"><h1>Hidden</h1><p>x',
      "/header": html(page("Hidden"), { "x-robots-tag": "noindex" }),
      "/others": html(page("For us"), { "x-robots-tag": "otherbot: noindex, nofollow" }),
      "/cut": (_incoming, response) => {
        response.writeHead(200, { "content-type": "text/html", "content-length": "5000" });
        response.write("<h1>Cut</h1>");
        setTimeout(() => response.destroy(), 20);
      },
    });
    const paths = ["/good", "/500", "/404", "/image", "/large", "/endless", "/slow", "/drip", "/meta", "/header", "/others", "/cut"];
    const result = await crawled([origin], { pages: paths.map((path) => origin + path) });
    expect(titlesOf(result)).toEqual(["Good", "For us"]);
    expect(Object.fromEntries(problemsOf(result, origin))).toEqual({
      "/500": "http-status",
      "/404": "http-status",
      "/image": "wrong-type",
      "/large": "too-large",
      "/endless": "too-large",
      "/slow": "not-reached",
      "/drip": "not-reached",
      "/meta": "noindex",
      "/header": "noindex",
      "/cut": "not-reached",
    });
    expect(result.crawl.head.again).toBe(true);
  }, 20_000);

  it("asks for what has changed, keeps what cannot be reached, and drops what is gone", async () => {
    const tagged: RequestListener = (incoming, response) => {
      if (incoming.headers["if-none-match"] === '"v1"') response.writeHead(304).end();
      else html(page("Tagged"), { etag: '"v1"' })(incoming, response);
    };
    const dated: RequestListener = (incoming, response) => {
      const at = "Mon, 12 Oct 2026 08:00:00 GMT";
      if (incoming.headers["if-modified-since"] === at) response.writeHead(304).end();
      else html(page("Dated"), { "last-modified": at })(incoming, response);
    };
    const made = await site({
      "/tagged": tagged,
      "/dated": dated,
      "/down": page("Down"),
      "/gone": page("Gone"),
      "/left": page("Left"),
      "/new": page("Old text"),
    });
    const { origin, routes } = made;
    const all = (...paths: string[]): string => urlset(...paths.map((path) => origin + path));
    routes.set("/sitemap.xml", body(all("/tagged", "/dated", "/down", "/gone", "/left", "/new")));
    const options = { sitemap: [`${origin}/sitemap.xml`] };
    const first = await crawled([origin], options);
    expect(first.counts).toEqual({ read: 6, unchanged: 0, kept: 0, leftOut: 0 });
    expect(articlesOf(first).find(({ title }) => title === "Dated")?.updatedAt).toBe("2026-10-12");
    routes.set("/down", status(503));
    routes.set("/gone", status(410));
    routes.set("/new", html(page("New text")));
    routes.set("/sitemap.xml", body(all("/tagged", "/dated", "/down", "/gone", "/new")));
    const second = await crawled([origin], options, first.crawl);
    expect(titlesOf(second)).toEqual(["Tagged", "Dated", "Down", "New text"]);
    expect(second.counts).toEqual({ read: 1, unchanged: 2, kept: 1, leftOut: 1 });
    // Read in another way, nothing may be left as it was.
    const third = await crawled([origin], options, second.crawl, { split: "h2" });
    expect(third.counts).toMatchObject({ read: 3, unchanged: 0, kept: 1 });
    // The whole site is down: the sitemap cannot be read, and everything stays.
    for (const path of routes.keys()) routes.set(path, status(500));
    const fourth = await crawled([origin], options, third.crawl, { split: "h2" });
    expect(titlesOf(fourth)).toEqual(
      ["Dated", "Down", "New text", "Tagged"].sort((one, other) => titlesOf(third).indexOf(one) - titlesOf(third).indexOf(other)),
    );
    expect(fourth.crawl.head.again).toBe(true);
    await made.close();
    open.splice(open.indexOf(made), 1);
    expect(titlesOf(await crawled([origin], options, fourth.crawl, { split: "h2" }))).toHaveLength(4);
  }, 20_000);

  it("keeps to its limits: pages, the newest of them, paths, time, and a pause between requests", async () => {
    const { origin, routes, asked } = await site();
    for (const name of ["a", "b", "c", "d"]) routes.set(`/help/${name}`, html(page(name.toUpperCase())));
    const listed = ["a", "b", "c", "d"].map((name, index): [string, string] => [`${origin}/help/${name}`, `2026-0${index + 1}-01`]);
    routes.set("/sitemap.xml", body(urlset(...listed, [`${origin}/shop/lamp`, "2026-12-01"])));
    const options = { sitemap: [`${origin}/sitemap.xml`], under: ["/help/"] };
    const few = await crawled([origin], { ...options, maxPages: 2, pages: [`${origin}/help/a`], delayMs: 60 });
    expect(titlesOf(few)).toEqual(["A", "D"]);
    expect(problemsOf(few, origin)).toEqual([["/sitemap.xml", "crawl-limit"]]);
    const times = asked.filter(({ path }) => path !== "/robots.txt").map(({ at }) => at);
    for (const [index, at] of times.slice(1).entries()) expect(at - (times[index] ?? 0)).toBeGreaterThan(55);
    // Over before all pages were asked for: the rest stays as it was.
    const late = await crawled([origin], { ...options, maxMinutes: 0.01, delayMs: 250 }, few.crawl);
    expect(problemsOf(late, origin).some(([, code]) => code === "crawl-limit")).toBe(true);
    expect(late.crawl.head.again).toBe(true);
    const stop = AbortSignal.timeout(100);
    await expect(crawled([origin], { ...options, delayMs: 5_000 }, undefined, { signal: stop })).rejects.toThrow();
  }, 20_000);

  it("reads PDF files, up to ten times as large as a page", async () => {
    const guide = pdfOf([[{ text: "Wipe the lamp dry.", y: 700 }]], { Title: "Care" });
    const { origin } = await site({
      "/en/care.pdf": body(guide, "application/pdf"),
      "/large.pdf": body(Buffer.alloc(12_000, guide), "application/pdf"),
      "/large.html": body(Buffer.alloc(1_200, "x"), "text/html"),
    });
    const pages = ["/en/care.pdf", "/large.pdf", "/large.html"].map((path) => origin + path);
    const result = await crawled([origin], { pages, maxPageBytes: 1_024 });
    expect(articlesOf(result).map(({ id, title, url }) => [id, title, url])).toEqual([["care", "Care", `${origin}/en/care.pdf`]]);
    expect(problemsOf(result, origin)).toEqual([
      ["/large.pdf", "too-large"],
      ["/large.html", "too-large"],
    ]);
  });

  it("says what is wrong with a sitemap", async () => {
    const { origin, routes } = await site({
      "/html.xml": page("Not found, but nicely"),
      "/empty.xml": body("<urlset></urlset>"),
      "/broken.gz": body(Buffer.from([0x1f, 0x8b, 1, 2, 3])),
      "/bomb.gz": body(gzipSync(Buffer.alloc(60 * 1024 * 1024, 32))),
      "/deep.xml": body("<urlset>".repeat(100_000)),
      "/ok": page("Ok"),
    });
    const sitemaps = [...routes.keys()].filter((path) => path !== "/ok").map((path) => origin + path);
    const result = await crawled([origin], { sitemap: [...sitemaps, `${origin}/none.xml`], pages: [`${origin}/ok`] });
    expect(titlesOf(result)).toEqual(["Ok"]);
    expect(problemsOf(result, origin)).toEqual([
      ["/html.xml", "not-sitemap"],
      ["/empty.xml", "not-sitemap"],
      ["/broken.gz", "not-sitemap"],
      ["/bomb.gz", "not-sitemap"],
      ["/deep.xml", "not-sitemap"],
      ["/none.xml", "http-status"],
    ]);
  }, 20_000);
});

describe("idOfAddress", () => {
  it("is the path without what only says the language or the kind of file", () => {
    const id = (url: string, language = "en"): string => idOfAddress(new URL(url), language);
    expect(id("https://x.example/en/help/returns.html")).toBe("help-returns");
    expect(id("https://x.example/de-at/help/Returns/", "de-AT")).toBe("help-returns");
    expect(id("https://x.example/de/index.html", "de")).toBe("x-example");
    expect(id("https://x.example/%E9%80%80%E8%B4%A7", "zh")).toMatch(/^[0-9a-f]{8}$/);
    expect(id("https://x.example/%ff")).toBe("ff");
  });
});
