import { describe, expect, it } from "vitest";
import { csvRows, readUtterances, spread } from "./read-utterances.ts";

describe("JSON lines", () => {
  it("takes the first known name of text and label", () => {
    const read = readUtterances(
      "a.jsonl",
      '{"instruction":"where is it","category":"ORDER","intent":"track"}\n{"query":"hm","label":"other"}\n',
    );
    expect(read).toEqual({
      utterances: [
        { text: "where is it", intent: "track", line: 1 },
        { text: "hm", intent: "other", line: 2 },
      ],
      skipped: [],
    });
  });

  it.each(['"out-of-scope"', '"OOS"', '"none"', '"out_of_scope"', "null"])("knows %s as out of scope", (label) => {
    expect(readUtterances("a.jsonl", `{"text":"a","intent":${label}}`).utterances).toEqual([{ text: "a", intent: undefined, line: 1 }]);
  });

  it("names the lines it leaves out", () => {
    const read = readUtterances("a.jsonl", '{"text":"a","intent":"x"}\nnot json\n\n{"intent":"x"}\n{"text":"b"}\n[1]\n');
    expect(read.utterances).toHaveLength(1);
    expect(read.skipped.map((skipped) => skipped.line)).toEqual([2, 4, 5, 6]);
  });
});

describe("CSV", () => {
  it("reads columns in any order, quotes, and counts lines inside quotes", () => {
    const read = readUtterances("a.CSV", '\uFEFFintent,text\r\nx,"one, ""two"""\r\ny,"a\nb"\r\nz,\r\nnone,last');
    expect(read.utterances).toEqual([
      { text: 'one, "two"', intent: "x", line: 2 },
      { text: "a\nb", intent: "y", line: 3 },
      { text: "last", intent: undefined, line: 6 },
    ]);
    expect(read.skipped.map((skipped) => skipped.line)).toEqual([5]);
  });

  it("keeps empty cells and drops empty lines", () => {
    expect(csvRows("a,,c\n\n,x\n").map((row) => row.cells)).toEqual([
      ["a", "", "c"],
      ["", "x"],
    ]);
  });
});

describe("spread", () => {
  it("takes from the whole list, in order", () => {
    expect(spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3)).toEqual([0, 4, 7]);
    for (const limit of [1, 2, 3, 7, 16, 99]) expect(spread(Array.from({ length: 100 }), limit)).toHaveLength(limit);
    expect(spread([1, 2], 5)).toEqual([1, 2]);
    expect(spread([1, 2], undefined)).toEqual([1, 2]);
  });
});
