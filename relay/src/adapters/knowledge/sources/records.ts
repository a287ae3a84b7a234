/** Articles from tables and lines: a CSV row or a JSON object is one. */
import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { readCsvBatches } from "../../csv.ts";
import { articleOf, lineSchema, rowSchema, wordsFor, type Read, type ReadOptions } from "../article.ts";

/** Lines of JSON read before others may run: a few milliseconds of work. */
const LINES_AT_ONCE = 500;
/** CSV columns that hold several texts, with | between them. */
const LIST_COLUMNS = new Set(["phrasings", "intents", "regions"]);

export async function readCsvArticles(file: string, options: ReadOptions): Promise<Read[]> {
  const source = (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  const reads: Read[] = [];
  let header: string[] | undefined;
  for (const { records, problems } of readCsvBatches(source)) {
    for (const { line, problem } of problems) reads.push({ file, line, code: "not-csv", problem });
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
export async function readJsonLines(file: string, options: ReadOptions): Promise<Read[]> {
  const lines = (await readFile(file, "utf8")).replace(/^\uFEFF/, "").split("\n");
  const { onLine = () => () => undefined } = options;
  const reads: Read[] = [];
  for (const [index, source] of lines.entries()) {
    if (index % LINES_AT_ONCE === LINES_AT_ONCE - 1) {
      await new Promise((resolve) => setImmediate(resolve));
      options.signal?.throwIfAborted();
    }
    if (source.trim() === "") continue;
    const tell = onLine(source);
    if (tell === undefined) continue;
    try {
      const record: unknown = JSON.parse(source);
      for (const read of readRecord(file, index + 1, v.safeParse(lineSchema, record), options)) {
        if ("article" in read) tell(read.article);
        reads.push(read);
      }
    } catch {
      // The parser's own message quotes the line.
      reads.push({ file, line: index + 1, code: "not-json", problem: "not JSON: expected one object a line" });
    }
  }
  return reads;
}

function readRecord(file: string, line: number, parsed: v.SafeParseResult<typeof rowSchema>, options: ReadOptions): Read[] {
  if (!parsed.success)
    return parsed.issues.map((issue) => ({
      file,
      line,
      code: "bad-field",
      problem: `${v.getDotPath(issue) ?? "record"}: ${wordsFor(issue)}`,
    }));
  const { answer, language: tag = options.defaultLanguage ?? "en", ...rest } = parsed.output;
  return [{ article: articleOf({ ...rest, language: tag }, answer, options), line }];
}

function splitCell(cell: string): string[] {
  return cell
    .split("|")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
