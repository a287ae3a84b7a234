/** Every search service behind one contract: a real HTTP server answers in the service's own form, with more than it was asked for. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createTestContext } from "../../../testing/adapter-context.ts";
import { failuresOf, signalOf } from "../../../testing/contract.ts";
import { startTestServer, type Behaviour } from "../../../testing/http-server.ts";
import { knowledgeQuery } from "../../../testing/knowledge-query.ts";
import { knowledgeContract, type KnowledgeHarness } from "../../../testing/knowledge-suite.ts";
import { isPublished, readPublished } from "../../../testing/published.ts";
import { createEgress } from "../../egress.ts";
import { lookupAdapter } from "../../registry.ts";
import type { KnowledgeAdapter, KnowledgeQuery } from "../../spec.ts";
import { plainText, recordOf, type FieldNames } from "./records.ts";
import { likenessOf } from "./remote.ts";

type Record_ = { id: string; title: string; text: string; language: string; [more: string]: unknown };
const articles: Record_[] = [
  {
    id: "returns",
    title: "How long do I have to return a lamp?",
    text: "You have 30 days.",
    language: "en",
    url: "/help/returns",
    updatedAt: "2026-10-12T08:00:00Z",
  },
  { id: "returns", title: "Combien de temps pour retourner une lampe ?", text: "Vous avez 30 jours.", language: "fr" },
  { id: "returns", title: "How long do I have to return a lamp?", text: "Page of another language.", language: "de" },
  { id: "abholung", title: "Kann ich meine Lampe abholen?", text: "<p>Ja, in <b>Berlin</b>.</p><script>x()</script>", language: "de" },
  { id: "sale", title: "When does the summer sale end?", text: "On 31 August.", language: "en", validUntil: "2026-09-01" },
  { id: "apac-only", title: "Do you deliver by drone?", text: "In Manila.", language: "en", regions: ["apac"] },
  { id: "staff", title: "What is the staff discount?", text: "20 percent.", language: "en", audience: ["agents"] },
  { id: "payment", title: "Which cards can I pay with?", text: "All of them.", language: "en", phrasings: ["do you take amex"] },
  { id: "broken", title: "", text: "", language: "en" },
];
type Asked = { method: string; path: string; headers: IncomingHttpHeaders; body: Record<string, unknown> };
type Service = {
  options: (origin: string) => object;
  /** The records, in the form of the service. */
  answer: (records: Record_[], asked: Asked) => unknown;
  /** What a request must look like. */
  sends: (asked: Asked) => void;
  /** A service that keeps languages and ids to itself. */
  plain?: true;
};

const services: Record<string, Service> = {
  http: {
    options: (origin) => ({ url: `${origin}/knowledge`, headers: { authorization: "Bearer k" } }),
    answer: (records) => ({ records: [...records, 7, null, { id: "x" }] }),
    sends: ({ method, path, headers, body }) => {
      expect([method, path, headers["authorization"]]).toEqual(["POST", "/knowledge", "Bearer k"]);
      expect(body).toEqual({ text: "amex please", languages: ["en", "fr"], limit: 15 });
    },
  },
  meilisearch: {
    options: (origin) => ({ url: origin, index: "articles", apiKey: "k" }),
    answer: (hits) => ({ hits, query: "", processingTimeMs: 1 }),
    sends: ({ method, path, headers, body }) => {
      expect([method, path, headers["authorization"]]).toEqual(["POST", "/indexes/articles/search", "Bearer k"]);
      expect(body).toMatchObject({ q: "amex please", filter: ['language IN ["en", "fr"]'], limit: 15 });
    },
  },
  elasticsearch: {
    options: (origin) => ({ url: `${origin}/`, index: "articles", apiKey: "k" }),
    answer: (records) => ({
      took: 1,
      timed_out: false,
      hits: { hits: records.map((record) => ({ _id: "1", _score: 3, _source: record })) },
    }),
    sends: ({ method, path, headers, body }) => {
      expect([method, path, headers["authorization"]]).toEqual(["POST", "/articles/_search", "ApiKey k"]);
      expect(body).toMatchObject({
        size: 15,
        query: { bool: { must: [{ multi_match: { query: "amex please" } }], filter: [{ terms: { language: ["en", "fr"] } }] } },
      });
    },
  },
  typesense: {
    options: (origin) => ({ url: origin, collection: "articles", apiKey: "k" }),
    answer: (records) => ({ found: records.length, hits: records.map((document) => ({ document, text_match: 1 })) }),
    sends: ({ method, path, headers }) => {
      const url = new URL(path, "http://x");
      expect([method, url.pathname, headers["x-typesense-api-key"]]).toEqual(["GET", "/collections/articles/documents/search", "k"]);
      expect(Object.fromEntries(url.searchParams)).toMatchObject({
        q: "amex please",
        query_by: "title,text",
        filter_by: "language:=[`en`,`fr`]",
        per_page: "15",
      });
    },
  },
  algolia: {
    options: (origin) => ({ url: origin, appId: "APP1", apiKey: "k", index: "articles" }),
    answer: (hits) => ({ hits: hits.map((hit) => ({ ...hit, objectID: "1" })), nbHits: hits.length }),
    sends: ({ method, path, headers, body }) => {
      expect([method, path]).toEqual(["POST", "/1/indexes/articles/query"]);
      expect(headers).toMatchObject({ "x-algolia-application-id": "APP1", "x-algolia-api-key": "k" });
      expect(body).toMatchObject({ query: "amex please", facetFilters: [["language:en", "language:fr"]], hitsPerPage: 15 });
    },
  },
  dify: {
    plain: true,
    options: (origin) => ({ baseUrl: `${origin}/v1`, dataset: "d-1", apiKey: "k" }),
    answer: (records) => ({
      query: { content: "" },
      records: records
        .filter(({ language, text }) => language === "en" && text !== "")
        .map(({ id, title, text }) => ({
          segment: { id: "s", content: `${title}\n${text}`, document: { id, name: `${title}.md` } },
          score: 0.5,
        })),
    }),
    sends: ({ method, path, headers, body }) => {
      expect([method, path, headers["authorization"]]).toEqual(["POST", "/v1/datasets/d-1/retrieve", "Bearer k"]);
      expect(body).toMatchObject({ query: "amex please", retrieval_model: { search_method: "full_text_search", top_k: 15 } });
    },
  },
};

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0)) await one();
});

async function open(name: string, origin: string, over: object = {}): Promise<KnowledgeAdapter> {
  const found = lookupAdapter("knowledge", name);
  if (!found.ok) throw new Error(found.issue);
  const parsed = found.definition.parseOptions({ ...services[name]?.options(origin), ...over });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const { context, dispose } = await createTestContext({ fetch: createEgress({ hosts: [origin], timeoutMs: 2_000 }) });
  await dispose();
  return found.definition.create(parsed.options as never, context);
}
async function serve(name: string, records: Record_[] = articles): Promise<{ adapter: KnowledgeAdapter; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString()));
    request.on("end", () => {
      const one = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        body: body === "" ? {} : (JSON.parse(body) as Record<string, unknown>),
      };
      asked.push(one);
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(services[name]?.answer(records, one)));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  undo.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { adapter: await open(name, `http://127.0.0.1:${(server.address() as AddressInfo).port}`), asked };
}
const query = (text: string, more: Partial<KnowledgeQuery> = {}): KnowledgeQuery =>
  knowledgeQuery(text, { fallbackLanguages: ["fr"], ...more });

const harness = (name: string, records?: Record_[]): KnowledgeHarness => ({
  open: async () => ({ adapter: (await serve(name, records)).adapter }),
  known: { question: "How long do I have to return a lamp?", articleId: "returns", language: "en", otherLanguage: "fr" },
  single: { question: "Kann ich meine Lampe abholen?", articleId: "abholung", onlyLanguage: "de" },
  expired: { question: "When does the summer sale end?", articleId: "sale", at: Date.parse("2026-11-20T12:00:00Z") },
});
/** Dify knows neither languages nor ids nor dates of a part. */
const notOf = (service: Service | undefined, title: string): boolean => service?.plain === true && /language|intent|valid/.test(title);

for (const name of Object.keys(services)) {
  describe(`knowledge: ${name}`, () => {
    for (const check of knowledgeContract(name, harness(name))) if (!notOf(services[name], check.name)) it(check.name, check.run);

    it("fails the contract when the service finds nothing", async () => {
      expect(await failuresOf(knowledgeContract(name, harness(name, [])))).toContain(
        `${name}: finds a question it carries, with the highest score`,
      );
    });

    it("asks in the form of the service", async () => {
      const { adapter, asked } = await serve(name);
      await adapter.search(query("amex please"), signalOf());
      expect(asked).toHaveLength(1);
      for (const one of asked) services[name]?.sends(one);
    });

    it("gives every fault a code, and never the words of anybody", async () => {
      for (const [behaviour, code] of [
        [{ kind: "answer", status: 200, body: '{"error":"secret words"}' }, "bad-response"],
        [{ kind: "answer", status: 200, body: "secret words" }, "bad-response"],
        [{ kind: "answer", status: 403, body: "secret words" }, "unauthorized"],
        [{ kind: "answer", status: 503 }, "failed"],
        [{ kind: "answer", body: `{"hits":"${"x".repeat(2_000_000)}"}` }, "bad-response"],
        [{ kind: "hang" }, "timeout"],
        [{ kind: "reset" }, "unreachable"],
      ] as [Behaviour, string][]) {
        const server = await startTestServer(behaviour);
        undo.push(() => server.close());
        const failed = (await open(name, server.origin)).search(query("secret question"), signalOf());
        await expect(failed, code).rejects.toMatchObject({ code });
        await expect(failed).rejects.not.toThrow(/secret/);
      }
    }, 20_000);
  });
}

describe("what is found", () => {
  it("is for this region, these eyes and this day only, with its date and its address", async () => {
    const { adapter } = await serve("http");
    const of = async (text: string, more: Partial<KnowledgeQuery> = {}): Promise<string[]> =>
      (await adapter.search(query(text, more), signalOf())).filter(({ score }) => score > 0.5).map(({ articleId }) => articleId);
    expect(await of("Do you deliver by drone?")).toEqual([]);
    expect(await of("What is the staff discount?")).toEqual([]);
    expect(await of("What is the staff discount?", { audience: "agents" })).toEqual(["staff"]);
    expect(await of("When does the summer sale end?")).toEqual([]);
    expect(await of("When does the summer sale end?", { at: Date.parse("2026-08-01") })).toEqual(["sale"]);
    expect(await of("do you take amex")).toEqual(["payment"]);
    const [returns] = await adapter.search(query("How long do I have to return a lamp?"), signalOf());
    expect(returns).toMatchObject({ language: "en", url: "/help/returns", updatedAt: "2026-10-12", score: 1 });
  });
  it("is plain text", async () => {
    const { adapter } = await serve("http");
    const [found] = await adapter.search(query("Kann ich meine Lampe abholen?", { language: "de" }), signalOf());
    expect(found?.text).toBe("Ja, in Berlin .");
  });
});

describe("records", () => {
  const names = (over: Partial<FieldNames> = {}): FieldNames => ({
    id: "id",
    title: "title",
    text: "text",
    language: "language",
    phrasings: "phrasings",
    url: "url",
    updatedAt: "updatedAt",
    validFrom: "validFrom",
    validUntil: "validUntil",
    regions: "regions",
    audience: "audience",
    ...over,
  });
  it("are read by the operator's names, into objects too", () => {
    const raw = { key: 7, meta: { head: "Title", link: "https://x.example/a" }, body: "Text", changed: 1_760_000_000 };
    expect(recordOf(raw, names({ id: "key", title: "meta.head", text: "body", url: "meta.link", updatedAt: "changed" }))).toMatchObject({
      id: "7",
      title: "Title",
      text: "Text",
      url: "https://x.example/a",
      updatedAt: "2025-10-09",
    });
    expect(recordOf({ id: "a", title: "T", text: "x" }, names({ title: "__proto__.x" }))).toBeUndefined();
    expect(recordOf({ id: "a", title: "T", text: "x", url: "javascript:alert(1)" }, names())?.url).toBeUndefined();
    for (const wrong of [null, undefined, 7, "x", [], {}]) expect(recordOf(wrong, names())).toBeUndefined();
  });
  it("lose their tags and nothing else", () => {
    expect(plainText("a < b and c > d")).toBe("a < b and c > d");
    expect(plainText("<p>One&nbsp;&amp; two</p><p>Three &#233; &unknown;</p><style>x{}</style>")).toBe("One & two\nThree é &unknown;");
    expect(plainText("<script>alert(1)")).toBe("");
    expect(plainText("<img src=x onerror=alert(1)")).toBe("");
    expect(plainText(`<${"a".repeat(50_000)}`)).toBe("");
  });
  it("are like a question by the words that matter", () => {
    const record = { title: "Which cards can I pay with?", text: "Visa and more", phrasings: ["do you take amex"] };
    expect(likenessOf(["do", "you", "take", "amex"], record)).toBe(1);
    expect(likenessOf(["visa"], record)).toBeLessThan(0.7);
    expect(likenessOf(["can", "i", "with"], record)).toBeLessThan(likenessOf(["cards", "pay"], record));
    expect(likenessOf([], record)).toBe(0);
  });
});

describe("published descriptions (../shared/contracts)", () => {
  const bodyOf = async (name: string): Promise<Record<string, unknown>> => {
    const { adapter, asked } = await serve(name);
    await adapter.search(query("amex please"), signalOf());
    return asked[0]?.body ?? {};
  };
  it.skipIf(!isPublished("dify.json"))("dify knows what is sent", async () => {
    const published = readPublished("dify.json");
    const schema = published.schema("#/paths/~1datasets~1{dataset_id}~1retrieve/post/requestBody/content/application~1json/schema");
    const body = await bodyOf("dify");
    expect(published.misfits(body, schema)).toEqual([]);
    expect(published.misfits({ ...body, query: 7 }, schema)).not.toEqual([]);
    expect(published.misfits({}, schema)).not.toEqual([]);
  });
  it.skipIf(!isPublished("algolia-search.yml"))("algolia knows what is sent", { timeout: 30_000 }, async () => {
    const published = readPublished("algolia-search.yml");
    const schema = published.schema("#/paths/~11~1indexes~1{indexName}~1query/post/requestBody/content/application~1json/schema");
    const body = await bodyOf("algolia");
    expect(published.misfits(body, schema)).toEqual([]);
    expect(published.misfits({ ...body, hitsPerPage: "15" }, schema)).not.toEqual([]);
  });
  it.skipIf(!isPublished("es-serverless.json"))("elasticsearch knows what is sent", { timeout: 30_000 }, async () => {
    const published = readPublished("es-serverless.json");
    const schema = published.schema("#/components/requestBodies/search/content/application~1json/schema");
    const body = await bodyOf("elasticsearch");
    expect(published.misfits(body, schema)).toEqual([]);
    expect(published.misfits({ ...body, sise: 3 }, schema)).not.toEqual([]);
  });
  it.skipIf(!isPublished("meilisearch.json"))("meilisearch knows what is sent", async () => {
    const published = readPublished("meilisearch.json");
    const schema = published.schema("SearchQuery");
    // Two faults of the description: it marks fields required that the server does not ask for, and writes names with underscores.
    const waived = (one: string): boolean => one.endsWith(": missing") || one === ".matchingStrategy: not known";
    const body = await bodyOf("meilisearch");
    expect(published.misfits(body, schema).filter((one) => !waived(one))).toEqual([]);
    expect(published.misfits({ ...body, limit: "x" }, schema).filter((one) => !waived(one))).not.toEqual([]);
  });
});
