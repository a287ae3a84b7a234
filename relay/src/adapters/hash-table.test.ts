import { expect, it } from "vitest";
import { packArrays, unpackArrays } from "./array-file.ts";
import { numberOf, tableOf } from "./hash-table.ts";

const format = "test-1";

it("numbers hashes by their place, also those that fall on one another, and knows no others", () => {
  // The same low bits: every one after the first must step aside, and the last ones go round the end.
  const hashes = [15, 31, 47, 0xffff_ffff, 63, 1];
  const table = tableOf(hashes);
  expect(hashes.map((hash) => numberOf(table, hash))).toEqual([0, 1, 2, 3, 4, 5]);
  expect([2, 79, 0xefff_ffff].map((hash) => numberOf(table, hash))).toEqual([-1, -1, -1]);
  expect(numberOf(tableOf([]), 7)).toBe(-1);
});

it("gives arrays back as they were, whatever their kinds and lengths", () => {
  const arrays = {
    bytes: new Uint8Array([1, 2, 3]),
    none: new Float32Array(0),
    wide: new Float64Array([Math.PI, -Infinity]),
    half: new Uint16Array([65_535]),
    words: new Uint32Array([1, 4_000_000_000]),
  };
  const found = unpackArrays(format, packArrays(format, { says: "什么" }, arrays));
  expect(found?.facts).toEqual({ says: "什么" });
  expect(Object.fromEntries(found!.arrays)).toEqual(arrays);
});

it("takes nothing but a whole file of its format", () => {
  const buffer = packArrays(format, {}, { numbers: new Uint32Array([1, 2, 3]) });
  expect(unpackArrays("test-2", buffer)).toBeUndefined();
  for (const length of [0, 3, 4, 20, buffer.byteLength - 8]) expect(unpackArrays(format, buffer.slice(0, length))).toBeUndefined();
  const longer = new Uint8Array(buffer.byteLength + 8);
  longer.set(new Uint8Array(buffer));
  expect(unpackArrays(format, longer.buffer)).toBeUndefined();
  const garbled = buffer.slice();
  new Uint8Array(garbled)[5] = 0;
  expect(unpackArrays(format, garbled)).toBeUndefined();
});
