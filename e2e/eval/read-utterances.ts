/**
 * Reads labelled utterances from JSON lines, CSV, TSV, one JSON object of splits (as CLINC150 is published) or CoNLL (as xSID is), whatever the fields
 * are called. Pure: text in, utterances and the numbers of the lines that could not be read out.
 */

export type Utterance = {
  text: string;
  /** `undefined`: out of scope, no answer is right. */
  intent: string | undefined;
  /** In its file, from 1. */
  line: number;
};
export type ReadUtterances = { utterances: Utterance[]; skipped: { line: number; problem: string }[] };

const TEXT_FIELDS = ["text", "texts", "utterance", "instruction", "query", "question", "sentence"];
const INTENT_FIELDS = ["intent", "label", "category", "destination", "target"];
/** The last is how HINT3 says it. */
const OUT_OF_SCOPE = new Set(["out-of-scope", "oos", "none", "no-nodes-detected"]);

const ENDINGS = /\.(csv|tsv|jsonl|ndjson|json|conll|conllu)$/i;
export function isUtteranceFile(name: string): boolean {
  return ENDINGS.test(name);
}

/** By the ending of the file's name: `.csv`, `.tsv`, `.conll`; `.json` is one object of splits or a list; anything else is JSON lines. */
export function readUtterances(fileName: string, source: string): ReadUtterances {
  const { all: utterances, skipped } = readSplits(fileName, source);
  return { utterances, skipped };
}

/** `train` and `dev` differ only for a file that holds its own splits; else all is in `train`. */
export type Splits = { train: Utterance[]; dev: Utterance[]; all: Utterance[]; skipped: ReadUtterances["skipped"] };
export function readSplits(fileName: string, source: string): Splits {
  const clean = source.replace(/^\uFEFF/, "");
  const ending = ENDINGS.exec(fileName)?.[1]?.toLowerCase();
  if (ending === "json") return fromJson(clean);
  const { utterances, skipped } =
    ending === "csv"
      ? fromTable(csvRows(clean))
      : ending === "tsv"
        ? fromTable(tsvRows(clean))
        : ending === "conll" || ending === "conllu"
          ? fromConll(clean)
          : fromJsonLines(clean);
  return { train: utterances, dev: [], all: utterances, skipped };
}

/** `{ train: [[text, intent], ...], val: ..., oos_val: ... }`, with objects in place of pairs just as well; or one list. Tests are left alone. */
function fromJson(source: string): Splits {
  let raw: unknown;
  try {
    raw = JSON.parse(source);
  } catch {
    raw = undefined;
  }
  const lists = Array.isArray(raw) ? { train: raw } : typeof raw === "object" && raw !== null ? (raw as Record<string, unknown>) : {};
  const read: ReadUtterances = { utterances: [], skipped: [] };
  const dev: Utterance[] = [];
  for (const [name, list] of Object.entries(lists)) {
    const asked = /^(oos_)?(val|valid|validation|dev)$/.test(name);
    if (!Array.isArray(list) || !(asked || name === "train")) continue;
    const part: ReadUtterances = { utterances: [], skipped: [] };
    for (const [index, item] of (list as unknown[]).entries())
      add(
        part,
        index + 1,
        Array.isArray(item) ? { text: item[0] as unknown, intent: item[1] as unknown } : ((item ?? {}) as Record<string, unknown>),
      );
    (asked ? dev : read.utterances).push(...part.utterances);
    read.skipped.push(...part.skipped);
  }
  if (read.utterances.length + dev.length === 0 && read.skipped.length === 0)
    read.skipped.push({ line: 1, problem: "no lists called train and val" });
  return { train: read.utterances, dev, all: [...read.utterances, ...dev], skipped: read.skipped };
}

/** Comments `# text: ...` and `# intent: ...` before each sentence; its words are not read. */
function fromConll(source: string): ReadUtterances {
  const read: ReadUtterances = { utterances: [], skipped: [] };
  let fields: Record<string, string> = {};
  for (const [index, line] of source.split(/\r?\n/).entries()) {
    const comment = /^#\s*([\w-]+)\s*[:=]\s*(.*)$/.exec(line);
    if (comment !== null) fields[(comment[1] ?? "").toLowerCase()] = comment[2] ?? "";
    if (line.trim() !== "" || Object.keys(fields).length === 0) continue;
    add(read, index + 1, fields);
    fields = {};
  }
  if (Object.keys(fields).length > 0) add(read, source.split("\n").length, fields);
  return read;
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

function fromTable([header, ...rows]: { cells: string[]; line: number }[]): ReadUtterances {
  const read: ReadUtterances = { utterances: [], skipped: [] };
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

function tsvRows(source: string): { cells: string[]; line: number }[] {
  return source.split(/\r?\n/).flatMap((row, index) => (row.trim() === "" ? [] : [{ cells: row.split("\t"), line: index + 1 }]));
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
