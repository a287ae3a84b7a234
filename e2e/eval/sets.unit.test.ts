import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { figuresAsText, measureSet } from "./measure-set.ts";
import { findSets, roleOf } from "./sets.ts";

let folder: string;
const topics: Record<string, string[]> = {
  refund: ["money back", "refund me", "return my payment", "give back what I paid"],
  track: ["where is it", "track the parcel", "has it been sent", "when does it come"],
};
const lines = (label: string): { text: string; intent: string }[] =>
  Object.entries(topics).flatMap(([intent, texts]) =>
    texts.flatMap((text) =>
      ["please", "now", "today", "for order 10482", "hello,", "quickly"].map((more) => ({ text: `${text} ${more} ${label}`, intent })),
    ),
  );
async function put(name: string, content: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), content);
}
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "allhours-sets-"));
  const jsonl = (of: object[]): string => of.map((one) => JSON.stringify(one)).join("\n");
  await put("bank/shared/train.jsonl", jsonl(lines("a")));
  await put("bank/shared/dev.jsonl", jsonl(lines("b")));
  await put("bank/SOURCE.md", "Licence: none");
  const csv = (of: { text: string; intent: string }[]): string =>
    `sentence,label\n${of.map(({ text, intent }) => `"${text}",${intent}`).join("\n")}\n`;
  await put("hint/sofa_train.csv", csv(lines("c")));
  await put("hint/sofa_test.csv", `${csv(lines("d"))}"who won the match",NO_NODES_DETECTED\n`);
  const pairs = (label: string): string[][] => lines(label).map(({ text, intent }) => [text, intent]);
  await put(
    "clinc/data.json",
    JSON.stringify({
      train: pairs("e"),
      val: pairs("f"),
      oos_val: [["is it raining", "oos"]],
      test: pairs("never"),
      oos_test: [["x", "oos"]],
    }),
  );
  const conll = (label: string): string =>
    lines(label)
      .map(({ text, intent }) => `# id: 1\n# text: ${text}\n# intent: ${intent}\n1\tw\tO\n`)
      .join("\n");
  await put("xsid/zh.train.conll", conll("g"));
  await put("xsid/zh.valid.conll", conll("h"));
  await put(
    "thai/calls.tsv",
    `texts\tdestination\n${lines("i")
      .map(({ text, intent }) => `${text}\t${intent}`)
      .join("\n")}\n`,
  );
  await put("other/prices.csv", "a,b\n1,2\n");
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

it("finds sets by the names of their files, whatever they are called, and leaves tests of a whole file alone", async () => {
  const found = await findSets(folder);
  expect(found.map(({ name, split }) => `${name}: ${split}`)).toEqual([
    "bank: train and dev file",
    "clinc/data: one file with its own split",
    "hint/sofa: train and test file",
    "thai/calls: a tenth held out, by hash",
    "xsid/zh: train and val file",
  ]);
  const [bank, clinc, hint, thai] = found;
  expect([bank?.train.length, bank?.dev.length]).toEqual([48, 48]);
  expect(JSON.stringify(clinc)).not.toContain("never");
  expect([clinc, hint].map((set) => set?.dev.filter(({ intent }) => intent === undefined).map(({ text }) => text))).toEqual([
    ["is it raining"],
    ["who won the match"],
  ]);
  const texts = new Set(thai?.train.map(({ text }) => text));
  expect((thai?.dev.length ?? 0) > 0 && thai?.dev.every(({ text }) => !texts.has(text))).toBe(true);
  expect((thai?.dev.length ?? 0) + (thai?.train.length ?? 0)).toBe(48);
  expect(await findSets(join(folder, "nowhere"))).toEqual([]);
});

describe("roleOf", () => {
  it.each([
    ["train.jsonl", "train", ""],
    ["zh.valid.conll", "val", "zh"],
    ["sofmattress_test.csv", "test", "sofmattress"],
    ["held-out.csv", undefined, "held-out"],
    ["data_full.json", undefined, "data-full"],
  ])("reads %s", (file, role, rest) => expect(roleOf(file)).toEqual({ role, rest }));
});

it("measures a set: easy questions are right, and a question beside them is told apart", async () => {
  const set = (await findSets(folder)).find(({ name }) => name === "hint/sofa");
  if (set === undefined) throw new Error("expected a set");
  const figures = await measureSet(set, 0.8);
  expect(figures).toMatchObject({ train: 48, intents: 2, inScope: 48, outOfScope: 1 });
  expect(figures.top1).toBeGreaterThan(0.9);
  expect(figures.top3).toBe(1);
  expect(figures.buttons5).toBeGreaterThanOrEqual(figures.resolved5);
  const shuffled = { ...set, dev: set.dev.map((one) => ({ ...one, intent: one.intent === "track" ? "refund" : "track" })) };
  expect((await measureSet(shuffled, 0.8)).top1).toBeLessThan(0.1);
  expect(figuresAsText(figures, 0.8).join("\n")).toContain("in scope      48: right");
});
