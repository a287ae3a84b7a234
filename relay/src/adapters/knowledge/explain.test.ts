import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createTestContext, type TestContext } from "../../testing/adapter-context.ts";
import { signalOf } from "../../testing/contract.ts";
import type { KnowledgeQuery } from "../spec.ts";
import { explainedAsText } from "../../cli/search.ts";
import { createEmbeddedKnowledge } from "./embedded.ts";
import { explainSearch } from "./explain.ts";

const rows = [
  "id,title,answer,language,regions,audience,validFrom,validUntil",
  "gift,Do you wrap gifts?,Yes we wrap them.,en,,,,",
  "gift-asia,Do you wrap gifts in Asia?,Yes.,en,asia,,,",
  "gift-rules,Which gifts may agents give?,None.,en,,agents,,",
  "gift-easter,Do you wrap gifts at Easter?,Yes.,en,,,2026-03-01,2026-04-30",
  "gift-soon,Do you wrap gifts at New Year?,Yes.,en,,,2026-12-31,",
  "gift-it,Wrap gifts gratis?,Certo.,it,,,,",
];
const options = { articles: ["faq.csv"], urlTemplate: "/help/{id}", defaultLanguage: "en" };
const query = (text: string, at: string): KnowledgeQuery => ({
  text,
  language: "en",
  fallbackLanguages: ["de"],
  intents: [],
  limit: 5,
  at: Date.parse(at),
});
const open: TestContext[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((test) => test.dispose()));
});
async function contextOf(): Promise<TestContext["context"]> {
  const test = await createTestContext();
  open.push(test);
  await writeFile(join(test.context.baseDir, "faq.csv"), `${rows.join("\n")}\n`);
  return test.context;
}

describe("explainSearch", () => {
  it("gives the adapter's own hits with their words, and the reason of each article that is held back", async () => {
    const context = await contextOf();
    const asked = query("do you wrapp gifts", "2026-11-27T00:00:00Z");
    const adapter = createEmbeddedKnowledge(options, context);
    await adapter.init?.(signalOf());
    const passages = await adapter.search(asked, signalOf());
    const { hits, heldBack, slips } = await explainSearch(options, context, asked, signalOf());
    expect(hits.map(({ articleId, score }) => [articleId, score])).toEqual(passages.map(({ articleId, score }) => [articleId, score]));
    expect(hits.map(({ articleId }) => articleId)).toEqual(["gift"]);
    expect(hits[0]?.words).toEqual(expect.arrayContaining(["wrap", "gifts"]));
    expect(slips).toEqual([{ written: "wrapp", meant: "wrap" }]);
    expect(Object.fromEntries(heldBack.map(({ articleId, because }) => [articleId, because]))).toEqual({
      "gift-asia": "region: for asia, not for eu",
      "gift-rules": "audience: for agents only",
      "gift-easter": "date: valid until 2026-04-30",
      "gift-soon": "date: valid from 2026-12-31",
      "gift-it": "language: it is not among en, de",
    });
  });
  it("names the question of the article that is most like, and whose it is", async () => {
    const context = await contextOf();
    const learned = {
      articles: [
        {
          id: "engraving",
          title: "Do you engrave?",
          text: "Yes.",
          language: "en",
          updatedAt: "2026-11-01",
          phrasings: [{ text: "my initials on it", origin: "cluster" as const, at: "2026-11-01" }],
        },
      ],
      phrasings: [{ articleId: "gift", language: "en", text: "ribbon around the box", origin: "agent" as const, at: "2026-11-20" }],
    };
    const nearest = async (text: string) =>
      (await explainSearch(options, { ...context, learned: () => learned }, query(text, "2026-11-27T00:00:00Z"), signalOf())).hits.map(
        (hit) => [hit.articleId, hit.likeness > 0.9, hit.nearest],
      )[0];
    expect(await nearest("ribbon around the box?")).toEqual([
      "gift",
      true,
      learned.phrasings.map(({ text, origin, at }) => ({ text, origin, at }))[0],
    ]);
    expect(await nearest("do you wrap gifts?")).toEqual(["gift", true, { text: "Do you wrap gifts?", origin: "title" }]);
    expect(await nearest("my initials on it")).toEqual(["engraving", true, learned.articles[0]?.phrasings[0]]);
  });
  it("says which synonym found an article, with the adapter's own score", async () => {
    const context = await contextOf();
    await writeFile(join(context.baseDir, "words.csv"), "en,gifts,presents\n");
    const withWords = { ...options, synonyms: ["words.csv"] };
    const asked = query("do you wrap presents?", "2026-11-27T00:00:00Z");
    const adapter = createEmbeddedKnowledge(withWords, context);
    await adapter.init?.(signalOf());
    const [passage] = await adapter.search(asked, signalOf());
    const { hits } = await explainSearch(withWords, context, asked, signalOf());
    expect(hits[0]).toMatchObject({ articleId: "gift", score: passage?.score, synonyms: [{ written: "presents", meant: "gifts" }] });
    expect(hits[0]?.words).toContain("gifts");
    const text = explainedAsText("eu", asked, await explainSearch(withWords, context, asked, signalOf()));
    expect(text).toContain("synonym presents -> gifts");
  });
  it("shows an article from the first moment of its first day to the last of its last", async () => {
    const context = await contextOf();
    const shown = async (at: string): Promise<boolean> =>
      (await explainSearch(options, context, query("gifts at Easter", at), signalOf())).hits.some(
        ({ articleId }) => articleId === "gift-easter",
      );
    expect(await shown("2026-02-28T23:59:59.999Z")).toBe(false);
    expect(await shown("2026-03-01T00:00:00Z")).toBe(true);
    expect(await shown("2026-04-30T23:59:59.999Z")).toBe(true);
    expect(await shown("2026-05-01T00:00:00Z")).toBe(false);
  });
});
