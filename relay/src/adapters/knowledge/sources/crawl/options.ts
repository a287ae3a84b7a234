/** What may be said about pages to crawl, and what counts when it is not. */
import * as v from "valibot";

const whole = (least: number, most: number): v.GenericSchema<number, number> =>
  v.pipe(
    v.number(`expected a number from ${least} to ${most}`),
    v.integer(`expected a whole number`),
    v.minValue(least, `expected at least ${least}`),
    v.maxValue(most, `expected at most ${most}`),
  );
const page = v.pipe(
  v.string("expected an address, as https://shop.example/help"),
  v.check((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), "expected an address, as https://shop.example/help"),
);
const list = (expected: string): v.GenericSchema<string | string[], string[]> =>
  v.pipe(
    v.union([page, v.array(page)], expected),
    v.transform((one) => (typeof one === "string" ? [one] : one)),
  );

export const crawlOptionsSchema = v.pipe(
  v.strictObject({
    /** Sitemaps or indexes of sitemaps, also with gzip. */
    sitemap: v.optional(list("expected the address of a sitemap, or a list of them")),
    pages: v.optional(list("expected an address or a list of them")),
    /** Of the sitemaps' pages, only those whose path begins with one of these; default all. */
    under: v.optional(
      v.array(v.pipe(v.string("expected a path, as /help/"), v.startsWith("/", "expected a path, as /help/")), "expected a list of paths"),
    ),
    everyHours: v.optional(
      v.pipe(
        v.number("expected a number from 0.1 to 500"),
        v.minValue(0.1, "expected at least 0.1"),
        v.maxValue(500, "expected at most 500"),
      ),
      24,
    ),
    maxPages: v.optional(whole(1, 50_000), 2_000),
    /** Of one page; of a PDF file ten times as many, up to 32 MiB. */
    maxPageBytes: v.optional(whole(1_024, 32 * 1024 * 1024), 2 * 1024 * 1024),
    maxMinutes: v.optional(whole(1, 1_440), 60),
    /** Pause between two requests to one host. */
    delayMs: v.optional(whole(0, 60_000), 250),
  }),
  v.check(({ sitemap = [], pages = [] }) => sitemap.length + pages.length > 0, "expected a sitemap or pages"),
);
export type CrawlOptions = v.InferOutput<typeof crawlOptionsSchema>;
