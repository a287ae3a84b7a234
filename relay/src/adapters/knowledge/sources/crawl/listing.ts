/** Which pages there are to crawl: the addresses that are named, and what the sitemaps list. Reads no page. */
import type { ArticleProblem } from "../../article.ts";
import type { Pause } from "../../pause.ts";
import type { CrawlOptions } from "./options.ts";
import type { Fetched } from "./request.ts";
import { addressOf, MAX_LISTED, parseSitemap, type ListedPage } from "./sitemap.ts";

/** `whole`: every sitemap could be read, so that a page which is not listed is gone. */
export type Listing = { pages: ListedPage[]; whole: boolean };
export type Tell = (file: string, code: ArticleProblem["code"], problem: string) => void;

const MAX_SITEMAPS = 1_000;

/** Each address once, those of `pages` first; of more than `maxPages` the newest. */
export async function listPages(
  options: CrawlOptions,
  get: (sitemap: string) => Promise<Fetched>,
  tell: Tell,
  pause: Pause,
): Promise<Listing> {
  const pages = new Map<string, ListedPage>();
  for (const written of options.pages ?? []) {
    const url = addressOf(written);
    if (url !== undefined) pages.set(url, { url });
  }
  const named = pages.size;
  let whole = true;
  const queue = new Set(options.sitemap ?? []);
  let asked = 0;
  for (const url of queue) {
    asked += 1;
    if (asked > MAX_SITEMAPS || pages.size >= MAX_LISTED) break;
    const answer = await get(url);
    const sitemap = answer.kind === "body" ? await parseSitemap(answer.bytes, pause).catch(() => undefined) : undefined;
    // A pause that was interrupted looks like a file that cannot be read.
    await pause();
    if (sitemap === undefined || sitemap.pages.length + sitemap.sitemaps.length === 0) {
      whole = false;
      if (answer.kind === "failed") tell(url, answer.code, `sitemap: ${answer.problem}`);
      else tell(url, "not-sitemap", "expected a sitemap or an index of sitemaps with at least one address");
      continue;
    }
    for (const page of sitemap.pages) if (isUnder(page.url, options.under) && !pages.has(page.url)) pages.set(page.url, page);
    for (const inner of sitemap.sitemaps) queue.add(inner);
  }
  const all = [...pages.values()];
  if (all.length <= options.maxPages) return { pages: all, whole };
  tell(
    options.sitemap?.[0] ?? all[0]!.url,
    "crawl-limit",
    `${all.length} pages are listed; the ${options.maxPages} newest are read (maxPages)`,
  );
  const found = all.slice(named).sort((one, other) => (other.lastmod ?? "").localeCompare(one.lastmod ?? ""));
  return { pages: [...all.slice(0, named), ...found].slice(0, options.maxPages), whole };
}

function isUnder(url: string, under: readonly string[] | undefined): boolean {
  return under === undefined || under.some((path) => new URL(url).pathname.startsWith(path));
}
