/**
 * When pages are crawled: when they never were, when what is asked for has changed, and every so many hours after that. Keeps the last good crawl in
 * the adapter's cache folder. The hours are a schedule, not a retry: a request that fails waits for the next crawl.
 */
import { isAdapterError } from "../../../errors.ts";
import type { AdapterContext } from "../../../spec.ts";
import type { ReadOptions } from "../../article.ts";
import { askedOf, crawl, madeWith } from "./crawl.ts";
import type { CrawlOptions } from "./options.ts";
import { readLastCrawl, writeLastCrawl, type CrawlHead } from "./records.ts";

export interface Crawler {
  /** Crawls in the background as soon as it is due, and again and again until `close`. A second call does nothing. */
  start(): void;
  /** A crawl that runs ends without a trace. */
  close(): void;
}

/** Largest answer a crawl asks for. */
export const MAX_CRAWLED_BYTES = 32 * 1024 * 1024;
const HOUR_MS = 3_600_000;

/** `onRead`: there is another last crawl. */
export function createCrawler(options: CrawlOptions, reading: ReadOptions, context: AdapterContext, onRead: () => Promise<void>): Crawler {
  const closing = new AbortController();
  const { logger } = context;
  const adapter = context.path;
  let started = false;

  const plan = async (): Promise<void> => {
    const last = await readLastCrawl(context.cacheDir, closing.signal);
    after(dueInMs(last?.head, options, reading, Date.now()));
  };
  const after = (ms: number): void => {
    if (!closing.signal.aborted) setTimeout(() => void run(), ms).unref();
  };
  const run = async (): Promise<void> => {
    if (closing.signal.aborted) return;
    const startedAt = performance.now();
    try {
      const last = await readLastCrawl(context.cacheDir, closing.signal);
      const { crawl: found, counts } = await crawl(options, reading, last, {
        fetch: context.fetch,
        signal: closing.signal,
        log: logger,
        adapter,
        now: Date.now,
      });
      closing.signal.throwIfAborted();
      await writeLastCrawl(context.cacheDir, found);
      logger.info(
        { adapter, ...counts, problems: found.head.problems.length, ms: Math.round(performance.now() - startedAt) },
        "pages read",
      );
      await onRead();
      after(dueInMs(found.head, options, reading, Date.now()));
    } catch (cause) {
      if (closing.signal.aborted) return;
      const err = isAdapterError(cause) || cause instanceof Error ? cause.message : "unknown";
      logger.error({ adapter, err }, "pages could not be read; the last crawl serves on");
      after(soonMs(options));
    }
  };
  return {
    start() {
      if (started) return;
      started = true;
      plan().catch(() => undefined);
    },
    close: () => closing.abort(),
  };
}

/** After a crawl that missed something: an hour, or less when they come more often. */
function soonMs({ everyHours }: CrawlOptions): number {
  return Math.min(1, everyHours) * HOUR_MS;
}

/** Milliseconds until the next crawl; 0 is now. */
export function dueInMs(head: CrawlHead | undefined, options: CrawlOptions, reading: ReadOptions, nowMs: number): number {
  if (head === undefined || head.made !== madeWith(reading) || head.asked !== askedOf(options)) return 0;
  const waitMs = head.again ? soonMs(options) : options.everyHours * HOUR_MS;
  // A clock that was set back does not hold it up for years.
  return Math.min(waitMs, Math.max(0, head.endedAt + waitMs - nowMs));
}
