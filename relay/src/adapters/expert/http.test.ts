import { Webhook } from "standardwebhooks";
import { afterEach, expect, it } from "vitest";
import { createTestContext } from "../../testing/adapter-context.ts";
import { signalOf } from "../../testing/contract.ts";
import { json, startTestServer, type Behaviour, type TestServer } from "../../testing/http-server.ts";
import { createEgress } from "../egress.ts";
import type { ExpertAdapter, ExpertRequest } from "../spec.ts";
import { createHttpExpert, httpExpert } from "./http.ts";

const secretOf = (fill: number): string => `whsec_${Buffer.alloc(32, fill).toString("base64")}`;
const secret = secretOf(1);
const nowMs = Date.parse("2026-11-20T12:00:00Z");
const request: ExpertRequest = {
  id: "01890000-0000-8000-8000-000000000001",
  timestamp: "2026-11-20T12:00:00.000Z",
  data: {
    question: "Is the paint safe?",
    language: "en",
    siteId: "shop",
    topic: "toys.safety",
    deadline: "2026-11-20T12:02:00.000Z",
    limit: { amount: 2, currency: "EUR" },
    replyPath: "/v1/inbound/amal",
  },
};

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
async function serve(...behaviours: Behaviour[]): Promise<{ server: TestServer; adapter: ExpertAdapter }> {
  const server = await startTestServer(...behaviours);
  servers.push(server);
  const { context, dispose } = await createTestContext({ fetch: createEgress({ hosts: [server.origin] }) });
  await dispose();
  const options = { url: `${server.origin}/ask`, secret, previousSecrets: [secretOf(2)], timeoutMs: 500 };
  return { server, adapter: createHttpExpert(options, context) };
}
const says = (body: unknown, more: Partial<Extract<Behaviour, { kind: "answer" }>> = {}): Behaviour => ({
  kind: "answer",
  headers: json,
  body: typeof body === "string" ? body : JSON.stringify(body),
  ...more,
});

it("asks so that the published library believes it, the same at every try, and reads the answer", async () => {
  const { server, adapter } = await serve(
    says({ status: "answered", answer: "It is.", sources: [{ title: "EN 71-3", url: "https://norm.example/71" }], cost: 0.4, model: "x" }),
  );
  const outcome = await adapter.ask(request, signalOf());
  expect(outcome).toEqual({
    state: "answered",
    text: "It is.",
    sources: [{ title: "EN 71-3", url: "https://norm.example/71" }],
    cost: 0.4,
  });
  await adapter.ask(request, signalOf());
  for (const seen of server.requests) {
    const body = new Webhook(secret).verify(seen.body, Object.fromEntries(seen.headers));
    expect(body).toEqual({ type: "expert.asked", timestamp: request.timestamp, data: { id: request.id, ...request.data } });
    expect(seen).toMatchObject({ method: "POST", path: "/ask" });
    expect(seen.headers.get("webhook-id")).toBe(request.id);
  }
  expect(server.requests[0]?.body).toBe(server.requests[1]?.body);
  // Negative control: another secret does not fit.
  const [first] = server.requests;
  expect(() => new Webhook(secretOf(3)).verify(first?.body ?? "", Object.fromEntries(first?.headers ?? []))).toThrow();
});

it("asks again at the address it was given, signed, and not sooner than it was told", async () => {
  const { server, adapter } = await serve(
    says({ status: "pending", poll: "/ask/7" }, { status: 202, headers: { ...json, "retry-after": "3" } }),
    says({ status: "pending" }, { status: 202 }),
    says({ status: "declined", reason: "not my field" }),
  );
  const first = await adapter.ask(request, signalOf());
  expect(first).toEqual({ state: "pending", poll: { ref: `${server.origin}/ask/7`, afterMs: 3_000 } });
  expect(await adapter.poll(`${server.origin}/ask/7`, request, signalOf())).toEqual({ state: "pending" });
  expect(await adapter.poll(`${server.origin}/ask/7`, request, signalOf())).toEqual({ state: "declined", reason: "not my field" });
  const polled = server.requests[1];
  expect(polled).toMatchObject({ method: "GET", path: "/ask/7", body: "" });
  expect(() => new Webhook(secret).verify("", Object.fromEntries(polled?.headers ?? []), { jsonParse: false })).not.toThrow();
});

it.each([
  ["an address of somebody else to poll", says({ status: "pending", poll: "https://elsewhere.example/7" }), "bad-response", false],
  ["200 with an error in the body", says({ error: "overloaded" }), "bad-response", false],
  ["HTML", says("<h1>no</h1>"), "bad-response", false],
  ["an empty answer", says({ status: "answered", answer: "" }), "bad-response", false],
  ["a cost below zero", says({ status: "answered", answer: "x", cost: -1 }), "bad-response", false],
  ["400", says({}, { status: 400 }), "bad-request", true],
  ["401", says({}, { status: 401 }), "unauthorized", true],
  ["429", says({}, { status: 429, headers: { "retry-after": "9" } }), "rate-limited", false],
  ["500", says({}, { status: 500 }), "failed", false],
  ["silence", { kind: "hang" }, "timeout", false],
  ["a broken connection", { kind: "reset" }, "unreachable", false],
] satisfies [string, Behaviour, string, boolean][])("takes %s for a failure with a code", async (_name, behaviour, code, permanent) => {
  const { adapter } = await serve(behaviour);
  await expect(adapter.ask(request, signalOf())).rejects.toMatchObject({ code, permanent });
});

function signed(body: unknown, { key = secret, at = nowMs, id = "cb-1" } = {}): { headers: Headers; rawBody: string; nowMs: number } {
  const rawBody = typeof body === "string" ? body : JSON.stringify(body);
  const signature = new Webhook(key).sign(id, new Date(at), rawBody);
  const headers = new Headers({ "webhook-id": id, "webhook-timestamp": String(Math.floor(at / 1_000)), "webhook-signature": signature });
  return { headers, rawBody, nowMs };
}
const said = { type: "expert.answered", timestamp: request.timestamp, data: { id: request.id, answer: "It is.", cost: 1 } };

it("reads what comes later, under the secret of today and of yesterday", async () => {
  const { adapter } = await serve();
  const answered = { id: request.id, outcome: { state: "answered", text: "It is.", sources: [], cost: 1 } };
  expect(await adapter.receive(signed(said))).toEqual(answered);
  expect(await adapter.receive(signed(said, { key: secretOf(2) }))).toEqual(answered);
  const no = { type: "expert.declined", timestamp: request.timestamp, data: { id: request.id, reason: "busy" } };
  expect(await adapter.receive(signed(no))).toEqual({ id: request.id, outcome: { state: "declined", reason: "busy" } });
});

it.each([
  ["a foreign signature", signed(said, { key: secretOf(9) }), "unauthorized"],
  [
    "a body that was changed",
    { ...signed(said), rawBody: JSON.stringify({ ...said, timestamp: "2026-11-20T12:00:01.000Z" }) },
    "unauthorized",
  ],
  ["a signature six minutes old", signed(said, { at: nowMs - 360_000 }), "unauthorized"],
  ["no signature", { headers: new Headers(), rawBody: "{}", nowMs }, "unauthorized"],
  ["no JSON", signed("<html>"), "bad-request"],
  ["an unknown field", signed({ ...said, data: { ...said.data, price: 2 } }), "bad-request"],
  ["no answer", signed({ ...said, data: { id: request.id } }), "bad-request"],
])("refuses %s", async (_name, given, code) => {
  const { adapter } = await serve();
  await expect(adapter.receive(given)).rejects.toMatchObject({ code });
});

it("reads its options strictly", () => {
  expect(httpExpert.parseOptions({ url: "nowhere", secret: "x", colour: 1 })).toMatchObject({ ok: false });
  expect(httpExpert.parseOptions({ url: "https://amal.example/ask", secret })).toMatchObject({ ok: true });
});
