import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, it } from "vitest";
import assert from "node:assert/strict";
import { createTestContext } from "../../testing/adapter-context.ts";
import { failuresOf, signalOf } from "../../testing/contract.ts";
import { handoffContract, sampleMessage, sampleEvent, type HandoffHarness } from "../../testing/handoff-suite.ts";
import { startTestServer, type TestServer } from "../../testing/http-server.ts";
import { createEgress } from "../egress.ts";
import type { DeskCommand, HandoffAdapter } from "../spec.ts";
import { createWebhookHandoff, webhookHandoff, type WebhookOptions } from "./webhook.ts";

const secretOf = (fill: number): string => `whsec_${Buffer.alloc(32, fill).toString("base64")}`;
const secret = secretOf(1);
const nowMs = Date.parse("2026-11-20T12:00:00Z");

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
async function open(origin: string, over: Partial<WebhookOptions> = {}): Promise<HandoffAdapter> {
  const { context, dispose } = await createTestContext({ fetch: createEgress({ hosts: [origin] }) });
  await dispose();
  return createWebhookHandoff({ url: `${origin}/desk`, secret, previousSecrets: [], timeoutMs: 2_000, ...over }, context);
}

const types = {
  accept: "handoff.accepted",
  message: "message.created",
  typing: "agent.typing",
  read: "message.read",
  attach: "question.attached",
  leave: "agent.left",
  pass: "handoff.passed",
  release: "handoff.released",
  end: "conversation.ended",
} as const;
function inbound(command: DeskCommand, at: number, key = secret): { headers: Headers; rawBody: string } {
  const { type, externalId, ...data } = command;
  return sign({ type: types[type], timestamp: new Date(at).toISOString(), data }, at, key, externalId);
}
function sign(body: unknown, at = nowMs, key = secret, id = "ext-1"): { headers: Headers; rawBody: string } {
  const rawBody = typeof body === "string" ? body : JSON.stringify(body);
  const signature = new Webhook(key).sign(id, new Date(at), rawBody);
  return {
    rawBody,
    headers: new Headers({ "webhook-id": id, "webhook-timestamp": String(Math.floor(at / 1_000)), "webhook-signature": signature }),
  };
}

const harness: HandoffHarness = {
  open,
  inbound,
  verify: (request, event) => {
    // The published library is the judge of our signature.
    const body = new Webhook(secret).verify(request.body, Object.fromEntries(request.headers));
    assert.deepEqual(body, { type: event.type, timestamp: event.timestamp, data: event.data });
    assert.equal(request.headers.get("webhook-id"), event.id);
    assert.equal(request.method, "POST");
  },
};
for (const check of handoffContract("webhook", harness)) it(check.name, check.run);

it("the contract fails an adapter that is wrong", async () => {
  const broken = (change: (adapter: HandoffAdapter) => Partial<HandoffAdapter>) =>
    handoffContract("broken", {
      ...harness,
      open: async (origin) => {
        const adapter = await open(origin);
        return { ...adapter, ...change(adapter) };
      },
    });
  expect(
    await failuresOf(
      broken((adapter) => ({ deliver: (event, signal) => adapter.deliver({ ...event, id: `${event.id}-${Math.random()}` }, signal) })),
    ),
  ).toEqual(["broken: delivers an event the desk believes, the same on every retry"]);
  expect(
    await failuresOf(broken((adapter) => ({ deliver: async (event, signal) => adapter.deliver(event, signal).catch(() => undefined) }))),
  ).toContain("broken: gives up for good at 410");
  expect(await failuresOf(broken(() => ({ receive: async () => ({ commands: [sampleMessage] }) })))).toContain(
    "broken: believes nothing that was changed, is unsigned or is old",
  );
});

describe("webhook handoff", () => {
  const receive = async (request: { headers: Headers; rawBody: string }, over: Partial<WebhookOptions> = {}) =>
    (await open("http://127.0.0.1:1", over)).receive({ ...request, nowMs });
  const body = {
    type: "message.created",
    timestamp: "2026-11-20T12:00:00Z",
    data: { caseId: "k", conversationId: "c", agent: { id: "a", name: "Rita" }, text: "hi" },
  };

  it("takes the inbound secret and those before it, and no other", async () => {
    const over = { inboundSecret: secretOf(2), previousSecrets: [secretOf(3)] };
    await expect(receive(sign(body, nowMs, secretOf(2)), over)).resolves.toMatchObject({
      commands: [{ type: "message", externalId: "ext-1" }],
    });
    await expect(receive(sign(body, nowMs, secretOf(3)), over)).resolves.toMatchObject({ commands: [{ type: "message" }] });
    await expect(receive(sign(body, nowMs, secret), over)).rejects.toMatchObject({ code: "unauthorized" });
    const several = sign(body, nowMs, secret);
    several.headers.set("webhook-signature", `v2,abc v1,${"A".repeat(43)}= ${several.headers.get("webhook-signature")}`);
    await expect(receive(several)).resolves.toMatchObject({ commands: [{ text: "hi" }] });
  });

  it("names the header that is wrong", async () => {
    for (const [header, value] of [
      ["webhook-id", ""],
      ["webhook-id", "x".repeat(257)],
      ["webhook-timestamp", "soon"],
      ["webhook-timestamp", "1e9"],
      ["webhook-signature", "v1"],
      ["webhook-signature", "v1,"],
    ] as const) {
      const request = sign(body);
      request.headers.set(header, value);
      await expect(receive(request), `${header} ${value.slice(0, 10)}`).rejects.toMatchObject({
        code: "unauthorized",
        message: expect.stringContaining(header) as string,
      });
    }
  });

  it("names the field that is wrong, without its value", async () => {
    for (const [wrong, field] of [
      [{ ...body, data: { ...body.data, txt: "secret" } }, "data.txt"],
      [{ ...body, data: { ...body.data, text: "" } }, "data.text"],
      [{ ...body, data: { ...body.data, agent: { id: "a", name: "secret", extra: 1 } } }, "data.agent.extra"],
      [{ ...body, type: "secret.kind" }, "type"],
      [{ ...body, timestamp: "yesterday" }, "timestamp"],
      [{ ...body, extra: 1 }, "extra"],
      ["{secret", "body"],
      ["null", "body"],
    ] as const) {
      const failed = receive(sign(wrong));
      await expect(failed, field).rejects.toMatchObject({ code: "bad-request", message: expect.stringContaining(`${field}:`) as string });
    }
    await expect(receive(sign("{secret"))).rejects.not.toThrow("secret");
  });

  it("waits for the desk only so long", async () => {
    const server = await startTestServer({ kind: "hang" });
    servers.push(server);
    const adapter = await open(server.origin, { timeoutMs: 100 });
    await expect(adapter.deliver(sampleEvent, signalOf())).rejects.toMatchObject({ code: "timeout", permanent: false });
  });

  it("reads its options strictly and shows no secret in what it tells", () => {
    expect(webhookHandoff.parseOptions({ url: "https://desk.example/in", secret })).toMatchObject({
      ok: true,
      options: { timeoutMs: 15_000, previousSecrets: [] },
    });
    const wrong = webhookHandoff.parseOptions({ url: "desk", secret: "whsec_c2hvcnQ=", previousSecrets: ["hunter2hunter2"], inbound: 1 });
    expect(wrong).toMatchObject({
      ok: false,
      issues: [{ path: "url" }, { path: "secret" }, { path: "previousSecrets.0" }, { path: "inbound" }],
    });
    expect(JSON.stringify(wrong)).not.toMatch(/hunter2|c2hvcnQ/);
  });
});
