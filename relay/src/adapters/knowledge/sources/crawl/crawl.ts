/**
 * One crawl: which pages there are, whether we may read them, what they say. Hosts are read side by side, the pages of one host one after the other
 * with a pause. Pages that could not be reached stay as the last crawl read them. Knows no schedule and writes no file.
 */
import { createHash } from "node:crypto";
import type { AdapterLogger } from "../../../spec.ts";
import type { ArticleProblem, ReadOptions } from "../../article.ts";
import { createPause } from "../../pause.ts";
import { createHosts } from "./hosts.ts";
import { listPages, type Tell } from "./listing.ts";
import type { CrawlOptions } from "./options.ts";
import { MAX_PDF_BYTES } from "../pdf.ts";
import { ACCEPTED_TYPES, articlesOfAnswer, isPdf } from "./page.ts";
import { CRAWL_FORMAT, type LastCrawl, type PageRecord } from "./records.ts";
import { failed, request, type Fetched } from "./request.ts";
import type { ListedPage } from "./sitemap.ts";

export type CrawlContext = {
  fetch: typeof fetch;
  signal: AbortSignal;
  log: Pick<AdapterLogger, "info">;
  /** For the log. */
  adapter: string;
  /** Unix milliseconds. */
  now: () => number;
};
/** `kept`: as the last crawl read them, since they could not be reached. */
export type CrawlCounts = { read: number; unchanged: number; kept: number; leftOut: number };
export type CrawlResult = { crawl: LastCrawl; counts: CrawlCounts };

/** Packed or not; unpacked it may be larger. */
const MAX_SITEMAP_BYTES = 32 * 1024 * 1024;
/** A line in the log this often, milliseconds. */
const PROGRESS_MS = 10_000;
/** Problems kept for the log: a site can have as many as pages. */
const MAX_PROBLEMS = 1_000;

/**
 * Rejects with the signal's reason, and when the time is over before the pages are known. Everything else that goes wrong is a problem of its page
 * or host.
 */
export async function crawl(
  options: CrawlOptions,
  reading: ReadOptions,
  last: LastCrawl | undefined,
  context: CrawlContext,
): Promise<CrawlResult> {
  const deadline = AbortSignal.timeout(options.maxMinutes * 60_000);
  const signal = AbortSignal.any([context.signal, deadline]);
  const hosts = createHosts({ fetch: context.fetch, signal }, options.delayMs);
  const problems: ArticleProblem[] = [];
  const tell: Tell = (file, code, problem) => {
    if (problems.length < MAX_PROBLEMS) problems.push({ file, line: 1, code, problem });
  };
  const getSitemap = (url: string): Promise<Fetched> =>
    hosts.politely(url, () =>
      request(url, { fetch: context.fetch, signal, accept: "application/xml, text/xml, text/plain", maxBytes: MAX_SITEMAP_BYTES }),
    );
  const listing = await listPages(options, getSitemap, tell, createPause(signal));

  const made = madeWith(reading);
  const old = new Map((last?.pages ?? []).map((page) => [page.url, last?.head.made === made ? page : withoutMarks(page)]));
  const counts: CrawlCounts = { read: 0, unchanged: 0, kept: 0, leftOut: 0 };
  const records = new Map<string, PageRecord>();
  const addresses = new Set<string>();
  const toldOf = new Set<object>();
  let missed = !listing.whole;
  let progressAt = context.now();

  const keep = (url: string): void => {
    missed = true;
    const page = old.get(url);
    if (page === undefined) return;
    records.set(url, page);
    counts.kept += 1;
  };
  const take = async (page: ListedPage, answer: Fetched): Promise<void> => {
    const { url } = page;
    const known = old.get(url);
    if (answer.kind === "unchanged" && known !== undefined) {
      records.set(url, { ...known, at: context.now() });
      counts.unchanged += 1;
    } else if (answer.kind === "body") {
      // Two listed addresses may lead to one page.
      if (addresses.has(answer.url.href)) return;
      addresses.add(answer.url.href);
      records.set(url, await recordOf(page, answer, { ...reading, signal }, context.now()));
      counts.read += 1;
    } else {
      const failure = answer.kind === "failed" ? answer : failed("http-status", "answered 304 to a first request", true);
      const ofHost = failure.code === "host-refused" || failure.code === "robots-unreachable";
      if (!ofHost || !toldOf.has(failure)) tell(ofHost ? new URL(url).origin : url, failure.code, failure.problem);
      toldOf.add(failure);
      if (failure.keeps) keep(url);
      else counts.leftOut += 1;
    }
  };
  const readHost = async (pages: readonly ListedPage[]): Promise<void> => {
    const pause = createPause(signal);
    for (const page of pages) {
      try {
        await take(
          page,
          await hosts.politely(page.url, () =>
            getPage(page, old.get(page.url), options, { fetch: context.fetch, signal, mayFetch: hosts.mayFetch }),
          ),
        );
        await pause();
      } catch (cause) {
        context.signal.throwIfAborted();
        if (!deadline.aborted) throw cause;
        if (!records.has(page.url)) keep(page.url);
      }
      if (context.now() - progressAt < PROGRESS_MS) continue;
      progressAt = context.now();
      context.log.info({ adapter: context.adapter, done: records.size + counts.leftOut, of: listing.pages.length }, "pages are being read");
    }
  };
  await Promise.all(byHost(listing.pages).map(readHost));
  if (deadline.aborted)
    tell(
      listing.pages[0]?.url ?? "",
      "crawl-limit",
      `${options.maxMinutes} minutes were over (maxMinutes); the rest is as the last crawl read it`,
    );
  const named = new Set(listing.pages.map(({ url }) => url));
  if (!listing.whole) for (const url of old.keys()) if (!named.has(url)) keep(url);
  const head = { format: CRAWL_FORMAT, made, asked: askedOf(options), endedAt: context.now(), again: missed, problems };
  // In the order of the list, whichever host was faster: of two articles with one id the first counts.
  const inOrder = [...named, ...records.keys()].flatMap((url) => records.get(url) ?? []);
  return { crawl: { head, pages: [...new Set(inOrder)] }, counts };
}

function getPage(
  { url }: ListedPage,
  known: PageRecord | undefined,
  { maxPageBytes }: CrawlOptions,
  asking: { fetch: typeof fetch; signal: AbortSignal; mayFetch: NonNullable<Parameters<typeof request>[1]["mayFetch"]> },
): Promise<Fetched> {
  const maxBytes = (headers: Headers): number => (isPdf(headers) ? Math.min(MAX_PDF_BYTES, 10 * maxPageBytes) : maxPageBytes);
  return request(url, { ...asking, accept: ACCEPTED_TYPES, maxBytes, etag: known?.etag, lastModified: known?.lastModified });
}

async function recordOf(
  { url, lastmod }: ListedPage,
  answer: Extract<Fetched, { kind: "body" }>,
  reading: ReadOptions,
  at: number,
): Promise<PageRecord> {
  const { headers, bytes, url: address } = answer;
  return {
    url,
    at,
    etag: headers.get("etag") ?? undefined,
    lastModified: headers.get("last-modified") ?? undefined,
    reads: await articlesOfAnswer({ file: url, address, bytes, headers, lastmod }, reading),
  };
}

/** A page that was read in another way is good until it is read anew, and asked for whole. */
function withoutMarks(page: PageRecord): PageRecord {
  return { ...page, etag: undefined, lastModified: undefined };
}

/** Changes when articles are made in another way. */
export function madeWith({ split, urlTemplate, defaultLanguage }: ReadOptions): string {
  return hashOf([CRAWL_FORMAT, split, urlTemplate, defaultLanguage]);
}

/** Changes when other pages are asked for. */
export function askedOf({ sitemap, pages, under, maxPages, maxPageBytes }: CrawlOptions): string {
  return hashOf([sitemap, pages, under, maxPages, maxPageBytes]);
}

function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}

function byHost(pages: readonly ListedPage[]): ListedPage[][] {
  const hosts = new Map<string, ListedPage[]>();
  for (const page of pages) {
    const { origin } = new URL(page.url);
    const same = hosts.get(origin);
    if (same === undefined) hosts.set(origin, [page]);
    else same.push(page);
  }
  return [...hosts.values()];
}
