import { describe, expect, it } from "vitest";
import { cpuSecondsIn, rssBytesIn } from "./process-stat.ts";

describe("what /proc says", () => {
  it("adds user and system time, whatever the process is called", () => {
    const fields = "S 1 2 3 4 5 6 7 8 9 10 1234 66 0 0 20 0 11 0";
    expect(cpuSecondsIn(`4711 (node (a) b) ${fields}`)).toBeCloseTo(13, 5);
    expect(cpuSecondsIn(`4711 (node) ${fields}`)).toBeCloseTo(13, 5);
  });

  it("reads the resident size in bytes", () => {
    expect(rssBytesIn("Name:\tnode\nVmPeak:\t 9 kB\nVmRSS:\t   2048 kB\n")).toBe(2_097_152);
  });
});
