import { describe, expect, it } from "vitest";
import { quantile, replyOf, scoreOf, type Reply, type Scored } from "./score.ts";

const answered = (articleId: string): Reply => ({ kind: "answered", articleId });
const asked = (...articleIds: string[]): Reply => ({ kind: "asked-back", articleIds });
const passedOn: Reply = { kind: "passed-on" };
const results = (...rows: [expected: string | undefined, reply: Reply][]): Scored[] =>
  rows.map(([expected, reply], index) => ({ line: index + 1, expected, reply, ms: index + 1 }));

describe("replyOf", () => {
  it("reads an answer by its source, buttons by their articles, and the rest as passed on", () => {
    const text = { type: "text" as const, text: "…" };
    expect(replyOf({ parts: [text, { type: "sources", items: [{ id: "refund", title: "Refund" }] }] })).toEqual(answered("refund"));
    const options = [
      { id: "article:a", label: "A" },
      { id: "article:b", label: "B" },
      { id: "none", label: "None" },
    ];
    expect(replyOf({ parts: [text, { type: "choices", options }] })).toEqual(asked("a", "b"));
    expect(replyOf({ parts: [text, { type: "choices", options: [{ id: "person", label: "A person", action: "handoff" }] }] })).toEqual(
      passedOn,
    );
    expect(replyOf({ parts: [text] })).toEqual(passedOn);
  });
});

describe("scoreOf", () => {
  it("counts shares of what is in scope and of what is not", () => {
    const score = scoreOf(
      results(
        ["a", answered("a")],
        ["a", answered("b")],
        ["b", asked("a", "b")],
        ["b", asked("a")],
        ["c", passedOn],
        [undefined, passedOn],
        [undefined, answered("a")],
        [undefined, asked("a")],
        [undefined, passedOn],
      ),
    );
    expect(score).toMatchObject({
      utterances: 9,
      inScope: 5,
      outOfScope: 4,
      accuracy: 0.2,
      answered: 0.4,
      wrong: 0.2,
      askedBack: 0.4,
      rightAmongButtons: 0.2,
      passedOn: 0.2,
      outOfScopePassedOn: 0.5,
      outOfScopeAskedBack: 0.25,
      outOfScopeAnswered: 0.25,
    });
  });

  it("says nothing about what was not there", () => {
    expect(scoreOf(results(["a", answered("a")])).outOfScopePassedOn).toBeUndefined();
    expect(scoreOf([])).toMatchObject({ accuracy: undefined, p50Ms: undefined });
  });

  it("lists confusions, the most frequent first", () => {
    expect(scoreOf(results(["a", answered("b")], ["c", answered("a")], ["c", answered("a")], ["a", answered("a")])).confusions).toEqual([
      { expected: "c", given: "a", count: 2 },
      { expected: "a", given: "b", count: 1 },
    ]);
  });
});

describe("quantile", () => {
  it("is the nearest rank", () => {
    const list = Array.from({ length: 100 }, (_unused, index) => index + 1);
    expect([quantile(list, 0.5), quantile(list, 0.99), quantile(list, 1), quantile([7], 0.5), quantile([], 0.5)]).toEqual([
      50,
      99,
      100,
      7,
      undefined,
    ]);
  });
});
