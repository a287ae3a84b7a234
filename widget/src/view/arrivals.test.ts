import { describe, expect, it } from "vitest";
import { initialState } from "../core/model.ts";
import type { ChatState } from "../core/state.ts";
import { arrivals, justSent, spokenText } from "./arrivals.ts";
import type { MessageItem } from "./rows.ts";

const message = (seq: number, kind: "visitor" | "bot", more: Partial<MessageItem> = {}): MessageItem => ({
  kind: "message",
  id: `${seq}`,
  seq,
  at: 0,
  author: { kind },
  parts: [],
  ...more,
});
const state = (seq: number, timeline: MessageItem[], more: Partial<ChatState> = {}): ChatState => ({
  ...initialState("idb"),
  ready: true,
  epoch: "e",
  seq,
  timeline,
  ...more,
});

describe("arrivals", () => {
  it("are whole messages of others above the cursor before", () => {
    const old = message(1, "bot");
    const now = state(4, [old, message(2, "visitor"), message(3, "bot"), message(4, "bot", { seq: 0, streaming: true })]);
    expect(arrivals(state(1, [old]), now).map((item) => item.seq)).toEqual([3]);
    expect(arrivals(now, { ...now, unread: 1 })).toEqual([]);
  });
  it("are none while loading what is stored, or after a reset", () => {
    expect(arrivals(undefined, state(1, [message(1, "bot")]))).toEqual([]);
    expect(arrivals(state(0, [], { ready: false }), state(1, [message(1, "bot")]))).toEqual([]);
    expect(arrivals(state(0, [], { epoch: "other" }), state(1, [message(1, "bot")]))).toEqual([]);
  });
});

it("knows when the visitor has just sent something", () => {
  const mine = message(0, "visitor", { delivery: "waiting" });
  const before = state(1, [message(1, "bot")]);
  const after = state(1, [message(1, "bot"), mine]);
  expect([
    justSent(before, after),
    justSent(after, { ...after, unread: 0 }),
    justSent(before, state(2, [message(2, "bot")])),
    justSent(undefined, after),
  ]).toEqual([true, false, false, false]);
});

it("reads text without marks, cards by title, and skips sources and choices", () => {
  expect(
    spokenText([
      { type: "text", text: "**Hi** [page](https://a.example)", format: "markdown" },
      { type: "text", text: "2 * 3" },
      { type: "card", title: "Arc lamp", subtitle: "Order 10482" },
      { type: "sources", items: [{ id: "1", title: "Policy" }] },
      { type: "choices", options: [{ id: "1", label: "Yes" }] },
    ]),
  ).toBe("Hi page\n2 * 3\nArc lamp. Order 10482");
});
