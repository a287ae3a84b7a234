/**
 * Examples of a Rasa assistant: the `nlu:` list of its YAML files (https://rasa.com/docs, training data format). Intents with their examples;
 * annotations of entities become slots, so that the text is what a visitor writes. Rules, stories, synonyms and look-ups are not examples.
 */
import { LineCounter, parseDocument, isMap, isScalar, isSeq } from "yaml";
import type { ReadExamples } from "../examples.ts";
import { joinPieces, type Piece } from "../slots/annotations.ts";

/** `[Lyon](city)`, `[NYC](city:New York)`, `[tomorrow]{"entity": "date", "value": "..."}` */
const annotated = /\[([^\]]+)\](?:\(([^)]*)\)|(\{[^}]*\}))/g;
/** "- text" lines of a block. */
const item = /^\s*-\s?(.*)$/;

export function readRasa(file: string, source: string): ReadExamples {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const read: ReadExamples = { examples: [], problems: [] };
  const lineOf = (offset: number | undefined): number => (offset === undefined ? 1 : lines.linePos(offset).line);
  for (const { message, pos } of document.errors)
    read.problems.push({ file, line: lineOf(pos[0]), problem: message.split("\n")[0]?.replace(/ at line.*$/, "") ?? "not YAML" });
  if (document.errors.length > 0) return read;
  const list = isMap(document.contents) ? document.contents.get("nlu", true) : undefined;
  // Domain files, rules and stories lie beside it.
  if (list === undefined) return read;
  if (!isSeq(list)) {
    read.problems.push({ file, line: lineOf(rangeOf(list)), problem: "nlu: expected a list" });
    return read;
  }
  for (const entry of list.items) {
    if (!isMap(entry) || !entry.has("intent")) continue;
    const intent = entry.get("intent");
    const block = entry.get("examples", true);
    const line = lineOf(entry.range?.[0]);
    if (typeof intent !== "string" || intent.trim() === "") {
      read.problems.push({ file, line, problem: "intent: expected a name" });
      continue;
    }
    const texts = isScalar(block) && typeof block.value === "string" ? block.value.split("\n") : undefined;
    if (texts === undefined) {
      read.problems.push({ file, line, problem: "examples: expected a block of lines that begin with -" });
      continue;
    }
    // The block's text begins on the line after its mark.
    const first = lineOf(rangeOf(block)) + 1;
    for (const [index, raw] of texts.entries()) {
      if (raw.trim() === "") continue;
      const { text, slots } = joinPieces(piecesOf(item.exec(raw)?.[1] ?? ""));
      if (text === "") read.problems.push({ file, line: first + index, problem: "expected a line that begins with -" });
      else read.examples.push({ text, intent: intent.trim(), slots });
    }
  }
  return read;
}

function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of line.matchAll(annotated)) {
    const [whole, text = "", short, long] = match;
    pieces.push({ text: line.slice(end, match.index) }, { text, ...(long === undefined ? shortOf(short ?? "") : longOf(long)) });
    end = match.index + whole.length;
  }
  return [...pieces, { text: line.slice(end) }];
}

function shortOf(mark: string): Omit<Piece, "text"> {
  const [name = "", value] = mark.split(/:(.*)/s);
  return name.trim() === "" ? {} : { name: name.trim(), ...(value === undefined ? {} : { value: value.trim() }) };
}

/** One that is no JSON marks nothing; the text counts. */
function longOf(mark: string): Omit<Piece, "text"> {
  try {
    const { entity, value } = JSON.parse(mark) as { entity?: unknown; value?: unknown };
    return typeof entity === "string" ? { name: entity, ...(typeof value === "string" ? { value } : {}) } : {};
  } catch {
    return {};
  }
}

/** Where a node begins in the source. */
function rangeOf(node: unknown): number | undefined {
  const range = (node as { range?: unknown } | undefined)?.range;
  return Array.isArray(range) && typeof range[0] === "number" ? range[0] : undefined;
}
