import { describe, expect, it } from "vitest";
import { createBuckets } from "../routing/buckets.ts";
import { createLimits } from "./limits.ts";

describe("createBuckets", () => {
  it("lets a burst through, then one a second, and says how long to wait", () => {
    let now = 0;
    const buckets = createBuckets(3, 1, () => now);
    expect([1, 2, 3].map(() => buckets.take("a"))).toEqual([0, 0, 0]);
    expect(buckets.take("a")).toBe(1_000);
    expect(buckets.take("b")).toBe(0);
    now = 400;
    expect(buckets.take("a")).toBe(600);
    now = 1_000;
    expect(buckets.take("a")).toBe(0);
    expect(buckets.take("a")).toBe(1_000);
  });
  it("forgets keys that are full again, and no others", () => {
    let now = 0;
    const buckets = createBuckets(2, 1, () => now);
    buckets.take("a");
    now = 500;
    buckets.take("b");
    now = 1_000;
    buckets.sweep();
    expect(buckets.size).toBe(1);
  });
});

describe("createLimits", () => {
  const config = { linksPerAddress: 2, linksPerVisitor: 1, newLinksPerAddressPer10s: 5, messageBurst: 10, messagesPerSecond: 1 };
  it("counts links per address and gives places back once", () => {
    const limits = createLimits(config, () => 0);
    const first = limits.enterAddress("a");
    expect(limits.enterAddress("a")).toBeDefined();
    expect(limits.enterAddress("a")).toBeUndefined();
    first?.();
    first?.();
    expect(limits.enterAddress("a")).toBeDefined();
    expect(limits.enterAddress("a")).toBeUndefined();
  });
  it("stops a stream of new links even when the old ones are gone", () => {
    const limits = createLimits(config, () => 0);
    const results = Array.from({ length: 8 }, () => {
      const leave = limits.enterAddress("a");
      leave?.();
      return leave !== undefined;
    });
    expect(results).toEqual([true, true, true, true, true, false, false, false]);
  });
});
