/** One conversation through a real relay process, over both pipes: the same tests for each. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId, textOf, type Event, type EventOf } from "@allhours/protocol";
import { createClient, startRelay, type Client, type StartedRelay } from "../client/index.ts";
import { ORIGIN, shopConfig, writeShop } from "./shop-config.ts";

let relay: StartedRelay;
const clients: Client[] = [];
beforeAll(async () => {
  const dir = await writeShop();
  relay = await startRelay({ config: shopConfig({ dir }) });
}, 60_000);
afterAll(async () => {
  for (const client of clients) client.close();
  await relay?.stop();
});

const isMessage = (event: Event): event is EventOf<"message-added"> => event.type === "message-added";

describe.each(["socketio", "sse"] as const)("over %s", (pipe) => {
  function open(headers: Record<string, string> = { origin: ORIGIN }): Client {
    const client = createClient({ url: relay.url, site: "linden", pipe, headers });
    clients.push(client);
    return client;
  }
  async function begin(facts: Parameters<Client["hello"]>[0] = {}): Promise<Client> {
    const client = open();
    const ack = await client.hello(facts);
    expect(ack.ok).toBe(true);
    return client;
  }

  it("greets first, as a machine, in the visitor's language, with the starters", async () => {
    const client = await begin({ languages: ["fr-FR", "en"] });
    expect(client.welcome).toMatchObject({ resume: "fresh", mode: "bot", language: "fr", region: "eu", site: { name: "Linden & Co" } });
    const first = client.events.filter(isMessage)[0];
    expect(first?.message.author.kind).toBe("bot");
    expect(textOf(first?.message.parts ?? [])).toContain("automatique");
    expect(first?.message.parts.find((part) => part.type === "choices")).toMatchObject({
      options: [{ id: "article:track-order", label: "Where is my order?" }],
    });
  });

  it("answers from the knowledge with its source, in the language asked", async () => {
    const client = await begin({ languages: ["en"] });
    const { answer, ack } = await client.ask("how long can I return a lamp?");
    expect(ack).toMatchObject({ ok: true, value: { seq: 2, known: false } });
    expect(textOf(answer.message.parts)).toContain("30 days");
    expect(answer.message.parts.find((part) => part.type === "sources")).toMatchObject({
      items: [{ id: "return-window", url: "/help/return-window", updatedAt: "2026-10-12" }],
    });
    const french = await begin({ languages: ["fr"] });
    const answered = await french.ask("how long can I return a lamp? je veux renvoyer ma lampe, combien de temps");
    expect(textOf(answered.answer.message.parts)).toContain("30 jours");
  });

  it("stores a message once, however often it is sent, and answers it once", async () => {
    const client = await begin();
    const id = newId();
    const acks = await Promise.all(Array.from({ length: 10 }, () => client.send("can I pay with paypal?", { id }).acked));
    expect(acks.map((ack) => ack.ok && ack.value.seq)).toEqual(Array.from({ length: 10 }, () => 2));
    expect(acks.filter((ack) => ack.ok && !ack.value.known)).toHaveLength(1);
    await client.waitFor((event) => isMessage(event) && event.message.inReplyTo === id);
    const late = await client.send("can I pay with paypal?", { id }).acked;
    expect(late).toMatchObject({ ok: true, value: { seq: 2, known: true } });
    await client.ask("track my parcel");
    expect(client.events.filter((event) => isMessage(event) && event.message.id === id)).toHaveLength(1);
    expect(client.events.filter((event) => isMessage(event) && event.message.inReplyTo === id)).toHaveLength(1);
  });

  it("resumes by cursor: caught up, replayed, reset", async () => {
    const first = await begin();
    const { welcome } = first;
    await first.ask("track my parcel");
    const head = Math.max(...first.events.flatMap((event) => ("seq" in event ? [event.seq] : [])));
    const token = welcome?.token ?? "";
    const epoch = welcome?.epoch ?? "";
    const back = async (cursor?: { epoch: string; seq: number }): Promise<Client> =>
      begin({ token, ...(cursor === undefined ? {} : { cursor }) });
    expect((await back({ epoch, seq: head })).welcome).toMatchObject({ resume: "caught-up", events: [], head });
    const replayed = await back({ epoch, seq: 1 });
    expect(replayed.welcome).toMatchObject({ resume: "replayed", more: false });
    expect(replayed.welcome?.events.map((event) => event.seq)).toEqual(Array.from({ length: head - 1 }, (_, index) => index + 2));
    expect((await back({ epoch, seq: head + 5 })).welcome?.resume).toBe("reset");
    const other = await back({ epoch: "another", seq: 1 });
    expect(other.welcome?.resume).toBe("reset");
    expect(other.welcome?.events).toHaveLength(head);
  });

  it("shows one visitor's messages in another tab, and nobody else's", async () => {
    const first = await begin();
    const second = await begin({ token: first.welcome?.token ?? "" });
    const stranger = await begin();
    const { id } = await first.ask("which cards do you take");
    await second.waitFor((event) => isMessage(event) && event.message.id === id);
    await second.waitFor((event) => isMessage(event) && event.message.inReplyTo === id);
    expect(stranger.events.filter((event) => isMessage(event) && event.message.id === id)).toEqual([]);
  });

  it("masks a card number before it is stored or shown", async () => {
    const client = await begin();
    const { id } = await client.ask("my card 4111 1111 1111 1111 was declined");
    const own = client.events.filter(isMessage).find((event) => event.message.id === id);
    expect(textOf(own?.message.parts ?? [])).toBe("my card •••• 1111 was declined");
    expect(await relay.log()).not.toContain("declined");
  });

  it("gives history in pages, both ways", async () => {
    const client = await begin();
    for (const text of ["where is my order", "return period", "payment options"]) await client.ask(text);
    const conversationId = client.welcome?.conversationId;
    const seqs = async (range: object): Promise<unknown> => {
      const ack = await client.command({ type: "history-get", conversationId, ...range });
      const page = (ack.ok ? ack.value : undefined) as { events: { seq: number }[]; more: boolean };
      return [page.events.map((event) => event.seq), page.more];
    };
    expect(await seqs({ after: 0, limit: 3 })).toEqual([[1, 2, 3], true]);
    expect(await seqs({ before: 4, limit: 2 })).toEqual([[2, 3], true]);
    expect(await seqs({ before: 3, limit: 10 })).toEqual([[1, 2], false]);
    expect(await seqs({ after: 5, limit: 10 })).toEqual([[6, 7], false]);
  });

  it("answers two questions of one message, each under its title, with both sources", async () => {
    const client = await begin({ languages: ["en"] });
    const { answer } = await client.ask("How long can I return a lamp? And which cards do you take, can I pay with paypal?");
    const { parts } = answer.message;
    expect(parts.map((part) => (part.type === "text" ? part.text.split("\n")[0] : part.type))).toEqual([
      "**How long do I have to return a lamp?**",
      "**Which payment methods do you accept?**",
      "sources",
    ]);
    expect(parts.at(-1)).toMatchObject({ items: [{ id: "return-window" }, { id: "payment-methods" }] });
  });

  it("does not answer what the message says is not wanted", async () => {
    const client = await begin({ languages: ["en"] });
    const { answer } = await client.ask("I do not want to track my parcel");
    expect(answer.message.parts.some((part) => part.type === "sources")).toBe(false);
    expect(answer.message.parts.find((part) => part.type === "choices")).toMatchObject({ options: expect.any(Array) });
  });

  it("asks back when unsure, and answers the choice", async () => {
    const client = await begin({ languages: ["en"] });
    const first = client.events.filter(isMessage)[0];
    const { id } = client.send([
      { type: "choice", messageId: first?.message.id ?? "", optionId: "article:track-order", text: "Where is my order?" },
    ]);
    const answer = await client.waitFor((event): event is EventOf<"message-added"> => isMessage(event) && event.message.inReplyTo === id);
    expect(textOf(answer.message.parts)).toContain("tracking link");
  });

  it("knows when it does not know, and says when no person can be had", async () => {
    const client = await begin({ languages: ["en"] });
    const first = await client.ask("do zebras dream of purple mathematics");
    expect(textOf(first.answer.message.parts)).toContain("not sure");
    const second = await client.ask("talk to a human please");
    expect(textOf(second.answer.message.parts)).toContain("No person can be reached");
  });

  it.each([
    ["a foreign origin", { origin: "https://evil.example" }],
    ["an origin that only begins alike", { origin: "https://shop.example.evil.test" }],
  ])("refuses %s before a session exists", async (_name, headers) => {
    const client = open(headers);
    const result = await client.hello().catch((error: unknown) => error);
    if (result instanceof Error) expect(result.message).toMatch(/error|403/i);
    else expect(result).toMatchObject({ ok: false, error: { code: "origin-refused" } });
    expect(client.welcome).toBeUndefined();
  });

  it.each([
    [{ site: "nobody" }, "unknown-site"],
    [{ version: 99 }, "unsupported-version"],
    [{ token: "not-a-token-of-any-session-here-000000000" }, "session-unknown"],
    [{ languages: ["<script>"] }, "bad-frame"],
  ])("refuses hello with %j as %s", async (facts, code) => {
    const client = createClient({ url: relay.url, site: "site" in facts ? facts.site : "linden", pipe, headers: { origin: ORIGIN } });
    clients.push(client);
    const { site: _site, ...rest } = facts as { site?: string };
    expect(await client.hello(rest)).toMatchObject({ ok: false, error: { code } });
  });

  it("answers bad frames with a code, keeps the link up, and nobody else notices", async () => {
    const bad = await begin();
    const other = await begin();
    const conversationId = bad.welcome?.conversationId;
    let deep: unknown = "x";
    for (let depth = 0; depth < 2_000; depth += 1) deep = [deep];
    const send = { type: "message-send", id: newId(), conversationId, parts: [{ type: "text", text: "hi" }] };
    const frames: [unknown, string][] = [
      [null, "bad-frame"],
      ["text", "bad-frame"],
      [{ type: "explode" }, "unknown-command"],
      [{ ...send, parts: deep }, "bad-frame"],
      [{ ...send, extra: true }, "bad-frame"],
      [{ ...send, parts: [{ type: "text", text: "x".repeat(9_000) }] }, "bad-frame"],
      [{ ...send, parts: [{ type: "text", text: "x".repeat(40_000) }] }, "frame-too-large"],
      [{ ...send, conversationId: other.welcome?.conversationId }, "forbidden"],
      [{ type: "hello", version: 1, site: "linden" }, "conflict"],
    ];
    for (const [frame, code] of frames) expect(await bad.command(frame)).toMatchObject({ ok: false, error: { code } });
    expect((await bad.ask("where is my order")).ack.ok).toBe(true);
    expect((await other.ask("where is my order")).ack.ok).toBe(true);
    expect([bad.closed, other.closed]).toEqual([undefined, undefined]);
  });
});

describe("the service routes", () => {
  it("is healthy, ready, and counts without naming anybody", async () => {
    expect(await (await fetch(`${relay.url}/healthz`)).json()).toEqual({ ok: true });
    expect(await (await fetch(`${relay.url}/readyz`)).json()).toEqual({ ok: true, reasons: [] });
    const metrics = await (await fetch(`${relay.url}/metrics`)).text();
    expect(metrics).toMatch(/allhours_turns_total\{region="eu",outcome="answered"\} [1-9]/);
    expect(metrics).toMatch(/allhours_store_up 1/);
    expect(metrics).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect((await fetch(`${relay.url}/metrics`, { headers: { "x-forwarded-for": "203.0.113.5" } })).status).toBe(403);
    const missing = await fetch(`${relay.url}/nothing-here`);
    expect([missing.status, await missing.json()]).toMatchObject([404, { ok: false, error: { code: "not-found" } }]);
  });
  it("lets a foreign page read its refusal, and nothing else", async () => {
    const ask = async (origin: string): Promise<Response> =>
      fetch(`${relay.url}/v1/stream`, {
        method: "POST",
        headers: { origin, "content-type": "application/json" },
        body: JSON.stringify({ type: "hello", version: 1, site: "linden" }),
      });
    const bad = await ask("https://evil.example");
    expect([bad.status, bad.headers.get("access-control-allow-origin"), await bad.json()]).toMatchObject([
      403,
      "https://evil.example",
      { ok: false, error: { code: "origin-refused" } },
    ]);
    const good = await ask(ORIGIN);
    expect([good.status, good.headers.get("access-control-allow-origin"), good.headers.get("access-control-allow-credentials")]).toEqual([
      200,
      ORIGIN,
      null,
    ]);
    await good.body?.cancel();
  });
});
