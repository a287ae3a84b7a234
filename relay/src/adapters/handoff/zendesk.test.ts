import assert from "node:assert/strict";
import { afterEach, describe, expect, it } from "vitest";
import { createTestContext } from "../../testing/adapter-context.ts";
import { failuresOf, signalOf } from "../../testing/contract.ts";
import { handoffContract, sampleEvent, sampleOffer, type HandoffHarness } from "../../testing/handoff-suite.ts";
import { startTestServer, type TestServer } from "../../testing/http-server.ts";
import { createTestMemory } from "../../testing/memory.ts";
import { createEgress } from "../egress.ts";
import type { DeskCommand, HandoffAdapter, InboundRequest, Memory, Received } from "../spec.ts";
import { createThreads } from "./threads.ts";
import { createZendeskHandoff, zendeskHandoff } from "./zendesk.ts";

const webhookSecret = "a-secret-of-the-webhook";
const key = { caseId: sampleEvent.data.caseId, conversationId: sampleEvent.data.conversationId };
const nowMs = Date.parse("2026-11-20T12:00:00Z");

async function open(origin: string, memory: Memory = createTestMemory(), known = true): Promise<HandoffAdapter> {
  const { context, dispose } = await createTestContext({ fetch: createEgress({ hosts: [origin] }), memory });
  await dispose();
  if (known) await createThreads(context).put(key, "conv-9");
  return createZendeskHandoff(
    { baseUrl: `${origin}/sc`, appId: "app-1", keyId: "act_1", secret: "s", webhookSecret, passTo: "zd-agentWorkspace", timeoutMs: 2_000 },
    context,
  );
}
function hook(...events: object[]): { headers: Headers; rawBody: string } {
  const body = {
    app: { id: "app-1" },
    webhook: { id: "w", version: "v2" },
    events: events.map((event, index) => ({ id: `e${index}`, createdAt: "2026-11-20T12:00:00Z", ...event })),
  };
  return { headers: new Headers({ "x-api-key": webhookSecret, "content-type": "application/json" }), rawBody: JSON.stringify(body) };
}
const conversation = { id: "conv-9", type: "personal" };
const message = (over: object = {}, author: object = {}) => ({
  type: "conversation:message",
  payload: {
    conversation,
    message: {
      id: "m1",
      received: "x",
      author: { type: "business", displayName: "Rita", userId: "u7", ...author },
      content: { type: "text", text: "Good morning" },
      ...over,
    },
  },
});
const harness: HandoffHarness = {
  open,
  undated: true,
  taken: '{"conversation":{"id":"conv-9"}}',
  inbound: (command) => {
    if (command.type === "message") return hook(message({ content: { type: "text", text: command.text } }));
    if (command.type === "typing")
      return hook({
        type: "conversation:typing",
        payload: { conversation, activity: { type: "typing:start", author: { type: "business" } } },
      });
    return hook({ type: "switchboard:releaseControl", payload: { conversation } });
  },
  reads: (command): DeskCommand | undefined => {
    switch (command.type) {
      case "message":
        return { ...key, type: "message", externalId: "message:m1", agent: { id: "u7", name: "Rita" }, text: command.text };
      case "typing":
        return { ...key, type: "typing", externalId: "event:e0", agent: { id: "agent", name: "Support" }, typing: true };
      case "release":
        return { ...key, type: "release", externalId: "event:e0" };
      default:
        return undefined;
    }
  },
  verify: (request, told) => {
    assert.ok(told.type === "message.created");
    assert.equal(request.path, "/sc/v2/apps/app-1/conversations/conv-9/messages");
    assert.equal(request.headers.get("authorization"), `Basic ${Buffer.from("act_1:s").toString("base64")}`);
    assert.deepEqual(JSON.parse(request.body), {
      author: { type: "user", userExternalId: told.data.caseId },
      content: { type: "text", text: told.data.message.text },
    });
  },
};
for (const check of handoffContract("zendesk", harness)) it(check.name, check.run);

it("the contract fails an adapter that is wrong", async () => {
  const believes = async (request: InboundRequest): Promise<Received> =>
    (await open("http://127.0.0.1:1")).receive({ ...request, headers: new Headers({ "x-api-key": webhookSecret }) });
  const broken = handoffContract("broken", { ...harness, open: async (origin) => ({ ...(await open(origin)), receive: believes }) });
  expect(await failuresOf(broken)).toEqual(["broken: believes nothing that was changed, is unsigned or is old"]);
});

describe("a desk in Zendesk", () => {
  const servers: TestServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  async function serve(): Promise<TestServer> {
    const server = await startTestServer({ kind: "answer", body: '{"conversation":{"id":"conv-9"}}' });
    servers.push(server);
    return server;
  }
  const paths = (server: TestServer): string[] => server.requests.map(({ path }) => path.replace("/sc/v2/apps/app-1", ""));

  it("makes a user and a conversation, passes control, and takes it back", async () => {
    const server = await serve();
    const adapter = await open(server.origin, createTestMemory(), false);
    await adapter.deliver(sampleOffer, signalOf());
    await adapter.deliver(
      { id: "w", timestamp: sampleOffer.timestamp, type: "handoff.withdrawn", data: { ...sampleOffer.data, reason: "visitor-cancelled" } },
      signalOf(),
    );
    expect(paths(server)).toEqual([
      "/users",
      "/conversations",
      "/conversations/conv-9/messages",
      "/conversations/conv-9/passControl",
      "/conversations/conv-9/messages",
      "/conversations/conv-9/releaseControl",
    ]);
    const bodies = server.requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(bodies[1]).toMatchObject({ type: "personal", participants: [{ userExternalId: key.caseId }], metadata: key });
    expect(bodies[3]).toEqual({ switchboardIntegration: "zd-agentWorkspace", metadata: { priority: "high" } });
    expect(JSON.stringify(bodies[2])).toContain("orderNumber: 10482");
  });

  it("goes on where a try before has made the user", async () => {
    const server = await serve();
    server.script({ kind: "answer", status: 409 }, { kind: "answer", body: '{"conversation":{"id":"conv-9"}}' });
    await (await open(server.origin, createTestMemory(), false)).deliver(sampleOffer, signalOf());
    expect(paths(server)).toHaveLength(4);
  });

  it("hears only agents, in conversations of its own, several events at once, and files as links", async () => {
    const adapter = await open("http://127.0.0.1:1");
    const read = async (...events: object[]): Promise<DeskCommand[]> => [
      ...(await adapter.receive({ ...hook(...events), nowMs })).commands,
    ];
    expect(await read(message({}, { type: "user" }), { type: "conversation:read", payload: { conversation } }, { odd: 1 })).toEqual([]);
    expect(await read({ ...message(), payload: { ...message().payload, conversation: { id: "other" } } })).toEqual([]);
    const file = message({ id: "m2", content: { type: "file", mediaUrl: "https://media.example/label.pdf" } });
    expect(await read(message(), file)).toMatchObject([{ text: "Good morning" }, { text: "https://media.example/label.pdf" }]);
    for (const rawBody of ["<html>", "{}", "null"])
      await expect(adapter.receive({ ...hook(), rawBody, nowMs }), rawBody).rejects.toMatchObject({ code: "bad-request" });
  });

  it("reads its options strictly, and shows no secret in what it tells", () => {
    const wrong = zendeskHandoff.parseOptions({
      baseUrl: "sc",
      appId: "",
      keyId: "a",
      secret: "hunter2",
      webhookSecret: "short",
      other: 1,
    });
    expect(wrong).toMatchObject({
      ok: false,
      issues: [{ path: "baseUrl" }, { path: "appId" }, { path: "webhookSecret" }, { path: "other" }],
    });
    expect(JSON.stringify(wrong)).not.toContain("hunter2");
  });
});
