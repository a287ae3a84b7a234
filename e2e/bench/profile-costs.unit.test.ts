import { describe, expect, it } from "vitest";
import { costsOf, type CpuProfile } from "./profile-costs.ts";

const node = (
  id: number,
  functionName: string,
  place: [url: string, line: number],
  children: number[] = [],
): CpuProfile["nodes"][number] => ({
  id,
  callFrame: { functionName, url: place[0], lineNumber: place[1] - 1 },
  children,
});

describe("costsOf", () => {
  it("adds up own time and time with what was called, without idle time", () => {
    const run: [string, number] = ["file:///r/a.ts", 5];
    const profile: CpuProfile = {
      nodes: [
        node(1, "(root)", ["", 0], [2, 3]),
        node(2, "(idle)", ["", 0]),
        node(3, "run", run, [4]),
        node(4, "", ["node:net", 2], [5]),
        node(5, "run", run),
      ],
      samples: [2, 3, 4, 5, 1],
      timeDeltas: [1_000, 10, 15, 20, 500],
    };
    expect(costsOf(profile, "/r/")).toEqual([
      { where: "run a.ts:5", selfUs: 30, totalUs: 45 },
      { where: "(anonymous) node:net:2", selfUs: 15, totalUs: 35 },
    ]);
  });
});
