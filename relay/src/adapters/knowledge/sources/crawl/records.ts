/**
 * What the last crawl read, in the adapter's cache folder: a line of JSON for the crawl and one for each page, with its articles. Rebuildable: a file
 * that is damaged or of another version counts as none.
 */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ArticleProblem, Read } from "../../article.ts";
import { createPause } from "../../pause.ts";

/** `url`: as it was listed. `at`: Unix milliseconds of when it was last seen to be so. */
export type PageRecord = {
  url: string;
  at: number;
  etag?: string | undefined;
  lastModified?: string | undefined;
  reads: Read[];
};
/** `made`: what the articles were made with; another way of making them asks for the pages again. `again`: something was not reached. */
export type CrawlHead = { format: number; made: string; asked: string; endedAt: number; again: boolean; problems: ArticleProblem[] };
export type LastCrawl = { head: CrawlHead; pages: PageRecord[] };

export const CRAWL_FORMAT = 1;

export function crawlFile(cacheDir: string): string {
  return join(cacheDir, "crawl.jsonl");
}

/** `undefined`: there was none, or it cannot be used. */
export async function readLastCrawl(cacheDir: string, signal?: AbortSignal): Promise<LastCrawl | undefined> {
  const source = await readFile(crawlFile(cacheDir), "utf8").catch(() => "");
  const pause = createPause(signal);
  const [first, ...lines] = source.split("\n");
  try {
    const head = JSON.parse(first ?? "") as CrawlHead;
    if (head.format !== CRAWL_FORMAT) return undefined;
    const pages: PageRecord[] = [];
    for (const line of lines) {
      if (line !== "") pages.push(JSON.parse(line) as PageRecord);
      await pause();
    }
    return { head, pages };
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    return undefined;
  }
}

/** In one step: who reads meanwhile gets the old or the new. */
export async function writeLastCrawl(cacheDir: string, { head, pages }: LastCrawl): Promise<void> {
  const file = crawlFile(cacheDir);
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, [head, ...pages].map((one) => `${JSON.stringify(one)}\n`).join(""));
  await rename(draft, file);
}
