/** The PostgreSQL adapter against a real server, started for this file: its contract, its languages, its faults. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestContext } from "../../../testing/adapter-context.ts";
import { failuresOf, signalOf } from "../../../testing/contract.ts";
import { knowledgeQuery } from "../../../testing/knowledge-query.ts";
import { knowledgeContract, type KnowledgeHarness } from "../../../testing/knowledge-suite.ts";
import { postgresPrograms, startPostgres, type PostgresServer } from "../../../testing/postgres-server.ts";
import { createEgressList } from "../../egress-list.ts";
import type { KnowledgeAdapter, Passage } from "../../spec.ts";
import { postgresKnowledge } from "./postgres.ts";

const articles: [id: string, language: string | null, title: string, text: string, more?: { phrasings?: string[]; until?: string }][] = [
  ["returns", "en", "How long do I have to return a lamp?", "You have 30 days from delivery."],
  ["returns", "fr", "Combien de temps pour retourner une lampe ?", "Vous avez 30 jours après la livraison."],
  ["abholung", "de", "Kann ich meine Lampe abholen?", "<p>Ja, in <b>Berlin</b>.</p>"],
  ["sale", "en", "When does the summer sale end?", "On 31 August.", { until: "2026-09-01" }],
  ["payment", null, "Which cards can I pay with?", "All of them.", { phrasings: ["do you take amex"] }],
  ["tuihuo", "zh", "怎么退货", "请在三十天内联系我们办理退货手续。"],
  ["shikyu", "ja", "電球の交換方法は？", "まず電源を切ってください。"],
  ["returns", "th", "คืนสินค้าได้ภายในกี่วัน", "คืนได้ภายใน 30 วัน"],
];

let server: PostgresServer;
async function open(options: object = {}, hosts = [`postgres://127.0.0.1:${server.port}`]): Promise<KnowledgeAdapter> {
  const given = { url: `postgres://reader:p%40ss@127.0.0.1:${server.port}/postgres`, table: "support.articles", tls: "off", ...options };
  const parsed = postgresKnowledge.parseOptions(given);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const { context, dispose } = await createTestContext({ resolve: createEgressList(hosts) });
  await dispose();
  return postgresKnowledge.create(parsed.options as never, context);
}
/** What one search finds, with its connections closed again. */
async function find(options: object, text: string, language = "en", hosts?: string[]): Promise<Passage[]> {
  const adapter = await open(options, hosts);
  try {
    return await adapter.search(knowledgeQuery(text, { language }), signalOf());
  } finally {
    await adapter.close?.();
  }
}
const harness = (options: object = {}): KnowledgeHarness => ({
  open: async () => ({ adapter: await open(options) }),
  known: { question: "How long do I have to return a lamp?", articleId: "returns", language: "en", otherLanguage: "fr" },
  single: { question: "Kann ich meine Lampe abholen?", articleId: "abholung", onlyLanguage: "de" },
  expired: { question: "When does the summer sale end?", articleId: "sale", at: Date.parse("2026-11-20T12:00:00Z") },
});

describe("knowledge: postgres, its options", () => {
  it("are read strictly", () => {
    const url = "postgres://reader:pw@db.example/shop";
    for (const [options, path] of [
      [{ table: "articles" }, "url"],
      [{ url }, "table"],
      [{ url: "https://db.example/shop", table: "a" }, "url"],
      [{ url: "postgres://db.example/shop", table: "a" }, "url"],
      [{ url: `${url}?sslmode=disable`, table: "a" }, "url"],
      [{ url, table: 'a"; drop table b' }, "table"],
      [{ url, table: "a", tls: "prefer" }, "tls"],
      [{ url, table: "a", ca: "/etc/ca.pem" }, "ca"],
      [{ url, table: "a", colums: 1 }, "colums"],
    ] as [object, string][])
      expect(postgresKnowledge.parseOptions(options), JSON.stringify(options)).toMatchObject({ ok: false, issues: [{ path }] });
    expect(postgresKnowledge.parseOptions({ url, table: "support.articles" })).toMatchObject({ ok: true });
  });
});

const title = `knowledge: postgres${postgresPrograms === undefined ? " (skipped: no PostgreSQL server in /usr/lib/postgresql)" : ""}`;
describe.skipIf(postgresPrograms === undefined)(title, () => {
  beforeAll(async () => {
    server = await startPostgres();
    await server.run(`
      CREATE ROLE reader LOGIN PASSWORD 'p@ss';
      CREATE SCHEMA support;
      CREATE TABLE support.articles (id text, language text, title text, text text, phrasings text[], "validUntil" date, "updatedAt" timestamptz, meta jsonb);
      CREATE TABLE support."Fragen" (nr bigint, lang text, doc jsonb, changed timestamp, words tsvector);
      CREATE TABLE support.secret (id text, title text, text text);
      CREATE TABLE support.empty (LIKE support.articles);
      CREATE VIEW support.slow AS SELECT articles.* FROM support.articles, (SELECT 1 FROM pg_sleep(30)) AS late;
      GRANT USAGE ON SCHEMA support TO reader;
      GRANT SELECT ON support.articles, support."Fragen", support.empty, support.slow TO reader`);
    for (const [id, language, head, text, more] of articles)
      await server.run(
        "INSERT INTO support.articles VALUES ($1, $2, $3, $4, $5, $6, '2026-10-12 23:30:00+02', '{\"link\": \"https://shop.example/x\"}')",
        [id, language, head, text, more?.phrasings ?? [], more?.until ?? null],
      );
    await server.run(`
      INSERT INTO support."Fragen" VALUES
        (7, 'de', '{"kopf": "Wie schalte ich die Lampe ein?", "text": "Am Schalter.", "auch": ["Einschalten geht nicht"]}', '2026-10-12 23:30:00', to_tsvector('german', 'Wie schalte ich die Lampe ein? Einschalten')),
        (8, 'de', '{"kopf": "Ohne Wörter im Index", "text": "Lampe Lampe Lampe"}', 'infinity', '')`);
  }, 60_000);
  afterAll(async () => server?.dispose());

  for (const check of knowledgeContract("postgres", harness())) it(check.name, check.run);

  it("fails the contract when the table is empty", async () => {
    expect(await failuresOf(knowledgeContract("postgres", harness({ table: "support.empty" })))).toContain(
      "postgres: finds a question it carries, with the highest score",
    );
  });

  it("finds by other forms of a word, by any of the words, and by phrasings", async () => {
    const first = async (text: string, language?: string): Promise<string | undefined> => (await find({}, text, language))[0]?.articleId;
    expect(await first("returning lamps please hello")).toBe("returns");
    expect(await first("je voudrais retourner mes lampes", "fr")).toBe("returns");
    expect(await first("amex?")).toBe("payment");
    expect(await first("O'Reilly\\ & | ! <-> :* ' returned")).toBe("returns");
    expect(await find({ configuration: "simple" }, "returning lamps")).toEqual([]);
  });
  it("finds in scripts that put no spaces", async () => {
    for (const [text, language, id] of [
      ["我想退货", "zh", "tuihuo"],
      ["電球を交換したい", "ja", "shikyu"],
      ["อยากคืนสินค้า", "th", "returns"],
    ] as const)
      expect((await find({}, text, language))[0], text).toMatchObject({ articleId: id, language });
  });
  it("tells date and address, of columns and of what lies in JSON, by the operator's names", async () => {
    const [returns] = await find({ fields: { url: "meta.link" } }, "How long do I have to return a lamp?");
    expect(returns).toMatchObject({ url: "https://shop.example/x", updatedAt: "2026-10-12", score: 1 });
    const names = { id: "nr", language: "lang", title: "doc.kopf", text: "doc.text", phrasings: "doc.auch", updatedAt: "changed" };
    const own = { table: "support.Fragen", fields: names };
    expect(await find(own, "Lampe einschalten", "de")).toMatchObject([
      { articleId: "7", title: "Wie schalte ich die Lampe ein?", text: "Am Schalter.", updatedAt: "2026-10-12" },
      { articleId: "8" },
    ]);
    // With a column of words, what that holds counts, and nothing else.
    expect((await find({ ...own, vector: "words" }, "Lampe einschalten", "de")).map(({ articleId }) => articleId)).toEqual(["7"]);
  });

  it("names what the config has wrong, at start and when asked", async () => {
    for (const [options, code, words] of [
      [{ url: `postgres://reader:wrong@127.0.0.1:${server.port}/postgres` }, "unauthorized", /28P01/],
      [{ url: `postgres://reader:p%40ss@127.0.0.1:${server.port}/nowhere` }, "bad-request", /3D000/],
      [{ table: "support.nothing" }, "bad-request", /support\.nothing/],
      [{ table: "support.secret" }, "bad-request", /42501/],
      [{ fields: { title: "heading" } }, "bad-request", /heading.*title/],
      [{ fields: { url: "link" } }, "bad-request", /link.*url/],
      [{ vector: "words" }, "bad-request", /words.*vector/],
      [{ configuration: "klingon" }, "bad-request", /42704/],
    ] as [object, string, RegExp][]) {
      const failed = find(options, "secret question");
      await expect(failed, JSON.stringify(options)).rejects.toMatchObject({
        code,
        permanent: true,
        message: expect.stringMatching(words) as string,
      });
      await expect(failed).rejects.not.toThrow(/secret question/);
    }
    const adapter = await open({ table: "support.nothing" });
    await expect(adapter.init?.(signalOf())).rejects.toMatchObject({ code: "bad-request" });
    await adapter.close?.();
  });
  it("sees a column that was added since", async () => {
    const adapter = await open({ table: "support.empty", fields: { url: "link" } });
    await expect(adapter.search(knowledgeQuery("lamp"), signalOf())).rejects.toMatchObject({ code: "bad-request" });
    await server.run("ALTER TABLE support.empty ADD COLUMN link text");
    await expect(adapter.search(knowledgeQuery("lamp"), signalOf())).resolves.toEqual([]);
    await server.run("ALTER TABLE support.empty DROP COLUMN link");
    await expect(adapter.search(knowledgeQuery("lamp"), signalOf())).rejects.toMatchObject({ code: "bad-request" });
    await adapter.close?.();
  });
  it("is not reached unless it is listed, and never over plain text to a public address", async () => {
    const connections: unknown[] = [];
    const listener = createServer((socket) => void connections.push(socket.destroy())).listen(0, "127.0.0.1");
    await new Promise((resolve) => listener.once("listening", resolve));
    const { port } = listener.address() as { port: number };
    const url = `postgres://reader:pw@127.0.0.1:${port}/postgres`;
    await expect(find({ url }, "lamp")).rejects.toMatchObject({
      code: "refused",
      message: expect.stringContaining(String(port)) as string,
    });
    expect(connections).toHaveLength(0);
    // The control: listed, it is.
    await expect(find({ url }, "lamp", "en", [`postgres://127.0.0.1:${port}`])).rejects.toMatchObject({ code: "unreachable" });
    expect(connections.length).toBeGreaterThan(0);
    listener.close();
    const open_ = find({ url: "postgres://reader:pw@8.8.8.8/postgres" }, "lamp", "en", ["postgres://8.8.8.8"]);
    await expect(open_).rejects.toMatchObject({ code: "refused", message: expect.stringContaining("tls: off") as string });
  });
  it("leaves a slow statement when the caller leaves, and answers the next", async () => {
    const adapter = await open({ table: "support.slow" });
    await adapter.init?.(signalOf());
    const from = Date.now();
    // More than there are connections: some wait for one, and leave while they wait.
    const failed = Array.from({ length: 8 }, async () => adapter.search(knowledgeQuery("lamp"), AbortSignal.timeout(200)));
    for (const one of failed) await expect(one).rejects.toMatchObject({ name: "TimeoutError" });
    expect(Date.now() - from).toBeLessThan(5_000);
    await server.run(
      "DROP VIEW support.slow; CREATE VIEW support.slow AS SELECT * FROM support.articles; GRANT SELECT ON support.slow TO reader",
    );
    expect((await adapter.search(knowledgeQuery("return a lamp"), signalOf()))[0]?.articleId).toBe("returns");
    await adapter.close?.();
  });
  it("cannot write, whatever its user may", async () => {
    const url = `postgres://owner:owner-password@127.0.0.1:${server.port}/postgres`;
    await server.run(`
      CREATE TABLE support.touched (id text);
      CREATE FUNCTION support.touch() RETURNS text LANGUAGE sql VOLATILE AS $$ INSERT INTO support.touched VALUES ('x') RETURNING id $$;
      CREATE VIEW support.writing AS SELECT support.touch() AS id, 'A lamp' AS title, 'lamp' AS text`);
    // 25006: read_only_sql_transaction.
    await expect(find({ url, table: "support.writing" }, "lamp")).rejects.toMatchObject({
      code: "failed",
      message: expect.stringContaining("25006") as string,
    });
  });
  it("is unreachable while the server is stopped, and answers when it is back", async () => {
    const adapter = await open();
    const ask = async (): Promise<string | undefined> =>
      (await adapter.search(knowledgeQuery("How long do I have to return a lamp?"), signalOf()))[0]?.articleId;
    expect(await ask()).toBe("returns");
    await server.stop();
    await expect(ask()).rejects.toMatchObject({ code: "unreachable", permanent: false });
    await server.start();
    expect(await ask()).toBe("returns");
    await adapter.close?.();
  });
});

const openssl = spawnSync("openssl", ["version"]).status === 0;
describe.skipIf(postgresPrograms === undefined || !openssl)("knowledge: postgres over TLS (needs a server and openssl)", () => {
  it("takes a certificate of the authority named, for the host named, and no other", { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "allhours-certificate-"));
    const certificate = (name: string, extension: string): { cert: string; key: string } => {
      const key = join(folder, `${name}.key`);
      const cert = join(folder, `${name}.pem`);
      const made = spawnSync("openssl", [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=test",
        "-addext",
        extension,
        "-keyout",
        key,
        "-out",
        cert,
      ]);
      if (made.status !== 0) throw new Error(made.stderr.toString());
      return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
    };
    const own = certificate("own", "subjectAltName=IP:127.0.0.1");
    const stranger = certificate("stranger", "subjectAltName=IP:127.0.0.1");
    server = await startPostgres(own);
    try {
      await server.run(`
        CREATE ROLE reader LOGIN PASSWORD 'p@ss';
        CREATE TABLE articles (id text, title text, text text);
        GRANT SELECT ON articles TO reader;
        INSERT INTO articles VALUES ('returns', 'How long do I have to return a lamp?', '30 days')`);
      const over = (more: object): object => ({ table: "articles", tls: "verify", ...more });
      expect(await find(over({ ca: own.cert }), "return a lamp")).toMatchObject([{ articleId: "returns" }]);
      await expect(find(over({}), "lamp")).rejects.toMatchObject({ code: "unreachable" });
      await expect(find(over({ ca: stranger.cert }), "lamp")).rejects.toMatchObject({ code: "unreachable" });
      const byName = over({ ca: own.cert, url: `postgres://reader:p%40ss@localhost:${server.port}/postgres` });
      await expect(find(byName, "lamp", "en", [`postgres://localhost:${server.port}`])).rejects.toMatchObject({ code: "unreachable" });
      await server.dispose();
      server = await startPostgres();
      await expect(find(over({ ca: own.cert }), "lamp")).rejects.toMatchObject({
        code: "refused",
        message: expect.stringContaining("TLS") as string,
      });
    } finally {
      await server.dispose();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
