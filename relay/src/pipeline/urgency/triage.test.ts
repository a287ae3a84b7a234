import { describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { triageOf } from "./triage.ts";

describe("single sentences", () => {
  it.each([
    "My card was stolen and someone is buying lamps",
    "the lamp is on fire",
    "I got an electric shock from the Halo",
    "my account has been hacked",
    "Die Lampe brennt!",
    "meine Karte wurde gestohlen",
    "la lampe a pris feu",
    "me robaron la tarjeta",
    "o abajur pegou fogo",
    "台灯着火了",
    "我的卡被盗刷了",
    "ランプから煙が出ています",
    "المصباح يحترق",
  ])("critical: %s", (text) => {
    expect(triageOf(text).priority).toBe("critical");
  });
  it.each([
    "Is the lamp child-safe?",
    "Where is my order 10482?",
    "What if my card were stolen?",
    "does the fireplace lamp have a warm colour",
    "Is it OK near a fire place",
    "was wenn meine Karte gestohlen wird",
    "Can I pay by card?",
    "灯可以调光吗",
    "I want a shocking pink shade",
  ])("normal: %s", (text) => {
    expect(triageOf(text).priority).toBe("normal");
  });
});

type Row = { expected: string; language: string; text: string };
const rows: Row[] = readFileSync(new URL("triage-set.tsv", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => {
    const [expected = "", language = "", text = ""] = line.split("\t");
    return { expected, language, text };
  });
function scoreOf(set: readonly Row[]): { recall: number; precision: number } {
  const wanted = set.filter((row) => row.expected === "critical");
  const said = set.filter((row) => triageOf(row.text).priority === "critical");
  const both = said.filter((row) => row.expected === "critical").length;
  return { recall: both / wanted.length, precision: both / said.length };
}

describe("the test set", () => {
  it("has 300 sentences in twelve languages at least", () => {
    expect(rows.length).toBeGreaterThanOrEqual(300);
    expect(new Set(rows.map((row) => row.language)).size).toBeGreaterThanOrEqual(12);
    expect(rows.every(({ expected }) => ["critical", "high", "normal"].includes(expected))).toBe(true);
  });
  // Rules were only ever changed after looking at the even rows.
  it.each([
    ["all of it", rows],
    ["the half nobody looked at", rows.filter((_, index) => index % 2 === 1)],
  ])("is read with recall 0.98 and precision 0.9 on critical: %s", (_name, set) => {
    const { recall, precision } = scoreOf(set);
    expect(recall).toBeGreaterThanOrEqual(0.98);
    expect(precision).toBeGreaterThanOrEqual(0.9);
  });
});

describe("triageOf", () => {
  it("gives a reason for whatever is not normal, without a word of the text", () => {
    expect(triageOf("Hello there. My card was stolen")).toEqual({
      priority: "critical",
      category: "theft",
      because: "theft:stolen+valuable en 16-31",
    });
    expect(triageOf("I want to die")).toMatchObject({ priority: "critical", category: "self-harm" });
    expect(triageOf("I was charged twice")).toMatchObject({ priority: "high", because: expect.stringContaining("twice") as string });
    expect(triageOf("Hello")).toEqual({ priority: "normal", category: undefined, because: undefined });
  });
  it("reads sentence by sentence", () => {
    expect(triageOf("What if it rains? The lamp is on fire!").priority).toBe("critical");
    expect(triageOf("Nobody answers me. My card was stolen").priority).toBe("critical");
    expect(triageOf("My card was stolen last year, today I want to pay with the new one").priority).toBe("high");
  });
  it("takes any text", () => {
    for (const text of ["", "\ud800", "\u0000\u200b", "🔥🔥🔥", "a".repeat(8_000), "on fire ".repeat(1_000), "\u0301".repeat(8_000)])
      expect(["normal", "high", "critical"]).toContain(triageOf(text).priority);
  });
});
