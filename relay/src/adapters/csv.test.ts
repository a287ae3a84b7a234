import { expect, it } from "vitest";
import { readCsvBatches } from "./csv.ts";

const read = (source: string) => {
  const batches = [...readCsvBatches(source)];
  return {
    records: batches.flatMap((batch) => batch.records.map(({ line, cells }) => [line, ...cells])),
    broken: batches.flatMap((batch) => batch.problems.map(({ line }) => line)),
  };
};

it("gives each record with the line it begins in", () => {
  expect(read('a,b\r\n"x\r\n""y""",1\r\n\r\n  \r\nq,2')).toEqual({
    records: [
      [1, "a", "b"],
      [2, 'x\r\n"y"', "1"],
      [6, "q", "2"],
    ],
    broken: [],
  });
  expect(read("")).toEqual({ records: [], broken: [] });
});

it("loses one line to a broken record, whatever is broken", () => {
  for (const broken of ['"bad "quote,1', 'bad "quote,1', '"never closed,1']) {
    expect(read(`a,b\nok,1\n${broken}\nfine,2\n"also\nfine",3\n`), broken).toEqual({
      records: [
        [1, "a", "b"],
        [2, "ok", "1"],
        [4, "fine", "2"],
        [5, "also\nfine", "3"],
      ],
      broken: [3],
    });
  }
});

it("keeps count over many batches", () => {
  const { records } = read(Array.from({ length: 2_500 }, (_, row) => `"row\n${row}",x`).join("\n"));
  expect(records).toHaveLength(2_500);
  expect(records[2_499]).toEqual([4_999, "row\n2499", "x"]);
});
