import { describe, expect, it } from "vitest";
import { articlesFor, knowledgeCsv, titleOf } from "./site.ts";
import { csvRows } from "./read-utterances.ts";

describe("articlesFor", () => {
  it("gives each intent an id of its own and a title one can read", () => {
    expect(articlesFor(["check_refund_policy", "check refund policy", "check_refund_policy", "取消订单", "?"])).toEqual([
      { id: "check-refund-policy", intent: "check_refund_policy", title: "Check refund policy" },
      { id: "check-refund-policy-2", intent: "check refund policy", title: "Check refund policy" },
      { id: "intent", intent: "取消订单", title: "取消订单" },
      { id: "intent-2", intent: "?", title: "intent-2" },
    ]);
  });

  it("splits words written together", () => {
    expect(titleOf("trackOrder")).toBe("Track order");
  });
});

describe("knowledgeCsv", () => {
  it("keeps whatever an intent is called", () => {
    const rows = csvRows(knowledgeCsv([{ id: "a", intent: 'x,"y"', title: "A" }]));
    expect(rows.map((row) => row.cells)).toEqual([
      ["id", "title", "answer", "intents"],
      ["a", "A", "This is what we say about: a.", 'x,"y"'],
    ]);
  });
});
