import { describe, expect, it } from "vitest";
import { calibrate } from "./calibration.ts";
import { featuresOf } from "./features.ts";
import { classify, rowsOf, trainOnRows, type Example } from "./intent-model.ts";
import { fitLogistic, probabilityOf } from "./logistic.ts";
import { buildNearest, nearnessOf } from "./nearest.ts";
import { createRandom } from "./random.ts";

describe("fitLogistic", () => {
  it("finds the odds that made the rows", () => {
    const random = createRandom(3);
    const rows = Array.from({ length: 4_000 }, () => {
      const one = random() * 4 - 2;
      const other = random() * 4 - 2;
      return { features: [one, other], positive: random() < 1 / (1 + Math.exp(-(1 + 2 * one - other))), weight: 1 };
    });
    const model = fitLogistic(rows);
    if (model === undefined) throw new Error("no model");
    for (const [features, odds] of [
      [[0, 0], 1],
      [[1, 0], 3],
      [[0, 1], 0],
      [[-1, 1], -2],
    ] as const)
      expect(probabilityOf(model, features)).toBeCloseTo(1 / (1 + Math.exp(-odds)), 1);
  });

  it("counts a row by its weight, and needs both kinds", () => {
    const row = (positive: boolean, weight: number) => ({ features: [1], positive, weight });
    expect(fitLogistic([row(true, 1)])).toBeUndefined();
    const model = fitLogistic([row(true, 30), row(false, 10)]);
    expect(model && probabilityOf(model, [1])).toBeCloseTo(0.75, 3);
  });
});

describe("nearnessOf", () => {
  it("is the cosine, of the nearest and of the nearest with the label", () => {
    const half = Math.SQRT1_2;
    const index = buildNearest(
      [
        { columns: [0, 1], values: [half, half] },
        { columns: [1, 2], values: [half, half] },
        { columns: [3], values: [1] },
      ],
      Uint16Array.from([0, 1, 0]),
      4,
    );
    for (const _again of [1, 2]) {
      const near = nearnessOf(index, { columns: [1, 2], values: [half, half] }, 0);
      expect(near.best).toBeCloseTo(1, 5);
      expect(near.ofLabel).toBeCloseTo(0.5, 5);
      expect(near.agreeing).toBeCloseTo(1 / 3, 5);
    }
    expect(nearnessOf(index, { columns: [], values: [] }, 0)).toEqual({ best: 0, ofLabel: 0, agreeing: 0 });
  });
});

/** Topics with words of their own and some that all share, as a shop's questions have. */
function shopLike(topics: number, each: number): Example[] {
  const random = createRandom(11);
  const pick = (items: readonly string[]): string => items[Math.floor(random() * items.length)] ?? "";
  const syllables = ["ba", "ko", "ri", "lu", "te", "ma", "fo", "ni", "su", "ga", "ve", "do"];
  const made = Array.from({ length: topics * 4 }, () => [1, 2, 3].map(() => pick(syllables)).join(""));
  const shared = ["my", "the", "please", "can", "you", "help", "order", "lamp", "today", "want"];
  return Array.from({ length: topics * each }, (_, index) => {
    const topic = index % topics;
    const own = made.slice(topic * 4, topic * 4 + 4);
    const words = [pick(shared), pick(own), pick(shared), ...(random() < 0.8 ? [pick(own)] : [pick(shared)]), pick(shared)];
    return { text: words.join(" "), intent: `topic-${topic}` };
  });
}

describe("calibrate", () => {
  const rows = rowsOf(shopLike(12, 25));

  it("sets the border where the asked share of left-out texts is not answered", () => {
    for (const target of [0.7, 0.9]) {
      const calibration = calibrate(rows, { target, outOfScope: 0.2 });
      expect(calibration?.report.recognised).toBeCloseTo(target, 1);
      expect(calibration?.askAt).toBeLessThanOrEqual(calibration?.answerAt ?? 0);
    }
  });

  it("is surer of the topics it knows than of one it has never seen", () => {
    const known = rows.filter((row) => row.intent !== "topic-3");
    const model = { ...trainOnRows(known), calibration: calibrate(known, { target: 0.9, outOfScope: 0.2 }) };
    const { answerAt = 1 } = model.calibration ?? {};
    const fresh = shopLike(12, 60).slice(12 * 30);
    const sure = (example: Example): boolean => (classify(model, example.text).intents[0]?.confidence ?? 0) >= answerAt;
    const share = (of: Example[]): number => of.filter(sure).length / of.length;
    expect(share(fresh.filter(({ intent }) => intent !== "topic-3"))).toBeGreaterThan(0.6);
    expect(share(fresh.filter(({ intent }) => intent === "topic-3"))).toBeLessThan(0.2);
  });

  describe("with questions that were left to others", () => {
    const model = trainOnRows(rows);
    const options = { target: 0.8, outOfScope: 0.2 };
    const before = calibrate(rows, options);
    const sureOf = (text: string, calibration: ReturnType<typeof calibrate>): number =>
      classify({ ...model, calibration }, text).intents[0]?.confidence ?? 0;
    /** One word is a topic's, and two are nobody's: what is asked back. */
    const texts = shopLike(12, 40)
      .slice(12 * 30)
      .map(({ text, intent }) => ({ text: `${text.split(" ").slice(0, 2).join(" ")} quixor vemtaz`, intent }));
    const observe = (intent: (example: Example) => string | undefined, of = texts) =>
      calibrate(rows, {
        ...options,
        observed: { model, rows: of.map((one) => ({ features: featuresOf(one.text), intent: intent(one) })) },
      });
    const meanOf = (calibration: ReturnType<typeof calibrate>): number =>
      texts.reduce((sum, { text }) => sum + sureOf(text, calibration), 0) / texts.length;

    it("is surer of what turned out right, and less sure of what nothing answered", () => {
      const right = observe(({ intent }) => intent);
      const beside = observe(() => undefined);
      expect(meanOf(right)).toBeGreaterThan(meanOf(before) + 0.01);
      expect(meanOf(beside)).toBeLessThan(meanOf(before));
      expect(beside?.report.observed).toMatchObject({ right: 0, wrong: 0, beside: texts.length });
      const { right: counted = 0, wrong = 0, answered = 0, answeredWrong = 0 } = right?.report.observed ?? {};
      expect(counted + wrong).toBe(texts.length);
      expect(answered).toBeGreaterThan(answeredWrong);
      // The target is kept on what the folds leave out, whatever was observed.
      for (const one of [right, beside]) expect(one?.report.recognised).toBeCloseTo(0.8, 1);
    });
    it("pays no attention to a few, or to intents it does not have", () => {
      for (const same of [observe(() => undefined, texts.slice(0, 19)), observe(() => "topic-99")]) {
        expect(same?.report.observed).toBeUndefined();
        expect(same?.model).toEqual(before?.model);
      }
    });
  });

  it("says that it cannot with too few intents or examples", () => {
    expect(
      calibrate(
        rows.filter(({ intent }) => /-[12]$/.test(intent)),
        { target: 0.9, outOfScope: 0.2 },
      ),
    ).toBeUndefined();
    expect(calibrate(rows.slice(0, 6), { target: 0.9, outOfScope: 0.2 })).toBeUndefined();
  });
});
