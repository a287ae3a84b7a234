/** The MCP adapter against the published example server, as a process of its own, and against a server that misbehaves. */
import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestContext } from "../../../testing/adapter-context.ts";
import { signalOf } from "../../../testing/contract.ts";
import { json, startTestServer, type Behaviour } from "../../../testing/http-server.ts";
import { createEgress } from "../../egress.ts";
import type { KnowledgeAdapter, KnowledgeQuery } from "../../spec.ts";
import { mcpKnowledge } from "./mcp.ts";

async function open(origin: string, over: object): Promise<KnowledgeAdapter> {
  const parsed = mcpKnowledge.parseOptions({ url: `${origin}/mcp`, ...over });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const { context, dispose } = await createTestContext({ fetch: createEgress({ hosts: [origin], timeoutMs: 2_000 }) });
  await dispose();
  return mcpKnowledge.create(parsed.options as never, context);
}
const query = (text: string): KnowledgeQuery => ({ text, language: "en", fallbackLanguages: [], intents: [], limit: 3, at: Date.now() });

/** Until something answers there, whatever it says. */
async function listening(origin: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const up = await fetch(`${origin}/mcp`).then(
      () => true,
      () => false,
    );
    if (up) return;
    await wait(100);
  }
  throw new Error("the example server does not listen");
}

describe("the published example server", () => {
  let child: ChildProcess;
  let origin = "";
  beforeAll(async () => {
    const port = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, "127.0.0.1", () => {
        const { port: free } = probe.address() as AddressInfo;
        probe.close(() => resolve(free));
      });
    });
    origin = `http://127.0.0.1:${port}`;
    const main = createRequire(import.meta.url).resolve("@modelcontextprotocol/server-everything/dist/index.js");
    child = spawn(process.execPath, [main, "streamableHttp"], { env: { ...process.env, PORT: String(port) }, stdio: "ignore" });
    await listening(origin);
  }, 30_000);
  afterAll(() => void child?.kill());

  it("is initialised once and asked by its tool", async () => {
    const adapter = await open(origin, { tool: "echo", arguments: { message: "How long can I return a lamp?\nYou asked: {text}" } });
    const found = await Promise.all(
      Array.from({ length: 5 }, async () => adapter.search(query("How long can I return a lamp?"), signalOf())),
    );
    expect(found[0]).toMatchObject([
      { language: "en", text: expect.stringContaining("You asked: How long can I return a lamp?") as string },
    ]);
    expect(found[0]?.[0]?.title).toContain("How long can I return a lamp?");
    expect(found[0]?.[0]?.score).toBeGreaterThan(0.9);
  });
  it("reads records from JSON, and says what went wrong", async () => {
    const records = JSON.stringify({ records: [{ id: "r", title: "Returns", text: "30 days" }] });
    const echo = await open(origin, { tool: "echo", arguments: { message: records }, read: "json" });
    // The example server writes a word before what it echoes, so this is no JSON.
    await expect(echo.search(query("returns"), signalOf())).rejects.toMatchObject({ code: "bad-response" });
    const unknown = await open(origin, { tool: "no-such-tool" });
    await expect(unknown.search(query("returns"), signalOf())).rejects.toMatchObject({ code: "failed" });
  });
});

describe("any server", () => {
  const initialised: Behaviour = {
    kind: "answer",
    headers: { ...json, "mcp-session-id": "s1" },
    body: '{"jsonrpc":"2.0","id":1,"result":{}}',
  };
  const accepted: Behaviour = { kind: "answer", status: 202 };
  const result = (text: string): Behaviour => ({
    kind: "answer",
    headers: json,
    body: JSON.stringify({ jsonrpc: "2.0", id: 2, result: { content: [{ type: "text", text }] } }),
  });

  it("begins anew when the server has forgotten the session, once", async () => {
    const records = JSON.stringify([{ id: "r", title: "Returns", text: "30 days", language: "en" }]);
    const server = await startTestServer(
      initialised,
      accepted,
      result(records),
      { kind: "answer", status: 404 },
      initialised,
      accepted,
      result(records),
      { kind: "answer", status: 404 },
    );
    const adapter = await open(server.origin, {
      tool: "search",
      arguments: { q: "{text}", n: "{limit}", lang: "{language}" },
      read: "json",
    });
    for (const _again of [1, 2]) expect(await adapter.search(query("returns"), signalOf())).toMatchObject([{ articleId: "r" }]);
    expect(JSON.parse(server.requests[2]?.body ?? "")).toMatchObject({
      method: "tools/call",
      params: { name: "search", arguments: { q: "returns", n: 9, lang: "en" } },
    });
    expect(server.requests[2]?.headers.get("mcp-session-id")).toBe("s1");
    await expect(adapter.search(query("returns"), signalOf())).rejects.toMatchObject({ code: "bad-request" });
    await server.close();
  });
  it("gives every fault a code, and never the words of anybody", async () => {
    for (const [behaviours, code] of [
      [
        [
          initialised,
          accepted,
          { kind: "answer", headers: json, body: '{"jsonrpc":"2.0","id":3,"error":{"code":-32000,"message":"secret words"}}' },
        ],
        "failed",
      ],
      [
        [
          initialised,
          accepted,
          {
            kind: "answer",
            headers: json,
            body: '{"jsonrpc":"2.0","id":3,"result":{"isError":true,"content":[{"type":"text","text":"secret words"}]}}',
          },
        ],
        "failed",
      ],
      [[initialised, accepted, { kind: "answer", headers: json, body: "secret words" }], "bad-response"],
      [[initialised, accepted, { kind: "answer", headers: { "content-type": "text/event-stream" }, body: "data: {}\n\n" }], "bad-response"],
      [[{ kind: "answer", headers: { "content-type": "text/html" }, body: "secret words" }], "bad-response"],
      [[{ kind: "answer", status: 401 }], "unauthorized"],
      [[{ kind: "hang" }], "timeout"],
    ] as [Behaviour[], string][]) {
      const server = await startTestServer(...behaviours);
      const failed = (await open(server.origin, { tool: "search" })).search(query("secret question"), signalOf());
      await expect(failed, code).rejects.toMatchObject({ code });
      await expect(failed).rejects.not.toThrow(/secret/);
      await server.close();
    }
  }, 20_000);
});
