import { describe, expect, it } from "vitest";
import { trainIntentModel } from "./intent-model.ts";
import { reportOn, resolvedAt, type Outcome } from "./resolved.ts";

const one = (confidence: number, place: number, more: Partial<Outcome> = {}): Outcome => ({
  confidence,
  place,
  beside: false,
  weight: 1,
  ...more,
});

describe("resolvedAt", () => {
  it("answers down to where too many would be wrong, and asks back about the rest", () => {
    // 0.9 right, 0.8 right, 0.7 wrong (right one second), 0.6 right, 0.5 beside, 0.4 nowhere, 0.3 third.
    const asked = [one(0.9, 0), one(0.8, 0), one(0.7, 1), one(0.6, 0), one(0.5, -1, { beside: true }), one(0.4, -1), one(0.3, 2)];
    expect(resolvedAt(asked, 0)).toEqual({ alone: 2 / 6, withButtons: 5 / 6 });
    expect(resolvedAt(asked, 1 / 7)).toEqual({ alone: 3 / 6, withButtons: 4 / 6 });
    expect(resolvedAt(asked, 1)).toEqual({ alone: 3 / 6, withButtons: 4 / 6 });
    expect(resolvedAt([...asked].reverse(), 1 / 7)).toEqual(resolvedAt(asked, 1 / 7));
  });
  it("counts by weight, draws no border between equals, and knows nothing of nothing", () => {
    expect(resolvedAt([one(0.9, 0), one(0.8, 0, { weight: 3 })], 0)).toEqual({ alone: 1, withButtons: 1 });
    expect(resolvedAt([one(0.8, 0), one(0.8, 1), one(0.2, -1)], 0)).toEqual({ alone: 0, withButtons: 2 / 3 });
    expect(resolvedAt([], 0.05)).toEqual({ alone: 0, withButtons: 0 });
    expect(resolvedAt([one(0.9, -1, { beside: true })], 0.05)).toEqual({ alone: 0, withButtons: 0 });
  });
});

describe("reportOn", () => {
  it("says what the borders make of a set, and takes unknown intents for none", () => {
    const examples = ["return", "track", "pay"].flatMap((word) =>
      Array.from({ length: 8 }, (_, index) => ({ text: `please ${word} my lamp ${word} now${index}`, intent: word })),
    );
    const model = trainIntentModel(examples);
    const questions = [
      { text: "return return please", intent: "return" },
      { text: "track track please", intent: "return" },
      { text: "zzz qqq", intent: "return" },
      { text: "please pay now", intent: "weather" },
      { text: "xxxx", intent: "out-of-scope" },
    ];
    const report = reportOn(model, questions, { answerAt: 0.4, askAt: 0.1 }, 0.05);
    expect(report).toMatchObject({ known: 3, beside: 2, right: 1 / 3, wrong: 1 / 3, recognised: 0.5 });
    expect(reportOn(model, questions, { answerAt: 1.1, askAt: 0 }, 0.05)).toMatchObject({
      right: 0,
      wrong: 0,
      askedBack: 1,
      recognised: 1,
    });
  });
});
