import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createTestContext, type TestContext } from "../../testing/adapter-context.ts";
import { failuresOf, signalOf } from "../../testing/contract.ts";
import { knowledgeQuery } from "../../testing/knowledge-query.ts";
import { knowledgeContract, type KnowledgeHarness } from "../../testing/knowledge-suite.ts";
import type { KnowledgeAdapter, KnowledgeQuery } from "../spec.ts";
import { createEmbeddedKnowledge, embeddedKnowledge } from "./embedded.ts";

const article = (id: string, language: string, title: string, more: string[] = [], body = `Body of ${id}.`): [string, string] => [
  `${id}.${language}.md`,
  ["---", `id: ${id}`, `title: "${title}"`, `language: ${language}`, ...more, "---", body, ""].join("\n"),
];
const files = new Map([
  article("track-order", "en", "Where is my order?", ["phrasings: [How do I follow my parcel]", "updatedAt: 2026-11-02"]),
  article("track-order", "de", "Wo ist meine Bestellung?"),
  article("track-order", "zh-Hans", "我的订单到哪了？"),
  article("return-window", "en", "How long do I have to return a lamp?", ["intents: [returns, send-back]"]),
  article("klarna", "de", "Kann ich mit Klarna zahlen?", ["regions: [eu]"]),
  article("konbini", "en", "Can I pay at a konbini store?", ["regions: [asia]"]),
  article("summer-sale", "en", "What is on sale this summer?", ["validFrom: 2026-06-01", "validUntil: 2026-08-31"]),
  article("refund-rules", "en", "Which refund goodwill may agents give?", ["audience: agents"]),
]);

const open: TestContext[] = [];
async function prepare(extra: [string, string][] = []): Promise<TestContext & { adapter: KnowledgeAdapter }> {
  const test = await createTestContext();
  open.push(test);
  for (const [name, source] of [...files, ...extra]) await writeFile(join(test.context.baseDir, name), source);
  return { ...test, adapter: createEmbeddedKnowledge({ articles: ["."], urlTemplate: "/help/{id}", defaultLanguage: "en" }, test.context) };
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((test) => test.dispose()));
});
const inSummer = Date.parse("2026-07-01T00:00:00Z");
const query = (text: string, more: Partial<KnowledgeQuery> = {}): KnowledgeQuery => knowledgeQuery(text, { at: inSummer, ...more });
const ids = async (adapter: KnowledgeAdapter, asked: KnowledgeQuery) =>
  (await adapter.search(asked, signalOf())).map((passage) => passage.articleId);

const harness: KnowledgeHarness = {
  open: prepare,
  known: { question: "Where is my order?", articleId: "track-order", language: "en", otherLanguage: "de" },
  single: { question: "Kann ich mit Klarna zahlen?", articleId: "klarna", onlyLanguage: "de" },
  expired: { question: "What is on sale this summer?", articleId: "summer-sale", at: Date.parse("2026-09-01T00:00:00Z") },
};
for (const check of knowledgeContract("embedded", harness)) it(check.name, check.run);

it("the contract fails an adapter that is wrong", async () => {
  const broken = (change: (adapter: KnowledgeAdapter) => Partial<KnowledgeAdapter>) =>
    knowledgeContract("broken", {
      ...harness,
      open: async () => {
        const { adapter } = await prepare();
        return { adapter: { ...adapter, ...change(adapter) } };
      },
    });
  expect(
    await failuresOf(broken((adapter) => ({ search: (asked, signal) => adapter.search({ ...asked, language: "en" }, signal) }))),
  ).toEqual(["broken: answers in the language asked for, else in a fallback, else not at all"]);
  expect(
    await failuresOf(broken((adapter) => ({ search: (asked, signal) => adapter.search({ ...asked, at: inSummer }, signal) }))),
  ).toEqual(["broken: never returns what is not valid"]);
  expect(
    await failuresOf(
      broken((adapter) => ({
        search: async (asked, signal) => (await adapter.search({ ...asked, limit: 9 }, signal)).flatMap((passage) => [passage, passage]),
      })),
    ),
  ).toContain("broken: keeps to the limit and gives each article once");
});

describe("embedded knowledge", () => {
  it("shows what is for agents to agents only, by words, by intent and beside what is for visitors", async () => {
    const { adapter } = await prepare();
    await adapter.init?.(signalOf());
    const asked = "Which refund goodwill may agents give?";
    for (const audience of [undefined, "visitors"] as const) {
      expect(await ids(adapter, query(asked, { audience }))).not.toContain("refund-rules");
      expect(await adapter.byIntent?.("refund-rules", query(asked, { audience }), signalOf())).toBeUndefined();
    }
    const forAgents = { audience: "agents" } as const;
    expect((await ids(adapter, query(asked, forAgents)))[0]).toBe("refund-rules");
    expect((await adapter.byIntent?.("refund-rules", query(asked, forAgents), signalOf()))?.articleId).toBe("refund-rules");
    expect((await ids(adapter, query("Where is my order?", forAgents)))[0]).toBe("track-order");
    expect(await ids(adapter, query("Can I pay at a konbini store?", forAgents))).not.toContain("konbini");
  });
  it("says so while it is not ready, and when there is nothing to read", async () => {
    const { adapter, context } = await prepare();
    await expect(adapter.search(query("x"), signalOf())).rejects.toMatchObject({ code: "not-ready" });
    const empty = createEmbeddedKnowledge({ articles: ["nowhere"], urlTemplate: "/help/{id}", defaultLanguage: "en" }, context);
    await expect(empty.init?.(signalOf())).rejects.toMatchObject({ code: "failed", permanent: true });
  });

  it("gives a passage everything a source needs", async () => {
    const { adapter } = await prepare();
    await adapter.init?.(signalOf());
    expect((await adapter.search(query("how do I follow my PARCEL?"), signalOf()))[0]).toEqual({
      articleId: "track-order",
      title: "Where is my order?",
      text: "Body of track-order.",
      language: "en",
      score: expect.closeTo(1, 3) as number,
      url: "/help/track-order",
      updatedAt: "2026-11-02",
    });
  });

  it("keeps to region, audience, dates and scripts", async () => {
    const { adapter } = await prepare();
    await adapter.init?.(signalOf());
    expect(await ids(adapter, query("Can I pay at a konbini store?"))).not.toContain("konbini");
    expect(await adapter.byIntent?.("konbini", query("x"), signalOf())).toBeUndefined();
    expect(await ids(adapter, query("Which refund goodwill may agents give?"))).not.toContain("refund-rules");
    expect(await ids(adapter, query("what is on sale this summer"))).toContain("summer-sale");
    for (const at of ["2026-05-31T23:59:59Z", "2026-09-01T00:00:00Z"])
      expect(await ids(adapter, query("what is on sale this summer", { at: Date.parse(at) }))).not.toContain("summer-sale");
    expect(await ids(adapter, query("what is on sale this summer", { at: Date.parse("2026-08-31T23:59:59Z") }))).toContain("summer-sale");
    expect((await adapter.search(query("我的订单到哪了", { language: "zh" }), signalOf()))[0]?.language).toBe("zh-Hans");
    expect(await ids(adapter, query("我的订单到哪了", { language: "zh-Hant" }))).toEqual([]);
  });

  it("finds by an article's own intents, and lifts it in the order without lifting its score", async () => {
    const { adapter } = await prepare();
    await adapter.init?.(signalOf());
    expect((await adapter.byIntent?.("send-back", query("x"), signalOf()))?.articleId).toBe("return-window");
    const asked = query("where is the lamp", { intents: [{ name: "returns", confidence: 1 }] });
    const plain = await adapter.search(query("where is the lamp"), signalOf());
    const lifted = await adapter.search(asked, signalOf());
    expect(lifted[0]?.articleId).toBe("return-window");
    expect(lifted[0]?.score).toBe(plain.find((passage) => passage.articleId === "return-window")?.score);
  });

  it("names a broken file with its line and loads the rest", async () => {
    const { adapter, logs, context } = await prepare([
      ["broken.md", "---\nid: broken\ntitle: Broken\nlanguage: en\nphrasing: x\n---\nBody\n"],
    ]);
    await adapter.init?.(signalOf());
    expect(logs.filter((line) => line.level === "warn")).toEqual([
      {
        level: "warn",
        message: "article skipped",
        fields: {
          adapter: context.path,
          file: join(context.baseDir, "broken.md"),
          line: 5,
          code: "bad-field",
          problem: "phrasing: unknown field",
        },
      },
    ]);
    expect(await ids(adapter, query("Where is my order?"))).toContain("track-order");
  });

  it("finds an article by a synonym, below the same question in its own words, and tells a bad file with its line", async () => {
    const { context, logs } = await prepare();
    await writeFile(join(context.baseDir, "words.yaml"), "en:\n  - parcel, consignment box\n  - alone\n");
    const adapter = createEmbeddedKnowledge(
      { articles: ["."], synonyms: ["words.yaml", "gone.csv"], urlTemplate: "/help/{id}", defaultLanguage: "en" },
      context,
    );
    await adapter.init?.(signalOf());
    const score = async (text: string) => {
      const [first] = await adapter.search(query(text), signalOf());
      return [first?.articleId, first?.score];
    };
    expect(await score("How do I follow my parcel")).toEqual(["track-order", expect.closeTo(1, 3)]);
    expect(await score("How do I follow my Consignment Box")).toEqual(["track-order", expect.closeTo(0.95, 3)]);
    expect(
      logs.filter((line) => line.level === "warn").map(({ fields, message }) => [message, fields["line"] ?? fields["pattern"]]),
    ).toEqual([
      ["synonyms not found", "gone.csv"],
      ["synonyms skipped", 3],
    ]);
    expect(adapter.watchPaths).toContain(join(context.baseDir, "words.yaml"));
  });

  it("swaps to new articles at once, and keeps the old ones while it reads and when reading fails", async () => {
    const { adapter, context } = await prepare();
    await adapter.init?.(signalOf());
    await writeFile(
      join(context.baseDir, "new.md"),
      files
        .get("return-window.en.md")!
        .replaceAll("return-window", "brand-new")
        .replace("How long do I have to return a lamp?", "Do you sell candles?"),
    );
    const reading = adapter.init?.(signalOf());
    expect(await ids(adapter, query("do you sell candles"))).not.toContain("brand-new");
    await reading;
    expect((await ids(adapter, query("do you sell candles")))[0]).toBe("brand-new");
    await rm(context.baseDir, { recursive: true });
    await expect(adapter.init?.(signalOf())).rejects.toMatchObject({ code: "failed" });
    expect((await ids(adapter, query("do you sell candles")))[0]).toBe("brand-new");
  });
});

it("reads its options strictly", () => {
  expect(embeddedKnowledge.parseOptions({ articles: "help" })).toEqual({
    ok: true,
    options: { articles: ["help"], urlTemplate: "/help/{id}", defaultLanguage: "en" },
  });
  expect(embeddedKnowledge.parseOptions({ articles: [], urlTemplate: "/help", x: 1 })).toMatchObject({
    ok: false,
    issues: [{ path: "articles" }, { path: "urlTemplate" }, { path: "x" }],
  });
});
