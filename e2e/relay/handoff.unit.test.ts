/** A case from "talk to a person" to the assistant's return, through a real desk over signed webhooks, both ways. */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { newId, textOf, type Event, type EventOf } from "@allhours/protocol";
import { createClient, startRelay, type Client, type StartedRelay } from "../client/index.ts";
import { embeddedRegion, INBOUND_SECRET, ORIGIN, SECRET, shopConfig, writeShop } from "./shop-config.ts";

type Hook = { id: string; type: string; data: Record<string, never> & { caseId: string; conversationId: string } };
const agent = { id: "ines", name: "Inês Duarte", place: "Lisbon", timezone: "Europe/Lisbon" };
const isMessage = (event: Event): event is EventOf<"message-added"> => event.type === "message-added";
const isMode =
  (mode: string) =>
  (event: Event): event is EventOf<"mode-changed"> =>
    event.type === "mode-changed" && event.mode === mode;

let relay: StartedRelay;
let hooks: Hook[] = [];
let refuse = 0;
const clients: Client[] = [];
const desk = createServer((request, response) => {
  let body = "";
  request.on("data", (piece: Buffer) => (body += piece.toString()));
  request.on("end", () => {
    if (refuse > 0) {
      refuse -= 1;
      response.writeHead(503, { "retry-after": "0" }).end();
      return;
    }
    const verified = new Webhook(SECRET).verify(body, flat(request.headers)) as Omit<Hook, "id">;
    hooks.push({ id: String(request.headers["webhook-id"]), ...verified });
    response.writeHead(204).end();
  });
});
function flat(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

beforeAll(async () => {
  const dir = await writeShop();
  await new Promise<void>((done) => desk.listen(0, "127.0.0.1", done));
  const { port } = desk.address() as { port: number };
  const origin = `http://127.0.0.1:${port}`;
  const handoff = (id: string): object[] => [{ use: "webhook", id, url: `${origin}/${id}`, secret: SECRET, inboundSecret: INBOUND_SECRET }];
  relay = await startRelay({
    config: shopConfig({
      dir,
      regions: {
        eu: embeddedRegion(dir, { match: { timezones: ["Europe/*"] }, egress: [origin], handoff: handoff("lisbon"), offerTimeoutMs: 1500 }),
        apac: embeddedRegion(dir, {
          match: { timezones: ["Asia/*"] },
          egress: [origin],
          handoff: handoff("manila"),
          offerTimeoutMs: 60_000,
          notify: [{ use: "webhook", url: `${origin}/pager`, secret: SECRET }],
          guidance: { theft: "return-window" },
        }),
      },
    }),
  });
}, 60_000);
afterEach(() => {
  hooks = [];
  refuse = 0;
});
afterAll(async () => {
  for (const client of clients) client.close();
  await relay?.stop();
  desk.close();
});

async function begin(facts: Parameters<Client["hello"]>[0] = {}): Promise<Client> {
  const client = createClient({ url: relay.url, site: "linden", pipe: "socketio", headers: { origin: ORIGIN } });
  clients.push(client);
  expect((await client.hello({ languages: ["en"], ...facts })).ok).toBe(true);
  return client;
}
async function hook(type: string, client: Client, count = 1): Promise<Hook> {
  const mine = (): Hook[] => hooks.filter((one) => one.type === type && one.data.conversationId === client.welcome?.conversationId);
  await expect.poll(() => mine().length, { timeout: 10_000, interval: 20 }).toBeGreaterThanOrEqual(count);
  const found = mine()[count - 1];
  if (found === undefined) throw new Error(`no ${type}`);
  return found;
}
type Reply = { status: number; body: { ok: boolean; value?: { duplicate: boolean }; error?: { code: string; message: string } } };
async function reply(
  type: string,
  data: object,
  options: { id?: string; secret?: string; ageSeconds?: number; desk?: string; body?: string } = {},
): Promise<Reply> {
  const id = options.id ?? `msg_${randomUUID()}`;
  const at = new Date(Date.now() - (options.ageSeconds ?? 0) * 1_000);
  const body = options.body ?? JSON.stringify({ type, timestamp: at.toISOString(), data });
  const signature = new Webhook(options.secret ?? INBOUND_SECRET).sign(id, at, body);
  const response = await fetch(`${relay.url}/v1/inbound/${options.desk ?? "lisbon"}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
      "webhook-signature": signature,
    },
    body,
  });
  return { status: response.status, body: (await response.json()) as Reply["body"] };
}
async function openCase(client: Client): Promise<{ caseId: string; conversationId: string }> {
  const conversationId = client.welcome?.conversationId ?? "";
  expect(await client.command({ type: "handoff-request", id: newId(), conversationId })).toMatchObject({ ok: true });
  const { data } = await hook("handoff.offered", client);
  return { caseId: data.caseId, conversationId };
}

it("tells the desk what was understood so far, over all messages", async () => {
  const client = await begin({ timezone: "Asia/Manila" });
  await client.ask("Where is order 10482 of 2026-11-12?");
  await client.ask("I paid 49.90 EUR for 10482");
  await client.command({ type: "handoff-request", id: newId(), conversationId: client.welcome?.conversationId ?? "" });
  const { data } = await hook("handoff.offered", client);
  const slots = [
    { name: "date", value: "2026-11-12" },
    { name: "amount", value: "49.90 EUR" },
    { name: "orderNumber", value: "10482" },
  ];
  expect(data).toMatchObject({ understood: { slots } });
});

it("tells the desk of every case when many ask at the same moment", async () => {
  const asking = await Promise.all(Array.from({ length: 20 }, async () => begin({ timezone: "Asia/Manila" })));
  await Promise.all(
    asking.map(async (client) =>
      client.command({ type: "handoff-request", id: newId(), conversationId: client.welcome?.conversationId ?? "" }),
    ),
  );
  for (const client of asking) await hook("handoff.offered", client);
});

it("pages somebody for a critical message, without its words, and brings guidance along", async () => {
  refuse = 1;
  const client = await begin({ timezone: "Asia/Manila" });
  const { answer } = await client.ask("Someone stole my card and is shopping with it");
  expect(textOf(answer.message.parts)).toMatch(/urgent.*block it with your bank/s);
  expect(answer.message.parts.at(-1)).toMatchObject({ type: "sources", items: [{ id: "return-window" }] });
  const alert = await hook("alert.critical", client);
  const offer = await hook("handoff.offered", client);
  expect(alert.data).toEqual({
    siteId: "linden",
    regionId: "apac",
    conversationId: client.welcome?.conversationId,
    caseId: offer.data.caseId,
    priority: "critical",
    category: "theft",
    language: "en",
  });
  // Still waiting, and now it burns too.
  await client.send("and now the lamp is on fire").acked;
  expect((await hook("alert.critical", client, 2)).data).toMatchObject({ category: "danger" });
  await client.send("hello?").acked;
  await hook("message.created", client, 2);
  expect(
    hooks.filter(({ type, data }) => type === "alert.critical" && data.conversationId === client.welcome?.conversationId),
  ).toHaveLength(2);
});

describe("a case", () => {
  it("goes to a person and back to the assistant", async () => {
    const client = await begin();
    await client.ask("how long can I return a lamp");
    const { id } = await client.ask("I want to talk to a real person");
    await client.waitFor(isMode("queued"));
    const offer = await hook("handoff.offered", client);
    expect(offer.data).toMatchObject({
      siteId: "linden",
      regionId: "eu",
      reason: "visitor-asked",
      priority: "normal",
      visitor: { language: "en" },
      replyPath: "/v1/inbound/lisbon",
    });
    const transcript = (offer.data as unknown as { transcript: { id: string; author: { kind: string }; text: string }[] }).transcript;
    expect(transcript.map((line) => line.author.kind)).toEqual(["bot", "visitor", "bot", "visitor"]);
    expect(transcript.at(-1)).toMatchObject({ id, text: "I want to talk to a real person" });
    const ref = { caseId: offer.data.caseId, conversationId: offer.data.conversationId };

    expect(await reply("handoff.accepted", { ...ref, agent })).toMatchObject({ status: 200, body: { ok: true } });
    expect(await client.waitFor(isMode("agent"))).toMatchObject({ agent: { name: "Inês Duarte", timezone: "Europe/Lisbon" } });
    await client.waitFor((event) => event.type === "agent-presence" && event.state === "joined");

    expect((await reply("agent.typing", { ...ref, agent, typing: true })).status).toBe(200);
    await client.waitFor((event) => event.type === "typing" && event.typing && event.author.name === "Inês Duarte");
    expect((await reply("message.created", { ...ref, agent, text: "Bonjour, this is Inês." })).status).toBe(200);
    const said = await client.waitFor(
      (event): event is EventOf<"message-added"> => isMessage(event) && event.message.author.kind === "agent",
    );
    expect(textOf(said.message.parts)).toBe("Bonjour, this is Inês.");

    const sent = client.send("thank you, the lamp is the Arc");
    await sent.acked;
    const told = await hook("message.created", client);
    expect(told.data).toMatchObject({ ...ref, message: { id: sent.id, text: "thank you, the lamp is the Arc" } });
    await client.waitFor((event) => event.type === "receipts" && event.deliveredSeq > 0);
    expect((await reply("message.read", { ...ref, agent, seq: 1_000 })).status).toBe(200);
    await client.waitFor((event) => event.type === "receipts" && event.readSeq > 0);
    expect(client.events.filter((event) => isMessage(event) && event.message.inReplyTo === sent.id)).toEqual([]);

    expect((await reply("handoff.released", { ...ref, agent })).status).toBe(200);
    await client.waitFor((event) => event.type === "agent-presence" && event.state === "left");
    await client.waitFor(isMode("bot"));
    const { answer } = await client.ask("can I pay with paypal");
    expect(textOf(answer.message.parts)).toContain("PayPal");
  });

  it("is opened once, however often it is asked for, and by the second give-up", async () => {
    const client = await begin();
    const conversationId = client.welcome?.conversationId;
    await client.ask("do zebras dream of purple mathematics");
    expect(client.events.some(isMode("queued"))).toBe(false);
    await client.ask("quantum marmalade horoscope");
    const queued = await client.waitFor(isMode("queued"));
    expect(queued.reason).toBe("bot-gave-up");
    await Promise.all(Array.from({ length: 20 }, () => client.command({ type: "handoff-request", id: newId(), conversationId })));
    await hook("handoff.offered", client);
    expect(client.events.filter(isMode("queued"))).toHaveLength(1);
    expect(hooks.filter((one) => one.type === "handoff.offered" && one.data.conversationId === conversationId)).toHaveLength(1);
  });

  it("goes to a person at once when it is urgent", async () => {
    const client = await begin();
    await client.ask("the lamp is on fire!");
    const offer = await hook("handoff.offered", client);
    expect(offer.data).toMatchObject({ reason: "urgent", priority: "critical" });
  });

  it("is offered again after the desk was down, under the same id, and the visitor is told when nobody comes", async () => {
    refuse = 1;
    const client = await begin();
    const conversationId = client.welcome?.conversationId;
    await client.command({ type: "handoff-request", id: newId(), conversationId });
    await client.waitFor((event) => isMessage(event) && textOf(event.message.parts).includes("Nobody has been free"));
    const offer = await hook("handoff.offered", client);
    expect(offer.id).toMatch(/^evt_/);
    expect(client.events.filter((event) => isMessage(event) && textOf(event.message.parts).includes("Nobody has been free"))).toHaveLength(
      1,
    );
  }, 60_000);

  it("is withdrawn by the visitor", async () => {
    const client = await begin();
    const ref = await openCase(client);
    expect(await client.command({ type: "handoff-cancel", id: newId(), conversationId: ref.conversationId })).toMatchObject({ ok: true });
    expect((await hook("handoff.withdrawn", client)).data).toMatchObject(ref);
    expect(await reply("handoff.accepted", { ...ref, agent })).toMatchObject({ status: 404, body: { error: { code: "not-found" } } });
    expect((await client.ask("track my parcel")).answer.message.author.kind).toBe("bot");
  });

  it("is offered again when the agent leaves, and comes back to the assistant after its end", async () => {
    const client = await begin();
    const ref = await openCase(client);
    await reply("handoff.accepted", { ...ref, agent });
    expect((await reply("agent.left", { ...ref, agent })).status).toBe(200);
    await hook("handoff.offered", client, 2);
    await reply("handoff.accepted", { ...ref, agent: { ...agent, id: "tiago", name: "Tiago" } });
    expect((await reply("conversation.ended", { ...ref })).status).toBe(200);
    await client.waitFor(isMode("ended"));
    expect((await client.ask("track my parcel")).answer.message.author.kind).toBe("bot");
  });

  it("is opened by one request after an end, and its events have ids of their own in every conversation", async () => {
    const id = newId();
    const webhookIds: string[] = [];
    for (const client of [await begin(), await begin()]) {
      const ref = await openCase(client);
      await reply("conversation.ended", { ...ref });
      await client.waitFor(isMode("ended"));
      expect(await client.command({ type: "handoff-request", id, conversationId: ref.conversationId })).toMatchObject({ ok: true });
      webhookIds.push((await hook("handoff.offered", client, 2)).id);
    }
    expect(new Set(webhookIds).size).toBe(2);
  });
});

describe("what a desk sends", () => {
  it("counts once, even re-sent at the same time or after the case has closed", async () => {
    const client = await begin();
    const ref = await openCase(client);
    await reply("handoff.accepted", { ...ref, agent });
    const id = `msg_${randomUUID()}`;
    const replies = await Promise.all(Array.from({ length: 5 }, () => reply("message.created", { ...ref, agent, text: "once" }, { id })));
    expect(replies.map((one) => one.status)).toEqual([200, 200, 200, 200, 200]);
    expect(replies.filter((one) => one.body.value?.duplicate === false)).toHaveLength(1);
    await reply("handoff.released", { ...ref });
    expect(await reply("message.created", { ...ref, agent, text: "once" }, { id })).toMatchObject({
      status: 200,
      body: { value: { duplicate: true } },
    });
    await client.waitFor(isMode("bot"));
    expect(client.events.filter((event) => isMessage(event) && textOf(event.message.parts) === "once")).toHaveLength(1);
  });

  it("is taken from one agent only", async () => {
    const client = await begin();
    const ref = await openCase(client);
    const others = await Promise.all(["a", "b", "c", "d"].map((id) => reply("handoff.accepted", { ...ref, agent: { ...agent, id } })));
    expect(others.map((one) => one.status).sort((a, b) => a - b)).toEqual([200, 409, 409, 409]);
    expect(client.events.filter(isMode("agent"))).toHaveLength(1);
  });

  it("is refused with a code when forged, old, unknown or malformed, and changes nothing", async () => {
    const client = await begin();
    const ref = await openCase(client);
    const seen = client.events.length;
    expect((await reply("handoff.accepted", { ...ref, agent }, { secret: SECRET })).status).toBe(401);
    expect((await reply("handoff.accepted", { ...ref, agent }, { ageSeconds: 360 })).status).toBe(401);
    expect(await reply("handoff.accepted", { ...ref, agent: { id: "x" } })).toMatchObject({
      status: 400,
      body: { error: { code: "bad-frame" } },
    });
    expect((await reply("party.started", ref)).status).toBe(400);
    expect((await reply("x", {}, { body: "<html>" })).status).toBe(400);
    expect((await reply("handoff.accepted", { ...ref, agent }, { desk: "nowhere" })).status).toBe(404);
    expect((await reply("handoff.accepted", { ...ref, caseId: newId(), agent })).status).toBe(404);
    expect(client.events.filter((event) => "seq" in event).length).toBe(
      client.events.slice(0, seen).filter((event) => "seq" in event).length,
    );
  });

  it("cannot reach a conversation of another region", async () => {
    const client = await begin({ timezone: "Asia/Tokyo" });
    expect(client.welcome?.region).toBe("apac");
    const ref = await openCase(client);
    expect((await reply("handoff.accepted", { ...ref, agent }, { desk: "lisbon" })).status).toBe(404);
    expect((await reply("handoff.accepted", { ...ref, agent }, { desk: "manila" })).status).toBe(200);
  });
});
