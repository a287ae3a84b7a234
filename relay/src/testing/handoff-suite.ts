/** The contract of a handoff adapter as runnable checks, against a real HTTP server in the desk's place. Needs no test framework. */
import assert from "node:assert/strict";
import { isAdapterError, type AdapterError } from "../adapters/errors.ts";
import type { DeskCommand, HandoffAdapter, HandoffEvent, InboundRequest } from "../adapters/spec.ts";
import { signalOf, type ContractCase } from "./contract.ts";
import { startTestServer, type SeenRequest, type TestServer } from "./http-server.ts";

export type HandoffHarness = {
  /** A fresh adapter that delivers to `origin` (any path), not yet `init`ed. */
  open: (origin: string) => Promise<HandoffAdapter>;
  /** Throws unless the delivery is one the desk would believe, whole and untouched. */
  verify: (request: SeenRequest, event: HandoffEvent) => void;
  /** What the desk would send for `command` at `nowMs`. */
  inbound: (command: DeskCommand, nowMs: number) => { headers: Headers; rawBody: string };
  /** The desk proves who it is by a secret alone, that says nothing of body and time. */
  undated?: true | undefined;
  /** What the desk answers to a delivery it has taken; default nothing. */
  taken?: string | undefined;
  /** What the adapter can make of a command where the desk says less than it; `undefined`: the desk has no way to say it. */
  reads?: ((command: DeskCommand) => DeskCommand | undefined) | undefined;
};

const ref = { caseId: "case-1", conversationId: "01890000-0000-7000-8000-000000000001", siteId: "shop", regionId: "eu" };
const agent = { id: "a1", name: "Rita", team: "orders", place: "Lisbon", timezone: "Europe/Lisbon" };
export const sampleEvent: HandoffEvent = {
  id: "msg_01890000",
  timestamp: "2026-11-20T12:00:00.000Z",
  type: "message.created",
  data: {
    ...ref,
    message: {
      id: "01890000-0000-7000-8000-000000000002",
      seq: 7,
      at: "2026-11-20T12:00:00.000Z",
      author: { kind: "visitor" },
      text: 'Größe "XL" – 退货? 👍\nline two',
    },
  },
};
export const sampleOffer = {
  id: "evt_01890000",
  timestamp: "2026-11-20T12:00:00.000Z",
  type: "handoff.offered",
  data: {
    ...ref,
    reason: "visitor-asked",
    priority: "high",
    tier: "team",
    offer: 1,
    visitor: { language: "fr", timezone: "Europe/Paris", country: "FR", pageUrl: "https://shop.example/lamp?a=1&b=2" },
    understood: { intent: "track-order", slots: [{ name: "orderNumber", value: "10482" }] },
    transcript: [
      {
        id: "01890000-0000-7000-8000-000000000003",
        seq: 2,
        at: "2026-11-20T11:59:00.000Z",
        author: { kind: "visitor" },
        text: "Où est ma commande 10482 ?",
      },
      {
        id: "01890000-0000-7000-8000-000000000004",
        seq: 4,
        at: "2026-11-20T12:00:00.000Z",
        author: { kind: "bot", name: "Shop" },
        text: "I am asking a colleague.",
      },
    ],
    transcriptPath: "/v1/transcript/eu.t",
    transcriptUrl: "https://chat.shop.example/v1/transcript/eu.t",
    replyPath: "/v1/inbound/desk",
  },
} as const satisfies HandoffEvent;
const base = { externalId: "ext-1", caseId: ref.caseId, conversationId: ref.conversationId };
export const sampleMessage: DeskCommand = { ...base, type: "message", agent, text: "Good morning – 您好 👋" };
export const sampleCommands: readonly DeskCommand[] = [
  { ...base, type: "accept", agent },
  sampleMessage,
  { ...base, type: "typing", agent, typing: true },
  { ...base, type: "read", agent, seq: 7 },
  { ...base, type: "leave", agent },
  { ...base, type: "pass", agent, to: "manila", note: "wants a refund, order 10482" },
  { ...base, type: "release", agent },
  { ...base, type: "end", agent },
];
const nowMs = Date.parse("2026-11-20T12:00:00Z");

export function handoffContract(name: string, harness: HandoffHarness): ContractCase[] {
  const check = (title: string, run: (adapter: HandoffAdapter, server: TestServer) => Promise<void>): ContractCase => ({
    name: `${name}: ${title}`,
    run: async () => {
      const server = await startTestServer();
      const adapter = await harness.open(server.origin);
      try {
        await adapter.init?.(signalOf());
        await run(adapter, server);
      } finally {
        await adapter.close?.();
        await server.close();
      }
    },
  });
  const failureOf = async (adapter: HandoffAdapter): Promise<AdapterError> => {
    const error: unknown = await adapter.deliver(sampleEvent, signalOf()).then(
      () => assert.fail("expected the delivery to fail"),
      (reason: unknown) => reason,
    );
    assert.ok(isAdapterError(error), `expected an AdapterError, not ${String(error)}`);
    return error;
  };
  const refused = async (adapter: HandoffAdapter, request: InboundRequest, code: AdapterError["code"]): Promise<void> => {
    await assert.rejects(adapter.receive(request), (error) => isAdapterError(error) && error.code === code);
  };
  const read = harness.reads ?? ((command: DeskCommand): DeskCommand | undefined => command);
  const message = read(sampleMessage) ?? assert.fail("a desk that cannot say a message is none");
  const taken = { kind: "answer" as const, status: 200, ...(harness.taken === undefined ? {} : { body: harness.taken }) };
  return [
    check("is of kind handoff", async (adapter) => assert.equal(adapter.kind, "handoff")),
    check("delivers an event the desk believes, the same on every retry", async (adapter, server) => {
      server.script(taken, harness.taken === undefined ? { kind: "answer", status: 204 } : taken);
      await adapter.deliver(sampleEvent, signalOf());
      await adapter.deliver(sampleEvent, signalOf());
      assert.equal(server.requests.length, 2);
      for (const request of server.requests) harness.verify(request, sampleEvent);
      assert.equal(server.requests[0]?.body, server.requests[1]?.body);
    }),
    check("fails what the desk has not taken, and leaves it to be tried again", async (adapter, server) => {
      for (const status of [301, 307, 400, 404, 500, 502]) {
        server.script({ kind: "answer", status, headers: { location: `${server.origin}/elsewhere` } }, taken);
        assert.equal((await failureOf(adapter)).permanent, false, `status ${status}`);
        await adapter.deliver(sampleEvent, signalOf());
      }
      assert.ok(!server.requests.some((request) => request.path === "/elsewhere"), "a redirect is not followed");
    }),
    check("gives up for good at 410", async (adapter, server) => {
      server.script({ kind: "answer", status: 410 });
      assert.equal((await failureOf(adapter)).permanent, true);
    }),
    check("passes on how long the desk wants to be left alone", async (adapter, server) => {
      for (const status of [429, 503]) {
        const own = await startTestServer({ kind: "answer", status, headers: { "retry-after": "7" } });
        try {
          const other = await harness.open(own.origin);
          const error = await failureOf(other);
          assert.equal(error.retryAfterMs, 7_000);
          assert.equal(error.permanent, false);
        } finally {
          await own.close();
        }
      }
      server.script({ kind: "reset" });
      assert.equal((await failureOf(adapter)).permanent, false);
    }),
    check("stops a delivery when the signal fires", async (adapter, server) => {
      server.script({ kind: "hang" });
      const controller = new AbortController();
      const delivery = adapter.deliver(sampleEvent, controller.signal);
      const settled = delivery.then(
        () => "delivered",
        () => "stopped",
      );
      await server.seen(1);
      controller.abort(new Error("shutting down"));
      assert.equal(await settled, "stopped");
    }),
    check("reads every command a desk may send", async (adapter) => {
      for (const command of sampleCommands) {
        const expected = read(command);
        if (expected === undefined) continue;
        assert.deepEqual((await adapter.receive({ ...harness.inbound(command, nowMs), nowMs })).commands, [expected]);
      }
    }),
    check("believes nothing that was changed, is unsigned or is old", async (adapter) => {
      const { headers, rawBody } = harness.inbound(sampleMessage, nowMs);
      await refused(adapter, { headers: new Headers(), rawBody, nowMs }, "unauthorized");
      if (harness.undated === true) {
        const [name = "", secret = ""] = [...headers].find(([one]) => one !== "content-type") ?? [];
        for (const wrong of [`${secret}x`, secret.slice(1), ""])
          await refused(adapter, { headers: new Headers({ [name]: wrong }), rawBody, nowMs }, "unauthorized");
        assert.deepEqual((await adapter.receive({ headers, rawBody, nowMs })).commands, [message]);
        return;
      }
      await refused(adapter, { headers, rawBody: rawBody.replace("Good", "Bad!"), nowMs }, "unauthorized");
      await refused(adapter, { headers, rawBody, nowMs: nowMs + 301_000 }, "unauthorized");
      await refused(adapter, { headers, rawBody, nowMs: nowMs - 301_000 }, "unauthorized");
      assert.deepEqual((await adapter.receive({ headers, rawBody, nowMs: nowMs + 299_000 })).commands, [message]);
    }),
  ];
}
