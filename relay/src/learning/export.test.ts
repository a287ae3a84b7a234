import { expect, it } from "vitest";
import { readCsv, readJsonLines } from "../adapters/nlu/examples.ts";
import { readRasa } from "../adapters/nlu/formats/rasa.ts";
import { exportExamples, learnedExamples } from "./export.ts";
import type { LearnedRecord } from "./learned.ts";

const record = (more: Partial<LearnedRecord>): LearnedRecord => ({
  id: "1",
  at: 0,
  state: "live",
  articleId: "engraving",
  language: "en",
  phrasings: [],
  origin: "cluster",
  ...more,
});
const records = [
  record({ article: { title: "Do you engrave?", text: "Yes.", version: 1 }, phrasings: ["old words"] }),
  record({
    id: "2",
    article: { title: "Do you engrave lamps?", text: "Yes.", version: 2 },
    phrasings: ['can I have "A & B" on it', "order [number](!), engraved"],
  }),
  record({ id: "3", articleId: "return-window", phrasings: ["two\nlines", "- dash: first", "two lines"], origin: "agent" }),
  record({ id: "4", articleId: "return-window", language: "fr", phrasings: ["# quand, déjà ?"] }),
  record({ id: "5", articleId: "gone", phrasings: ["never"], state: "reverted" }),
];
const expected = [
  { text: "Do you engrave lamps?", intent: "engraving", language: "en" },
  { text: 'can I have "A & B" on it', intent: "engraving", language: "en" },
  { text: "order [number](!), engraved", intent: "engraving", language: "en" },
  { text: "two lines", intent: "return-window", language: "en" },
  { text: "- dash: first", intent: "return-window", language: "en" },
  { text: "# quand, déjà ?", intent: "return-window", language: "fr" },
];

it("has what is live, of an article its newest version, each way to ask once", () => {
  expect(learnedExamples(records)).toEqual(expected);
  expect(learnedExamples([])).toEqual([]);
});

it("is read back as it was by every reader of examples", () => {
  const examples = learnedExamples(records);
  const plain = expected.map(({ text, intent }) => ({ text, intent }));
  for (const read of [readJsonLines("a.jsonl", exportExamples(examples, "jsonl")), readCsv("a.csv", exportExamples(examples, "csv"))]) {
    expect(read.problems).toEqual([]);
    expect(read.examples.map(({ text, intent }) => ({ text, intent }))).toEqual(plain);
  }
  const rasa = readRasa("nlu.yml", exportExamples(examples, "rasa"));
  expect(rasa.problems).toEqual([]);
  // A mark of an entity would be read as one, so a space is put into what looks like it.
  expect(rasa.examples.map(({ text, intent }) => ({ text: text.replace("] (", "]("), intent }))).toEqual(plain);
  expect(rasa.examples.every(({ slots }) => (slots ?? []).length === 0)).toBe(true);
});
