/** Whom a case goes to: a real relay, real desks over signed webhooks, teams of which one is at work, two share a desk, and one sleeps. */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newId, textOf, type Event, type EventOf } from "@allhours/protocol";
import { createClient, startRelay, type Client, type StartedRelay } from "../client/index.ts";
import { embeddedRegion, ORIGIN, SECRET, shopConfig, writeShop } from "./shop-config.ts";

type Told = {
  desk: string;
  type: string;
  data: {
    caseId: string;
    conversationId: string;
    reason?: string;
    team?: { id: string };
    tier?: string;
    promisedAt?: string;
    transcriptPath?: string;
  };
};
const told: Told[] = [];
const clients: Client[] = [];
let relay: StartedRelay;
const flat = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
const desks = createServer((request, response) => {
  let body = "";
  request.on("data", (piece: Buffer) => (body += piece.toString()));
  request.on("end", () => {
    const verified = new Webhook(SECRET).verify(body, flat(request.headers)) as Omit<Told, "desk">;
    told.push({ desk: request.url?.slice(1) ?? "", ...verified });
    response.writeHead(204).end();
  });
});

const started = new Date();
/** Whole hours from now, as a clock in UTC shows them: the test runs at any time of the day. */
const clockIn = (hours: number): string => `${String((started.getUTCHours() + hours) % 24).padStart(2, "0")}:00`;

beforeAll(async () => {
  const dir = await writeShop();
  await new Promise<void>((done) => desks.listen(0, "127.0.0.1", done));
  const origin = `http://127.0.0.1:${(desks.address() as { port: number }).port}`;
  const handoff = (...ids: string[]): object[] => ids.map((id) => ({ use: "webhook", id, url: `${origin}/${id}`, secret: SECRET }));
  const base = { timezone: "UTC", languages: ["en"], hours: { daily: "00:00-24:00" } };
  relay = await startRelay({
    config: shopConfig({
      dir,
      regions: {
        eu: embeddedRegion(dir, {
          match: { timezones: ["Europe/*"] },
          egress: [origin],
          handoff: handoff("office", "night"),
          offerTimeoutMs: 1_500,
          teams: [
            { ...base, id: "paris", desk: "office" },
            { ...base, id: "lisbon", desk: "office" },
            { ...base, id: "lima", desk: "night", languages: ["es"], translates: true },
          ],
        }),
        apac: embeddedRegion(dir, {
          match: { timezones: ["Asia/*"] },
          egress: [origin],
          handoff: handoff("manila"),
          teams: [{ ...base, id: "manila", hours: { daily: `${clockIn(2)}-${clockIn(4)}` } }],
        }),
      },
    }),
  });
}, 60_000);
afterAll(async () => {
  for (const client of clients) client.close();
  await relay?.stop();
  desks.close();
});

async function ask(timezone: string): Promise<{ client: Client; conversationId: string }> {
  const client = createClient({ url: relay.url, site: "linden", pipe: "socketio", headers: { origin: ORIGIN } });
  clients.push(client);
  expect((await client.hello({ languages: ["en"], timezone })).ok).toBe(true);
  const conversationId = client.welcome?.conversationId ?? "";
  expect(await client.command({ type: "handoff-request", id: newId(), conversationId })).toMatchObject({ ok: true });
  return { client, conversationId };
}
async function say(desk: string, type: string, data: object): Promise<number> {
  const id = `msg_${randomUUID()}`;
  const at = new Date();
  const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": new Webhook(SECRET).sign(id, at, body),
  };
  return (await fetch(`${relay.url}/v1/inbound/${desk}`, { method: "POST", headers, body })).status;
}
const isText = (event: Event): event is EventOf<"message-added"> => event.type === "message-added";

it("goes from team to team as the offers run out, and is taken where it was offered last", async () => {
  const { client, conversationId } = await ask("Europe/Paris");
  const mine = (): Told[] => told.filter(({ data }) => data.conversationId === conversationId);
  const offers = (): (string | undefined)[] =>
    mine()
      .filter(({ type }) => type === "handoff.offered")
      .map(({ data }) => data.team?.id);
  await expect.poll(offers, { timeout: 10_000 }).toEqual(["paris", "lisbon", "lima"]);
  // Two that share a desk: it is told of the second team, and not that the first let it pass.
  expect(mine().map(({ desk, type }) => `${desk} ${type}`)).toEqual([
    "office handoff.offered",
    "office handoff.offered",
    "office handoff.withdrawn",
    "night handoff.offered",
  ]);
  const caseId = mine()[0]?.data.caseId ?? "";
  const ref = { caseId, conversationId, agent: { id: "rosa", name: "Rosa" } };
  expect(await say("office", "handoff.accepted", ref)).toBe(409);
  expect(await say("night", "handoff.accepted", ref)).toBe(200);
  await client.waitFor((event) => event.type === "mode-changed" && event.mode === "agent");
});

it("gives the desk a link to the whole transcript, which opens that one alone, without script", async () => {
  const { client, conversationId } = await ask("Europe/Paris");
  await client.command({ type: "message-send", id: newId(), conversationId, parts: [{ type: "text", text: "<b>Bold</b> & late" }] });
  await expect.poll(() => told.some(({ data }) => data.conversationId === conversationId), { timeout: 10_000 }).toBe(true);
  const path = told.find(({ data }) => data.conversationId === conversationId)?.data.transcriptPath ?? "";
  const shown = await fetch(relay.url + path);
  expect(shown.status).toBe(200);
  expect(shown.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-/);
  const text = await shown.text();
  expect(text).toContain("&lt;b&gt;Bold&lt;/b&gt; &amp; late");
  expect(text).not.toContain("<script");
  const forged = path.replace(conversationId, newId());
  expect((await fetch(relay.url + forged)).status).toBe(404);
  expect(await relay.log()).not.toContain(path.slice(-20));
});

it("tells the visitor at once when somebody comes to work, and lays the case there as a ticket", async () => {
  const { client, conversationId } = await ask("Asia/Manila");
  const notice = await client.waitFor((event) => isText(event) && textOf(event.message.parts).includes("at work right now"));
  await expect.poll(() => told.some(({ data }) => data.conversationId === conversationId), { timeout: 10_000 }).toBe(true);
  const { data } = told.find((one) => one.data.conversationId === conversationId)!;
  expect(data).toMatchObject({ tier: "ticket" });
  const shift = new Date(started);
  shift.setUTCMinutes(0, 0, 0);
  expect(Date.parse(data.promisedAt ?? "")).toBe(shift.getTime() + 2 * 3_600_000 + 600_000);
  const inManila = new Intl.DateTimeFormat("en", { weekday: "long", hour: "2-digit", minute: "2-digit", timeZone: "Asia/Manila" });
  expect(isText(notice) ? textOf(notice.message.parts) : "").toContain(inManila.format(Date.parse(data.promisedAt ?? "")));
});
