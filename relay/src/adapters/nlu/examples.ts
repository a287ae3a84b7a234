/**
 * Reads example phrasings from CSV, JSONL, Rasa and Dialogflow files, and from the phrasings of Markdown articles. A line that does not parse is told with
 * its file and number and left out; the rest counts. Runs in the training thread.
 */
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { parseDocument } from "yaml";
import { readCsvBatches } from "../csv.ts";
import { readDialogflow } from "./formats/dialogflow.ts";
import { readRasa } from "./formats/rasa.ts";
import type { Example } from "./intent-model.ts";
import { readAnnotations } from "./slots/annotations.ts";

/** A place in a file that was skipped, and why. Never carries the text itself. */
export type ExampleProblem = { file: string; line: number; problem: string };
export type ReadExamples = { examples: Example[]; problems: ExampleProblem[] };

/** Names a column or field may have, most wanted first. */
const TEXT_FIELDS = ["text", "utterance", "instruction", "query", "question", "sentence"] as const;
const INTENT_FIELDS = ["intent", "label", "category"] as const;

export const EXAMPLE_EXTENSIONS = [".csv", ".jsonl", ".ndjson", ".yml", ".yaml", ".json"];

/** Reads one file by its ending. A file that cannot be read at all is one problem at line 1. */
export async function readExampleFile(file: string): Promise<ReadExamples> {
  let source: string;
  try {
    source = (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  } catch (cause) {
    return {
      examples: [],
      problems: [{ file, line: 1, problem: `cannot be read (${(cause as NodeJS.ErrnoException).code ?? "unknown"})` }],
    };
  }
  switch (extname(file).toLowerCase()) {
    case ".csv":
      return readCsv(file, source);
    case ".yml":
    case ".yaml":
      return readRasa(file, source);
    case ".json":
      return readDialogflow(file, source);
    default:
      return readJsonLines(file, source);
  }
}

/** CSV after RFC 4180 with a header; columns in any order, others than text and intent are not read. */
export function readCsv(file: string, source: string): ReadExamples {
  const problems: ExampleProblem[] = [];
  const examples: Example[] = [];
  let textColumn: number | undefined;
  let intentColumn: number | undefined;
  let header: string[] | undefined;
  for (const batch of readCsvBatches(source)) {
    for (const { line, problem } of batch.problems) problems.push({ file, line, problem });
    for (const { line, cells } of batch.records) {
      if (header !== undefined) {
        push(file, line, cells[textColumn ?? -1], cells[intentColumn ?? -1], examples, problems);
        continue;
      }
      header = cells.map((name) => name.trim().toLowerCase());
      textColumn = firstOf(TEXT_FIELDS, header);
      intentColumn = firstOf(INTENT_FIELDS, header);
      if (textColumn === undefined || intentColumn === undefined)
        return { examples, problems: [{ file, line, problem: "expected a header with the columns text and intent" }] };
    }
  }
  return { examples, problems };
}

/** One JSON object a line; its values may be marked, as `slots: [{ name, start, end, value? }]`. A mistake there costs the marks, not the example. */
export function readJsonLines(file: string, source: string): ReadExamples {
  const problems: ExampleProblem[] = [];
  const examples: Example[] = [];
  for (const [index, line] of source.split("\n").entries()) {
    if (line.trim() === "") continue;
    let fields: Record<string, unknown>;
    try {
      fields = JSON.parse(line) as Record<string, unknown>;
      if (typeof fields !== "object" || fields === null) throw new TypeError("expected an object");
    } catch {
      problems.push({ file, line: index + 1, problem: "not a JSON object" });
      continue;
    }
    const text = TEXT_FIELDS.map((name) => fields[name]).find((value) => value !== undefined);
    const intent = INTENT_FIELDS.map((name) => fields[name]).find((value) => value !== undefined);
    const taken = push(file, index + 1, text, intent, examples, problems);
    const marked = fields["slots"] ?? fields["entities"];
    if (taken === undefined || marked === undefined) continue;
    const lead = (text as string).length - (text as string).trimStart().length;
    const slots = readAnnotations(marked, text as string);
    if (typeof slots === "string") problems.push({ file, line: index + 1, problem: slots });
    else taken.slots = slots.map((slot) => ({ ...slot, start: Math.max(0, slot.start - lead), end: slot.end - lead }));
  }
  return { examples, problems };
}

/** Title and phrasings of an article, for each of `intents` it carries by its id or its own list. Other faults are the knowledge adapter's to tell. */
export async function readArticlePhrasings(file: string, intents: ReadonlySet<string>): Promise<Example[]> {
  const source = await readFile(file, "utf8").catch(() => "");
  const front = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---/.exec(source)?.[1];
  if (front === undefined) return [];
  const document = parseDocument(front);
  if (document.errors.length > 0) return [];
  const fields = document.toJS() as { id?: unknown; title?: unknown; phrasings?: unknown; intents?: unknown } | null;
  const carried = [fields?.id, ...listOf(fields?.intents)].filter(
    (intent): intent is string => typeof intent === "string" && intents.has(intent),
  );
  const texts = [fields?.title, ...listOf(fields?.phrasings).map(textOf)].filter(
    (text): text is string => typeof text === "string" && text.trim() !== "",
  );
  return carried.flatMap((intent) => texts.map((text) => ({ text, intent })));
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A phrasing is a text, or says whose it is beside it. */
function textOf(phrasing: unknown): unknown {
  return typeof phrasing === "object" && phrasing !== null ? (phrasing as { text?: unknown }).text : phrasing;
}

function firstOf(names: readonly string[], header: readonly string[]): number | undefined {
  return names.map((name) => header.indexOf(name)).find((place) => place >= 0);
}

function push(
  file: string,
  line: number,
  text: unknown,
  intent: unknown,
  examples: Example[],
  problems: ExampleProblem[],
): Example | undefined {
  if (typeof text !== "string" || text.trim() === "") problems.push({ file, line, problem: "expected a text" });
  else if (typeof intent !== "string" || intent.trim() === "") problems.push({ file, line, problem: "expected an intent" });
  else {
    const example: Example = { text: text.trim(), intent: intent.trim() };
    examples.push(example);
    return example;
  }
  return undefined;
}
