import { describe, expect, it } from "vitest";
import * as v from "valibot";
import { actionSchema, type ActionConfig } from "../config/actions.ts";
import { fill, offersOf, saysLittleElse, shownText } from "./proposals.ts";

const action = (fields: Record<string, unknown>): ActionConfig =>
  v.parse(actionSchema, { use: "http", id: "cancel", title: "Cancel an order", description: "Cancels.", fields });
const order = { label: "Order number", pattern: "[A-Z]-\\d{4}" };

describe("values of an action", () => {
  it("are taken from an engine only as the visitor wrote them", () => {
    const said = ["hello", "please cancel a-1001, not the 10482 one"];
    const values = (proposed: Record<string, string>, field: object = { label: "Order number" }): Record<string, string> =>
      fill(action({ order: field }), { proposed, slots: [], said }).values;
    expect(values({ order: "A-1001" })).toEqual({ order: "A-1001" });
    expect(values({ order: "A1001" })).toEqual({ order: "A1001" });
    // Not written, part of a longer number, or too long to be read.
    for (const made of ["B-2000", "1048", "0482", "", "  ", "x".repeat(201)]) expect(values({ order: made }), made).toEqual({});
    expect(values({ order: "B-2000" }, { label: "Order number", from: "engine" })).toEqual({ order: "B-2000" });
    expect(fill(action({ order: { label: "Order number" } }), { proposed: { order: "B-2000" }, slots: [], said }).missing).toEqual([
      "order",
    ]);
  });

  it("have the form the shop says, and nothing that cannot be seen", () => {
    const one = (proposed: string): Record<string, string> =>
      fill(action({ order }), { proposed: { order: proposed }, slots: [], said: [proposed] }).values;
    expect(one(" b-2002\u200b ")).toEqual({ order: "b-2002" });
    expect(one("B-2002 and more")).toEqual({ order: "B-2002" });
    expect(one("B-20025")).toEqual({});
    const why = { label: "Reason", values: ["Too late", "Changed my mind"] };
    const reason = (proposed: string | undefined, text: string): Record<string, string> =>
      fill(action({ why }), { proposed: proposed === undefined ? {} : { why: proposed }, slots: [], said: [text] }).values;
    expect(reason("too late", "it has not come")).toEqual({ why: "Too late" });
    expect(reason("other", "it has not come")).toEqual({});
    expect(reason(undefined, "I changed my mind!")).toEqual({ why: "Changed my mind" });
    expect(reason(undefined, "too late, and I changed my mind")).toEqual({});
  });

  it("come from slots, the newest that fits, and without an engine from the visitor's words", () => {
    const slots = [
      { name: "orderNumber", value: "A-1000" },
      { name: "orderNumber", value: "A-1001" },
      { name: "orderNumber", value: "77" },
    ];
    const withSlot = action({ order: { ...order, slot: "orderNumber" } });
    expect(fill(withSlot, { slots, said: ["cancel it"] }).values).toEqual({ order: "A-1001" });
    expect(fill(withSlot, { slots: [], said: ["the order is c-3003.", "cancel it"] }).values).toEqual({ order: "c-3003" });
    expect(fill(withSlot, { slots: [], said: ["cancel it"] })).toEqual({ values: {}, missing: ["order"] });
    expect(fill(action({ note: { label: "Note", optional: true } }), { slots: [], said: ["cancel it"] })).toEqual({
      values: {},
      missing: [],
    });
  });
});

it("knows a message that brings a value from one that has a wish of its own", () => {
  expect(saysLittleElse("it's 10482", ["10482"])).toBe(true);
  expect(saysLittleElse("10482", ["10482"])).toBe(true);
  expect(saysLittleElse("and where is my order 10482 now", ["10482"])).toBe(false);
});

it("is shown in the visitor's language, else in one there is", () => {
  expect(shownText({ en: "Cancel", de: "Stornieren" }, ["de-AT", "en"])).toBe("Stornieren");
  expect(shownText({ en: "Cancel", de: "Stornieren" }, ["th", "en"])).toBe("Cancel");
  expect(shownText({ de: "Stornieren" }, ["th", "en"])).toBe("Stornieren");
  expect(shownText("Cancel", ["de"])).toBe("Cancel");
  expect(offersOf([action({ order })], ["en"])).toEqual([
    {
      id: "cancel",
      title: "Cancel an order",
      description: "Cancels.",
      fields: [{ name: "order", label: "Order number", pattern: "[A-Z]-\\d{4}", required: true }],
    },
  ]);
});
