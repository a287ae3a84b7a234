/**
 * No word of a region's visitors leaves it: a real relay with two regions in one process, each with its own engine, knowledge, desk, pager and receiver,
 * all of whose traffic is captured; canary strings are said in one and looked for in all that the other got, and in its files.
 */
import { createServer } from "node:http";
import { readdir, readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { SignJWT } from "jose";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "@allhours/protocol";
import { createClient, startRelay, type Client, type HelloFacts, type StartedRelay } from "../client/index.ts";
import { ORIGIN, SECRET, shopConfig, writeShop } from "./shop-config.ts";

type Side = { origin: string; traffic: { path: string; text: string }[]; close: () => void };
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 5).toString("base64")}`;
const CLAIM_SECRET = "a-secret-between-shop-and-relay-32";
const clients: Client[] = [];
let eu: Side;
let apac: Side;
let relay: StartedRelay;

/** A region's whole outside: engine, search service, desk, pager and receiver. Captures headers and bodies. */
async function createSide(): Promise<Side> {
  const traffic: Side["traffic"] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString()));
    request.on("end", () => {
      traffic.push({ path: request.url ?? "", text: `${request.url} ${JSON.stringify(request.headers)} ${body}` });
      if (request.url === "/nlu") response.writeHead(200, { "content-type": "application/json" }).end('{"intents":[],"slots":[]}');
      else if (request.url === "/knowledge") response.writeHead(200, { "content-type": "application/json" }).end('{"passages":[]}');
      else response.writeHead(204).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, traffic, close: () => void server.close() };
}
const regionOf = (side: Side, id: string, timezones: string[], secret: string): Record<string, unknown> => ({
  match: { timezones },
  egress: [side.origin],
  nlu: [{ use: "http", url: `${side.origin}/nlu` }],
  knowledge: [{ use: "http", url: `${side.origin}/knowledge` }],
  handoff: [{ use: "webhook", id: `desk-${id}`, url: `${side.origin}/desk`, secret }],
  notify: [{ use: "webhook", url: `${side.origin}/pager`, secret }],
  webhooks: [{ id: "all", url: `${side.origin}/hook`, secret, content: "full" }],
});

beforeAll(async () => {
  [eu, apac] = [await createSide(), await createSide()];
  relay = await startRelay({
    config: shopConfig({
      dir: await writeShop(),
      site: { claimSecrets: [CLAIM_SECRET] },
      regions: {
        eu: regionOf(eu, "eu", ["Europe/*"], SECRET),
        apac: { ...regionOf(apac, "apac", ["Asia/*"], OTHER_SECRET), limits: { messageBurst: 5, messagesPerSecond: 0.1 } },
      },
    }),
  });
}, 60_000);
afterAll(async () => {
  for (const client of clients) client.close();
  await relay?.stop();
  eu?.close();
  apac?.close();
});

async function speak(timezone: string, canary: string): Promise<{ client: Client; conversationId: string }> {
  const client = createClient({ url: relay.url, site: "linden", pipe: "socketio", headers: { origin: ORIGIN } });
  clients.push(client);
  await client.hello({ languages: ["en"], timezone });
  const conversationId = client.welcome?.conversationId ?? "";
  await client.ask(`where is the ${canary} lamp`);
  await client.ask(`my card was stolen, ${canary}`);
  await client.command({ type: "message-send", id: newId(), conversationId, parts: [{ type: "text", text: `still ${canary}` }] });
  return { client, conversationId };
}
const has = (side: Side, canary: string, path: string): boolean =>
  side.traffic.some((one) => one.path === path && one.text.includes(canary));

it("tells engine, knowledge, desk, pager and receiver of a region what was said there, and nothing of it to those of the other", async () => {
  const [here, there] = [await speak("Europe/Paris", "canary-otter"), await speak("Asia/Manila", "canary-heron")];
  for (const [side, other, canary, { conversationId }] of [
    [eu, apac, "canary-otter", here],
    [apac, eu, "canary-heron", there],
  ] as const) {
    for (const path of ["/nlu", "/knowledge", "/desk", "/hook"])
      await expect.poll(() => has(side, canary, path), { timeout: 10_000 }).toBe(true);
    await expect
      .poll(() => side.traffic.some(({ path, text }) => path === "/pager" && text.includes(conversationId)), { timeout: 10_000 })
      .toBe(true);
    expect(other.traffic.filter(({ text }) => text.includes(canary) || text.includes(conversationId))).toEqual([]);
  }
});

it("keeps what is said in a region in that region's own file, and in no other", async () => {
  const [{ conversationId: here }, { conversationId: there }] = [
    await speak("Europe/Paris", "canary-stork"),
    await speak("Asia/Manila", "canary-finch"),
  ];
  // Log, write-ahead log and cache alike.
  const holding = async (canary: string): Promise<string[]> => {
    const files = await readdir(relay.dir, { recursive: true, withFileTypes: true });
    const held = await Promise.all(
      files
        .filter((file) => file.isFile())
        .map(async (file) => ((await readFile(join(file.parentPath, file.name))).includes(canary) ? [file.name] : [])),
    );
    return held.flat().sort();
  };
  const files = (group: string): string[] => [`allhours${group}.db`, `allhours${group}.db-wal`];
  for (const canary of ["canary-stork", here])
    for (const name of await holding(canary)) expect([...files(""), "relay.log"]).toContain(name);
  for (const canary of ["canary-finch", there])
    for (const name of await holding(canary)) expect([...files(".apac"), "relay.log"]).toContain(name);
  // Found at all; and no word of anybody in the log.
  for (const canary of ["canary-stork", "canary-finch"]) {
    const found = await holding(canary);
    expect(found.length).toBeGreaterThan(0);
    expect(found).not.toContain("relay.log");
  }
});

it("does not let the desk of one region touch a conversation of the other, nor sign for it", async () => {
  const { client, conversationId } = await speak("Europe/Paris", "canary-vole");
  await expect.poll(() => has(eu, "canary-vole", "/desk"), { timeout: 10_000 }).toBe(true);
  const offer =
    eu.traffic.find(({ path, text }) => path === "/desk" && text.includes("handoff.offered") && text.includes(conversationId))?.text ?? "";
  const caseId = /"caseId":"([^"]+)"/.exec(offer)?.[1] ?? "";
  const say = async (desk: string, secret: string): Promise<number> => {
    const at = new Date();
    const body = JSON.stringify({
      type: "handoff.accepted",
      timestamp: at.toISOString(),
      data: { caseId, conversationId, agent: { id: "m", name: "Mallory" } },
    });
    const headers = {
      "webhook-id": newId(),
      "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
      "content-type": "application/json",
    };
    return (
      await fetch(`${relay.url}/v1/inbound/${desk}`, {
        method: "POST",
        headers: { ...headers, "webhook-signature": new Webhook(secret).sign(headers["webhook-id"], at, body) },
        body,
      })
    ).status;
  };
  expect(await say("desk-apac", OTHER_SECRET)).toBe(404);
  expect(await say("desk-eu", OTHER_SECRET)).toBe(401);
  expect(await say("desk-eu", SECRET)).toBe(200);
  await client.waitFor((event) => event.type === "mode-changed" && event.mode === "agent");
});

it("holds visitors of one region to that region's own limit, and nobody else", async () => {
  const codesOf = async (timezone: string): Promise<string[]> => {
    const client = createClient({ url: relay.url, site: "linden", pipe: "socketio", headers: { origin: ORIGIN } });
    clients.push(client);
    await client.hello({ languages: ["en"], timezone });
    const conversationId = client.welcome?.conversationId ?? "";
    const acks = await Promise.all(
      Array.from({ length: 8 }, async () =>
        client.command({ type: "message-send", id: newId(), conversationId, parts: [{ type: "text", text: "again" }] }),
      ),
    );
    return acks.map((ack) => (ack.ok ? "ok" : ack.error.code));
  };
  expect((await codesOf("Europe/Paris")).filter((code) => code !== "ok")).toEqual([]);
  expect((await codesOf("Asia/Manila")).slice(5)).toEqual(["rate-limited", "rate-limited", "rate-limited"]);
});

it("puts a visitor where the shop's own server says, and nowhere else on a forged word", async () => {
  const claim = async (secret: string): Promise<string> =>
    new SignJWT({ region: "apac" })
      .setProtectedHeader({ alg: "HS256" })
      .setAudience("linden")
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(new TextEncoder().encode(secret));
  const regionFor = async (facts: HelloFacts): Promise<string | undefined> => {
    const client = createClient({ url: relay.url, site: "linden", pipe: "sse", headers: { origin: ORIGIN } });
    clients.push(client);
    expect((await client.hello({ timezone: "Europe/Paris", ...facts })).ok).toBe(true);
    return client.welcome?.region;
  };
  expect(await regionFor({})).toBe("eu");
  expect(await regionFor({ claim: await claim(CLAIM_SECRET) })).toBe("apac");
  expect(await regionFor({ claim: await claim("x".repeat(32)) })).toBe("eu");
  expect(await regionFor({ claim: "not.a.token.of.anybody" })).toBe("eu");
});
