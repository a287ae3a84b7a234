import { afterEach, describe, expect, it } from "vitest";
import { createTestContext } from "../../testing/adapter-context.ts";
import { failuresOf, signalOf } from "../../testing/contract.ts";
import { json, lines, ndjson, startTestServer, type Behaviour, type TestServer } from "../../testing/http-server.ts";
import { nluContract } from "../../testing/nlu-suite.ts";
import { createEgress } from "../egress.ts";
import type { NluAdapter, NluAnswer, NluRequest } from "../spec.ts";
import { createHttpNlu, httpNlu } from "./http.ts";

const request: NluRequest = {
  text: "where is it",
  language: "en",
  siteLanguages: ["en"],
  conversationId: "c",
  siteId: "s",
  visitorId: "v",
  at: Date.parse("2026-11-27T12:00:00Z"),
  history: [{ author: "visitor", text: "hi" }],
};
const sources = { type: "sources", items: [{ id: "a", title: "A" }] };
const known = { text: "where is it", language: "en", intent: "track-order" };
const understood = {
  intents: [
    { name: "other", confidence: 0.2 },
    { name: "track-order", confidence: 0.9 },
  ],
  slots: [],
};

const open: TestServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
async function serve(...behaviours: Behaviour[]): Promise<{ server: TestServer; adapter: NluAdapter }> {
  const server = await startTestServer(...behaviours);
  open.push(server);
  const { context, dispose } = await createTestContext({ fetch: createEgress({ hosts: [server.origin], timeoutMs: 2_000 }) });
  await dispose();
  return { server, adapter: createHttpNlu({ url: `${server.origin}/nlu`, headers: { authorization: "Bearer x" } }, context) };
}
const stream = (pieces: readonly string[], cut = false): Behaviour => ({ kind: "pieces", headers: ndjson, pieces, cut });
async function textOf(answer: NluAnswer | undefined): Promise<string> {
  let text = "";
  for await (const piece of answer?.text ?? []) text += piece;
  return text;
}

const always = (body: object): Behaviour => ({ kind: "answer", headers: json, body: JSON.stringify(body) });
for (const check of nluContract("http", { open: () => serve(always(understood)), known })) it(check.name, check.run);
it("the contract fails a server that is wrong", async () => {
  const failed = await failuresOf(
    nluContract("http", { open: () => serve(always({ intents: [{ name: "wrong", confidence: 1 }] })), known }),
  );
  expect(failed).toContain("http: understands what it was taught");
});

describe("http nlu", () => {
  it("sends the request as JSON with the headers of the config", async () => {
    const { adapter, server } = await serve(always(understood));
    await adapter.understand(request, signalOf());
    expect(server.requests[0]).toMatchObject({ method: "POST", path: "/nlu" });
    const { visitorId: _visitor, ...sent } = request;
    expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual(sent);
    expect(server.requests[0]?.headers.get("authorization")).toBe("Bearer x");
  });

  it("is told of the region's actions, may propose one, and can draw neither question of the house", async () => {
    const actions = [{ id: "cancel-order", title: "Cancel an order", description: "Cancels.", fields: [] }];
    const confirm = { type: "confirm", title: "Cancel an order", fields: [] };
    const consent = { type: "consent", to: { name: "Me" }, text: "all of it" };
    const { adapter, server } = await serve(
      always({ proposal: { action: "cancel-order", values: { order: "10482" } } }),
      always({
        ...understood,
        several: understood.intents,
        denied: true,
        answer: { text: "Shall I?", parts: [confirm, consent, sources] },
      }),
    );
    const proposed = await adapter.understand({ ...request, actions }, signalOf());
    expect(JSON.parse(server.requests[0]?.body ?? "")).toMatchObject({ actions });
    expect(proposed).toEqual({ intents: [], slots: [], proposal: { action: "cancel-order", values: { order: "10482" } } });
    const { answer, ...rest } = await adapter.understand(request, signalOf());
    expect(rest).toMatchObject({ several: understood.intents, denied: true });
    expect(await answer?.parts()).toEqual([sources]);
  });

  it("reads JSON leniently", async () => {
    const { adapter } = await serve(
      always({
        ...understood,
        extra: 1,
        intents: [{ name: "a", confidence: 7, x: 1 }],
        wantsPerson: true,
        answer: { text: "Hi", parts: [sources, { type: "hologram" }] },
      }),
    );
    const { answer, ...rest } = await adapter.understand(request, signalOf());
    expect(rest).toEqual({ intents: [{ name: "a", confidence: 1 }], slots: [], wantsPerson: true });
    expect(await textOf(answer)).toBe("Hi");
    expect(await answer?.parts()).toEqual([sources]);
    expect((await (await serve(always({}))).adapter.understand(request, signalOf())).answer).toBeUndefined();
  });

  it("streams what arrives, whatever the pieces of the network", async () => {
    const whole = lines(
      { type: "understanding", ...understood },
      { type: "delta", text: "Ihre " },
      { type: "future" },
      { type: "delta", text: "Größe 👋" },
      { type: "parts", parts: [sources] },
      { type: "done" },
    ).join("");
    const bytes = whole.match(/[\s\S]{1,7}/gu) ?? [];
    const { adapter } = await serve(stream(bytes));
    const { intents, answer } = await adapter.understand(request, signalOf());
    expect(intents[0]?.name).toBe("track-order");
    expect(await textOf(answer)).toBe("Ihre Größe 👋");
    expect(await answer?.parts()).toEqual([sources]);
  });

  it("gives the parts also when nobody reads the text, and no answer when there is none", async () => {
    const { adapter } = await serve(stream(lines({ type: "delta", text: "x" }, { type: "parts", parts: [sources] }, { type: "done" })));
    expect(await (await adapter.understand(request, signalOf())).answer?.parts()).toEqual([sources]);
    const silent = await serve(stream(lines({ type: "understanding", ...understood }, { type: "done" })));
    expect((await silent.adapter.understand(request, signalOf())).answer).toBeUndefined();
  });

  it("rejects a stream that ends or breaks before done, in the text and in the parts", async () => {
    for (const cut of [false, true]) {
      const { adapter } = await serve(stream(lines({ type: "understanding", ...understood }, { type: "delta", text: "half" }), cut));
      let answer: NluAnswer | undefined;
      const read = async (): Promise<void> => {
        ({ answer } = await adapter.understand(request, signalOf()));
        await textOf(answer);
      };
      await expect(read(), `cut ${cut}`).rejects.toMatchObject({ code: "bad-response" });
      if (answer !== undefined) await expect(answer.parts()).rejects.toMatchObject({ code: "bad-response" });
    }
    await expect((await serve(stream([]))).adapter.understand(request, signalOf())).rejects.toMatchObject({ code: "bad-response" });
  });

  it("lets the connection go when the reader stops", async () => {
    const { adapter, server } = await serve({
      kind: "stall",
      headers: ndjson,
      pieces: lines({ type: "delta", text: "one" }, { type: "delta", text: "two" }),
    });
    const { answer } = await adapter.understand(request, signalOf());
    for await (const _piece of answer?.text ?? []) break;
    await expect(answer?.parts()).rejects.toMatchObject({ code: "bad-response" });
    await expect.poll(() => server.requests[0]?.aborted()).toBe(true);
  });

  it("stops a running stream when the signal fires", async () => {
    const { adapter } = await serve({ kind: "stall", headers: ndjson, pieces: lines({ type: "delta", text: "one" }) });
    const controller = new AbortController();
    const { answer } = await adapter.understand(request, controller.signal);
    const reading = textOf(answer);
    controller.abort(new Error("enough"));
    await expect(reading).rejects.toThrow();
  });

  it.each([
    [429, "rate-limited", false],
    [500, "failed", false],
    [503, "failed", false],
    [401, "unauthorized", true],
    [404, "bad-request", true],
    [302, "bad-response", false],
  ] as const)("maps %i to %s", async (status, code, permanent) => {
    const { adapter } = await serve({ kind: "answer", status, headers: { "retry-after": "3" }, body: "secret words" });
    const failed = adapter.understand(request, signalOf());
    await expect(failed).rejects.toMatchObject({ code, permanent, ...(status === 429 || status === 503 ? { retryAfterMs: 3_000 } : {}) });
    await expect(failed).rejects.not.toThrow("secret");
  });

  it("names what is wrong in an answer without quoting it", async () => {
    for (const [behaviour, told] of [
      [{ kind: "answer", headers: json, body: "{secret" }, "not JSON"],
      [always({ intents: [{ name: 5, confidence: 1 }] }), "intents.0.name"],
      [{ kind: "answer", headers: { "content-type": "text/html" }, body: "secret" }, "text/html"],
      [stream(["{secret\n"]), "not JSON"],
      [stream(lines({ type: "delta", text: 5 })), "text"],
    ] as [Behaviour, string][]) {
      const failed = (await serve(behaviour)).adapter.understand(request, signalOf());
      await expect(failed, told).rejects.toMatchObject({ code: "bad-response", message: expect.stringContaining(told) as string });
      await expect(failed).rejects.not.toThrow("secret");
    }
  });

  it("wants an address", () => {
    expect(httpNlu.parseOptions({ url: "not an address", header: {} })).toMatchObject({
      ok: false,
      issues: [{ path: "url" }, { path: "header" }],
    });
  });
});
