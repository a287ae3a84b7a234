/**
 * Examples of a Rasa assistant: the `nlu:` list of its YAML files (https://rasa.com/docs, training data format). Intents with their examples;
 * annotations of entities are taken off, so that the text is what a visitor writes. Rules, stories, synonyms and look-ups are not examples.
 */
import { LineCounter, parseDocument, isMap, isScalar, isSeq } from "yaml";
import type { ReadExamples } from "../examples.ts";

/** `[Lyon](city)`, `[tomorrow]{"entity": "date"}` */
const annotated = /\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})/g;
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
      const text = item.exec(raw)?.[1]?.replaceAll(annotated, "$1").trim();
      if (text === undefined || text === "")
        read.problems.push({ file, line: first + index, problem: "expected a line that begins with -" });
      else read.examples.push({ text, intent: intent.trim() });
    }
  }
  return read;
}

/** Where a node begins in the source. */
function rangeOf(node: unknown): number | undefined {
  const range = (node as { range?: unknown } | undefined)?.range;
  return Array.isArray(range) && typeof range[0] === "number" ? range[0] : undefined;
}
