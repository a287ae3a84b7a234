/**
 * Reads labelled utterances from JSON lines or CSV, whatever the fields are called. Pure: text in, utterances and the numbers of
 * the lines that could not be read out.
 */

export type Utterance = {
  text: string;
  /** `undefined`: out of scope, no answer is right. */
  intent: string | undefined;
  /** In its file, from 1. */
  line: number;
};
export type ReadUtterances = { utterances: Utterance[]; skipped: { line: number; problem: string }[] };

const TEXT_FIELDS = ["text", "utterance", "instruction", "query", "question", "sentence"];
const INTENT_FIELDS = ["intent", "label", "category"];
const OUT_OF_SCOPE = new Set(["out-of-scope", "oos", "none"]);

/** By the ending of the file's name: `.csv`, anything else is JSON lines. */
export function readUtterances(fileName: string, source: string): ReadUtterances {
  const clean = source.replace(/^\uFEFF/, "");
  return fileName.toLowerCase().endsWith(".csv") ? fromCsv(clean) : fromJsonLines(clean);
}

function fromJsonLines(source: string): ReadUtterances {
  const read: ReadUtterances = { utterances: [], skipped: [] };
  for (const [index, line] of source.split("\n").entries()) {
    if (line.trim() === "") continue;
    let fields: unknown;
    try {
      fields = JSON.parse(line);
    } catch {
      fields = undefined;
    }
    if (typeof fields !== "object" || fields === null || Array.isArray(fields))
      read.skipped.push({ line: index + 1, problem: "not a JSON object" });
    else add(read, index + 1, fields as Record<string, unknown>);
  }
  return read;
}

function fromCsv(source: string): ReadUtterances {
  const read: ReadUtterances = { utterances: [], skipped: [] };
  const [header, ...rows] = csvRows(source);
  const names = header?.cells.map((name) => name.trim().toLowerCase()) ?? [];
  for (const { cells, line } of rows) add(read, line, Object.fromEntries(names.map((name, index) => [name, cells[index]])));
  return read;
}

function add(read: ReadUtterances, line: number, fields: Record<string, unknown>): void {
  const text = TEXT_FIELDS.map((name) => fields[name]).find((value) => value !== undefined);
  const label = INTENT_FIELDS.map((name) => fields[name]).find((value) => value !== undefined);
  if (typeof text !== "string" || text.trim() === "") read.skipped.push({ line, problem: `no text in ${TEXT_FIELDS.join(", ")}` });
  else if (label === null) read.utterances.push({ text: text.trim(), intent: undefined, line });
  else if (typeof label !== "string" || label.trim() === "")
    read.skipped.push({ line, problem: `no label in ${INTENT_FIELDS.join(", ")}` });
  else read.utterances.push({ text: text.trim(), intent: isOutOfScope(label) ? undefined : label.trim(), line });
}

function isOutOfScope(label: string): boolean {
  return OUT_OF_SCOPE.has(label.trim().toLowerCase().replaceAll(/[_ ]/g, "-"));
}

/** Rows of a CSV after RFC 4180 with the line each begins on; empty lines are left out. */
export function csvRows(source: string): { cells: string[]; line: number }[] {
  const rows: { cells: string[]; line: number }[] = [];
  let cells: string[] = [];
  let line = 1;
  let from = 1;
  const cell = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n|\n|\r|$)/gy;
  for (let match = cell.exec(source); match !== null; match = cell.exec(source)) {
    const [whole, quoted, bare = "", end] = match;
    cells.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    line += whole.split(/\r\n|\n|\r/).length - 1;
    if (end !== ",") {
      if (cells.length > 1 || cells[0] !== "") rows.push({ cells, line: from });
      cells = [];
      from = line;
    }
    if (end === "") break;
  }
  return rows;
}

/** At most `limit` utterances, spread evenly over the list: files are often sorted by intent. Order is kept. */
export function spread<Item>(items: readonly Item[], limit: number | undefined): Item[] {
  if (limit === undefined || limit >= items.length) return [...items];
  const share = limit / items.length;
  return items.filter((_item, index) => index === 0 || Math.floor(index * share) > Math.floor((index - 1) * share));
}
