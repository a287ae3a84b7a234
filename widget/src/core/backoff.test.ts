import fc from "fast-check";
import { expect, test } from "vitest";
import { BACKOFF, fullJitter } from "./backoff.ts";

test("a wait lies in its window, and the window doubles from 0.5 s to 20 s", () => {
  fc.assert(
    fc.property(fc.nat(60), fc.double({ min: 0, max: 0.999_999, noNaN: true }), (attempt, random) => {
      const window = Math.min(BACKOFF.capMs, BACKOFF.baseMs * 2 ** attempt);
      const wait = fullJitter(attempt, random);
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).toBeLessThanOrEqual(window);
    }),
  );
  expect([0, 1, 2, 5, 6, 50].map((attempt) => fullJitter(attempt, 0.999_999))).toEqual([500, 1_000, 2_000, 16_000, 20_000, 20_000]);
});
