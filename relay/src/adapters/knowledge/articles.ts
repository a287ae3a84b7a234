/**
 * Reads articles from Markdown files with front matter, CSV and JSON lines. What is wrong is told with its line and left out; the rest
 * loads. Owns the file formats; which article answers is the index's and the adapter's business.
 */
import { readFile } from "node:fs/promises";
import { LineCounter, isNode, parseDocument, type Document } from "yaml";
import * as v from "valibot";
import { readCsvBatches } from "../csv.ts";
import { findFiles } from "../files.ts";

export type Article = {
  id: string;
  title: string;
  /** BCP 47. */
  language: string;
  topic?: string | undefined;
  /** A date, as 2026-10-12. */
  updatedAt?: string | undefined;
  /** Other ways visitors ask this. */
  phrasings: string[];
  /** Intents this article answers besides the one named like its id. */
  intents: string[];
  /** Regions it is for; `undefined` is all. */
  regions?: string[] | undefined;
  /** `agents`: for the desk's eyes, never shown to a visitor. */
  audience: "visitors" | "agents";
  /** Unix milliseconds of the first moment it is valid, and of the first it is not any more. */
  validFromMs?: number | undefined;
  validUntilMs?: number | undefined;
  url?: string | undefined;
  /** Markdown. */
  text: string;
};
/** What was left out, and why; `line` counts from 1 in the file. */
export type ArticleProblem = { file: string; line: number; problem: string };
export type ReadArticles = { articles: Article[]; problems: ArticleProblem[]; missing: string[] };
export type ReadOptions = {
  /** Folder that relative paths are resolved against. */
  baseDir: string;
  /** Address of an article that names none, with `{id}` and `{language}` filled in: `/help/{id}`. */
  urlTemplate?: string | undefined;
  /** Language of CSV rows and JSON lines without one; default "en". */
  defaultLanguage?: string | undefined;
  signal?: AbortSignal | undefined;
};

const ARTICLE_EXTENSIONS = [".md", ".csv", ".jsonl"];
/** Files read together: most of a small file's time is waiting for the disk. */
const FILES_AT_ONCE = 16;
/** Lines of JSON read before others may run: a few milliseconds of work. */
const LINES_AT_ONCE = 500;
/** CSV columns that hold several texts, with | between them. */
const LIST_COLUMNS = new Set(["phrasings", "intents", "regions"]);
const DAY_MS = 86_400_000;
const text = (what: string): v.GenericSchema<string, string> =>
  v.pipe(v.string(`expected ${what}`), v.trim(), v.minLength(1, `expected ${what}`));
const words = v.array(text("text"), "expected a list of texts");
const date = v.pipe(v.string("expected a date, as 2026-10-12"), v.check(isDate, "expected a date, as 2026-10-12"));
function isDate(day: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day);
}
const id = v.pipe(
  v.string("expected an id"),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,126}$/, "expected an id of letters, digits, dots and dashes"),
);
const language = v.pipe(
  v.string("expected a language, as pt-BR"),
  v.regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, "expected a language, as pt-BR"),
);
/** A list, or one text for it. */
const listed = v.union(
  [
    v.pipe(
      text("text"),
      v.transform((one) => [one]),
    ),
    words,
  ],
  "expected a list of texts",
);

/** What an article may say besides its text, in every format. */
const named = { id, title: text("a title") };
const fields = {
  topic: v.optional(text("a topic")),
  updatedAt: v.optional(date),
  phrasings: v.optional(words, []),
  intents: v.optional(listed, []),
  regions: v.optional(listed),
  audience: v.optional(v.picklist(["visitors", "agents"], 'expected "visitors" or "agents"'), "visitors"),
  /** First and last day it is valid, UTC, both included. */
  validFrom: v.optional(date),
  validUntil: v.optional(date),
  url: v.optional(text("an address")),
};
const frontSchema = v.strictObject({ ...named, language, ...fields });
const recordFields = { ...named, answer: text("an answer"), language: v.optional(language), ...fields };
/** A table may carry columns for others. */
const rowSchema = v.object(recordFields);
const lineSchema = v.strictObject(recordFields);

/** Reads all articles that `paths` name: files, folders (`.md`, `.csv` and `.jsonl` below them) and globs. Same id and language twice: the first counts. */
export async function readArticles(paths: readonly string[], options: ReadOptions): Promise<ReadArticles> {
  const { files, missing } = await findFiles(paths, options.baseDir, ARTICLE_EXTENSIONS);
  const articles: Article[] = [];
  const problems: ArticleProblem[] = [];
  const known = new Set<string>();
  const take = (file: string, read: Read): void => {
    if ("problem" in read) {
      problems.push(read);
      return;
    }
    const key = `${read.article.id} ${read.article.language.toLowerCase()}`;
    if (known.has(key))
      problems.push({ file, line: read.line, problem: `id ${read.article.id} exists already in ${read.article.language}` });
    else articles.push(read.article);
    known.add(key);
  };
  for (let from = 0; from < files.length; from += FILES_AT_ONCE) {
    options.signal?.throwIfAborted();
    const batch = files.slice(from, from + FILES_AT_ONCE);
    const reads = await Promise.all(batch.map((file) => readFileArticles(file, options)));
    for (const [place, file] of batch.entries()) for (const read of reads[place]!) take(file, read);
  }
  return { articles, problems, missing };
}

type Read = { article: Article; line: number } | ArticleProblem;

async function readFileArticles(file: string, options: ReadOptions): Promise<Read[]> {
  try {
    if (file.toLowerCase().endsWith(".csv")) return await readCsvArticles(file, options);
    if (file.toLowerCase().endsWith(".jsonl")) return await readJsonLines(file, options);
    return readMarkdown(file, await readFile(file, "utf8"), options);
  } catch (cause) {
    return [{ file, line: 1, problem: `cannot be read (${(cause as NodeJS.ErrnoException).code ?? "unknown"})` }];
  }
}

/** One article from a Markdown file: YAML between two lines of `---`, then the body. All mistakes of the front matter are told. */
export function readMarkdown(file: string, source: string, options: Pick<ReadOptions, "urlTemplate">): Read[] {
  const match = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)(?:\r?\n)?^---[ \t]*$/m.exec(source);
  if (match === null || match.index !== 0) return [{ file, line: 1, problem: "expected front matter between two lines of ---" }];
  const counter = new LineCounter();
  const document = parseDocument(match[1]!, { lineCounter: counter, uniqueKeys: true });
  // The front matter begins in the file's second line.
  const problemAt = (offset: number | undefined, problem: string): ArticleProblem => ({
    file,
    line: (offset === undefined ? 0 : counter.linePos(offset).line) + 1,
    problem,
  });
  if (document.errors.length > 0)
    return document.errors.map((error) => problemAt(error.pos[0], `not YAML: ${error.code.toLowerCase().replaceAll("_", " ")}`));
  const parsed = v.safeParse(frontSchema, document.toJS() ?? {});
  if (!parsed.success) {
    return parsed.issues.map((issue) => {
      const path = issue.path?.map((step) => step.key as string | number) ?? [];
      return problemAt(offsetOf(document, path), `${path.join(".") || "front matter"}: ${wordsFor(issue)}`);
    });
  }
  const body = source.slice(match[0].length).trim();
  if (body === "") return [{ file, line: source.split("\n").length, problem: "expected a text below the front matter" }];
  return [{ article: articleOf(parsed.output, body, options), line: 1 }];
}

function articleOf(said: v.InferOutput<typeof frontSchema>, body: string, options: Pick<ReadOptions, "urlTemplate">): Article {
  const { validFrom, validUntil, url, ...rest } = said;
  return {
    ...rest,
    text: body,
    url: url ?? fillTemplate(options.urlTemplate, rest),
    validFromMs: validFrom === undefined ? undefined : Date.parse(validFrom),
    validUntilMs: validUntil === undefined ? undefined : Date.parse(validUntil) + DAY_MS,
  };
}

async function readCsvArticles(file: string, options: ReadOptions): Promise<Read[]> {
  const source = (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  const reads: Read[] = [];
  let header: string[] | undefined;
  for (const { records, problems } of readCsvBatches(source)) {
    for (const { line, problem } of problems) reads.push({ file, line, problem });
    for (const { line, cells } of records) {
      if (header === undefined) header = cells.map((name) => name.trim());
      else for (const read of readRow(file, line, header, cells, options)) reads.push(read);
    }
    await new Promise((resolve) => setImmediate(resolve));
    options.signal?.throwIfAborted();
  }
  return reads;
}

function readRow(file: string, line: number, header: readonly string[], cells: readonly string[], options: ReadOptions): Read[] {
  // An empty cell is a missing one.
  const filled = header.map((name, place): [string, string] => [name, cells[place] ?? ""]).filter(([, cell]) => cell.trim() !== "");
  const record = filled.map(([name, cell]): [string, unknown] => [name, LIST_COLUMNS.has(name) ? splitCell(cell) : cell.trim()]);
  return readRecord(file, line, v.safeParse(rowSchema, Object.fromEntries(record)), options);
}

/** An object a line; an empty line is none. */
async function readJsonLines(file: string, options: ReadOptions): Promise<Read[]> {
  const lines = (await readFile(file, "utf8")).replace(/^\uFEFF/, "").split("\n");
  const reads: Read[] = [];
  for (const [index, source] of lines.entries()) {
    if (index % LINES_AT_ONCE === LINES_AT_ONCE - 1) {
      await new Promise((resolve) => setImmediate(resolve));
      options.signal?.throwIfAborted();
    }
    if (source.trim() === "") continue;
    try {
      const record: unknown = JSON.parse(source);
      for (const read of readRecord(file, index + 1, v.safeParse(lineSchema, record), options)) reads.push(read);
    } catch {
      // The parser's own message quotes the line.
      reads.push({ file, line: index + 1, problem: "not JSON: expected one object a line" });
    }
  }
  return reads;
}

function readRecord(file: string, line: number, parsed: v.SafeParseResult<typeof rowSchema>, options: ReadOptions): Read[] {
  if (!parsed.success)
    return parsed.issues.map((issue) => ({ file, line, problem: `${v.getDotPath(issue) ?? "record"}: ${wordsFor(issue)}` }));
  const { answer, language: tag = options.defaultLanguage ?? "en", ...rest } = parsed.output;
  return [{ article: articleOf({ ...rest, language: tag }, answer, options), line }];
}

function splitCell(cell: string): string[] {
  return cell
    .split("|")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function fillTemplate(template: string | undefined, article: { id: string; language: string }): string | undefined {
  return template?.replaceAll("{id}", encodeURIComponent(article.id)).replaceAll("{language}", encodeURIComponent(article.language));
}

function wordsFor(issue: v.BaseIssue<unknown>): string {
  if (issue.type === "strict_object" && issue.expected === "never") return "unknown field";
  if (issue.received === "undefined") return "expected, but it is missing";
  return issue.message;
}

/** Where the deepest node of `path` that exists begins, in the front matter. */
function offsetOf(document: Document, path: readonly (string | number)[]): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return isNode(document.contents) ? document.contents.range?.[0] : undefined;
}
