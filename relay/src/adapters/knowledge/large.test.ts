import { readdir, readFile, readlink, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTestContext, type TestContext } from "../../testing/adapter-context.ts";
import { signalOf } from "../../testing/contract.ts";
import { knowledgeQuery } from "../../testing/knowledge-query.ts";
import { knowledgeContract } from "../../testing/knowledge-suite.ts";
import type { AdapterContext, KnowledgeAdapter, KnowledgeQuery, Learned, Passage } from "../spec.ts";
import { openSnapshot } from "./snapshot-file.ts";
import { createEmbeddedKnowledge, type EmbeddedKnowledgeOptions } from "./embedded.ts";

type Row = { id: string; title: string; answer: string; [more: string]: unknown };
const things = ["lamp", "mirror", "kettle", "carpet", "candle", "drawer", "curtain", "pillow", "hammock", "bookend"];
const doings = ["return", "clean", "repair", "assemble", "measure", "insure"];
const rows: Row[] = things.flatMap((thing) =>
  doings.map((doing) => ({
    id: `${doing}-${thing}`,
    title: `How do I ${doing} a ${thing}?`,
    answer: `To ${doing} the ${thing}, write to us with the order number.`,
    phrasings: [`${doing} my ${thing} please`],
  })),
);
rows.push(
  { id: "klarna", title: "Kann ich mit Klarna zahlen?", answer: "Ja.", language: "de", regions: ["eu"] },
  { id: "konbini", title: "Can I pay at a konbini store?", answer: "Yes.", regions: ["asia"] },
  { id: "summer", title: "What is on sale this summer?", answer: "All.", validFrom: "2026-06-01", validUntil: "2026-08-31" },
  { id: "goodwill", title: "Which goodwill may agents give?", answer: "Ten euros.", audience: "agents" },
  { id: "return-lamp", title: "Wie gebe ich eine Lampe zurück?", answer: "Schreiben Sie uns.", language: "de" },
);
const markdown = (id: string, title: string): string => `---\nid: ${id}\ntitle: ${title}\nlanguage: en\n---\nBody of ${id}.\n`;

let test: TestContext;
beforeEach(async () => {
  test = await createTestContext();
  await write(rows);
  await writeFile(join(test.context.baseDir, "b.md"), markdown("gift-card", "Where do I enter a gift card?"));
});
afterEach(async () => test.dispose());

let writes = 0;
/** Each time a second later: files are told apart by size and time. */
async function write(lines: readonly unknown[], name = "a.jsonl"): Promise<void> {
  const file = join(test.context.baseDir, name);
  await writeFile(file, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  writes += 1;
  await utimes(file, 1_790_000_000 + writes, 1_790_000_000 + writes);
}
const options: EmbeddedKnowledgeOptions = { articles: ["*.jsonl", "*.md"], urlTemplate: "/help/{id}", defaultLanguage: "en" };
const create = (context: AdapterContext = test.context, largeFrom = 1, with_: EmbeddedKnowledgeOptions = options): KnowledgeAdapter =>
  createEmbeddedKnowledge(with_, context, { largeFrom });
const inSummer = Date.parse("2026-07-01T00:00:00Z");
const asked = (text: string, more: Partial<KnowledgeQuery> = {}): KnowledgeQuery => knowledgeQuery(text, { at: inSummer, ...more });
const find = async (adapter: KnowledgeAdapter, text: string, more: Partial<KnowledgeQuery> = {}): Promise<Passage[]> =>
  adapter.search(asked(text, more), signalOf());
const first = async (adapter: KnowledgeAdapter, text: string): Promise<string | undefined> => (await find(adapter, text))[0]?.articleId;
const how = (): unknown[] => test.logs.filter(({ message }) => message === "articles ready").map(({ fields }) => fields["how"]);
const warnings = (): unknown[] =>
  test.logs.filter(({ level }) => level === "warn").map(({ fields, message }) => [message, fields["code"], fields["line"]]);
const snapshot = (): string => join(test.context.cacheDir, "knowledge.bin");
async function started(context: AdapterContext = test.context): Promise<KnowledgeAdapter> {
  const adapter = create(context);
  await adapter.init?.(signalOf());
  return adapter;
}

for (const check of knowledgeContract("embedded, large", {
  open: async () => ({ adapter: create() }),
  known: { question: "How do I return a lamp?", articleId: "return-lamp", language: "en", otherLanguage: "de" },
  single: { question: "Kann ich mit Klarna zahlen?", articleId: "klarna", onlyLanguage: "de" },
  expired: { question: "What is on sale this summer?", articleId: "summer", at: Date.parse("2026-09-01T00:00:00Z") },
}))
  it(check.name, check.run);

it("answers as a small one does, built and loaded", async () => {
  const small = create(test.context, Infinity);
  await small.init?.(signalOf());
  const built = await started();
  const loaded = await started();
  expect(how()).toEqual(["read", "built", "loaded"]);
  const questions = [
    ...rows.slice(0, 12).map(({ title }) => title),
    "clean kettel",
    "gift card",
    "zahlen mit klarna",
    "konbini",
    "sumer sale",
    "goodwill",
  ];
  for (const text of questions)
    for (const more of [{}, { language: "de", fallbackLanguages: ["en"] }, { audience: "agents" as const }]) {
      const expected = await find(small, text, more);
      expect(await find(built, text, more)).toEqual(expected);
      expect(await find(loaded, text, more)).toEqual(expected);
    }
  expect(await find(loaded, "Can I pay at a konbini store?")).not.toContainEqual(expect.objectContaining({ articleId: "konbini" }));
});

describe("what has changed", () => {
  it("is found without another snapshot: a new article, another text, a removed one, a moved one, a new file", async () => {
    const adapter = await started();
    const before = await stat(snapshot());
    const changed = rows
      .filter(({ id }) => id !== "clean-lamp")
      .map((row) => (row.id === "repair-kettle" ? { ...row, title: "My kettle leaks", phrasings: [] } : row));
    await write([...changed.toReversed(), { id: "zebra", title: "Do you sell zebra stripes?", answer: "Yes." }]);
    await writeFile(join(test.context.baseDir, "c.md"), markdown("newsletter", "How do I leave the newsletter?"));
    await adapter.init?.(signalOf());
    for (const one of [adapter, await started()]) {
      expect(await first(one, "zebra stripes")).toBe("zebra");
      expect(await first(one, "my kettle leaks")).toBe("repair-kettle");
      expect(await first(one, "leave the newsletter")).toBe("newsletter");
      expect((await find(one, "How do I clean a lamp?")).map(({ articleId }) => articleId)).not.toContain("clean-lamp");
      expect((await find(one, "How do I repair a kettle?"))[0]).not.toMatchObject({ title: "How do I repair a kettle?" });
      expect(await first(one, "How do I insure a pillow?")).toBe("insure-pillow");
    }
    expect(how()).toEqual(["built", "loaded", "loaded"]);
    const sizes = test.logs.findLast(({ message }) => message === "articles ready")!.fields;
    expect(sizes).toMatchObject({ articles: rows.length + 1, changed: 3 });
    expect((await stat(snapshot())).mtimeMs).toBe(before.mtimeMs);
  });

  it("weighs an unchanged knowledge's words as the whole does", async () => {
    const adapter = await started();
    const more = { id: "zebra", title: "Do you sell a zebra lamp?", answer: "Yes, the zebra lamp." };
    await write([...rows, more]);
    await adapter.init?.(signalOf());
    const whole = create(test.context, Infinity);
    await whole.init?.(signalOf());
    const [[one], [other]] = [await find(adapter, "zebra lamp"), await find(whole, "zebra lamp")];
    expect(one).toMatchObject({ articleId: "zebra" });
    expect(Math.abs((one?.score ?? 0) - (other?.score ?? 1))).toBeLessThan(0.05);
  });

  it("is told with its line, and an id that is taken elsewhere stays with who had it", async () => {
    const adapter = await started();
    await write(["{not json", { id: "zebra" }, { id: "return-lamp", title: "Another lamp?", answer: "No." }], "z.jsonl");
    await adapter.init?.(signalOf());
    expect(warnings()).toEqual([
      ["article skipped", "id-taken", 3],
      ["article skipped", "not-json", 1],
      ["article skipped", "bad-field", 2],
      ["article skipped", "bad-field", 2],
    ]);
    expect((await find(adapter, "How do I return a lamp?"))[0]).toMatchObject({ title: "How do I return a lamp?" });
  });

  it("is a new snapshot when it is much", async () => {
    const adapter = await started();
    await write(rows.slice(0, 40));
    await adapter.init?.(signalOf());
    expect(how()).toEqual(["built", "built"]);
    expect(await first(adapter, "Where do I enter a gift card?")).toBe("gift-card");
    expect((await find(adapter, "goodwill", { audience: "agents" })).map(({ articleId }) => articleId)).not.toContain("goodwill");
  });
});

describe("the snapshot", () => {
  it.each([
    ["cut short", async (bytes: Buffer) => bytes.subarray(0, bytes.length - 100)],
    ["of one byte", async (bytes: Buffer) => bytes.subarray(0, 1)],
    ["empty", async (bytes: Buffer) => bytes.subarray(0, 0)],
    [
      "of another format",
      async (bytes: Buffer) => Buffer.from(bytes.toString("latin1").replace("allhours-knowledge-", "allhours-knowledge_"), "latin1"),
    ],
    ["longer than it says", async (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -8), Buffer.from("more"), bytes.subarray(-8)])],
  ])("is made anew when it is %s", async (_name, damage) => {
    await started();
    await writeFile(snapshot(), await damage(await readFile(snapshot())));
    expect(await first(await started(), "How do I measure a carpet?")).toBe("measure-carpet");
    expect(how()).toEqual(["built", "built"]);
    await started();
    expect(how()).toEqual(["built", "built", "loaded"]);
  });

  it("is made anew when articles would be read otherwise", async () => {
    await started();
    const other = create(test.context, 1, { ...options, urlTemplate: "/faq/{id}" });
    await other.init?.(signalOf());
    expect((await find(other, "How do I measure a carpet?"))[0]?.url).toBe("/faq/measure-carpet");
    expect(how()).toEqual(["built", "built"]);
  });

  it("is not needed: without a place for it the articles answer all the same, and the log says why", async () => {
    await writeFile(test.context.cacheDir, "a file where the folder would be");
    expect(await first(await started(), "How do I measure a carpet?")).toBe("measure-carpet");
    expect(warnings()).toEqual([["articles not cached", "ENOTDIR", undefined]]);
  });

  it.skipIf(process.platform !== "linux")("is not left open by who gives up reading it, as /proc tells", async () => {
    await started();
    const open = async (): Promise<number> => {
      const folder = "/proc/self/fd";
      const links = await Promise.all((await readdir(folder)).map(async (name) => readlink(join(folder, name)).catch(() => "")));
      return links.filter((link) => link === snapshot()).length;
    };
    const before = await open();
    const stop = new AbortController();
    const reading = openSnapshot(snapshot(), stop.signal);
    stop.abort(new Error("too late"));
    await expect(reading).rejects.toThrow("too late");
    await expect.poll(open).toBe(before);
  });

  it("may be deleted or replaced while somebody searches in it", async () => {
    const adapter = await started();
    await rm(snapshot());
    expect(await first(adapter, "How do I measure a carpet?")).toBe("measure-carpet");
    await started();
    expect(await first(adapter, "How do I insure a hammock?")).toBe("insure-hammock");
  });
});

it("learns over a snapshot: a phrasing more, another text, an article of its own", async () => {
  let learned: Learned = { articles: [], phrasings: [] };
  const adapter = await started({ ...test.context, learned: () => learned });
  learned = {
    articles: [
      { id: "dog", title: "May my dog come to the shop?", text: "It may.", language: "en", phrasings: [], updatedAt: "2026-06-30" },
      {
        id: "clean-lamp",
        title: "How do I clean a lamp?",
        text: "With a dry cloth.",
        language: "en",
        phrasings: [],
        updatedAt: "2026-06-30",
      },
    ],
    phrasings: [{ articleId: "measure-carpet", language: "en", text: "rug dimensions", origin: "cluster", at: "2026-06-30" }],
  };
  await adapter.init?.(signalOf());
  expect(how()).toEqual(["built", "loaded"]);
  expect(await first(adapter, "is my dog allowed in the shop")).toBe("dog");
  expect((await find(adapter, "rug dimensions"))[0]).toMatchObject({ articleId: "measure-carpet", score: expect.closeTo(1, 2) as number });
  expect((await find(adapter, "How do I clean a lamp?"))[0]).toMatchObject({ articleId: "clean-lamp", text: "With a dry cloth." });
});

it("ends with its signal, and the next reading is whole", async () => {
  const adapter = create();
  await expect(adapter.init?.(AbortSignal.abort(new Error("stopped")))).rejects.toThrow("stopped");
  const stop = new AbortController();
  const reading = adapter.init?.(stop.signal);
  setTimeout(() => stop.abort(new Error("too late")), 30);
  await expect(reading).rejects.toThrow("too late");
  await adapter.init?.(signalOf());
  expect(await first(adapter, "How do I measure a carpet?")).toBe("measure-carpet");
});
