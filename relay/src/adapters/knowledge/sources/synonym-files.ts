/** Reads groups of synonyms from YAML and CSV files. A group with a mistake is told with its line and left out; the others count. */
import { readFile } from "node:fs/promises";
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { readCsvBatches } from "../../csv.ts";
import { findFiles } from "../../files.ts";
import { isLanguage, type ArticleProblem, type ProblemCode } from "../article.ts";
import type { SynonymGroup } from "../synonyms.ts";

export type ReadSynonyms = { groups: SynonymGroup[]; problems: ArticleProblem[]; missing: string[] };
type Group = SynonymGroup | ArticleProblem;

const MAX_WORDS = 50;

export async function readSynonyms(paths: readonly string[], baseDir: string): Promise<ReadSynonyms> {
  const { files, missing } = await findFiles(paths, baseDir, [".yaml", ".yml", ".csv"]);
  const read = (await Promise.all(files.map(readSynonymFile))).flat();
  const problems = read.filter((one): one is ArticleProblem => "problem" in one);
  return { groups: read.filter((one): one is SynonymGroup => "words" in one), problems, missing };
}

async function readSynonymFile(file: string): Promise<Group[]> {
  try {
    const source = (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
    return file.toLowerCase().endsWith(".csv") ? readSynonymCsv(file, source) : readSynonymYaml(file, source);
  } catch (cause) {
    const problem = `cannot be read (${(cause as NodeJS.ErrnoException).code ?? "unknown"})`;
    return [{ file, line: 1, code: "not-readable", problem }];
  }
}

/** A language, then words: `en,refund,money back`. A first row that begins with `language` is a header. */
export function readSynonymCsv(file: string, source: string): Group[] {
  const groups: Group[] = [];
  let first = true;
  for (const { records, problems } of readCsvBatches(source)) {
    for (const { line, problem } of problems) groups.push({ file, line, code: "not-csv", problem });
    for (const { line, cells } of records) {
      const [language = "", ...words] = cells.map((cell) => cell.trim());
      if (!first || language.toLowerCase() !== "language") groups.push(groupOf(file, line, language, words));
      first = false;
    }
  }
  return groups;
}

/** A list of groups a language; a group is a list, or one text with commas. */
export function readSynonymYaml(file: string, source: string): Group[] {
  const counter = new LineCounter();
  const document = parseDocument(source, { lineCounter: counter, uniqueKeys: true });
  const lineOf = (offset: number | undefined): number => (offset === undefined ? 1 : counter.linePos(offset).line);
  const wrong = (node: unknown, problem: string, code: ProblemCode = "bad-field"): Group => ({
    file,
    line: lineOf(isNode(node) ? node.range?.[0] : undefined),
    code,
    problem,
  });
  if (document.errors.length > 0)
    return document.errors.map((error) => ({
      file,
      line: lineOf(error.pos[0]),
      code: "not-yaml",
      problem: `not YAML: ${error.code.toLowerCase().replaceAll("_", " ")}`,
    }));
  if (!isMap(document.contents)) return [wrong(document.contents, "expected languages, each with a list of groups")];
  return document.contents.items.flatMap(({ key, value }): Group[] => {
    const language = isScalar(key) ? String(key.value) : "";
    if (!isSeq(value)) return [wrong(key, `${language}: expected a list of groups`)];
    return value.items.map((item): Group => {
      const line = lineOf(isNode(item) ? item.range?.[0] : undefined);
      if (isScalar(item)) return groupOf(file, line, language, String(item.value).split(","));
      if (!isSeq(item)) return wrong(item, `${language}: expected words with commas between them, or a list of them`);
      if (!item.items.every((word) => isScalar(word))) return wrong(item, `${language}: expected a list of words`);
      return groupOf(
        file,
        line,
        language,
        item.items.map((word) => (isScalar(word) ? String(word.value) : "")),
      );
    });
  });
}

function groupOf(file: string, line: number, language: string, cells: readonly string[]): Group {
  const words = [...new Set(cells.map((word) => word.trim()).filter((word) => word !== ""))];
  if (!isLanguage(language)) return { file, line, code: "bad-field", problem: "language: expected a language, as pt-BR" };
  if (words.length < 2) return { file, line, code: "bad-field", problem: `${language}: expected at least two words that mean the same` };
  if (words.length > MAX_WORDS)
    return { file, line, code: "bad-field", problem: `${language}: expected at most ${MAX_WORDS} words in a group` };
  const without = words.find((word) => !/[\p{L}\p{N}]/u.test(word));
  if (without !== undefined) return { file, line, code: "bad-field", problem: `${language}: expected letters or digits in each word` };
  return { language, words };
}
