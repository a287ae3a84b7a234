/**
 * Knowledge from the merchant's own files, searched in memory. The readable reference of a knowledge adapter. One best article an id, in the
 * visitor's language when it exists; what is not valid now, not for this region or not for who asks is never returned.
 */
import * as v from "valibot";
import { AdapterError } from "../errors.ts";
import { watchedPaths } from "../files.ts";
import { optionsReader, pathsOption } from "../options.ts";
import { progressLog } from "../progress-log.ts";
import type { AdapterContext, AdapterDefinition, KnowledgeAdapter } from "../spec.ts";
import { createLoader } from "./load.ts";
import type { Shelf } from "./shelf.ts";
import { createCrawler, MAX_CRAWLED_BYTES } from "./sources/crawl/crawler.ts";
import { crawlOptionsSchema } from "./sources/crawl/options.ts";

const optionsSchema = v.strictObject({
  /** Markdown, HTML, PDF, CSV and JSON lines files with articles; folders and globs allowed. */
  articles: v.optional(pathsOption),
  /** Address of an article that names none, with `{id}` and `{language}`; default `/help/{id}`. */
  urlTemplate: v.optional(
    v.pipe(v.string("expected an address with {id}"), v.includes("{id}", "expected an address with {id}")),
    "/help/{id}",
  ),
  /** Language of CSV rows, JSON lines and pages that name none; default "en". */
  defaultLanguage: v.optional(v.pipe(v.string("expected a language, as en"), v.minLength(2, "expected a language, as en")), "en"),
  /** Where an HTML page or a PDF is divided into several articles; default "questions". */
  split: v.optional(v.picklist(["none", "questions", "h2", "h3"], 'expected "none", "questions", "h2" or "h3"')),
  /** YAML and CSV files with groups of words that mean the same; folders and globs allowed. */
  synonyms: v.optional(pathsOption),
  /** Pages of the shop's own site to read, besides the files or instead of them. */
  urls: v.optional(crawlOptionsSchema),
});
export type EmbeddedKnowledgeOptions = v.InferOutput<typeof optionsSchema>;
const strictOptions = v.pipe(
  optionsSchema,
  v.forward(
    v.check(({ articles, urls }) => articles !== undefined || urls !== undefined, "expected a path or a list of paths, or urls beside it"),
    ["articles"],
  ),
);

/** How long putting together what a crawl read may take. */
const RESTOCK_MS = 120_000;

/**
 * `search` before the first `init` has ended fails with `not-ready`, and so it does until the first crawl when there are no files; during a later one
 * the old articles answer. `crawls: false` goes by what the last crawl read. `largeFrom`: as of the loader.
 */
export function createEmbeddedKnowledge(
  options: EmbeddedKnowledgeOptions,
  context: AdapterContext,
  { crawls = true, largeFrom }: { crawls?: boolean; largeFrom?: number } = {},
): KnowledgeAdapter {
  let shelf: Shelf | undefined;
  let newest = 0;
  const ready = (signal: AbortSignal): Shelf => {
    signal.throwIfAborted();
    if (shelf === undefined) throw new AdapterError("not-ready", `${context.path}: the articles are being read`);
    return shelf;
  };
  const loader = createLoader(options, context, { largeFrom, onProgress: progressLog(context, "articles are being read") });
  async function read(signal: AbortSignal): Promise<void> {
    newest += 1;
    const mine = newest;
    const started = performance.now();
    const loaded = await loader.load(signal);
    if (loaded === undefined) {
      if (options.urls !== undefined) return;
      throw new AdapterError("failed", `${context.path}: expected at least one article`, { permanent: true });
    }
    // Whoever was started last wins, in whatever order they end.
    if (mine === newest) shelf = loaded.shelf;
    context.logger.info(
      { adapter: context.path, how: loaded.how, ...loaded.shelf.sizes, ms: Math.round(performance.now() - started) },
      "articles ready",
    );
  }
  const crawler =
    options.urls === undefined || !crawls
      ? undefined
      : createCrawler(options.urls, { ...options, baseDir: context.baseDir }, context, () => read(AbortSignal.timeout(RESTOCK_MS)));
  return {
    kind: "knowledge",
    inProcess: true,
    learns: true,
    watchPaths: watchedPaths([...(options.articles ?? []), ...(options.synonyms ?? [])], context.baseDir),
    async init(signal) {
      await read(signal);
      crawler?.start();
    },
    async close() {
      crawler?.close();
    },
    search: async (query, signal) => ready(signal).search(query),
    byIntent: async (intent, query, signal) => ready(signal).byIntent(intent, query),
  };
}

export const embeddedKnowledge: AdapterDefinition<"knowledge"> = {
  kind: "knowledge",
  name: "embedded",
  parseOptions: optionsReader(strictOptions),
  maxAnswerBytes: MAX_CRAWLED_BYTES,
  create: (options: EmbeddedKnowledgeOptions, context) => createEmbeddedKnowledge(options, context),
};
