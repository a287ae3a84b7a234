import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createTestContext } from "../../testing/adapter-context.ts";
import { failuresOf, signalOf } from "../../testing/contract.ts";
import { handoffContract, sampleEvent, sampleOffer, type HandoffHarness } from "../../testing/handoff-suite.ts";
import { createTestMemory } from "../../testing/memory.ts";
import { createEgress } from "../egress.ts";
import type { DeskCommand, HandoffAdapter, Memory } from "../spec.ts";
import { chatwootHandoff, createChatwootHandoff } from "./chatwoot.ts";
import { createThreads } from "./threads.ts";

const webhookSecret = "whs_6b1f0c2a";
const nowMs = Date.parse("2026-11-20T12:00:00Z");
const key = { caseId: sampleEvent.data.caseId, conversationId: sampleEvent.data.conversationId };

async function open(origin: string, memory: Memory = createTestMemory(), known = true): Promise<HandoffAdapter> {
  const { context, dispose } = await createTestContext({ fetch: createEgress({ hosts: [origin] }), memory });
  await dispose();
  if (known) {
    await createThreads(context).put(key, "57");
    await memory.put(`source:${key.caseId}`, "src-1");
  }
  return createChatwootHandoff({ baseUrl: origin, inboxIdentifier: "Inb0x", webhookSecret, timeoutMs: 2_000 }, context);
}
/** As its documentation says: hex of HMAC-SHA256 over `<timestamp>.<body>`, no code of ours in between. */
function sign(body: unknown, at = nowMs): { headers: Headers; rawBody: string } {
  const rawBody = typeof body === "string" ? body : JSON.stringify(body);
  const timestamp = String(Math.floor(at / 1_000));
  const hex = createHmac("sha256", webhookSecret).update(`${timestamp}.${rawBody}`).digest("hex");
  return {
    rawBody,
    headers: new Headers({ "x-chatwoot-signature": `sha256=${hex}`, "x-chatwoot-timestamp": timestamp, "x-chatwoot-delivery": "d-1" }),
  };
}
const rita = { id: 4, name: "Rita", type: "user" };
const reply = (over: object = {}) => ({
  event: "message_created",
  id: 901,
  content: "Good morning",
  message_type: "outgoing",
  private: false,
  sender: rita,
  conversation: { id: 57 },
  ...over,
});
const agent = { id: "4", name: "Rita" };

const harness: HandoffHarness = {
  open,
  taken: '{"id":1}',
  inbound: (command, at) => {
    switch (command.type) {
      case "message":
        return sign(reply({ content: command.text }), at);
      case "typing":
        return sign({ event: "conversation_typing_on", conversation: { id: 57 }, user: rita, is_private: false }, at);
      default:
        return sign({ event: "conversation_status_changed", id: 57, status: command.type === "release" ? "pending" : "resolved" }, at);
    }
  },
  reads: (command): DeskCommand | undefined => {
    switch (command.type) {
      case "message":
        return { ...key, type: "message", externalId: "message:901", agent, text: command.text };
      case "typing":
        return { ...key, type: "typing", externalId: "typing:d-1", agent, typing: true };
      case "release":
        return { ...key, type: "release", externalId: "status:57:pending:d-1" };
      case "end":
        return { ...key, type: "end", externalId: "status:57:resolved:d-1" };
      default:
        return undefined;
    }
  },
  verify: (request, told) => {
    assert.ok(told.type === "message.created");
    assert.equal(request.path, "/public/api/v1/inboxes/Inb0x/contacts/src-1/conversations/57/messages");
    assert.deepEqual(JSON.parse(request.body), { content: told.data.message.text, echo_id: told.id });
  },
};
for (const check of handoffContract("chatwoot", harness)) it(check.name, check.run);

it("the contract fails an adapter that is wrong", async () => {
  const broken = handoffContract("broken", {
    ...harness,
    open: async (origin) => ({ ...(await open(origin)), receive: async () => ({ commands: [] }) }),
  });
  expect(await failuresOf(broken)).toEqual([
    "broken: reads every command a desk may send",
    "broken: believes nothing that was changed, is unsigned or is old",
  ]);
});

describe("a desk in Chatwoot", () => {
  const servers: ReturnType<typeof createServer>[] = [];
  afterEach(() => servers.splice(0).forEach((server) => server.close()));
  /** Contacts by identifier, conversations by contact, messages: as much of its public API as a desk needs. */
  async function chatwoot(failAt?: string): Promise<{
    origin: string;
    contacts: string[];
    conversations: number;
    messages: { content: string; echo_id: string }[];
    typing: string[];
  }> {
    const state = {
      origin: "",
      contacts: [] as string[],
      conversations: 0,
      messages: [] as { content: string; echo_id: string }[],
      typing: [] as string[],
    };
    let failed = false;
    const server = createServer((request, response) => {
      let raw = "";
      request.on("data", (piece: Buffer) => (raw += piece.toString()));
      request.on("end", () => {
        const body = (raw === "" ? {} : JSON.parse(raw)) as { identifier: string; content: string; echo_id: string; typing_status: string };
        const path = `${request.method ?? ""} ${request.url?.replace("/public/api/v1/inboxes/Inb0x", "") ?? ""}`;
        const say = (answer: unknown): void =>
          void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
        if (failAt !== undefined && !failed && path.startsWith(failAt)) {
          failed = true;
          return response.writeHead(500).end();
        }
        if (path === "POST /contacts") {
          if (!state.contacts.includes(body.identifier)) state.contacts.push(body.identifier);
          return say({ source_id: `src-${state.contacts.indexOf(body.identifier)}`, pubsub_token: "x" });
        }
        if (path === "GET /contacts/src-0/conversations") return say(state.conversations === 0 ? [] : [{ id: 56 + state.conversations }]);
        if (path === "POST /contacts/src-0/conversations") return say({ id: 56 + (state.conversations += 1) });
        if (path === "POST /contacts/src-0/conversations/57/messages") {
          if (!state.messages.some((one) => one.echo_id === body.echo_id)) state.messages.push(body);
          return say({ id: state.messages.length });
        }
        if (path === "POST /contacts/src-0/conversations/57/toggle_typing") {
          state.typing.push(body.typing_status);
          return say({});
        }
        response.writeHead(404).end();
      });
    });
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    state.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return state;
  }

  it("opens one conversation a case, and goes on in it", async () => {
    const desk = await chatwoot();
    const memory = createTestMemory();
    const adapter = await open(desk.origin, memory, false);
    await adapter.deliver(sampleOffer, signalOf());
    await adapter.deliver({ ...sampleOffer, id: "evt_2", data: { ...sampleOffer.data, reason: "at-work" } }, signalOf());
    await adapter.deliver(sampleEvent, signalOf());
    await adapter.deliver(
      { id: "t", timestamp: sampleOffer.timestamp, type: "visitor.typing", data: { ...sampleOffer.data, typing: true } },
      signalOf(),
    );
    await adapter.deliver(
      { id: "w", timestamp: sampleOffer.timestamp, type: "handoff.withdrawn", data: { ...sampleOffer.data, reason: "taken-over" } },
      signalOf(),
    );
    expect([desk.contacts, desk.conversations, desk.typing]).toEqual([[key.caseId], 1, ["on"]]);
    expect(desk.messages.map(({ content }) => content.split("\n")[0])).toEqual([
      "High: asked for a person (fr, Europe/Paris, FR)",
      "High: your team is at work now (fr, Europe/Paris, FR)",
      'Größe "XL" – 退货? 👍',
      "(The next shift has taken over. What you write here does not reach the visitor any more.)",
    ]);
    expect(desk.messages[0]?.content).toContain(
      "orderNumber: 10482\nPage: https://shop.example/lamp?a=1&b=2\nTranscript: https://chat.shop.example/v1/transcript/eu.t\n\nVisitor: Où est ma commande 10482 ?",
    );
    const next = await open(desk.origin, memory, false);
    expect((await next.receive({ ...sign(reply()), nowMs })).commands).toMatchObject([{ ...key, type: "message", text: "Good morning" }]);
  });

  it.each(["POST /contacts", "GET /contacts/src-0", "POST /contacts/src-0/conversations", "POST /contacts/src-0/conversations/57"])(
    "a failure at %s makes nothing double when it is tried again",
    async (failAt) => {
      const desk = await chatwoot(failAt);
      const adapter = await open(desk.origin, createTestMemory(), false);
      await expect(adapter.deliver(sampleOffer, signalOf())).rejects.toMatchObject({ code: "failed", permanent: false });
      await adapter.deliver(sampleOffer, signalOf());
      expect([desk.contacts.length, desk.conversations, desk.messages.length]).toEqual([1, 1, 1]);
    },
  );

  it("hears only what agents say to the visitor", async () => {
    const adapter = await open("http://127.0.0.1:1");
    for (const other of [
      { private: true },
      { message_type: "incoming" },
      { message_type: "activity" },
      { sender: null },
      { sender: { ...rita, type: "agent_bot" } },
      { conversation: { id: 58 } },
      { content: " " },
    ])
      expect((await adapter.receive({ ...sign(reply(other)), nowMs })).commands, JSON.stringify(other)).toEqual([]);
    for (const other of [
      { event: "contact_updated", id: 1 },
      { event: "conversation_status_changed", id: 57, status: "snoozed" },
      [],
      null,
    ])
      expect((await adapter.receive({ ...sign(other), nowMs })).commands).toEqual([]);
    const file = await adapter.receive({
      ...sign(reply({ content: null, attachments: [{ data_url: "https://chat.example/label.pdf" }] })),
      nowMs,
    });
    expect(file.commands).toMatchObject([{ text: "https://chat.example/label.pdf" }]);
    await expect(adapter.receive({ ...sign("<html>"), nowMs })).rejects.toMatchObject({ code: "bad-request" });
  });

  it("reads its options strictly", () => {
    const wrong = chatwootHandoff.parseOptions({ baseUrl: "chat", inboxIdentifier: "", secret: "hunter2" });
    expect(wrong).toMatchObject({
      ok: false,
      issues: [{ path: "baseUrl" }, { path: "inboxIdentifier" }, { path: "webhookSecret" }, { path: "secret" }],
    });
    expect(JSON.stringify(wrong)).not.toContain("hunter2");
  });
});
