import { describe, expect, it } from "vitest";
import { classify, scoresOf, trainIntentModel, type Example } from "./intent-model.ts";
import { trainOneVsRest } from "./linear-svm.ts";
import { decodeModel, encodeModel } from "./model-file.ts";

const examples: Example[] = [
  ...["where is my parcel", "track my order", "has my lamp been shipped", "parcel status please", "我的订单到哪了", "物流信息没有更新"].map(
    (text) => ({ text, intent: "track" }),
  ),
  ...[
    "i want my money back",
    "when do i get the refund",
    "refund not received",
    "give me back my money",
    "什么时候退款",
    "退款还没到账",
  ].map((text) => ({ text, intent: "refund" })),
  ...["the lamp arrived broken", "glass is cracked", "damaged on arrival", "it came in pieces", "灯罩碎了", "收到的时候坏了"].map(
    (text) => ({ text, intent: "damaged" }),
  ),
];

describe("trainOneVsRest", () => {
  it("separates what a line can separate", () => {
    // Two features, three classes: (1, 0), (0, 1), (-1, -1) with a second point each.
    const values = [1, 0, 0.9, 0.1, 0, 1, 0.1, 0.9, -0.7, -0.7, -0.6, -0.8];
    const rows = {
      offsets: Uint32Array.from([0, 2, 4, 6, 8, 10, 12]),
      columns: Uint32Array.from({ length: 12 }, (_, index) => index % 2),
      values: Float32Array.from(values),
      columnCount: 2,
    };
    const labels = Uint16Array.from([0, 0, 1, 1, 2, 2]);
    const model = trainOneVsRest(rows, labels, 3);
    for (let row = 0; row < 6; row += 1) {
      // Weights of one feature lie together, a class beside the other.
      const at = (list: ArrayLike<number>, place: number): number => list[place] ?? Number.NaN;
      const scores = [0, 1, 2].map(
        (label) =>
          at(model.bias, label) + at(model.weights, label) * at(values, row * 2) + at(model.weights, 3 + label) * at(values, row * 2 + 1),
      );
      expect(scores.indexOf(Math.max(...scores))).toBe(labels[row]);
    }
  });
});

describe("classify", () => {
  const model = trainIntentModel(examples);
  const best = (text: string): string | undefined => classify(model, text).intents[0]?.name;

  it("recognises what it was taught and what is like it, in several scripts", () => {
    for (const { text, intent } of examples) expect(best(text)).toBe(intent);
    expect(best("wheres the parcel?")).toBe("track");
    expect(best("my refund has not come")).toBe("refund");
    expect(best("收到时已经坏了")).toBe("damaged");
  });

  it("is sure of what it knows and unsure of the rest", () => {
    const sure = classify(model, "track my order").intents[0]?.confidence ?? 0;
    expect(sure).toBeGreaterThan(0.8);
    for (const text of ["what is the capital of norway", "xqzt vfpklm", "今天天气如何"])
      expect(classify(model, text).intents[0]?.confidence ?? 0, text).toBeLessThan(0.3);
    expect(classify(model, "🙂").intents).toEqual([]);
  });

  it("gives confidences that are shares of one", () => {
    const { intents, known } = classify(model, "where is the refund for my broken lamp", 10);
    expect(intents).toHaveLength(3);
    expect(intents.reduce((sum, intent) => sum + intent.confidence, 0)).toBeLessThanOrEqual(1.000001);
    expect(known).toBeGreaterThan(0.5);
  });

  it("does not care which order number is meant", () => {
    const withNumber = trainIntentModel([...examples, { text: "order 10482", intent: "track" }]);
    expect(scoresOf(withNumber, "order 10482").scores).toEqual(scoresOf(withNumber, "order 98765").scores);
  });

  it("is the same model after the same examples, and after a stay on disk", () => {
    expect(trainIntentModel(examples)).toEqual(model);
    expect(decodeModel(encodeModel(model))).toEqual(model);
  });

  it("takes nothing else for a model", () => {
    const bytes = encodeModel(model);
    for (const wrong of [
      new Uint8Array(0),
      new Uint8Array(3),
      bytes.slice(0, -4),
      new TextEncoder().encode("no model at all"),
      Uint8Array.from(bytes, (byte, index) => (index < 4 ? 255 : byte)),
    ])
      expect(decodeModel(wrong)).toBeUndefined();
  });
});
