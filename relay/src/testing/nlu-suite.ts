/** The contract of an NLU adapter as runnable checks: for the built-in ones here, and for anyone's own. Needs no test framework. */
import assert from "node:assert/strict";
import type { NluAdapter, NluRequest, Passage, Understanding } from "../adapters/spec.ts";
import { signalOf, type ContractCase } from "./contract.ts";

export type NluHarness = {
  /** A fresh adapter, not yet `init`ed. */
  open: () => Promise<{ adapter: NluAdapter; dispose?: () => Promise<void> }>;
  /** A text the adapter understands, and the name of its intent; or, of an engine that answers by itself, words of its answer. */
  known: { text: string; language: string } & ({ intent: string } | { answer: string });
  /** What the region's knowledge would find, for an engine that asks it. */
  passages?: readonly Passage[];
};

export function nluContract(name: string, harness: NluHarness): ContractCase[] {
  const request = (text: string, language = harness.known.language): NluRequest => ({
    text,
    language,
    siteLanguages: [harness.known.language],
    conversationId: "01890000-0000-7000-8000-000000000001",
    siteId: "contract",
    visitorId: "01890000-0000-7000-8000-000000000002",
    at: Date.parse("2026-11-27T12:00:00Z"),
    history: [],
    ...(harness.passages === undefined ? {} : { search: async () => [...(harness.passages ?? [])] }),
  });
  const { known } = harness;
  const assertUnderstood = async ({ intents, answer }: Understanding): Promise<void> => {
    if ("intent" in known) return assert.equal(intents[0]?.name, known.intent);
    let text = "";
    for await (const piece of answer?.text ?? []) text += piece;
    assert.ok(text.includes(known.answer), "the answer has the words it must have");
    await answer?.parts();
  };
  const check = (title: string, run: (adapter: NluAdapter) => Promise<void>): ContractCase => ({
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
    check("is of kind nlu", async (adapter) => assert.equal(adapter.kind, "nlu")),
    check("understands what it was taught", async (adapter) => {
      const understanding = await adapter.understand(request(harness.known.text), signalOf());
      assertShape(understanding, harness.known.text);
      await assertUnderstood(understanding);
    }),
    check("answers hostile and odd texts in the same shape", async (adapter) => {
      for (const text of [
        "",
        " ",
        "?",
        "\u0000",
        "\uD800",
        "<script>alert(1)</script>",
        "__proto__",
        "constructor",
        "a".repeat(8_000),
        "退".repeat(8_000),
        "👍👍",
        "1234567890 ".repeat(600),
      ]) {
        assertShape(await adapter.understand(request(text), signalOf()), text);
      }
    }),
    check("keeps parallel requests apart", async (adapter) => {
      const texts = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? harness.known.text : "zzz qqq xxx"));
      const answers = await Promise.all(texts.map(async (text) => adapter.understand(request(text), signalOf())));
      for (const [index, answer] of answers.entries()) if (index % 2 === 0) await assertUnderstood(answer);
    }),
    check("stops when the signal has fired", async (adapter) => {
      const reason = new Error("the caller left");
      await assert.rejects(adapter.understand(request(harness.known.text), AbortSignal.abort(reason)));
    }),
    check("can be initialised again and still understands", async (adapter) => {
      await adapter.init?.(signalOf());
      await assertUnderstood(await adapter.understand(request(harness.known.text), signalOf()));
    }),
  ];
}

function assertShape(understanding: Understanding, text: string): void {
  let before = 1;
  for (const { name, confidence } of understanding.intents) {
    assert.ok(name !== "", "an intent has a name");
    assert.ok(confidence >= 0 && confidence <= 1, `confidence ${confidence} lies from 0 to 1`);
    assert.ok(confidence <= before, "intents are sorted, best first");
    before = confidence;
  }
  assert.equal(new Set(understanding.intents.map((intent) => intent.name)).size, understanding.intents.length, "each intent once");
  for (const { start, end, name } of understanding.slots) {
    assert.ok(name !== "" && Number.isInteger(start) && start >= 0 && start < end && end <= text.length, "a slot lies within the text");
  }
}
