/** Dialogue engines behind HTTP, one contract for all: a real server answers in each engine's own form. */
import { createVerify, generateKeyPairSync } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { createTestContext } from "../../testing/adapter-context.ts";
import { failuresOf, signalOf } from "../../testing/contract.ts";
import { json, startTestServer, type Behaviour, type SeenRequest, type TestServer } from "../../testing/http-server.ts";
import { nluContract } from "../../testing/nlu-suite.ts";
import { isPublished, readPublished } from "../../testing/published.ts";
import { createEgress } from "../egress.ts";
import { lookupAdapter } from "../registry.ts";
import type { NluAdapter, NluRequest, Understanding } from "../spec.ts";
import { signAws } from "./aws-signature.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const request: NluRequest = {
  text: "where is 10482",
  language: "en",
  siteLanguages: ["en"],
  conversationId: "01890000-0000-7000-8000-000000000001",
  siteId: "s",
  visitorId: "v",
  at: Date.parse("2026-11-27T12:00:00Z"),
  history: [],
};
const answer = (body: unknown): Behaviour => ({ kind: "answer", headers: json, body: JSON.stringify(body) });
const sse = (...events: object[]): Behaviour => ({
  kind: "pieces",
  headers: { "content-type": "text/event-stream" },
  pieces: events.map((event) => `event: x\ndata: ${JSON.stringify(event)}\n\n`),
});

type Engine = {
  options: (origin: string) => object;
  good: Behaviour;
  known: { intent: string } | { answer: string };
  /** Understood nothing. */
  nothing: Behaviour;
  /** A broken shape, for the negative control. */
  broken: Behaviour;
  sends: (seen: SeenRequest) => void;
};
const engines: Record<string, Engine> = {
  rasa: {
    options: (origin) => ({ url: origin, token: "t k" }),
    good: answer({
      text: "x",
      intent: { name: "track", confidence: 0.9 },
      intent_ranking: [
        { name: "track", confidence: 0.9 },
        { name: "nlu_fallback", confidence: 0.3 },
        { name: "refund", confidence: 0.1 },
      ],
      entities: [
        { entity: "order", value: 10482, start: 9, end: 14 },
        { entity: "odd", value: "x", start: 90, end: 99 },
      ],
    }),
    known: { intent: "track" },
    nothing: answer({
      intent: { name: "nlu_fallback", confidence: 0.7 },
      intent_ranking: [
        { name: "nlu_fallback", confidence: 0.7 },
        { name: "refund", confidence: 0.2 },
      ],
    }),
    broken: answer({ intent: { name: "other", confidence: 7 } }),
    sends: ({ method, path, body }) => {
      expect([method, path]).toEqual(["POST", "/model/parse?token=t%20k"]);
      expect(JSON.parse(body)).toEqual({ text: request.text });
    },
  },
  dify: {
    options: (origin) => ({ baseUrl: `${origin}/v1`, apiKey: "k" }),
    good: sse(
      { event: "ping" },
      { event: "message", answer: "", conversation_id: "theirs" },
      { event: "message", answer: "It is ", conversation_id: "theirs" },
      { event: "message", answer: "on its way." },
      {
        event: "message_end",
        metadata: {
          retriever_resources: [
            { document_id: "d1", document_name: "Tracking", score: 1 },
            { document_id: "d1", document_name: "Tracking" },
          ],
        },
      },
    ),
    known: { answer: "on its way" },
    nothing: sse({ event: "message_end" }),
    broken: sse({ event: "message", answer: 7 }),
    sends: ({ method, path, body, headers }) => {
      expect([method, path, headers.get("authorization")]).toEqual(["POST", "/v1/chat-messages", "Bearer k"]);
      expect(JSON.parse(body)).toEqual({ query: request.text, inputs: {}, response_mode: "streaming", conversation_id: "", user: "v" });
    },
  },
  lex: {
    options: (origin) => ({
      region: "eu-west-1",
      botId: "BOT1",
      botAliasId: "ALIAS1",
      locales: { en: "en_GB", fr: "fr_FR" },
      accessKeyId: "AKID",
      secretAccessKey: "secret",
      url: origin,
    }),
    good: answer({
      interpretations: [
        {
          nluConfidence: { score: 0.83 },
          intent: { name: "Track", slots: { order: { value: { originalValue: "10482", interpretedValue: "10482" } }, other: null } },
        },
        { intent: { name: "FallbackIntent" } },
        { nluConfidence: { score: 0.2 }, intent: { name: "Refund", slots: {} } },
      ],
      messages: [
        { contentType: "PlainText", content: "On its way." },
        { contentType: "ImageResponseCard", imageResponseCard: { title: "t", buttons: [{ text: "More", value: "more" }] } },
      ],
    }),
    known: { intent: "Track" },
    nothing: answer({
      interpretations: [{ intent: { name: "FallbackIntent" } }, { nluConfidence: { score: 0.2 }, intent: { name: "Refund" } }],
      messages: [{ content: "Sorry?", contentType: "PlainText" }],
    }),
    broken: answer({ interpretations: [{ intent: "Track" }] }),
    sends: ({ method, path, body, headers }) => {
      expect(method).toBe("POST");
      expect(path).toBe(`/bots/BOT1/botAliases/ALIAS1/botLocales/en_GB/sessions/${request.conversationId}/text`);
      expect(JSON.parse(body)).toEqual({ text: request.text });
      expect(headers.get("authorization")).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/lex\/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=[0-9a-f]{64}$/,
      );
    },
  },
  "dialogflow-cx": {
    options: (origin) => ({
      project: "shop",
      location: "europe-west1",
      agent: "a-1",
      clientEmail: "bot@shop.iam.example",
      privateKey: pem.replaceAll("\n", "\\n"),
      url: origin,
      tokenUrl: `${origin}/token`,
    }),
    good: answer({
      access_token: "tok",
      queryResult: {
        intentDetectionConfidence: 0.7,
        match: { intent: { displayName: "track" }, confidence: 0.91, matchType: "INTENT" },
        responseMessages: [{ text: { text: ["On its way."] } }, { payload: {} }],
      },
    }),
    known: { intent: "track" },
    nothing: answer({
      access_token: "tok",
      queryResult: { match: { matchType: "NO_MATCH", confidence: 0.3 }, responseMessages: [{ text: { text: ["Sorry?"] } }] },
    }),
    broken: answer({ access_token: "tok" }),
    sends: (seen) => {
      if (seen.path === "/token") {
        const form = new URLSearchParams(seen.body);
        const [head = "", claims = "", signature = ""] = (form.get("assertion") ?? "").split(".");
        expect(createVerify("RSA-SHA256").update(`${head}.${claims}`).verify(publicKey, signature, "base64url")).toBe(true);
        expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toMatchObject({
          iss: "bot@shop.iam.example",
          scope: expect.stringContaining("dialogflow") as string,
        });
        return;
      }
      expect(seen.path).toBe(`/v3/projects/shop/locations/europe-west1/agents/a-1/sessions/${request.conversationId}:detectIntent`);
      expect(seen.headers.get("authorization")).toBe("Bearer tok");
      expect(JSON.parse(seen.body)).toEqual({ queryInput: { text: { text: request.text }, languageCode: "en" } });
    },
  },
};

const goodOf = (name: string): Behaviour => engines[name]?.good ?? { kind: "hang" };

const open: TestServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
async function serve(name: string, behaviour: Behaviour, over: object = {}): Promise<{ server: TestServer; adapter: NluAdapter }> {
  const server = await startTestServer(behaviour);
  open.push(server);
  const found = lookupAdapter("nlu", name);
  if (!found.ok) throw new Error(found.issue);
  const parsed = found.definition.parseOptions({ ...engines[name]?.options(server.origin), ...over });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const { context, dispose } = await createTestContext({ fetch: createEgress({ hosts: [server.origin], timeoutMs: 2_000 }) });
  await dispose();
  return { server, adapter: found.definition.create(parsed.options as never, context) };
}
async function textOf({ answer: said }: Understanding): Promise<string> {
  let text = "";
  for await (const piece of said?.text ?? []) text += piece;
  return text;
}

for (const [name, engine] of Object.entries(engines)) {
  describe(`nlu: ${name}`, () => {
    const known = { text: request.text, language: "en", ...engine.known };
    for (const check of nluContract(name, { open: () => serve(name, engine.good), known })) it(check.name, check.run);

    it("fails the contract when the engine answers in another shape", async () => {
      expect(await failuresOf(nluContract(name, { open: () => serve(name, engine.broken), known }))).toContain(
        `${name}: understands what it was taught`,
      );
    });

    it("asks in the form of the engine, and nothing of a message without words", async () => {
      const { adapter, server } = await serve(name, engine.good);
      await textOf(await adapter.understand(request, signalOf()));
      expect(server.requests.length).toBeGreaterThan(0);
      for (const seen of server.requests) engine.sends(seen);
    });

    it("leaves what the engine did not understand to the next one", async () => {
      const { adapter } = await serve(name, engine.nothing);
      const understood = await adapter.understand(request, signalOf());
      expect([understood.intents, understood.answer, understood.wantsPerson]).toEqual([[], undefined, undefined]);
    });

    it("gives every fault a code, and never the words of anybody", async () => {
      for (const [behaviour, code] of [
        [answer({ error: "secret words" }), "bad-response"],
        [{ kind: "answer", headers: json, body: "secret words" }, "bad-response"],
        [{ kind: "answer", status: 401, body: "secret words" }, "unauthorized"],
        [{ kind: "answer", status: 429 }, "rate-limited"],
        [{ kind: "answer", status: 500, body: "secret words" }, "failed"],
        [{ kind: "hang" }, "timeout"],
        [{ kind: "reset" }, "unreachable"],
      ] as [Behaviour, string][]) {
        const { adapter } = await serve(name, behaviour);
        const failed = adapter.understand(request, signalOf());
        await expect(failed, code).rejects.toMatchObject({ code });
        await expect(failed).rejects.not.toThrow(/secret/);
      }
    }, 20_000);
  });
}

describe("rasa", () => {
  it("keeps entities that lie in the text", async () => {
    const { adapter } = await serve("rasa", goodOf("rasa"));
    expect((await adapter.understand(request, signalOf())).slots).toEqual([{ name: "order", value: "10482", start: 9, end: 14 }]);
  });
  it("lets its dialogue answer, with its buttons", async () => {
    const { adapter, server } = await serve(
      "rasa",
      answer([{ text: "On its way." }, { text: "More?", buttons: [{ title: "Yes", payload: "/yes" }] }, { image: "x" }]),
      { mode: "chat" },
    );
    const understood = await adapter.understand(request, signalOf());
    expect(await textOf(understood)).toBe("On its way.\n\nMore?");
    expect(await understood.answer?.parts()).toEqual([{ type: "choices", options: [{ id: "engine:0", label: "Yes" }] }]);
    expect(server.requests[0]?.path).toBe("/webhooks/rest/webhook?token=t%20k");
    expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({ sender: request.conversationId, message: request.text });
    const silent = await serve("rasa", answer([]), { mode: "chat" });
    expect(await silent.adapter.understand(request, signalOf())).toEqual({ intents: [], slots: [] });
  });
});

describe("dify", () => {
  it("goes on in the same conversation, and begins another when theirs is gone", async () => {
    const { adapter, server } = await serve("dify", goodOf("dify"));
    const sent = (index: number): unknown =>
      (JSON.parse(server.requests[index]?.body ?? "") as { conversation_id: unknown }).conversation_id;
    const first = await adapter.understand(request, signalOf());
    expect(await textOf(first)).toBe("It is on its way.");
    expect(await first.answer?.parts()).toEqual([{ type: "sources", items: [{ id: "d1", title: "Tracking" }] }]);
    await textOf(await adapter.understand(request, signalOf()));
    expect(sent(1)).toBe("theirs");
    server.script({ kind: "answer", status: 404 }, goodOf("dify"));
    await expect(adapter.understand(request, signalOf())).rejects.toMatchObject({ code: "bad-request" });
    await textOf(await adapter.understand(request, signalOf()));
    expect(sent(3)).toBe("");
  });
  it("tells an error in the stream by its code", async () => {
    const { adapter } = await serve("dify", sse({ event: "error", status: 400, code: "provider_quota_exceeded", message: "secret words" }));
    await expect(adapter.understand(request, signalOf())).rejects.toMatchObject({
      code: "failed",
      message: "the app failed (provider_quota_exceeded)",
    });
    const late = await serve("dify", sse({ event: "message", answer: "It" }, { event: "error", message: "secret words" }));
    await expect(textOf(await late.adapter.understand(request, signalOf()))).rejects.toMatchObject({
      code: "failed",
      message: "the app failed",
    });
    const cut = await serve("dify", sse({ event: "message", answer: "It" }));
    await expect(textOf(await cut.adapter.understand(request, signalOf()))).rejects.toMatchObject({ code: "bad-response" });
  });
});

describe("lex", () => {
  it("says what the bot says, with buttons and slots, in the locale of the language", async () => {
    const { adapter, server } = await serve("lex", goodOf("lex"));
    const understood = await adapter.understand({ ...request, language: "fr-FR" }, signalOf());
    expect(understood).toMatchObject({
      intents: [{ name: "Track", confidence: 0.83 }, { name: "Refund" }],
      slots: [{ name: "order", value: "10482", start: 9, end: 14 }],
    });
    expect(await textOf(understood)).toBe("On its way.");
    expect(await understood.answer?.parts()).toMatchObject([{ options: [{ label: "More" }] }]);
    expect(server.requests[0]?.path).toContain("/fr_FR/");
    const quiet = await serve("lex", goodOf("lex"), { answers: false });
    expect((await quiet.adapter.understand(request, signalOf())).answer).toBeUndefined();
  });
  it("signs as AWS's own documented example does", () => {
    // The worked example of the Signature Version 4 documentation: IAM ListUsers, 30 August 2015.
    const headers = signAws(
      {
        method: "GET",
        url: "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
        headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
        body: "",
      },
      { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" },
      { region: "us-east-1", service: "iam" },
      Date.parse("2015-08-30T12:36:00Z"),
    );
    expect(headers["authorization"]).toBe(
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    );
  });
});

describe("dialogflow-cx", () => {
  it("signs in once for many questions, and again when its token was taken back", async () => {
    const { adapter, server } = await serve("dialogflow-cx", goodOf("dialogflow-cx"));
    await Promise.all(Array.from({ length: 10 }, async () => adapter.understand(request, signalOf())));
    const tokens = (): number => server.requests.filter(({ path }) => path === "/token").length;
    expect(tokens()).toBe(1);
    server.script({ kind: "answer", status: 401 }, goodOf("dialogflow-cx"));
    await expect(adapter.understand(request, signalOf())).rejects.toMatchObject({ code: "unauthorized" });
    await adapter.understand(request, signalOf());
    expect(tokens()).toBe(2);
  });
  it("takes a live-agent handoff for a wish for a person", async () => {
    const { adapter } = await serve(
      "dialogflow-cx",
      answer({
        access_token: "t",
        queryResult: { match: { matchType: "INTENT" }, responseMessages: [{ liveAgentHandoff: { metadata: {} } }] },
      }),
    );
    expect(await adapter.understand(request, signalOf())).toMatchObject({ wantsPerson: true });
  });
});

describe("published descriptions (../shared/contracts)", () => {
  it.skipIf(!isPublished("dify.json"))("dify knows what is sent", async () => {
    const published = readPublished("dify.json");
    const { adapter, server } = await serve("dify", goodOf("dify"));
    await textOf(await adapter.understand(request, signalOf()));
    const body = JSON.parse(server.requests[0]?.body ?? "") as Record<string, unknown>;
    const schema = published.schema("ChatRequest");
    expect(published.misfits(body, schema)).toEqual([]);
    expect(published.misfits({ ...body, query: undefined, user: 7 }, schema)).not.toEqual([]);
    expect(published.misfits({ ...body, response_mode: "loud" }, schema)).not.toEqual([]);
  });
  it.skipIf(!isPublished("lex-runtime-v2.smithy.json"))("lex has what is sent and read", async () => {
    const shapes = readPublished("lex-runtime-v2.smithy.json").schema("#/shapes") as Record<
      string,
      {
        members?: Record<string, { target: string; traits?: Record<string, unknown> }>;
        traits?: Record<string, { uri?: string; method?: string }>;
      }
    >;
    const of = (name: string) => shapes[`com.amazonaws.lexruntimev2#${name}`];
    const { adapter, server } = await serve("lex", goodOf("lex"));
    await adapter.understand(request, signalOf());
    const http = of("RecognizeText")?.traits?.["smithy.api#http"];
    const path = http?.uri
      ?.replace("{botId}", "BOT1")
      .replace("{botAliasId}", "ALIAS1")
      .replace("{localeId}", "en_GB")
      .replace("{sessionId}", request.conversationId);
    expect([server.requests[0]?.method, server.requests[0]?.path]).toEqual([http?.method, path]);
    const inBody = Object.entries(of("RecognizeTextRequest")?.members ?? {}).filter(
      ([, member]) => member.traits?.["smithy.api#httpLabel"] === undefined,
    );
    expect(inBody.map(([name]) => name)).toEqual(expect.arrayContaining(Object.keys(JSON.parse(server.requests[0]?.body ?? "") as object)));
    expect(Object.keys(of("RecognizeTextResponse")?.members ?? {})).toEqual(expect.arrayContaining(["messages", "interpretations"]));
    expect(Object.keys(of("Interpretation")?.members ?? {})).toEqual(expect.arrayContaining(["nluConfidence", "intent"]));
  });
});
