/** What a region has learnt, beside a search service: a real HTTP server that knows nothing of it. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createTestContext } from "../../../testing/adapter-context.ts";
import { signalOf } from "../../../testing/contract.ts";
import { knowledgeQuery as query } from "../../../testing/knowledge-query.ts";
import { createEgress } from "../../egress.ts";
import type { KnowledgeAdapter, Learned } from "../../spec.ts";
import { httpKnowledge } from "./http.ts";

type Asked = { body: Record<string, unknown> };
const articles = [
  { id: "returns", title: "How long do I have to return a lamp?", text: "You have 30 days.", language: "en" },
  { id: "payment", title: "Which cards can I pay with?", text: "All of them.", language: "en" },
];
const undo: (() => unknown)[] = [];
afterEach(() => {
  for (const one of undo.splice(0)) one();
});

describe("what the region has learnt", () => {
  const learned: Learned = {
    articles: [
      {
        id: "engraving",
        title: "Do you engrave lamps?",
        text: "Yes, for 15 euros.",
        language: "en",
        phrasings: [{ text: "can my name be put on it", origin: "cluster" }],
        updatedAt: "2026-11-20",
      },
      { id: "payment", title: "Which cards can I pay with?", text: "Visa only.", language: "en", phrasings: [], updatedAt: "2026-11-21" },
    ],
    phrasings: [
      { articleId: "returns", language: "en", text: "may the bulb go home again", origin: "agent" },
      { articleId: "gone", language: "en", text: "is the moon for sale", origin: "agent" },
    ],
  };
  /** A service that finds by words only, and only where the question's first word is in the title; and gives what is asked for by id. */
  async function taught(known: () => Learned): Promise<{ adapter: KnowledgeAdapter; asked: Asked[] }> {
    const asked: Asked[] = [];
    const find = ({ body }: Asked): typeof articles =>
      articles.filter(({ id, title }) =>
        Array.isArray(body["ids"]) ? body["ids"].includes(id) : title.toLowerCase().includes(String(body["text"]).split(" ")[0] ?? ""),
      );
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (piece: Buffer) => (body += piece.toString()));
      request.on("end", () => {
        const one = { body: JSON.parse(body) as Record<string, unknown> };
        asked.push(one);
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ records: find(one) }));
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    undo.push(() => server.close());
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { context, dispose } = await createTestContext({ fetch: createEgress({ hosts: [origin] }), learned: known });
    await dispose();
    const parsed = httpKnowledge.parseOptions({ url: origin });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
    return { adapter: httpKnowledge.create(parsed.options as never, context), asked };
  }

  it("is found beside the service's articles, and takes the place of those it says anew", async () => {
    const { adapter } = await taught(() => learned);
    const [engraving] = await adapter.search(query("can my name be put on it"), signalOf());
    expect(engraving).toMatchObject({ articleId: "engraving", text: "Yes, for 15 euros.", score: 1, updatedAt: "2026-11-20" });
    const payment = await adapter.search(query("which cards can I pay with?"), signalOf());
    expect(payment.filter(({ articleId }) => articleId === "payment")).toMatchObject([{ text: "Visa only.", score: 1 }]);
    expect((await adapter.byIntent?.("engraving", query(""), signalOf()))?.articleId).toBe("engraving");
    expect((await adapter.search(query("can my name be put on it", { language: "fr", fallbackLanguages: [] }), signalOf())).length).toBe(0);
  });
  it("leads to an article of the service that does not have the words, and to nothing where that is gone", async () => {
    const { adapter, asked } = await taught(() => learned);
    const [returns] = await adapter.search(query("may the bulb go home again"), signalOf());
    expect(returns).toMatchObject({ articleId: "returns", language: "en", text: "You have 30 days.", score: 1 });
    expect(asked.map(({ body }) => body["ids"]).filter((ids) => ids !== undefined)).toEqual([["returns"]]);
    expect(await adapter.search(query("is the moon for sale"), signalOf())).toEqual([]);
    // The control: without it nothing is found, and nobody is asked twice.
    const plain = await taught(() => ({ articles: [], phrasings: [] }));
    expect(await plain.adapter.search(query("may the bulb go home again"), signalOf())).toEqual([]);
    expect(plain.asked).toHaveLength(1);
  });
  it("is read anew when the region has learnt more", async () => {
    let now: Learned = { articles: [], phrasings: [] };
    const { adapter } = await taught(() => now);
    expect(adapter.learns).toBe(true);
    const ask = async (): Promise<number> =>
      (await adapter.search(query("can my name be put on it"), signalOf())).filter(({ articleId }) => articleId === "engraving").length;
    expect(await ask()).toBe(0);
    now = learned;
    await adapter.init?.(signalOf());
    expect(await ask()).toBe(1);
    now = { articles: [], phrasings: [] };
    await adapter.init?.(signalOf());
    expect(await ask()).toBe(0);
  });
});
