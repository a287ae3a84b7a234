import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accuracyAtRecall, areaUnderCurve, type Judged } from "./curves.ts";

const judged = fc.array(
  fc.record({ confidence: fc.integer({ min: 0, max: 9 }).map((tenth) => tenth / 10), right: fc.constantFrom(true, false, undefined) }),
  { maxLength: 60 },
);

describe("areaUnderCurve", () => {
  it("is the share of pairs in the right order, ties counted half", () => {
    fc.assert(
      fc.property(judged, (all: Judged[]) => {
        const known = all.filter(({ right }) => right !== undefined);
        const strange = all.filter(({ right }) => right === undefined);
        const pairs = known.flatMap((one) =>
          strange.map((other) => (one.confidence > other.confidence ? 1 : one.confidence === other.confidence ? 0.5 : 0)),
        );
        const expected = pairs.length === 0 ? undefined : pairs.reduce((sum: number, pair) => sum + pair, 0) / pairs.length;
        const found = areaUnderCurve(all);
        if (expected === undefined) expect(found).toBeUndefined();
        else expect(found).toBeCloseTo(expected, 10);
      }),
    );
  });
});

describe("accuracyAtRecall", () => {
  it("is the best of all borders that keep so many out", () => {
    fc.assert(
      fc.property(judged, fc.constantFrom(0.5, 0.75, 0.9), (all: Judged[], recall) => {
        const known = all.filter(({ right }) => right !== undefined);
        const strange = all.filter(({ right }) => right === undefined);
        const found = accuracyAtRecall(all, recall);
        if (known.length === 0 || strange.length === 0) {
          expect(found).toBeUndefined();
          return;
        }
        const borders = [-1, ...all.map(({ confidence }) => confidence)];
        const allowed = borders.filter(
          (border) => strange.filter(({ confidence }) => confidence <= border).length / strange.length >= recall,
        );
        const best = Math.max(
          ...allowed.map((border) => known.filter(({ confidence, right }) => right === true && confidence > border).length),
        );
        expect(found).toBeCloseTo(best / known.length, 10);
      }),
    );
  });
  it("knows a border from a perfect one", () => {
    const all: Judged[] = [0.9, 0.8, 0.7].map((confidence) => ({ confidence, right: true }));
    all.push({ confidence: 0.75, right: undefined }, { confidence: 0.1, right: undefined });
    expect(accuracyAtRecall(all, 0.5)).toBe(1);
    expect(accuracyAtRecall(all, 1)).toBeCloseTo(2 / 3, 10);
  });
});
