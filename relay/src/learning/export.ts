/** What a region has learnt, as examples for engines that do not read the relay's shelf: the forms that they, and our own engine, import. Pure. */
import { stringify } from "yaml";
import { liveOf, type LearnedRecord } from "./learned.ts";

export const EXPORT_FORMATS = ["jsonl", "csv", "rasa"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
type Example = { text: string; intent: string; language: string };

/** Every way to ask that is live, each once, by article; the title of an article of the region's own is one as well. */
export function learnedExamples(records: readonly LearnedRecord[]): Example[] {
  const { articles, phrasings } = liveOf(records);
  const all = [
    ...articles.flatMap(({ id, title, language, phrasings: own }) =>
      [title, ...own.map(({ text }) => text)].map((text) => ({ text, intent: id, language })),
    ),
    ...phrasings.map(({ articleId, text, language }) => ({ text, intent: articleId, language })),
  ].map((one) => ({ ...one, text: one.text.replace(/\s+/g, " ").trim() }));
  const seen = new Set<string>();
  return all
    .filter(({ text, intent, language }) => {
      const key = JSON.stringify([intent, language, text]);
      const isNew = text !== "" && !seen.has(key);
      seen.add(key);
      return isNew;
    })
    .sort((one, other) => one.intent.localeCompare(other.intent) || one.language.localeCompare(other.language));
}

/** `rasa`: an `nlu:` list (training data 3.1), which has no languages: give it those of one with `language`. */
export function exportExamples(examples: readonly Example[], format: ExportFormat): string {
  if (format === "jsonl") return examples.map((one) => `${JSON.stringify(one)}\n`).join("");
  if (format === "csv") {
    const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    return ["text,intent,language", ...examples.map(({ text, intent, language }) => [text, intent, language].map(cell).join(","))]
      .map((line) => `${line}\n`)
      .join("");
  }
  const intents = new Map<string, string[]>();
  for (const { intent, text } of examples) intents.set(intent, [...(intents.get(intent) ?? []), text]);
  // What looks like a mark of an entity is none.
  const line = (text: string): string => `- ${text.replace(/\](?=[({])/g, "] ")}\n`;
  const nlu = [...intents].map(([intent, texts]) => ({ intent, examples: texts.map(line).join("") }));
  return stringify({ version: "3.1", nlu }, { lineWidth: 0, blockQuote: "literal" });
}
