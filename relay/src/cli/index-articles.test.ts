import { describe, expect, it } from "vitest";
import type { Progress } from "../adapters/knowledge/snapshot-worker.ts";
import { barOf, createBar } from "./index-articles.ts";

const steps: Progress[] = [
  ...[0, 10, 30, 100, 100].map((done): Progress => ({ stage: "reading", done, of: 100 })),
  ...[0, 50, 99, 100].map((done): Progress => ({ stage: "indexing", done, of: 100 })),
];
function shown(isTTY: boolean): string {
  let all = "";
  const bar = createBar({ isTTY, write: (text) => void (all += text) });
  for (const step of steps) bar.show(step);
  bar.end();
  return all;
}

describe("the progress of a reading", () => {
  it("is a bar as long as the share done, whole for nothing to do", () => {
    expect(barOf({ stage: "reading", done: 1, of: 2 })).toBe(`reading  [${"#".repeat(15)}${"-".repeat(15)}]  50 %`);
    expect(barOf({ stage: "indexing", done: 0, of: 0 })).toBe(`indexing [${"#".repeat(30)}] 100 %`);
    expect(barOf({ stage: "reading", done: 99_999, of: 100_000 })).toContain(" 99 %");
  });

  it("is drawn over itself on a terminal", () => {
    const lines = shown(true).split("\r");
    expect(lines).toHaveLength(steps.length + 1);
    expect(lines.at(-1)).toBe(`${barOf(steps.at(-1)!)}\n`);
  });

  it("is a few lines elsewhere, the end of each stage among them", () => {
    const lines = shown(false).trim().split("\n");
    expect(lines.map((line) => line.slice(line.lastIndexOf("]") + 1).trim())).toEqual([
      "0 %",
      "30 %",
      "100 %",
      "0 %",
      "50 %",
      "99 %",
      "100 %",
    ]);
  });
});
