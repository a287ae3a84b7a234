import { describe, expect, it } from "vitest";
import { readSynonymCsv, readSynonymYaml } from "./sources/synonym-files.ts";
import { createSynonyms } from "./synonyms.ts";

const synonyms = createSynonyms([
  { language: "en", words: ["refund", "money back", "reimbursement"] },
  { language: "en", words: ["parcel", "Package"] },
  { language: "en", words: ["money", "cash"] },
  { language: "de", words: ["Rückgabe", "Retoure"] },
  { language: "zh-Hans", words: ["退款", "退钱"] },
  { language: "ar", words: ["شحن", "توصيل"] },
]);
const texts = (text: string, language = "en"): string[] => synonyms.wordings(text, language).map((wording) => wording.text);

describe("createSynonyms", () => {
  it("puts each word of a group in the place of another, phrases too, the longest first", () => {
    expect(texts("When do I get my money  back?")).toEqual([
      "When do I get my money  back?",
      "when do i get my refund?",
      "when do i get my reimbursement?",
    ]);
    expect(texts("REFUND for a package")).toEqual([
      "REFUND for a package",
      "money back for a package",
      "reimbursement for a package",
      "refund for a parcel",
      "money back for a parcel",
      "reimbursement for a parcel",
    ]);
    expect(synonyms.wordings("my parcel", "en-GB")[1]).toEqual({
      text: "my package",
      swaps: [{ written: "parcel", meant: "package" }],
      share: expect.any(Number) as number,
    });
  });
  it("keeps to whole words, to the language, and to a few wordings", () => {
    expect(texts("refundable parcels")).toEqual(["refundable parcels"]);
    expect(texts("Retoure und refund", "de")).toEqual(["Retoure und refund", "ruckgabe und refund"]);
    expect(texts("refund", "fr")).toEqual(["refund"]);
    expect(texts("refund parcel refund parcel refund parcel refund parcel")).toHaveLength(13);
    const many = createSynonyms([{ language: "en", words: Array.from({ length: 50 }, (_, index) => `word${index}`) }]);
    expect(many.wordings("word7", "en")).toHaveLength(13);
  });
  it("finds words in scripts without spaces and under what Arabic writes onto them", () => {
    expect(texts("什么时候退钱？", "zh-Hant")).toEqual(["什么时候退钱？", "什么时候退款?"]);
    expect(texts("متى الشحن", "ar")).toEqual(["متى الشحن", "متي توصيل"]);
  });
});

describe("synonym files", () => {
  it("reads groups a language from YAML, and names the line of what is no group", () => {
    const source =
      "en:\n  - refund, money back\n  - [parcel, package]\n  - alone\n  - [a, [b]]\nnonsense!:\n  - a, b\nde: Retoure\nfr:\n  - '?, oui'\n";
    expect(readSynonymYaml("s.yaml", source)).toEqual([
      { language: "en", words: ["refund", "money back"] },
      { language: "en", words: ["parcel", "package"] },
      { file: "s.yaml", line: 4, code: "bad-field", problem: "en: expected at least two words that mean the same" },
      { file: "s.yaml", line: 5, code: "bad-field", problem: "en: expected a list of words" },
      { file: "s.yaml", line: 7, code: "bad-field", problem: "language: expected a language, as pt-BR" },
      { file: "s.yaml", line: 8, code: "bad-field", problem: "de: expected a list of groups" },
      { file: "s.yaml", line: 10, code: "bad-field", problem: "fr: expected letters or digits in each word" },
    ]);
    expect(readSynonymYaml("s.yaml", "en: [a\nb: c")).toMatchObject([{ code: "not-yaml", line: expect.any(Number) }]);
    expect(readSynonymYaml("s.yaml", "- a, b")).toMatchObject([{ code: "bad-field", line: 1 }]);
  });
  it("reads groups from CSV, with or without a header", () => {
    const source = 'language,words\nen,refund,"money back, cash",\nen,alone\n"x,y\nde,Rückgabe,Retoure\n';
    const lineOf = (group: object): number => ("line" in group ? Number(group.line) : 0);
    expect(readSynonymCsv("s.csv", source).sort((one, other) => lineOf(one) - lineOf(other))).toEqual([
      { language: "en", words: ["refund", "money back, cash"] },
      { language: "de", words: ["Rückgabe", "Retoure"] },
      { file: "s.csv", line: 3, code: "bad-field", problem: "en: expected at least two words that mean the same" },
      { file: "s.csv", line: 4, code: "not-csv", problem: expect.any(String) },
    ]);
    expect(readSynonymCsv("s.csv", "en,a,b\n")).toEqual([{ language: "en", words: ["a", "b"] }]);
  });
});
