/**
 * Reads articles from the files that paths name. What is wrong is told with its line and left out; the rest loads. Owns which reader reads
 * which file, and that an id is there once a language; the formats are in sources/.
 */
import { readFile } from "node:fs/promises";
import { findFiles } from "../files.ts";
import { withHash, type Article, type ArticleProblem, type Read, type ReadOptions } from "./article.ts";
import { readHtmlFile } from "./sources/html.ts";
import { readMarkdown } from "./sources/markdown.ts";
import { readPdfFile } from "./sources/pdf.ts";
import { readCsvArticles, readJsonLines } from "./sources/records.ts";

export type { Article, ArticleProblem, ReadOptions } from "./article.ts";
export type ReadArticles = { articles: Article[]; problems: ArticleProblem[]; missing: string[] };

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

/**
 * Reads all articles that `paths` name: files, folders (every file below them that one of the formats can be) and globs. Same id and language
 * twice: the first counts.
 */
export async function readArticles(
  paths: readonly string[],
  options: ReadOptions,
  gathered: Gathering = createGathering(),
): Promise<ReadArticles> {
  const { files, missing } = await findFiles(paths, options.baseDir, Object.keys(readers));
  for (let from = 0; from < files.length; from += FILES_AT_ONCE) {
    options.signal?.throwIfAborted();
    const batch = files.slice(from, from + FILES_AT_ONCE);
    const reads = await Promise.all(batch.map((file) => readFileArticles(file, options)));
    for (const [place, file] of batch.entries()) gathered.take(file, reads[place]!);
  }
  return { articles: gathered.articles, problems: gathered.problems, missing };
}

export type Gathering = { articles: Article[]; problems: ArticleProblem[]; take(file: string, reads: readonly Read[]): void };

/** Articles of several sources put together. The first of an id and language counts; an id that nobody wrote gives way and gets a hash. */
export function createGathering(): Gathering {
  const articles: Article[] = [];
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
    if (known.has(key))
      problems.push({ file, line: read.line, code: "id-taken", problem: `id ${article.id} exists already in ${article.language}` });
    else articles.push(article);
    known.add(key);
  };
  return {
    articles,
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
