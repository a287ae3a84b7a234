/** An expert behind a real relay: asked with consent over the public protocol, answering by callback after the relay was killed meanwhile. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CONSENT, newId, textOf, type EventOf, type Event, type Part } from "@allhours/protocol";
import { json, startTestServer, type TestServer } from "@allhours/relay/testing";
import { createClient, startRelay, type Client, type StartedRelay } from "../client/index.ts";
import { embeddedRegion, ORIGIN, SECRET, shopConfig, writeShop } from "./shop-config.ts";

const clients: Client[] = [];
let relay: StartedRelay;
let expert: TestServer;
let config: string;
let data: string;

beforeAll(async () => {
  const dir = await writeShop();
  expert = await startTestServer({ kind: "answer", status: 202, headers: json, body: JSON.stringify({ status: "pending" }) });
  const soon = `${String((new Date().getUTCHours() + 3) % 24).padStart(2, "0")}:00`;
  const later = `${String((new Date().getUTCHours() + 4) % 24).padStart(2, "0")}:00`;
  config = shopConfig({
    dir,
    regions: {
      eu: embeddedRegion(dir, {
        egress: [expert.origin],
        handoff: [{ use: "webhook", id: "office", url: `${expert.origin}/desk`, secret: SECRET }],
        teams: [{ id: "paris", timezone: "UTC", languages: ["en"], hours: { daily: `${soon}-${later}` } }],
        experts: [
          {
            use: "http",
            id: "amal",
            name: "Dr. Amal",
            url: `${expert.origin}/ask`,
            secret: SECRET,
            maxCost: 2,
            maxCostPerDay: 10,
            currency: "EUR",
          },
        ],
      }),
    },
  });
  data = await mkdtemp(join(tmpdir(), "allhours-experts-"));
  relay = await startRelay({ config, dir: data });
}, 60_000);
afterAll(async () => {
  for (const client of clients) client.close();
  await relay?.stop();
  await expert?.close();
  await rm(data, { recursive: true, force: true });
});

const isText = (event: Event): event is EventOf<"message-added"> => event.type === "message-added";
const hasPart = (event: Event, type: Part["type"]): event is EventOf<"message-added"> =>
  isText(event) && event.message.parts.some((part) => part.type === type);

async function say(
  expertId: string,
  body: object,
  over: { secret?: string; at?: Date } = {},
): Promise<{ status: number; code: string | undefined }> {
  const { secret = SECRET, at = new Date() } = over;
  const id = `cb_${randomUUID()}`;
  const rawBody = JSON.stringify(body);
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": new Webhook(secret).sign(id, at, rawBody),
  };
  const response = await fetch(`${relay.url}/v1/inbound/${expertId}`, { method: "POST", headers, body: rawBody });
  const answer = (await response.json()) as { error?: { code?: string } };
  return { status: response.status, code: answer.error?.code };
}

it("survives a kill of the relay between consent and answer; forged, foreign and late words change nothing", async () => {
  const client = createClient({ url: relay.url, site: "linden", pipe: "socketio", headers: { origin: ORIGIN } });
  clients.push(client);
  await client.hello({ languages: ["en"] });
  const conversationId = client.welcome?.conversationId ?? "";
  await client.command({ type: "handoff-request", id: newId(), conversationId });
  const send = async (part: { type: "text"; text: string } | { type: "choice"; messageId: string; optionId: string; text: string }) =>
    client.command({ type: "message-send", id: newId(), conversationId, parts: [part] });
  await client.waitFor((event) => isText(event) && textOf(event.message.parts).includes("at work right now"));
  await send({ type: "text", text: "Is the glaze of the Pebble safe for a child?" });
  const asked = await client.waitFor((event) => hasPart(event, "consent"));
  const messageId = hasPart(asked, "consent") ? asked.message.id : "";
  const consulted = (): { id: string; question: string; replyPath: string }[] =>
    expert.requests
      .filter(({ path }) => path === "/ask")
      .map(({ body }) => (JSON.parse(body) as { data: { id: string; question: string; replyPath: string } }).data);
  // A button of another message is no consent.
  await send({ type: "choice", messageId: newId(), optionId: CONSENT.yes, text: "Yes" });
  expect(consulted()).toEqual([]);
  await send({ type: "choice", messageId, optionId: CONSENT.yes, text: "Yes, ask" });
  await expect.poll(() => consulted().length, { timeout: 10_000 }).toBe(1);
  const [{ id, question, replyPath } = { id: "", question: "", replyPath: "" }] = consulted();
  expect({ question, replyPath }).toEqual({ question: "Is the glaze of the Pebble safe for a child?", replyPath: "/v1/inbound/amal" });

  await relay.kill();
  relay = await startRelay({ config, dir: data });
  const back = createClient({ url: relay.url, site: "linden", pipe: "socketio", headers: { origin: ORIGIN } });
  clients.push(back);
  const token = client.welcome?.token ?? "";
  expect((await back.hello({ languages: ["en"], token })).ok).toBe(true);
  const said = { type: "expert.answered", timestamp: new Date().toISOString(), data: { id, answer: "It is: EN 71-3.", cost: 1.1 } };
  expect(await say("amal", said, { secret: `whsec_${Buffer.alloc(24, 7).toString("base64")}` })).toEqual({
    status: 401,
    code: "forbidden",
  });
  expect(await say("amal", said, { at: new Date(Date.now() - 360_000) })).toEqual({ status: 401, code: "forbidden" });
  expect(await say("amal", { ...said, data: { id } })).toEqual({ status: 400, code: "bad-frame" });
  expect(await say("nobody", said)).toEqual({ status: 404, code: "not-found" });
  expect(await say("amal", { ...said, data: { ...said.data, id: newId() } })).toEqual({ status: 404, code: "not-found" });
  expect(await say("amal", said)).toEqual({ status: 200, code: undefined });
  const answer = await back.waitFor((event) => isText(event) && textOf(event.message.parts).includes("EN 71-3"));
  expect(isText(answer) && answer.message.author).toEqual({ kind: "bot", id: "amal", name: "Dr. Amal" });
  expect(await say("amal", said)).toEqual({ status: 200, code: undefined });
  const other = { ...said, type: "expert.declined", data: { id, reason: "changed my mind" } };
  expect(await say("amal", other)).toEqual({ status: 409, code: "conflict" });

  const audit = (await (await fetch(`${relay.url}/v1/admin/consultations?region=eu`)).json()) as { value: { consultations: object[] } };
  expect(audit.value.consultations).toMatchObject([
    { id, state: "answered", expertId: "amal", question, cost: 1.1, currency: "EUR", shown: true },
  ]);
  expect(await relay.log()).not.toContain("glaze");
});
