import { describe, expect, it } from "vitest";
import { readCsv, readJsonLines } from "./examples.ts";

describe("readCsv", () => {
  it("takes columns in any order and quoted line breaks", () => {
    const { examples, problems } = readCsv("a.csv", 'language,intent,text\nen,track,"where,\n""is"" it"\nde,refund,Geld zurück\n');
    expect(problems).toEqual([]);
    expect(examples).toEqual([
      { text: 'where,\n"is" it', intent: "track" },
      { text: "Geld zurück", intent: "refund" },
    ]);
  });
  it("takes other usual names", () =>
    expect(readCsv("a.csv", "category,utterance\nx,hello there\n").examples).toEqual([{ text: "hello there", intent: "x" }]));
  it("names the line of what it leaves out and keeps the rest", () => {
    const { examples, problems } = readCsv("a.csv", 'text,intent\ngood,track\nno intent\n,track\nbad "quote,track\nfine,refund\n');
    expect(examples).toEqual([
      { text: "good", intent: "track" },
      { text: "fine", intent: "refund" },
    ]);
    expect(new Set(problems.map(({ line }) => line))).toEqual(new Set([3, 4, 5]));
    expect(JSON.stringify(problems)).not.toContain("quote,track");
  });
  it("wants a header", () =>
    expect(readCsv("a.csv", "hello,track\n").problems).toEqual([
      { file: "a.csv", line: 1, problem: expect.stringContaining("text and intent") as string },
    ]));
});

describe("readJsonLines", () => {
  it("prefers the fields in order", () => {
    const { examples } = readJsonLines(
      "a.jsonl",
      '{"query":"second","text":"first","label":"b","intent":"a"}\n{"sentence":"only","category":"c"}\n',
    );
    expect(examples).toEqual([
      { text: "first", intent: "a" },
      { text: "only", intent: "c" },
    ]);
  });
  it("names the line of what it leaves out", () => {
    const { examples, problems } = readJsonLines(
      "a.jsonl",
      '\n{"text":"ok","intent":"a"}\n{broken\n[1]\nnull\n{"text":5,"intent":"a"}\n{"text":"x"}\n',
    );
    expect(examples).toEqual([{ text: "ok", intent: "a" }]);
    expect(problems.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7]);
  });
});
