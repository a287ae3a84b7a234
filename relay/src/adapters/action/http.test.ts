import { Webhook } from "standardwebhooks";
import { afterEach, expect, it } from "vitest";
import { createTestContext } from "../../testing/adapter-context.ts";
import { signalOf } from "../../testing/contract.ts";
import { json, startTestServer, type Behaviour, type TestServer } from "../../testing/http-server.ts";
import { createEgress } from "../egress.ts";
import type { ActionAdapter, ActionRequest } from "../spec.ts";
import { createHttpAction, httpAction } from "./http.ts";

const secret = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
const request: ActionRequest = {
  id: "01890000-0000-8000-8000-000000000001",
  timestamp: "2026-11-20T12:00:00.000Z",
  data: {
    action: "cancel-order",
    values: { order: "A-1001" },
    language: "en",
    siteId: "shop",
    conversationId: "01890000-0000-8000-8000-000000000002",
    deadline: "2026-11-20T12:00:30.000Z",
  },
};
const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
async function serve(...behaviours: Behaviour[]): Promise<{ server: TestServer; adapter: ActionAdapter }> {
  const server = await startTestServer(...behaviours);
  servers.push(server);
  const { context, dispose } = await createTestContext({ fetch: createEgress({ hosts: [server.origin] }) });
  await dispose();
  return { server, adapter: createHttpAction({ url: `${server.origin}/cancel`, secret, timeoutMs: 500 }, context) };
}
const says = (body: unknown): Behaviour => ({ kind: "answer", headers: json, body: JSON.stringify(body) });

it("asks so that the published library believes it, the same at every try, and reads what came of it", async () => {
  const { server, adapter } = await serve(says({ status: "done", message: "Order A-1001 is cancelled.", ticket: 7 }));
  expect(await adapter.run(request, signalOf())).toEqual({ state: "done", text: "Order A-1001 is cancelled." });
  await adapter.run(request, signalOf());
  expect(server.requests).toHaveLength(2);
  for (const seen of server.requests) {
    const body = new Webhook(secret).verify(seen.body, Object.fromEntries(seen.headers));
    expect(body).toEqual({ type: "action.confirmed", timestamp: request.timestamp, data: { id: request.id, ...request.data } });
    expect(seen.headers.get("webhook-id")).toBe(request.id);
  }
  const refused = await serve(says({ status: "refused" }));
  expect(await refused.adapter.run(request, signalOf())).toEqual({ state: "refused" });
});

it("has a code for every fault, and says which of them can be tried again", async () => {
  for (const [behaviour, code, permanent] of [
    [says({ status: "maybe" }), "bad-response", false],
    [says({ done: true }), "bad-response", false],
    [{ kind: "answer", headers: { "content-type": "text/html" }, body: "<h1>Bad gateway</h1>" }, "bad-response", false],
    [{ kind: "answer", status: 500 }, "failed", false],
    [{ kind: "answer", status: 429, headers: { "retry-after": "7" } }, "rate-limited", false],
    [{ kind: "answer", status: 401 }, "unauthorized", true],
    [{ kind: "answer", status: 404 }, "bad-request", true],
    [{ kind: "hang" }, "timeout", false],
    [{ kind: "reset" }, "unreachable", false],
  ] as [Behaviour, string, boolean][]) {
    const { adapter } = await serve(behaviour);
    await expect(adapter.run(request, signalOf()), code).rejects.toMatchObject({ code, permanent });
  }
  expect(httpAction.parseOptions({ url: "shop", secret: "x", verify: true })).toMatchObject({
    ok: false,
    issues: [{ path: "url" }, { path: "secret" }, { path: "verify" }],
  });
});
