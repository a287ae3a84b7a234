/** Reads lists of values with their synonyms from CSV and YAML. What is wrong is told with its line and left out; the rest counts. */
import { readFile } from "node:fs/promises";
import { LineCounter, isMap, isScalar, isSeq, parseDocument, type Pair } from "yaml";
import { readCsvBatches } from "../../csv.ts";
import { findFiles } from "../../files.ts";

export type ListProblem = { file: string; line: number; problem: string };
/** By name of the list: every way to write a value, and the value. */
type Lists = Map<string, [term: string, value: string][]>;

const LIST_EXTENSIONS = [".csv", ".yaml", ".yml"];

export async function readLists(
  paths: readonly string[],
  baseDir: string,
): Promise<{ lists: Lists; problems: ListProblem[]; missing: string[] }> {
  const { files, missing } = await findFiles(paths, baseDir, LIST_EXTENSIONS);
  const lists: Lists = new Map();
  const problems: ListProblem[] = [];
  const add = (name: string, value: string, terms: readonly string[]): void => {
    const list = lists.get(name) ?? [];
    for (const term of [value, ...terms]) list.push([term, value]);
    lists.set(name, list);
  };
  for (const file of files) {
    const tell = (line: number, problem: string): void => void problems.push({ file, line, problem });
    try {
      const source = (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
      if (file.toLowerCase().endsWith(".csv")) readCsvLists(source, add, tell);
      else readYamlLists(source, add, tell);
    } catch (cause) {
      tell(1, `cannot be read (${(cause as NodeJS.ErrnoException).code ?? "unknown"})`);
    }
  }
  return { lists, problems, missing };
}

type Add = (name: string, value: string, terms: readonly string[]) => void;
type Tell = (line: number, problem: string) => void;

/** Columns list, value and synonyms; several synonyms with | between them. */
function readCsvLists(source: string, add: Add, tell: Tell): void {
  let header: string[] | undefined;
  for (const { records, problems } of readCsvBatches(source)) {
    for (const { line, problem } of problems) tell(line, problem);
    for (const { line, cells } of records) {
      if (header === undefined) {
        header = cells.map((name) => name.trim().toLowerCase());
        if (!header.includes("list") || !header.includes("value")) return tell(line, "expected a header with the columns list and value");
        continue;
      }
      const cell = (name: string): string => (cells[header!.indexOf(name)] ?? "").trim();
      const terms = cell("synonyms")
        .split("|")
        .map((term) => term.trim())
        .filter((term) => term !== "");
      if (cell("list") === "" || cell("value") === "") tell(line, "expected a list and a value");
      else add(cell("list"), cell("value"), terms);
    }
  }
}

/** Lists by their name; a list has its values, or values with their synonyms. */
function readYamlLists(source: string, add: Add, tell: Tell): void {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const lineOf = (node: unknown): number => {
    const range = (node as { range?: [number] } | undefined)?.range;
    return range === undefined ? 1 : lines.linePos(range[0]).line;
  };
  for (const error of document.errors) tell(lines.linePos(error.pos[0]).line, `not YAML: ${error.code.toLowerCase().replaceAll("_", " ")}`);
  if (document.errors.length > 0) return;
  if (!isMap(document.contents)) return tell(1, "expected lists by their name");
  /** Figures are texts too. */
  const textOf = (node: unknown): string | undefined => {
    const value = isScalar(node) ? node.value : undefined;
    const text = typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : "";
    return text === "" ? undefined : text;
  };
  for (const { key, value } of document.contents.items as Pair[]) {
    const name = textOf(key) ?? "";
    if (isSeq(value)) {
      for (const item of value.items) {
        const text = textOf(item);
        if (text === undefined) tell(lineOf(item), `${name}: expected a text`);
        else add(name, text, []);
      }
    } else if (isMap(value)) {
      for (const { key: one, value: synonyms } of value.items) {
        const items = isSeq(synonyms)
          ? synonyms.items.map(textOf)
          : isScalar(synonyms) && synonyms.value === null
            ? []
            : [textOf(synonyms)];
        const text = textOf(one);
        if (text === undefined || items.includes(undefined)) tell(lineOf(one), `${name}: expected a value with a list of texts`);
        else
          add(
            name,
            text,
            items.filter((item) => item !== undefined),
          );
      }
    } else tell(lineOf(key), `${name}: expected a list of values, or values with their synonyms`);
  }
}
