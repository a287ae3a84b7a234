import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { verifySlackRequest } from "@slack/bolt";
import { afterEach, describe, expect, it } from "vitest";
import { createTestContext } from "../../testing/adapter-context.ts";
import { failuresOf, signalOf } from "../../testing/contract.ts";
import { handoffContract, sampleEvent, sampleOffer, type HandoffHarness } from "../../testing/handoff-suite.ts";
import { startTestServer, type TestServer } from "../../testing/http-server.ts";
import { createTestMemory } from "../../testing/memory.ts";
import { isPublished, readPublished } from "../../testing/published.ts";
import { createEgress } from "../egress.ts";
import type { DeskCommand, HandoffAdapter, Memory } from "../spec.ts";
import { createSlackHandoff, escapeSlack, slackHandoff, unescapeSlack } from "./slack.ts";
import { createThreads } from "./threads.ts";

const signingSecret = "8f742231b10e8888abcd99yyyzzz85a5";
const channel = "C024BE91L";
const nowMs = Date.parse("2026-11-20T12:00:00Z");
const thread = "1503435956.000247";
const agent = { id: "U123", name: "Rita" };
const key = { caseId: sampleEvent.data.caseId, conversationId: sampleEvent.data.conversationId };

async function open(origin: string, memory: Memory = createTestMemory(), withThread = true): Promise<HandoffAdapter> {
  const { context, dispose } = await createTestContext({ fetch: createEgress({ hosts: [origin] }), memory });
  await dispose();
  if (withThread) await createThreads(context).put(key, thread);
  return createSlackHandoff({ botToken: "xoxb-1", signingSecret, channel, baseUrl: `${origin}/api`, timeoutMs: 2_000 }, context);
}
function sign(rawBody: string, contentType: string, at = nowMs): { headers: Headers; rawBody: string } {
  const timestamp = String(Math.floor(at / 1_000));
  const signature = `v0=${createHmac("sha256", signingSecret).update(`v0:${timestamp}:${rawBody}`).digest("hex")}`;
  // The judge: Slack's own library believes what these tests send.
  verifySlackRequest({
    signingSecret,
    body: rawBody,
    headers: { "x-slack-signature": signature, "x-slack-request-timestamp": Number(timestamp) },
    nowMilliseconds: at,
  });
  return {
    rawBody,
    headers: new Headers({ "content-type": contentType, "x-slack-request-timestamp": timestamp, "x-slack-signature": signature }),
  };
}
const event = (over: object, at?: number) =>
  sign(
    JSON.stringify({
      type: "event_callback",
      event_id: "Ev1",
      event: { type: "message", user: agent.id, channel, ts: "1.2", thread_ts: thread, ...over },
    }),
    "application/json",
    at,
  );
function press(action: string, at?: number): { headers: Headers; rawBody: string } {
  const payload = {
    type: "block_actions",
    user: { id: agent.id, username: "rita" },
    container: { channel_id: channel, message_ts: thread },
    actions: [{ action_id: `allhours_${action}`, action_ts: "3.4", value: key.caseId }],
  };
  return sign(new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), "application/x-www-form-urlencoded", at);
}

const slackAgent = { id: agent.id, name: "Support" };
const harness: HandoffHarness = {
  open,
  taken: '{"ok":true,"ts":"1.1"}',
  inbound: (command, at) => (command.type === "message" ? event({ text: command.text }, at) : press(command.type, at)),
  reads: (command): DeskCommand | undefined => {
    switch (command.type) {
      case "message":
        return { ...key, type: "message", externalId: `message:${channel}:1.2`, agent: slackAgent, text: command.text };
      case "accept":
      case "pass":
      case "release":
      case "end":
        return { ...key, type: command.type, externalId: `action:${agent.id}:3.4`, agent: slackAgent };
      default:
        return undefined;
    }
  },
  verify: (request, told) => {
    assert.equal(request.headers.get("authorization"), "Bearer xoxb-1");
    assert.equal(request.path, "/api/chat.postMessage");
    assert.ok(told.type === "message.created");
    assert.deepEqual(JSON.parse(request.body), {
      channel,
      thread_ts: thread,
      text: `Visitor: ${told.data.message.text}`,
      unfurl_links: false,
    });
  },
};
for (const check of handoffContract("slack", harness)) it(check.name, check.run);

it("the contract fails an adapter that is wrong", async () => {
  const broken = (change: (adapter: HandoffAdapter) => Partial<HandoffAdapter>) =>
    handoffContract("broken", {
      ...harness,
      open: async (origin) => {
        const adapter = await open(origin);
        return { ...adapter, ...change(adapter) };
      },
    });
  expect(await failuresOf(broken((adapter) => ({ receive: async (request) => adapter.receive({ ...request, nowMs }) })))).toContain(
    "broken: believes nothing that was changed, is unsigned or is old",
  );
  expect(
    await failuresOf(broken((adapter) => ({ deliver: async (told, signal) => adapter.deliver(told, signal).catch(() => undefined) }))),
  ).toContain("broken: gives up for good at 410");
});

describe("a desk in Slack", () => {
  const servers: TestServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  const ok = (more: object = {}) => ({ kind: "answer" as const, body: JSON.stringify({ ok: true, ts: "9.9", ...more }) });
  async function serve(): Promise<TestServer> {
    const server = await startTestServer(ok());
    servers.push(server);
    return server;
  }
  const bodies = (server: TestServer): Record<string, unknown>[] =>
    server.requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>);

  it("opens one thread a case, with what is known and what was said, and keeps to it", async () => {
    const server = await serve();
    const memory = createTestMemory();
    const adapter = await open(server.origin, memory, false);
    const offer = { ...sampleOffer, data: { ...sampleOffer.data, note: "<!channel> hurry & call" } };
    await adapter.deliver(offer, signalOf());
    await adapter.deliver({ ...offer, data: { ...offer.data, reason: "offer-expired", offer: 2 } }, signalOf());
    await adapter.deliver(
      { id: "w", timestamp: offer.timestamp, type: "handoff.withdrawn", data: { ...offer.data, reason: "visitor-cancelled" } },
      signalOf(),
    );
    const [posted, transcript, again, withdrawn] = bodies(server);
    expect(posted).toMatchObject({ channel, text: "High: asked for a person (fr, Europe/Paris, FR)" });
    expect(JSON.stringify(posted)).toContain("orderNumber: 10482");
    // In plain_text nothing is a mark; what is marked up is escaped.
    expect((posted as { blocks: object[] }).blocks[1]).toMatchObject({
      text: { type: "plain_text", text: expect.stringContaining("<!channel> hurry & call") as string },
    });
    expect(transcript).toEqual({
      channel,
      thread_ts: "9.9",
      text: "Visitor: Où est ma commande 10482 ?\nAssistant: I am asking a colleague.",
      unfurl_links: false,
    });
    expect(again).toMatchObject({ thread_ts: "9.9" });
    expect(String(again?.["text"])).toContain("&lt;!channel&gt; hurry &amp; call");
    expect(withdrawn).toMatchObject({ thread_ts: "9.9", text: expect.stringContaining("went back to the assistant") as string });
    // A relay that starts again finds the thread.
    const next = await open(server.origin, memory, false);
    expect((await next.receive({ ...event({ text: "hi", thread_ts: "9.9" }), nowMs })).commands).toMatchObject([
      { ...key, type: "message", text: "hi" },
    ]);
  });

  it("knows people by their names, asked once, and files as links", async () => {
    const server = await serve();
    server.script(ok({ user: { real_name: "Rita Lima", profile: { display_name: "Rita" } } }));
    const adapter = await open(server.origin);
    const files = [{ name: "label.pdf", permalink: "https://shop.slack.com/files/F1" }];
    const { commands } = await adapter.receive({
      ...event({ subtype: "file_share", text: "see <https://shop.example/a|the label> &amp; print", files }),
      nowMs,
    });
    expect(commands).toMatchObject([
      {
        agent: { id: "U123", name: "Rita" },
        text: "see the label (https://shop.example/a) & print\nlabel.pdf: https://shop.slack.com/files/F1",
      },
    ]);
    await adapter.receive({ ...press("end"), nowMs });
    expect(server.requests.map(({ path }) => path)).toEqual(["/api/users.info"]);
  });

  it("hears only people in threads of its own", async () => {
    const adapter = await open((await serve()).origin);
    for (const other of [
      { bot_id: "B1" },
      { subtype: "message_changed" },
      { thread_ts: undefined },
      { thread_ts: "1.2" },
      { channel: "C99999999" },
      { thread_ts: "7.7" },
      { text: " " },
      { user: undefined },
    ])
      expect((await adapter.receive({ ...event({ text: "hi", ...other }), nowMs })).commands, JSON.stringify(other)).toEqual([]);
    expect((await adapter.receive({ ...press("dance"), nowMs })).commands).toEqual([]);
    const challenge = sign('{"type":"url_verification","challenge":"3eZbrw1aB"}', "application/json");
    expect(await adapter.receive({ ...challenge, nowMs })).toEqual({
      commands: [],
      answer: { contentType: "text/plain", body: "3eZbrw1aB" },
    });
    await expect(adapter.receive({ ...sign("<html>", "text/html"), nowMs })).rejects.toMatchObject({ code: "bad-request" });
  });

  it("reads refusals that come with 200, and says what was refused where it was said", async () => {
    const server = await serve();
    const adapter = await open(server.origin);
    for (const [body, code] of [
      ['{"ok":false,"error":"ratelimited"}', "rate-limited"],
      ['{"ok":false,"error":"invalid_auth"}', "unauthorized"],
      ['{"ok":false,"error":"is_archived"}', "failed"],
      ["<html>", "failed"],
      ["", "failed"],
    ] as const) {
      server.script({ kind: "answer", body });
      await expect(adapter.deliver(sampleEvent, signalOf()), body).rejects.toMatchObject({ code, permanent: false });
    }
    server.script(ok());
    await adapter.refused?.(
      { ...key, externalId: "x", type: "message", agent, text: "hi" },
      { code: "not-found", message: "case k is not open; none is" },
      signalOf(),
    );
    expect(bodies(server).at(-1)).toMatchObject({ thread_ts: thread, text: "Not done: case k is not open; none is." });
    const unknown = await open(server.origin, createTestMemory(), false);
    await expect(unknown.deliver(sampleEvent, signalOf())).rejects.toMatchObject({ code: "refused", permanent: true });
  });

  it.runIf(isPublished("slack.json"))("sends what the published description knows", async () => {
    const server = await serve();
    await (await open(server.origin, createTestMemory(), false)).deliver(sampleOffer, signalOf());
    const known = (method: string): Set<string> => {
      const found = readPublished("slack.json").schema(`#/paths/~1${method}/post`) as { parameters: { name: string }[] };
      return new Set(found.parameters.map(({ name }) => name));
    };
    const names = known("chat.postMessage");
    // `metadata` came after the description, which stops at 2021.
    for (const body of bodies(server)) expect(Object.keys(body).filter((name) => !names.has(name) && name !== "metadata")).toEqual([]);
    expect(names.has("thread")).toBe(false);
  });

  it("escapes what visitors write, and takes Slack's marks off what agents do", () => {
    expect(escapeSlack("<!here> a & b")).toBe("&lt;!here&gt; a &amp; b");
    expect(unescapeSlack("<mailto:a@b.example|a@b.example> <https://x.example> &lt;3 <tel:+33|+33>")).toBe(
      "a@b.example https://x.example <3 +33",
    );
  });

  it("reads its options strictly, and shows no secret in what it tells", () => {
    const wrong = slackHandoff.parseOptions({ botToken: "hunter2", signingSecret: "", channel: "#support", token: 1 });
    expect(wrong).toMatchObject({
      ok: false,
      issues: [{ path: "botToken" }, { path: "signingSecret" }, { path: "channel" }, { path: "token" }],
    });
    expect(JSON.stringify(wrong)).not.toContain("hunter2");
  });
});
