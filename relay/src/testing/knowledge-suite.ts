/** The contract of a knowledge adapter as runnable checks: for the built-in ones here, and for anyone's own. Needs no test framework. */
import assert from "node:assert/strict";
import type { KnowledgeAdapter, KnowledgeQuery, Passage } from "../adapters/spec.ts";
import { signalOf, type ContractCase } from "./contract.ts";
import { knowledgeQuery } from "./knowledge-query.ts";

export type KnowledgeHarness = {
  /** A fresh adapter over the harness's articles, not yet `init`ed. */
  open: () => Promise<{ adapter: KnowledgeAdapter; dispose?: () => Promise<void> }>;
  /** A question one article carries word for word, in `language`; the article exists in `otherLanguage` too. */
  known: { question: string; articleId: string; language: string; otherLanguage: string };
  /** An article that exists in `onlyLanguage` alone, and a question for it in that language. */
  single: { question: string; articleId: string; onlyLanguage: string };
  /** An article that is valid no longer at `at`, with its question; leave out when the adapter knows no validity. */
  expired?: { question: string; articleId: string; at: number };
};

export function knowledgeContract(name: string, harness: KnowledgeHarness): ContractCase[] {
  const { known, single, expired } = harness;
  const query = (text: string, more: Partial<KnowledgeQuery> = {}): KnowledgeQuery =>
    knowledgeQuery(text, { language: known.language, ...more });
  const check = (title: string, run: (adapter: KnowledgeAdapter) => Promise<void>): ContractCase => ({
    name: `${name}: ${title}`,
    run: async () => {
      const { adapter, dispose } = await harness.open();
      try {
        await adapter.init?.(signalOf());
        await run(adapter);
      } finally {
        await adapter.close?.();
        await dispose?.();
      }
    },
  });
  return [
    check("is of kind knowledge", async (adapter) => assert.equal(adapter.kind, "knowledge")),
    check("finds a question it carries, with the highest score", async (adapter) => {
      const passages = await adapter.search(query(known.question), signalOf());
      assertShape(passages, 5);
      assert.equal(passages[0]?.articleId, known.articleId);
      assert.equal(passages[0].language, known.language);
      assert.ok(passages[0].score >= 0.99, `a question word for word scores ${passages[0].score}, expected 1`);
      for (const passage of passages) assert.ok(passage.score <= passages[0].score);
    }),
    check("answers in the language asked for, else in a fallback, else not at all", async (adapter) => {
      const other = await adapter.search(query(known.question, { language: known.otherLanguage }), signalOf());
      assert.equal(other.find((passage) => passage.articleId === known.articleId)?.language, known.otherLanguage);
      const foreign = known.language === single.onlyLanguage ? known.otherLanguage : known.language;
      const without = await adapter.search(query(single.question, { language: foreign }), signalOf());
      assert.ok(!without.some((passage) => passage.articleId === single.articleId), "no passage in a language nobody asked for");
      const fallback = await adapter.search(
        query(single.question, { language: foreign, fallbackLanguages: [single.onlyLanguage] }),
        signalOf(),
      );
      assert.equal(fallback.find((passage) => passage.articleId === single.articleId)?.language, single.onlyLanguage);
    }),
    check("keeps to the limit and gives each article once", async (adapter) => {
      for (const limit of [0, 1, 2]) assertShape(await adapter.search(query(known.question, { limit }), signalOf()), limit);
    }),
    check("scores words it has never seen low", async (adapter) => {
      const passages = await adapter.search(query("xqzt vfpklm wwrrg"), signalOf());
      for (const passage of passages) assert.ok(passage.score < 0.3, `nonsense scores ${passage.score}`);
    }),
    check("answers hostile and odd texts in the same shape", async (adapter) => {
      for (const text of [
        "",
        " ",
        "?",
        "\u0000",
        "\uD800",
        "<script>alert(1)</script>",
        "__proto__ constructor",
        "a".repeat(8_000),
        "退".repeat(8_000),
        "👍",
      ])
        assertShape(await adapter.search(query(text), signalOf()), 5);
    }),
    check("prefers the article of an intent", async (adapter) => {
      const passages = await adapter.search(query("xqzt", { intents: [{ name: known.articleId, confidence: 1 }] }), signalOf());
      assert.equal(passages[0]?.articleId, known.articleId);
      if (adapter.byIntent === undefined) return;
      const found = await adapter.byIntent(known.articleId, query("xqzt"), signalOf());
      assert.equal(found?.articleId, known.articleId);
      assert.equal(found.language, known.language);
      assert.equal(await adapter.byIntent("no-such-intent", query("xqzt"), signalOf()), undefined);
    }),
    check("never returns what is not valid", async (adapter) => {
      if (expired === undefined) return;
      const asked = query(expired.question, { at: expired.at, intents: [{ name: expired.articleId, confidence: 1 }] });
      assert.ok(!(await adapter.search(asked, signalOf())).some((passage) => passage.articleId === expired.articleId));
      assert.equal(await adapter.byIntent?.(expired.articleId, asked, signalOf()), undefined);
    }),
    check("stops when the signal has fired", async (adapter) => {
      await assert.rejects(adapter.search(query(known.question), AbortSignal.abort(new Error("the caller left"))));
    }),
    check("can be initialised again and still finds", async (adapter) => {
      await adapter.init?.(signalOf());
      assert.equal((await adapter.search(query(known.question), signalOf()))[0]?.articleId, known.articleId);
    }),
  ];
}

function assertShape(passages: readonly Passage[], limit: number): void {
  assert.ok(passages.length <= limit, `${passages.length} passages, expected at most ${limit}`);
  assert.equal(new Set(passages.map((passage) => passage.articleId)).size, passages.length, "each article once");
  for (const passage of passages) {
    assert.ok(passage.score >= 0 && passage.score <= 1, `score ${passage.score} lies from 0 to 1`);
    assert.ok(passage.title !== "" && passage.text !== "" && passage.language !== "", "a passage has a title, a text and a language");
  }
}
