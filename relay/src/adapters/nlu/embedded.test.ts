import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { afterEach, describe, expect, it } from "vitest";
import { createTestContext, type TestContext } from "../../testing/adapter-context.ts";
import { failuresOf, signalOf } from "../../testing/contract.ts";
import { nluContract } from "../../testing/nlu-suite.ts";
import type { NluAdapter, NluRequest } from "../spec.ts";
import { createEmbeddedNlu, embeddedNlu, type EmbeddedNluOptions } from "./embedded.ts";
import { chooseVersion, readVersions } from "./versions.ts";

const rows = [
  ...["where is my parcel", "track my order", "has my lamp been shipped", "parcel status"].map((text) => `${text},track-order`),
  ...["i want my money back", "when do i get the refund", "refund not received", "give me back my money"].map(
    (text) => `${text},refund-when`,
  ),
];
const csv = ["text,intent", ...rows, ""].join("\n");
const request = (text: string): NluRequest => ({
  text,
  language: "en",
  siteLanguages: ["en"],
  conversationId: "c",
  siteId: "s",
  visitorId: "v",
  at: Date.parse("2026-11-27T12:00:00Z"),
  history: [],
});

const defaults: EmbeddedNluOptions = { examples: ["examples.csv"], cost: 1, target: 0.8, outOfScope: 0.2, patterns: [], countries: [] };

const open: TestContext[] = [];
async function prepare(source = csv, options: Partial<EmbeddedNluOptions> = {}): Promise<TestContext & { adapter: NluAdapter }> {
  const test = await createTestContext();
  open.push(test);
  await writeFile(join(test.context.baseDir, "examples.csv"), source);
  return { ...test, adapter: createEmbeddedNlu({ ...defaults, ...options }, test.context) };
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((test) => test.dispose()));
});

const known = { text: "where is my parcel", language: "en", intent: "track-order" };
for (const check of nluContract("embedded", { open: prepare, known })) it(check.name, check.run);

it("the contract fails an adapter that is wrong", async () => {
  const broken = (over: Partial<NluAdapter>) =>
    nluContract("broken", { known, open: async () => ({ adapter: { ...(await prepare()).adapter, ...over } }) });
  expect(
    await failuresOf(broken({ understand: async () => ({ intents: [{ name: "track-order", confidence: 1.2 }], slots: [] }) })),
  ).toContain("broken: understands what it was taught");
  expect(
    await failuresOf(broken({ understand: async () => ({ intents: [], slots: [{ name: "x", value: "x", start: 3, end: 99_999 }] }) })),
  ).toContain("broken: answers hostile and odd texts in the same shape");
  expect(
    await failuresOf(broken({ understand: async () => ({ intents: [{ name: "track-order", confidence: 0.9 }], slots: [] }) })),
  ).toEqual(["broken: stops when the signal has fired"]);
});

describe("embedded nlu", () => {
  it("says so while it is not ready, and when there is nothing to learn from", async () => {
    const { adapter, logs } = await prepare("text,intent\nonly,one\n");
    await expect(adapter.understand(request("hi"), signalOf())).rejects.toMatchObject({ code: "not-ready" });
    await expect(adapter.init?.(signalOf())).rejects.toMatchObject({ code: "failed", permanent: true });
    expect(logs).toEqual([]);
  });

  it("learns from folders, globs and articles, and tells what it skipped without the text", async () => {
    const { adapter, context, logs } = await prepare(csv, { examples: ["more", "*.csv", "nowhere/*.csv"], articles: ["help"] });
    await mkdir(join(context.baseDir, "more", "deep"), { recursive: true });
    await mkdir(join(context.baseDir, "help"));
    await writeFile(
      join(context.baseDir, "more", "deep", "a.jsonl"),
      '{"utterance":"glass cracked badly","label":"damaged-item"}\n{"secretword":\n',
    );
    await writeFile(
      join(context.baseDir, "help", "refund-when.md"),
      "---\nid: refund-when\ntitle: Wann kommt die Erstattung\nphrasings:\n  - { text: Ich warte auf die Gutschrift, origin: agent }\n---\nBald.\n",
    );
    await writeFile(join(context.baseDir, "help", "other.md"), "---\nid: other\ntitle: Ganz anderes Thema\n---\nText.\n");
    await adapter.init?.(signalOf());
    const best = async (text: string) => (await adapter.understand(request(text), signalOf())).intents[0]?.name;
    expect(await best("the glass cracked")).toBe("damaged-item");
    expect(await best("warte noch auf Gutschrift")).toBe("refund-when");
    expect((await adapter.understand(request("x"), signalOf())).intents.map((intent) => intent.name)).not.toContain("other");
    const warnings = logs.filter((line) => line.level === "warn");
    expect(warnings).toMatchObject([
      { fields: { pattern: "nowhere/*.csv" } },
      { fields: { file: join(context.baseDir, "more", "deep", "a.jsonl"), line: 2 } },
    ]);
    expect(JSON.stringify(logs)).not.toContain("secretword");
  });

  it("keeps the model for the next start, and trains again when examples or cache change", async () => {
    const { adapter, context, logs } = await prepare();
    const how = (): unknown => logs.findLast((line) => line.message === "intent model ready")?.fields["how"];
    await adapter.init?.(signalOf());
    expect(how()).toBe("trained");
    await adapter.init?.(signalOf());
    expect(how()).toBe("cached");
    const file = (await readdir(context.cacheDir)).find((name) => name.endsWith(".bin"));
    await writeFile(join(context.cacheDir, file ?? ""), "damaged");
    await adapter.init?.(signalOf());
    expect(how()).toBe("trained");
    await writeFile(join(context.baseDir, "examples.csv"), `${csv}cracked glass,damaged-item\nbroken lamp,damaged-item\n`);
    await adapter.init?.(signalOf());
    expect((await adapter.understand(request("the glass is cracked"), signalOf())).intents[0]?.name).toBe("damaged-item");
  });

  it("answers with the old model while a new one is made, and after one that failed", async () => {
    const { adapter, context } = await prepare();
    await adapter.init?.(signalOf());
    await writeFile(join(context.baseDir, "examples.csv"), "text,intent\n");
    const again = adapter.init?.(signalOf());
    const during = await adapter.understand(request("track my order"), signalOf());
    await expect(again).rejects.toMatchObject({ code: "failed" });
    expect(await adapter.understand(request("track my order"), signalOf())).toEqual(during);
  });

  it("refuses a model that does worse on the regression set, and takes it when it no longer does", async () => {
    const regression = ["text,intent", "where is my parcel now,track-order", "my money back please,refund-when", ""].join("\n");
    const { adapter, context, logs } = await prepare(csv, { regression: ["regression.csv"] });
    await writeFile(join(context.baseDir, "regression.csv"), regression);
    await adapter.init?.(signalOf());
    const first = (await adapter.understand(request("where is my parcel"), signalOf())).version;
    // Somebody has mixed the columns up.
    const swapped = csv.replaceAll(/track-order|refund-when/g, (intent) => (intent === "track-order" ? "refund-when" : "track-order"));
    await writeFile(join(context.baseDir, "examples.csv"), swapped);
    for (const _start of [1, 2]) {
      await adapter.init?.(signalOf());
      const served = await adapter.understand(request("where is my parcel"), signalOf());
      expect(served).toMatchObject({ version: first, intents: [{ name: "track-order" }, {}] });
      expect(logs.findLast((line) => line.level === "error")).toMatchObject({ fields: { serves: first, right: 0, before: 2, of: 2 } });
    }
    await writeFile(join(context.baseDir, "examples.csv"), `${csv}cracked glass,damaged-item\nbroken lamp,damaged-item\n`);
    await adapter.init?.(signalOf());
    const third = await adapter.understand(request("the glass is cracked"), signalOf());
    expect(third.version).not.toBe(first);
    expect(third.intents[0]?.name).toBe("damaged-item");
  });

  it("serves the version the operator chose, until he follows the examples again", async () => {
    const { adapter, context, logs } = await prepare();
    const best = async (text: string) => (await adapter.understand(request(text), signalOf())).intents[0]?.name;
    await adapter.init?.(signalOf());
    const { version } = await adapter.understand(request("x"), signalOf());
    await writeFile(join(context.baseDir, "examples.csv"), `${csv}cracked glass,damaged-item\nbroken lamp,damaged-item\n`);
    await adapter.init?.(signalOf());
    expect(await best("cracked glass")).toBe("damaged-item");
    await chooseVersion(context.cacheDir, version);
    await adapter.init?.(signalOf());
    expect(await best("cracked glass")).not.toBe("damaged-item");
    expect(logs.at(-1)).toMatchObject({ fields: { how: "chosen", version } });
    await chooseVersion(context.cacheDir, undefined);
    await adapter.init?.(signalOf());
    expect(await best("cracked glass")).toBe("damaged-item");
    expect((await readVersions(context.cacheDir)).list).toHaveLength(2);
    // A version that is not there is told, and the newest serves.
    await chooseVersion(context.cacheDir, "0".repeat(32));
    await adapter.init?.(signalOf());
    expect(await best("cracked glass")).toBe("damaged-item");
    expect(logs.some((line) => line.level === "warn" && JSON.stringify(line.fields).includes("0".repeat(32)))).toBe(true);
  });

  it("stops training when told to", async () => {
    const { adapter } = await prepare();
    const controller = new AbortController();
    const training = adapter.init?.(controller.signal);
    controller.abort(new Error("stopping"));
    await expect(training).rejects.toThrow("stopping");
    await expect(adapter.init?.(controller.signal)).rejects.toThrow("stopping");
  });

  it("finds what the examples mark, where no form and no list does, from 500 marked texts on", async () => {
    const colours = ["red", "sand", "olive", "ivory", "dark blue"];
    const asked = (count: number): string =>
      Array.from({ length: count }, (_, index) => {
        const colour = colours[index % colours.length] ?? "";
        const [before, intent] = index % 2 === 0 ? ["do you have it in ", "stock"] : ["I ordered number " + index + " in ", "wrong-item"];
        return JSON.stringify({
          text: before + colour + " please",
          intent,
          slots: [{ name: "colour", start: before.length, end: before.length + colour.length }],
        });
      }).join("\n");
    const values = async (count: number): Promise<unknown[]> => {
      const { adapter, context } = await prepare(csv, { examples: ["examples.csv", "marked.jsonl"] });
      await writeFile(join(context.baseDir, "marked.jsonl"), asked(count));
      await adapter.init?.(signalOf());
      const { slots } = await adapter.understand(request("Do you have it in teal please, order 10482"), signalOf());
      return slots.map(({ name, value }) => [name, value]);
    };
    expect(await values(499)).toEqual([["orderNumber", "10482"]]);
    expect(await values(500)).toEqual([
      ["colour", "teal"],
      ["orderNumber", "10482"],
    ]);
  });

  it("puts shipped phrases before what it learnt", async () => {
    const { adapter } = await prepare();
    await adapter.init?.(signalOf());
    const person = await adapter.understand(request("I want to talk to a human about order 10482"), signalOf());
    expect(person).toMatchObject({ wantsPerson: true, slots: [{ name: "orderNumber", value: "10482" }] });
    expect(person.intents[0]).toEqual({ name: "handoff.request", confidence: 1 });
    expect((await adapter.understand(request("thanks!"), signalOf())).intents[0]).toEqual({ name: "smalltalk.thanks", confidence: 1 });
    expect((await adapter.understand(request("where is my parcel"), signalOf())).wantsPerson).toBeUndefined();
  });

  it("does not hold up the event loop while it trains", async () => {
    const words = Array.from({ length: 600 }, (_, index) => `word${index.toString(36)}`);
    const lines = Array.from(
      { length: 6_000 },
      (_, index) => `${[7, 11, 13, 17, 19].map((step) => words[(index * step) % words.length]).join(" ")},intent-${index % 12}`,
    );
    const { adapter } = await prepare(["text,intent", ...lines, ""].join("\n"));
    const before = performance.eventLoopUtilization();
    await adapter.init?.(signalOf());
    // Trained in this thread the loop would be busy from start to end. A share, because the machine may be busy with others.
    expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.5);
  });
});

it("reads its options strictly and tells every mistake", () => {
  expect(embeddedNlu.parseOptions({ examples: "nlu" })).toEqual({
    ok: true,
    options: { examples: ["nlu"], cost: 1, target: 0.8, outOfScope: 0.2, patterns: [], countries: [] },
  });
  const wrong = embeddedNlu.parseOptions({ exmaples: ["a"], orderNumber: "(", cost: 0 });
  expect(wrong).toMatchObject({ ok: false });
  if (wrong.ok) return;
  expect(wrong.issues.map((issue) => issue.path).sort()).toEqual(["cost", "examples", "exmaples", "orderNumber"]);
  for (const issue of wrong.issues) expect(issue.expected).toMatch(/^expected /);
});
