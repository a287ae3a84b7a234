import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { createLogger } from "../observe/logger.ts";
import { createMemoryStore } from "../store/memory.ts";
import { bareShop } from "../testing/bare-shop.ts";
import { clusterQuestions } from "./cluster.ts";
import { createLearnedShelf, type LearnedRecord } from "./learned.ts";
import { createNightly } from "./nightly.ts";
import { redactedQuestion } from "./questions.ts";

describe("clusterQuestions", () => {
  it("puts together what asks the same, in several scripts, and leaves the rest alone", () => {
    const texts = [
      "do you engrave names on lamps",
      "what is the weather in Lyon",
      "can you engrave a name on my lamp?",
      "灯可以刻字吗",
      "engraving names on lamps possible?",
      "可以在灯上刻字吗",
      "is the shop open on sundays",
    ];
    const clusters = clusterQuestions(texts);
    expect(clusters.map(({ members }) => [...members].sort((one, other) => one - other))).toEqual([
      [0, 2, 4],
      [3, 5],
    ]);
    expect(clusters[0]?.terms).toContain("names");
  });

  it("gives each question to one group at most, whatever they are, and the same groups in any order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme", maxLength: 40 }), { maxLength: 40 }),
        fc.double({ min: 0.05, max: 0.9, noNaN: true }),
        (texts, threshold) => {
          const members = clusterQuestions(texts, { threshold, least: 1 }).flatMap((cluster) => cluster.members);
          expect([...members].sort((one, other) => one - other)).toEqual(texts.map((_, index) => index));
        },
      ),
      { numRuns: 60, seed: 4 },
    );
    const texts = Array.from(
      { length: 30 },
      (_, index) => `${["return my lamp", "pay by card", "track the parcel"][index % 3] ?? ""}${" ".repeat(index % 2)} please`,
    );
    const sizes = (list: string[]): number[] => clusterQuestions(list).map(({ members }) => members.length);
    expect(sizes(texts)).toEqual([10, 10, 10]);
    expect(sizes([...texts].reverse())).toEqual([10, 10, 10]);
  });
});

describe("redactedQuestion", () => {
  it("keeps the words and nobody's numbers or addresses", () => {
    const kept = redactedQuestion("Where is 10482?  Write to ana.b@shop.example or call +49 (170) 123-4567,\nplease 3 lamps");
    expect(kept).toMatch(/^Where is \[number\]\? Write to \[address\] or call .*, please 3 lamps$/);
    expect(kept.replaceAll(/\D/g, "")).toBe("3");
    for (const secret of ["4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "0170/1234567", "٠١٧٠١٢٣٤٥٦٧"])
      expect(redactedQuestion(`my number ${secret} ok`).replaceAll(/\P{N}/gu, "").length, secret).toBeLessThan(5);
    expect(redactedQuestion("x".repeat(9_000))).toHaveLength(500);
    expect(redactedQuestion("1 ".repeat(4_000)).length).toBeLessThanOrEqual(500);
  });
});

describe("createLearnedShelf", () => {
  const record = (over: Partial<LearnedRecord>): LearnedRecord => ({
    id: "a",
    at: Date.UTC(2026, 10, 27),
    state: "live",
    articleId: "engraving",
    language: "en",
    phrasings: ["engrave?"],
    origin: "cluster",
    ...over,
  });
  it("serves the newest version that was not taken back, after a restart too", async () => {
    const store = createMemoryStore();
    const shelf = createLearnedShelf(store);
    await shelf.put("eu", record({ id: "v1", article: { title: "T", text: "one", version: 1 } }));
    await shelf.put("eu", record({ id: "v2", article: { title: "T", text: "two", version: 2 } }));
    await shelf.put("eu", record({ id: "p", articleId: "returns", phrasings: ["back?"], origin: "agent" }));
    expect(shelf.of("eu")).toMatchObject({
      articles: [
        {
          id: "engraving",
          text: "two",
          updatedAt: "2026-11-27",
          phrasings: [{ text: "engrave?", origin: "cluster", at: "2026-11-27" }],
        },
      ],
      phrasings: [{ articleId: "returns", text: "back?", origin: "agent", at: "2026-11-27" }],
    });
    await shelf.put("eu", record({ id: "v2", article: { title: "T", text: "two", version: 2 }, state: "reverted" }));
    const again = createLearnedShelf(store);
    expect(again.of("eu")).toEqual({ articles: [], phrasings: [] });
    await again.load("eu");
    expect(again.of("eu").articles).toMatchObject([{ text: "one" }]);
    expect(again.of("apac")).toEqual({ articles: [], phrasings: [] });
  });
});

describe("createNightly", () => {
  it("runs once a night after its hour, and makes up for a night it was down", async () => {
    const store = createMemoryStore();
    const { region } = bareShop(createLogger("silent"));
    let nowMs = Date.parse("2026-11-27T01:00:00Z");
    const ran: string[] = [];
    const review = {
      run: async () => (ran.push(new Date(nowMs).toISOString().slice(0, 13)), { ok: true as const, value: { gaps: 0 } }),
      check: async () => ({ ok: true as const, value: { gaps: [] } }),
    };
    const open = () =>
      createNightly({ store, review, regions: () => [region], clock: { now: () => nowMs }, logger: createLogger("silent") });
    let nightly = open();
    const at = async (time: string): Promise<void> => {
      nowMs = Date.parse(time);
      await nightly();
    };
    await at("2026-11-27T01:00:00Z");
    await at("2026-11-27T02:59:00Z");
    expect(ran).toEqual([]);
    await at("2026-11-27T03:01:00Z");
    await at("2026-11-27T03:06:00Z");
    await at("2026-11-27T23:00:00Z");
    nightly = open();
    await at("2026-11-28T02:00:00Z");
    await at("2026-11-28T09:00:00Z");
    await at("2026-11-29T04:00:00Z");
    expect(ran).toEqual(["2026-11-27T03", "2026-11-28T09", "2026-11-29T04"]);
  });
});
