/** Webhooks out: a real relay, real receivers that verify what they are told by the published libraries, one of them failing at first. */
import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { verifySlackRequest } from "@slack/bolt";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "@allhours/protocol";
import { createClient, startRelay, type Client, type StartedRelay } from "../client/index.ts";
import { embeddedRegion, ORIGIN, SECRET, shopConfig, writeShop } from "./shop-config.ts";

const OLD = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;
const PRESET = "preset-secret";
type Told = { receiver: string; id: string; type: string; timestamp: string; data: Record<string, unknown> & { conversationId: string } };
const told: Told[] = [];
const clients: Client[] = [];
let relay: StartedRelay;
let failing = 0;

function header(request: IncomingMessage, name: string): string {
  return String(request.headers[name] ?? "");
}
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (piece: Buffer) => (body += piece.toString()));
  request.on("end", () => {
    const receiver = request.url?.slice(1) ?? "";
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const event = new Webhook(SECRET).verify(body, headers) as Omit<Told, "id" | "receiver">;
    // While secrets are exchanged, who has only the old one believes it as well.
    if (receiver === "all") new Webhook(OLD).verify(body, headers);
    if (receiver === "slack")
      verifySlackRequest({
        signingSecret: PRESET,
        body,
        headers: {
          "x-slack-signature": header(request, "x-slack-signature"),
          "x-slack-request-timestamp": Number(header(request, "x-slack-request-timestamp")),
        },
      });
    if (receiver === "chatwoot") {
      const hex = createHmac("sha256", PRESET)
        .update(`${header(request, "x-chatwoot-timestamp")}.${body}`)
        .digest("hex");
      expect(header(request, "x-chatwoot-signature")).toBe(`sha256=${hex}`);
    }
    if (receiver === "zendesk") {
      const base64 = createHmac("sha256", PRESET)
        .update(header(request, "x-zendesk-webhook-signature-timestamp") + body)
        .digest("base64");
      expect(header(request, "x-zendesk-webhook-signature")).toBe(base64);
    }
    if (receiver === "all" && failing > 0) {
      failing -= 1;
      response.writeHead(503, { "retry-after": "0" }).end();
      return;
    }
    told.push({ receiver, id: header(request, "webhook-id"), ...event });
    response.writeHead(204).end();
  });
});

beforeAll(async () => {
  const dir = await writeShop();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const base = { secret: SECRET };
  const preset = (name: string) => ({
    ...base,
    id: name,
    url: `${origin}/${name}`,
    preset: name,
    presetSecret: PRESET,
    events: ["handoff.offered"],
  });
  relay = await startRelay({
    config: shopConfig({
      dir,
      regions: {
        eu: embeddedRegion(dir, {
          match: { timezones: ["Europe/*"] },
          egress: [origin],
          handoff: [{ use: "webhook", id: "desk", url: `${origin}/desk`, secret: SECRET }],
          webhooks: [
            { ...base, id: "all", url: `${origin}/all`, previousSecrets: [OLD] },
            { ...base, id: "full", url: `${origin}/full`, content: "full", events: ["message.created"] },
            preset("slack"),
            preset("chatwoot"),
            preset("zendesk"),
          ],
        }),
        apac: embeddedRegion(dir, { match: { timezones: ["Asia/*"] }, egress: [] }),
      },
    }),
  });
}, 60_000);
afterAll(async () => {
  for (const client of clients) client.close();
  await relay?.stop();
  server.close();
});
async function begin(timezone: string): Promise<{ client: Client; conversationId: string }> {
  const client = createClient({ url: relay.url, site: "linden", pipe: "socketio", headers: { origin: ORIGIN } });
  clients.push(client);
  await client.hello({ languages: ["en"], timezone });
  return { client, conversationId: client.welcome?.conversationId ?? "" };
}
const of = (receiver: string, conversationId: string): Told[] =>
  told.filter((one) => one.receiver === receiver && one.data.conversationId === conversationId);

it("tells everything that happens, in order, without a word that was written; and whole where that was asked for", async () => {
  const { client, conversationId } = await begin("Europe/Paris");
  failing = 1;
  await client.ask("my card was stolen, order 10482");
  await expect.poll(() => of("all", conversationId).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(7);
  const all = of("all", conversationId);
  expect(all.map(({ type }) => type)).toEqual([
    "conversation.started",
    "message.created",
    "message.created",
    "handoff.requested",
    "message.created",
    "triage.red_flag",
    "handoff.offered",
  ]);
  expect(JSON.stringify(all)).not.toContain("10482");
  expect(all.at(-2)?.data).toMatchObject({ category: "theft", siteId: "linden", regionId: "eu" });
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  const full = of("full", conversationId);
  expect(full.map(({ type }) => type)).toEqual(["message.created", "message.created", "message.created"]);
  expect(JSON.stringify(full)).toContain("order 10482");
  for (const receiver of ["slack", "chatwoot", "zendesk"])
    expect(
      of(receiver, conversationId).map(({ type }) => type),
      receiver,
    ).toEqual(["handoff.offered"]);
});

it("keeps a log of deliveries, and sends one again under its old id", async () => {
  const log = async (
    query: string,
  ): Promise<{ id: string; receiver: string; state: string; attempts: number; type: string; error?: string }[]> => {
    const answer = (await (await fetch(`${relay.url}/v1/admin/webhooks?region=eu${query}`)).json()) as { value: { deliveries: [] } };
    return answer.value.deliveries;
  };
  const retried = (await log("&receiver=all&limit=1000")).find(({ attempts }) => attempts === 2);
  expect(retried).toMatchObject({ receiver: "all", state: "delivered" });
  const [offered] = await log("&receiver=slack");
  expect(offered).toMatchObject({ type: "handoff.offered", state: "delivered", attempts: 1 });
  const before = told.filter(({ id }) => id === offered?.id).length;
  const response = await fetch(`${relay.url}/v1/admin/webhooks/replay`, {
    method: "POST",
    body: JSON.stringify({ region: "eu", ids: [offered?.id, "none"] }),
  });
  expect(await response.json()).toEqual({ ok: true, value: { replayed: [offered?.id], unknown: ["none"] } });
  await expect.poll(() => told.filter(({ id }) => id === offered?.id).length, { timeout: 10_000 }).toBe(before + 1);
  for (const query of ["", "?region=nowhere", "?region=eu&state=lost", "?region=eu&since=soon"])
    expect((await fetch(`${relay.url}/v1/admin/webhooks${query}`)).status, query).toBeGreaterThanOrEqual(400);
  expect((await fetch(`${relay.url}/v1/admin/webhooks/replay`, { method: "POST", body: '{"region":"eu","ids":[]}' })).status).toBe(400);
});

it("tells of a gap in the knowledge once, by its ids alone, and not again when it has only grown", async () => {
  const gaps = (): Told[] => told.filter(({ receiver, type }) => receiver === "all" && type === "knowledge.gap.detected");
  const look = async (): Promise<number> => {
    const body = JSON.stringify({ action: "run", region: "eu" });
    const response = await fetch(`${relay.url}/v1/admin/learning`, { method: "POST", body });
    return ((await response.json()) as { value: { gaps: number } }).value.gaps;
  };
  const ask = async (text: string): Promise<string> => {
    const { client, conversationId } = await begin("Europe/Lisbon");
    await client.ask(text);
    return conversationId;
  };
  const askers = [await ask("Do you offer engraving of initials on brass?"), await ask("do you offer engraving of initials")];
  expect(await look()).toBe(1);
  await expect.poll(() => gaps().length, { timeout: 10_000 }).toBe(1);
  const [gap] = gaps();
  expect(askers).toContain(gap?.data.conversationId);
  expect(gap?.data).toMatchObject({ siteId: "linden", regionId: "eu", language: "en", questions: 2, draft: "article" });
  expect(JSON.stringify(gap)).not.toMatch(/engrav|initials/i);

  askers.push(await ask("is engraving of initials possible"));
  expect(await look()).toBe(1);
  const shown = (await (await fetch(`${relay.url}/v1/admin/learning?region=eu`)).json()) as {
    value: { gaps: { questionIds: string[] }[] };
  };
  expect(shown.value.gaps.map(({ questionIds }) => questionIds.length)).toEqual([3]);
  // What comes later is told, so nothing of the second look is still on its way.
  const marker = await ask("hello");
  await expect.poll(() => of("all", marker).length, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(gaps()).toHaveLength(1);
});

it("tells nobody of another region's conversations", async () => {
  const { client, conversationId } = await begin("Asia/Manila");
  await client.command({ type: "message-send", id: newId(), conversationId, parts: [{ type: "text", text: "hello" }] });
  const marker = await begin("Europe/Paris");
  await expect.poll(() => of("all", marker.conversationId).length, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(told.filter(({ data }) => data.conversationId === conversationId)).toEqual([]);
});
