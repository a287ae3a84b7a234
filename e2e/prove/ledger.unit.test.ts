import { describe, expect, it } from "vitest";
import { checkLedger, joinReports, ledgerText, sightingIn, type Sighting } from "./ledger.ts";
import { createRandom } from "./random.ts";

const random = createRandom(7);
const sent: Sighting[] = ["a", "b"].flatMap((sender) => [1, 2, 3, 4].map((n) => ledgerText(sender, n, random).sighting));
const at = (...indexes: number[]): Sighting[] => indexes.flatMap((index) => sent[index] ?? []);
const check = (saw: Sighting[], atLeastOnce = false) => checkLedger(sent, [{ name: "page", saw, atLeastOnce }]);
const clean = { witness: "page", lost: 0, duplicated: 0, reordered: 0, divergent: 0, repeated: 0 };

describe("the ledger", () => {
  it("is clean when everything was seen once, in each sender's order", () => {
    const interleaved = at(0, 4, 1, 5, 2, 6, 3, 7);
    expect(check(interleaved)).toEqual({ sent: 8, counts: [clean], clean: true });
  });

  it("turns red for a dropped, a doubled and a swapped message, and for one with other words", () => {
    expect(check(sent.toSpliced(2, 1))).toMatchObject({ clean: false, counts: [{ ...clean, lost: 1 }] });
    expect(check([...sent, ...at(0)])).toMatchObject({ clean: false, counts: [{ ...clean, duplicated: 1 }] });
    expect(check([...at(1, 0), ...sent.slice(2)])).toMatchObject({ clean: false, counts: [{ ...clean, reordered: 1 }] });
    expect(check(sent.map((one, index) => (index === 3 ? { ...one, hash: "0" } : one)))).toMatchObject({
      clean: false,
      counts: [{ ...clean, divergent: 1 }],
    });
    expect(check([...sent, { sender: "c", n: 1, hash: "0" }])).toMatchObject({ clean: false, counts: [{ ...clean, divergent: 1 }] });
  });

  it("counts repeats apart for a witness that may see one twice", () => {
    expect(check([...sent, ...at(0)], true)).toEqual({ sent: 8, counts: [{ ...clean, repeated: 1 }], clean: true });
  });

  it("reads its own texts wherever they stand, and nothing else", () => {
    const { text, sighting } = ledgerText("v-3", 17, createRandom(1));
    expect(sightingIn(`re: ${text}`)).toEqual(sighting);
    expect(sightingIn("Hello [not] one")).toBeUndefined();
  });

  it("adds rounds up", () => {
    const total = joinReports([check(sent), check(sent.slice(1)), check(sent.slice(2))]);
    expect(total).toEqual({ sent: 24, counts: [{ ...clean, lost: 3 }], clean: false });
  });
});

describe("chance", () => {
  it("is the same for a seed, and a fork does not depend on what was drawn", () => {
    const draw = (seed: number) => Array.from({ length: 5 }, createRandom(seed).next);
    expect(draw(42)).toEqual(draw(42));
    expect(draw(42)).not.toEqual(draw(43));
    const used = createRandom(42);
    used.next();
    expect(used.fork("x").next()).toBe(createRandom(42).fork("x").next());
    expect(used.fork("x").next()).not.toBe(used.fork("y").next());
  });
});
