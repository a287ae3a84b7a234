import { expect, it } from "vitest";
import { buildTextIndex, type Match } from "./text-index.ts";

const texts = [
  { questions: ["Where is my order?", "How do I follow my parcel?"], body: "You get a tracking link by e-mail." },
  { questions: ["How long do I have to return a lamp?"], body: "You have 30 days. Keep the carton." },
  { questions: ["我的订单到哪了", "怎么查物流"], body: "发货后您会收到追踪链接。" },
];
const index = await buildTextIndex(texts);
const best = (query: string): Match | undefined => index.search(query).sort((one, other) => other.likeness - one.likeness)[0];

it("finds a stored question word for word with likeness 1, whatever the case and signs", () => {
  for (const [text, { questions }] of texts.entries())
    for (const question of questions)
      expect(best(`${question.toUpperCase()}!!`)).toMatchObject({ text, likeness: expect.closeTo(1, 3) as number });
});

it("finds what is only alike, also in scripts without spaces", () => {
  expect(best("following the parcels")).toMatchObject({ text: 0 });
  expect(best("查一下物流")).toMatchObject({ text: 2 });
  expect(best("following the parcels")?.likeness).toBeLessThan(0.8);
});

it("counts how much of the question the whole text covers", () => {
  expect(index.search("carton for 30 days").find(({ text }) => text === 1)).toMatchObject({ coverage: expect.closeTo(1, 5) as number });
  expect(index.search("carton of zebras").find(({ text }) => text === 1)?.coverage).toBeLessThan(0.6);
});

it("finds nothing for nothing", async () => {
  expect(index.search("")).toEqual([]);
  expect(index.search("🙂")).toEqual([]);
  expect((await buildTextIndex([])).search("order")).toEqual([]);
});

it("stays in its slices and stops when told to", async () => {
  const many = Array.from({ length: 3_000 }, (_, number) => ({
    questions: [`question number ${number} about ${number.toString(36)}`],
    body: "some words that are the body of the text ".repeat(5),
  }));
  const controller = new AbortController();
  const building = buildTextIndex(many, { signal: controller.signal });
  let turns = 0;
  const count = (): void => {
    turns += 1;
    if (turns === 3) controller.abort(new Error("enough"));
    else setImmediate(count);
  };
  setImmediate(count);
  await expect(building).rejects.toThrow("enough");
});

it("takes an unknown word for the known one a slip away, and never for a question word for word", () => {
  const coverage = (query: string): number | undefined => index.search(query).find(({ text }) => text === 1)?.coverage;
  expect(coverage("carton")).toBeCloseTo(1, 5);
  expect(coverage("cartno")).toBeCloseTo(1, 5);
  expect(coverage("cart")).toBeUndefined();
  expect(best("Where is my ordder?")).toMatchObject({ text: 0 });
  expect(best("Where is my ordder?")?.likeness).toBeLessThan(0.95);
});
