import { describe, expect, it } from "vitest";
import type { Part } from "@allhours/protocol";
import type { TimelineItem } from "../core/state.ts";
import { rowsOf, type MessageItem, type Row, type RowOptions } from "./rows.ts";

const noon = Date.UTC(2026, 10, 23, 12);
const options: RowOptions = { online: true, newAfterSeq: undefined, dayOf: (at) => new Date(at).toISOString().slice(0, 10) };
const message = (id: string, kind: MessageItem["author"]["kind"], more: Partial<MessageItem> = {}): MessageItem => ({
  kind: "message",
  id,
  seq: 1,
  at: noon,
  author: { kind },
  parts: [{ type: "text", text: id }],
  ...more,
});
const mode = (id: string, mode: "bot" | "queued" | "agent" | "ended"): TimelineItem => ({
  kind: "mode",
  id,
  seq: 1,
  at: noon,
  mode,
  reason: "",
  ...(mode === "agent" ? { agent: { id: "7", name: "Inés" } } : {}),
});
const shape = (rows: Row[]): string[] => rows.map((row) => (row.kind === "note" ? row.note : row.kind));
const row = (rows: Row[], key: string) =>
  rows.find((each) => each.kind === "message" && each.key === key) as Extract<Row, { kind: "message" }>;

describe("questions that can be answered", () => {
  const confirm: Part = { type: "confirm", title: "Cancel an order", fields: [] };
  const consent: Part = { type: "consent", to: { name: "X" }, text: "t" };
  const press = (messageId: string): MessageItem =>
    message(`of ${messageId}`, "visitor", { parts: [{ type: "choice", messageId, optionId: "confirm:yes", text: "Yes" }] });
  const open = (timeline: TimelineItem[]): string[] =>
    rowsOf(timeline, options).flatMap((each) => (each.kind === "message" && each.consent ? [each.key] : []));

  it("are the newest of what may be done, whoever has the conversation, and for consent while a person is awaited", () => {
    const first = message("a", "bot", { parts: [confirm] });
    const second = message("b", "bot", { parts: [confirm] });
    expect(open([first, message("q", "visitor")])).toEqual(["a"]);
    expect(open([first, second])).toEqual(["b"]);
    expect(open([first, second, press("b")])).toEqual([]);
    expect(open([message("c", "bot", { parts: [consent] })])).toEqual([]);
    expect(open([first, mode("m", "queued"), message("c", "bot", { parts: [consent] })])).toEqual(["a", "c"]);
    expect(open([message("x", "agent", { parts: [confirm] })])).toEqual([]);
  });
});

describe("groups", () => {
  it("joins neighbours by one author within five minutes of one day", () => {
    const rows = rowsOf(
      [
        message("a", "bot"),
        message("b", "bot", { at: noon + 60_000 }),
        message("c", "bot", { at: noon + 600_000 }),
        message("d", "visitor", { at: noon + 600_000 }),
      ],
      options,
    );
    expect(rows.filter((each) => each.kind === "message").map((each) => [each.first, each.last])).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ]);
  });
  it("puts a line before each day and one before what is new, above the first message of others only", () => {
    const timeline = [
      message("a", "bot", { seq: 3 }),
      message("b", "visitor", { seq: 4, at: noon + 86_400_000 }),
      message("c", "bot", { seq: 5, at: noon + 86_400_000 }),
    ];
    expect(shape(rowsOf(timeline, { ...options, newAfterSeq: 3 }))).toEqual(["day", "message", "day", "message", "new", "message"]);
    expect(shape(rowsOf(timeline, { ...options, newAfterSeq: 5 }))).toEqual(["day", "message", "day", "message", "message"]);
  });
  it("separates two agents and signs the last of each", () => {
    const rows = rowsOf(
      [message("a", "agent", { author: { kind: "agent", id: "1" } }), message("b", "agent", { author: { kind: "agent", id: "2" } })],
      options,
    );
    expect([row(rows, "a").signed, row(rows, "b").signed, row(rows, "b").first]).toEqual([true, true, true]);
  });
});

describe("delivery", () => {
  const sent = message("a", "visitor", { delivery: "delivered" });
  it("stands once for all that wait, and once under the newest acknowledged", () => {
    const timeline = [
      message("z", "visitor", { delivery: "read" }),
      sent,
      message("b", "visitor", { delivery: "waiting" }),
      message("c", "visitor", { delivery: "waiting" }),
    ];
    const rows = rowsOf(timeline, { ...options, online: false });
    expect(row(rows, "z").delivery).toBeUndefined();
    expect(row(rows, "a").delivery).toEqual({ kind: "acknowledged", state: "delivered" });
    expect(row(rows, "b").delivery).toBeUndefined();
    expect(row(rows, "c").delivery).toEqual({ kind: "pending", sending: false, count: 2 });
  });
  it("stands under each that failed, and does not hide what waits behind it", () => {
    const rows = rowsOf(
      [message("a", "visitor", { delivery: "failed", error: "frame-too-large" }), message("b", "visitor", { delivery: "sending" })],
      options,
    );
    expect(row(rows, "a").delivery).toEqual({ kind: "failed", code: "frame-too-large" });
    expect(row(rows, "b").delivery).toEqual({ kind: "pending", sending: true, count: 1 });
  });
});

describe("what may be done", () => {
  const answer = message("b", "bot", { inReplyTo: "a" });
  it("offers choices only under the very last message, once it is whole", () => {
    expect(row(rowsOf([message("a", "bot"), answer], options), "a").choices).toBe(false);
    expect(row(rowsOf([answer], options), "b").choices).toBe(true);
    expect(row(rowsOf([answer, message("c", "visitor")], options), "b").choices).toBe(false);
    expect(row(rowsOf([{ ...answer, streaming: true }], options), "b").choices).toBe(false);
  });
  it("lets answers be rated, not greetings, questions back, people or half an answer", () => {
    const rateable = (item: MessageItem) => row(rowsOf([item], options), item.id).rateable;
    const parts: MessageItem["parts"] = [
      { type: "text", text: "Within 30 days." },
      { type: "sources", items: [{ id: "returns", title: "Returns" }] },
    ];
    expect(rateable({ ...answer, parts })).toBe(true);
    expect(rateable({ ...answer, parts: [{ type: "card", title: "Order 1042" }] })).toBe(true);
    expect(rateable(message("g", "bot"))).toBe(false);
    expect(rateable({ ...answer, parts: [...answer.parts, { type: "choices", options: [{ id: "1", label: "Which?" }] }] })).toBe(false);
    expect(rateable(message("p", "agent", { inReplyTo: "a", parts }))).toBe(false);
    expect(rateable({ ...answer, parts, streaming: true })).toBe(false);
  });
  it("keeps the thumbs of an answer that another message of the assistant follows", () => {
    const first = message("a", "bot", { parts: [{ type: "card", title: "Order 1042" }] });
    expect(row(rowsOf([first, answer], options), "a").rateable).toBe(true);
  });
});

describe("who is here", () => {
  it("shows a card for the newest mode only", () => {
    expect(shape(rowsOf([mode("1", "bot"), mode("2", "queued")], options))).toEqual(["day", "queued"]);
    expect(shape(rowsOf([mode("1", "queued"), mode("2", "agent")], options))).toEqual(["day", "taken"]);
    expect(shape(rowsOf([mode("1", "queued"), mode("2", "agent"), mode("3", "bot")], options))).toEqual(["day", "backToAssistant"]);
    expect(shape(rowsOf([mode("1", "agent"), mode("2", "ended")], options))).toEqual(["day", "ended"]);
  });
  it("says nothing about the assistant at the beginning", () => {
    expect(shape(rowsOf([mode("1", "bot")], options))).toEqual(["day"]);
  });
  it("notes who came and went", () => {
    const presence: TimelineItem = { kind: "presence", id: "p", seq: 2, at: noon, agent: { id: "7", name: "Inés" }, state: "joined" };
    expect(rowsOf([presence], options).at(-1)).toEqual({ kind: "note", key: "p", note: "joined", name: "Inés" });
  });
});
