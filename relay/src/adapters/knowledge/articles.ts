/**
 * Reads articles from files. What is wrong is told with its line and left out; the rest loads. Owns which reader reads
 * which file, and that an id is there once a language; the formats are in sources/.
 */
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { findFiles } from "../files.ts";
import { idTaken, withHash, type Article, type ArticleProblem, type Read, type ReadOptions } from "./article.ts";
import { readLastCrawl } from "./sources/crawl/records.ts";
import { readHtmlFile } from "./sources/html.ts";
import { readMarkdown } from "./sources/markdown.ts";
import { readPdfFile } from "./sources/pdf.ts";
import { readCsvArticles, readJsonLines } from "./sources/records.ts";

export type { Article, ArticleProblem, ReadOptions } from "./article.ts";

type FileReader = (file: string, options: ReadOptions) => Promise<Read[]>;
const readers: Readonly<Record<string, FileReader>> = {
  ".md": async (file, options) => readMarkdown(file, await readFile(file, "utf8"), options),
  ".csv": readCsvArticles,
  ".jsonl": readJsonLines,
  ".html": readHtmlFile,
  ".htm": readHtmlFile,
  ".pdf": readPdfFile,
};
/** Files read together: most of a small file's time is waiting for the disk. */
const FILES_AT_ONCE = 16;

/** Files that hold articles, as `paths` name them: files, folders (every file below them that one of the formats can be) and globs. */
export async function findArticleFiles(paths: readonly string[], baseDir: string): Promise<{ files: string[]; missing: string[] }> {
  return findFiles(paths, baseDir, Object.keys(readers));
}

export type ReadArticles = { articles: Article[]; problems: ArticleProblem[]; missing: string[] };

/** Reads all articles that `paths` name. Same id and language twice: the first counts. */
export async function readArticles(paths: readonly string[], options: ReadOptions): Promise<ReadArticles> {
  const { files, missing } = await findArticleFiles(paths, options.baseDir);
  const { articles, problems } = await readArticleFiles(files, options);
  return { articles, problems, missing };
}

/** Reads all articles of these files. `crawlFile`: which of them is what the last crawl read. `onFile` is called after each file, in their order. */
export async function readArticleFiles(
  files: readonly string[],
  options: ReadOptions & { crawlFile?: string | undefined },
  onFile: (file: string, gathered: Gathering) => void = () => undefined,
): Promise<Gathering> {
  const gathered = createGathering();
  const readOne = async (file: string): Promise<[file: string, reads: readonly Read[]][]> =>
    file === options.crawlFile ? readCrawled(file, options.signal) : [[file, await readFileArticles(file, options)]];
  for (let from = 0; from < files.length; from += FILES_AT_ONCE) {
    options.signal?.throwIfAborted();
    const batch = files.slice(from, from + FILES_AT_ONCE);
    const read = await Promise.all(batch.map(readOne));
    for (const [place, file] of batch.entries()) {
      for (const [source, reads] of read[place]!) gathered.take(source, reads);
      onFile(file, gathered);
    }
  }
  return gathered;
}

async function readCrawled(file: string, signal: AbortSignal | undefined): Promise<[string, readonly Read[]][]> {
  const crawled = await readLastCrawl(dirname(file), signal);
  return [...(crawled?.pages ?? []).map(({ url, reads }): [string, readonly Read[]] => [url, reads]), [file, crawled?.head.problems ?? []]];
}

/** `lines`: where each article begins in its file. */
export type Gathering = {
  articles: Article[];
  lines: number[];
  problems: ArticleProblem[];
  take(file: string, reads: readonly Read[]): void;
};

/** Articles of several sources put together. The first of an id and language counts; an id that nobody wrote gives way and gets a hash. */
export function createGathering(): Gathering {
  const articles: Article[] = [];
  const lines: number[] = [];
  const problems: ArticleProblem[] = [];
  const known = new Set<string>();
  const keyOf = (article: Article): string => `${article.id} ${article.language.toLowerCase()}`;
  const takeOne = (file: string, read: Read): void => {
    if ("problem" in read) {
      problems.push(read);
      return;
    }
    const taken = known.has(keyOf(read.article));
    const article =
      taken && read.derivedFrom !== undefined ? { ...read.article, id: withHash(read.article.id, read.derivedFrom) } : read.article;
    const key = keyOf(article);
    if (known.has(key)) problems.push(idTaken(article, file, read.line));
    else {
      articles.push(article);
      lines.push(read.line);
    }
    known.add(key);
  };
  return {
    articles,
    lines,
    problems,
    take(file, reads) {
      for (const read of reads) takeOne(file, read);
    },
  };
}

async function readFileArticles(file: string, options: ReadOptions): Promise<Read[]> {
  const extension = Object.keys(readers).find((one) => file.toLowerCase().endsWith(one)) ?? ".md";
  try {
    return await readers[extension]!(file, options);
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown";
    return [{ file, line: 1, code: "not-readable", problem: `cannot be read (${code})` }];
  }
}
