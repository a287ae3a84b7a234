/**
 * Visitors who left are told that somebody has answered: a real relay with two regions, a real SMTP server for each, a desk over signed webhooks. The
 * address is looked for in everything that anybody but its own mail server gets.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "@allhours/protocol";
import { createClient, startRelay, type Client, type StartedRelay } from "../client/index.ts";
import { createMailbox, type Mailbox } from "../client/mailbox.ts";
import { ORIGIN, SECRET, shopConfig, writeShop } from "./shop-config.ts";

const GRACE_MS = 1_000;
/** Nothing else in the test is called so. */
const CANARY = "canary.marie";
const PUBLIC = "https://chat.shop.example";

/** Engine, knowledge, desk, pager, receiver and the merchant's own sender, of both regions: all that is told, by its path. */
const told: { path: string; body: string }[] = [];
const outside: Server = createServer((request, response) => {
  let body = "";
  request.on("data", (piece: Buffer) => (body += piece.toString()));
  request.on("end", () => {
    told.push({ path: request.url ?? "", body });
    const json = { "/nlu": '{"intents":[],"slots":[]}', "/knowledge": '{"passages":[]}' }[request.url ?? ""];
    if (json === undefined) response.writeHead(204).end();
    else response.writeHead(200, { "content-type": "application/json" }).end(json);
  });
});
const clients: Client[] = [];
let eu: Mailbox;
let apac: Mailbox;
let dir: string;
let config: string;
let relay: StartedRelay;
const logs: string[] = [];

beforeAll(async () => {
  [eu, apac] = [await createMailbox(), await createMailbox()];
  outside.listen(0, "127.0.0.1");
  await once(outside, "listening");
  const origin = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
  const region = (id: string, timezones: string[], mail: Mailbox, channels: object[]): Record<string, unknown> => ({
    match: { timezones },
    egress: [origin, mail.url],
    nlu: [{ use: "http", url: `${origin}/nlu` }],
    knowledge: [{ use: "http", url: `${origin}/knowledge` }],
    handoff: [{ use: "webhook", id: `desk-${id}`, url: `${origin}/desk`, secret: SECRET }],
    notify: [{ use: "webhook", url: `${origin}/pager`, secret: SECRET }],
    webhooks: [{ id: "all", url: `${origin}/hook`, secret: SECRET, content: "full" }],
    visitorNotify: {
      publicUrl: PUBLIC,
      channels: [{ use: "email", url: mail.url, from: `chat@${id}.example` }, ...channels],
      graceMs: GRACE_MS,
      quietHours: { sms: [] },
    },
  });
  config = shopConfig({
    dir: await writeShop(),
    regions: {
      eu: region("eu", ["Europe/*"], eu, []),
      apac: region("apac", ["Asia/*"], apac, [{ use: "webhook", channel: "sms", url: `${origin}/sender`, secret: SECRET }]),
    },
  });
  dir = await mkdtemp(join(tmpdir(), "allhours-notify-"));
  relay = await startRelay({ config, dir });
}, 60_000);
afterAll(async () => {
  for (const client of clients) client.close();
  await relay?.stop();
  outside.close();
  await Promise.all([eu?.close(), apac?.close()]);
  await rm(dir, { recursive: true, force: true });
});

type Talk = { client: Client; conversationId: string; token: string; caseId: string; desk: string };
async function hello(facts: Parameters<Client["hello"]>[0], pipe: "socketio" | "sse" = "socketio"): Promise<Client> {
  const client = createClient({ url: relay.url, site: "linden", pipe, headers: { origin: ORIGIN } });
  clients.push(client);
  expect((await client.hello(facts)).ok).toBe(true);
  return client;
}
/** A visitor who waits for a person, and the case the desk was told of. */
async function ask(timezone: string, language: string, pipe: "socketio" | "sse" = "socketio"): Promise<Talk> {
  const client = await hello({ languages: [language], timezone, page: { url: `${ORIGIN}/lamps/arc?size=2#reviews` } }, pipe);
  const { conversationId = "", token = "", region } = client.welcome ?? {};
  expect(await client.command({ type: "handoff-request", id: newId(), conversationId })).toMatchObject({ ok: true });
  const offered = (): string | undefined => told.find(({ path, body }) => path === "/desk" && body.includes(conversationId))?.body;
  await expect.poll(offered, { timeout: 10_000 }).toContain("handoff.offered");
  const { data } = JSON.parse(offered() ?? "") as { data: { caseId: string } };
  return { client, conversationId, token, caseId: data.caseId, desk: `desk-${region}` };
}
async function answer({ conversationId, caseId, desk }: Talk, text: string): Promise<void> {
  const [id, at] = [`msg_${randomUUID()}`, new Date()];
  const data = { conversationId, caseId, agent: { id: "ines", name: "Inês" }, text };
  const body = JSON.stringify({ type: "message.created", timestamp: at.toISOString(), data });
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": new Webhook(SECRET).sign(id, at, body),
  };
  expect((await fetch(`${relay.url}/v1/inbound/${desk}`, { method: "POST", headers, body })).status).toBe(200);
}
const leave = async ({ client, conversationId }: Talk, address: string, channel = "email"): Promise<void> => {
  expect(await client.command({ type: "contact-set", conversationId, channel, address })).toMatchObject({ ok: true });
  client.close();
};
/** As the mail says it: folded headers are the transport's. */
const to = (box: Mailbox, address: string): string[] =>
  box.mails.filter((mail) => mail.to.includes(address)).map(({ source }) => source.replaceAll(/\r\n[ \t]/g, " "));
const looked = async (result: string, region = "eu"): Promise<number> => {
  const line = new RegExp(`^allhours_notices_total\\{region="${region}",result="${result}"\\} (\\d+)$`, "m");
  return Number(line.exec(await (await fetch(`${relay.url}/metrics`)).text())?.[1] ?? 0);
};

/** Of the link to the page, which stands at the end of its line. */
const ticketOf = (mail: string): string => new RegExp(`${ORIGIN}/lamps/arc#allhours=3D([\\w.]+)\\r\n`).exec(mail)?.[1] ?? "";
const joining = (ticket: string): { join: { ticket: string; token: string } } => ({
  join: { ticket, token: randomBytes(32).toString("base64url") },
});

describe("a visitor who left an address", () => {
  it("is told once, in their language, by their own region, and nobody else gets the address", async () => {
    const talk = await ask("Europe/Paris", "fr");
    const { client, conversationId } = talk;
    expect(client.welcome?.contact).toEqual({ channels: ["email"] });
    for (const [channel, address, code] of [
      ["email", `${CANARY}@`, "bad-email"],
      ["sms", "+33612345678", "channel-not-offered"],
      ["pigeon", "north", "bad-frame"],
    ])
      expect(await client.command({ type: "contact-set", conversationId, channel, address })).toMatchObject({ ok: false, error: { code } });
    const address = `${CANARY}@mail.example`;
    expect(await client.command({ type: "contact-set", conversationId, channel: "email", address })).toEqual({
      ok: true,
      value: { channels: ["email"], channel: "email", masked: "c…@mail.example" },
    });
    // Said to every open page.
    await client.waitFor((event) => event.type === "contact" && event.masked === "c…@mail.example");
    client.close();
    for (const text of ["the secret of the lamp", "one", "two", "three"]) await answer(talk, text);
    await expect.poll(() => to(eu, address).length, { timeout: 10_000 }).toBe(1);
    await expect.poll(async () => looked("told"), { timeout: 10_000 }).toBe(3);
    const [mail = ""] = to(eu, address);
    expect(mail).toContain("In=C3=AAs, de Linden & Co, a r=C3=A9pondu");
    expect(ticketOf(mail)).toMatch(/^eu\.[A-Za-z0-9]{23}$/);
    expect(mail).not.toMatch(/size|reviews|secret of the lamp/);
    expect(apac.mails).toEqual([]);
    // It comes down masked, and went to its own mail server only.
    const back = await hello({ token: talk.token });
    expect(back.welcome?.contact).toEqual({ channels: ["email"], channel: "email", masked: "c…@mail.example" });
    expect(JSON.stringify([back.events, client.events, back.welcome])).not.toContain(CANARY);
    expect(told.map(({ path }) => path)).toEqual(expect.arrayContaining(["/desk", "/hook"]));
    expect(JSON.stringify(told)).not.toContain(CANARY);
    back.close();
  });

  it("is told by the merchant's own sender where the region has one, and never by another region's", async () => {
    const talk = await ask("Asia/Manila", "en", "sse");
    expect(talk.client.welcome?.contact).toEqual({ channels: ["email", "sms"] });
    await leave(talk, "+639171234567", "sms");
    await answer(talk, "hello");
    const sent = (): { data: Record<string, string> }[] =>
      told.filter(({ path }) => path === "/sender").map(({ body }) => JSON.parse(body) as { data: Record<string, string> });
    await expect.poll(() => sent().length, { timeout: 10_000 }).toBe(1);
    expect(sent()[0]?.data).toMatchObject({ to: "+639171234567", channel: "sms", agent: "Inês", regionId: "apac", language: "en" });
    const written = eu.mails.length;
    const mail = await ask("Asia/Manila", "en");
    await leave(mail, "asia@mail.example");
    await answer(mail, "hello");
    await expect.poll(() => to(apac, "asia@mail.example").length, { timeout: 10_000 }).toBe(1);
    expect(eu.mails).toHaveLength(written);
  });

  it("who has read the answer is not told of it, and who is there is not either", async () => {
    const [seen, sent] = [await looked("seen"), eu.mails.length];
    const talk = await ask("Europe/Paris", "en");
    expect(
      await talk.client.command({
        type: "contact-set",
        conversationId: talk.conversationId,
        channel: "email",
        address: "here@mail.example",
      }),
    ).toMatchObject({ ok: true });
    await answer(talk, "hello");
    const { seq } = (await talk.client.waitFor((event) => event.type === "message-added" && event.message.author.kind === "agent")) as {
      seq: number;
    };
    await expect.poll(async () => looked("postponed"), { timeout: 10_000 }).toBeGreaterThan(0);
    expect(await talk.client.command({ type: "read-set", conversationId: talk.conversationId, seq })).toMatchObject({ ok: true });
    talk.client.close();
    await expect.poll(async () => looked("seen"), { timeout: 10_000 }).toBe(seen + 1);
    expect(eu.mails).toHaveLength(sent);
  });

  it("is told after a relay that was killed in the time of grace, and once", async () => {
    const talk = await ask("Europe/Paris", "en");
    await leave(talk, "crash@mail.example");
    await answer(talk, "one");
    await answer(talk, "two");
    logs.push(await relay.log());
    await relay.kill();
    expect(to(eu, "crash@mail.example")).toEqual([]);
    relay = await startRelay({ config, dir });
    await expect.poll(() => to(eu, "crash@mail.example").length, { timeout: 15_000 }).toBe(1);
    await expect.poll(async () => looked("told"), { timeout: 10_000 }).toBe(1);
    expect(to(eu, "crash@mail.example")).toHaveLength(1);
  });
});

describe("the link of a notice", () => {
  const pipes = [
    ["socketio", "sse"],
    ["sse", "socketio"],
  ] as const;
  it.each(pipes)("takes another device into the conversation, over %s, once", async (pipe, other) => {
    const address = `${pipe}@mail.example`;
    const talk = await ask("Europe/Paris", "en");
    await leave(talk, address);
    await answer(talk, "the answer");
    await expect.poll(() => to(eu, address).length, { timeout: 10_000 }).toBe(1);
    const ticket = ticketOf(to(eu, address)[0] ?? "");
    const facts = joining(ticket);
    // Robots that open links send no fragment; whoever asks the relay for the page finds nothing there.
    const phone = await hello(facts, pipe);
    expect(phone.welcome).toMatchObject({ conversationId: talk.conversationId, token: facts.join.token, mode: "agent", region: "eu" });
    expect(JSON.stringify(phone.welcome?.events)).toContain("the answer");
    // What is written there goes to the same case, and is heard by the first device.
    const laptop = await hello({ token: talk.token });
    const message = {
      type: "message-send",
      id: newId(),
      conversationId: talk.conversationId,
      parts: [{ type: "text", text: `from ${pipe}` }],
    };
    expect(await phone.command(message)).toMatchObject({ ok: true });
    await laptop.waitFor((event) => event.type === "message-added" && event.message.id === message.id);
    const atDesk = (): boolean =>
      told.some(({ path, body }) => path === "/desk" && body.includes(`from ${pipe}`) && body.includes(talk.caseId));
    await expect.poll(atDesk, { timeout: 10_000 }).toBe(true);
    await answer(talk, "and on");
    for (const client of [phone, laptop])
      await client.waitFor((event) => event.type === "message-added" && JSON.stringify(event.message.parts).includes("and on"));
    // Its session works by itself, over the other pipe too; the ticket does not.
    phone.close();
    expect((await hello({ token: facts.join.token }, other)).welcome).toMatchObject({ conversationId: talk.conversationId });
    for (const wrong of [ticket, ticket.replace("eu.", "apac."), ticket.replace("eu.", "mars.")]) {
      for (const way of [pipe, other]) {
        const stranger = createClient({ url: relay.url, site: "linden", pipe: way, headers: { origin: ORIGIN } });
        clients.push(stranger);
        expect(await stranger.hello(joining(wrong)), wrong).toMatchObject({ ok: false, error: { code: "ticket-unknown" } });
        stranger.close();
      }
    }
  });

  it("leads nowhere but to the page once the conversation is erased", async () => {
    const talk = await ask("Asia/Manila", "en");
    await leave(talk, "erased@mail.example");
    await answer(talk, "the answer");
    await expect.poll(() => to(apac, "erased@mail.example").length, { timeout: 10_000 }).toBe(1);
    const ticket = ticketOf(to(apac, "erased@mail.example")[0] ?? "");
    expect(ticket).toMatch(/^apac\./);
    const body = JSON.stringify({ conversation: talk.conversationId });
    expect((await fetch(`${relay.url}/v1/admin/erase`, { method: "POST", body })).status).toBe(200);
    const client = createClient({ url: relay.url, site: "linden", pipe: "socketio", headers: { origin: ORIGIN } });
    clients.push(client);
    expect(await client.hello(joining(ticket))).toMatchObject({ ok: false, error: { code: "ticket-unknown" } });
  });
});

describe("the way out", () => {
  it("changes nothing by being looked at, takes the address off by one POST, and holds until it is given anew", async () => {
    const address = "out@mail.example";
    const talk = await ask("Europe/Paris", "fr");
    await leave(talk, address);
    await answer(talk, "hello");
    await expect.poll(() => to(eu, address).length, { timeout: 10_000 }).toBe(1);
    const link = /^List-Unsubscribe: <(.*)>\r$/m.exec(to(eu, address)[0] ?? "")?.[1] ?? "";
    expect(link).toMatch(new RegExp(`^${PUBLIC}/v1/optout/eu\\.[\\w-]{43}$`));
    expect(to(eu, address)[0]).toContain("List-Unsubscribe-Post: List-Unsubscribe=One-Click");
    const here = link.replace(PUBLIC, relay.url);
    for (const method of ["GET", "HEAD", "GET"]) {
      const page = await fetch(here, { method });
      expect(page.status).toBe(200);
      expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
      if (method === "GET") expect(await page.text()).toMatch(/<html lang="fr".*Linden &amp; Co.*<form method="post">/s);
    }
    const still = await hello({ token: talk.token });
    expect(still.welcome?.contact).toMatchObject({ masked: "o…@mail.example" });
    // As a mail program does it: no cookie, no origin, no page.
    const oneClick = {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "List-Unsubscribe=One-Click",
    };
    const done = await fetch(here, oneClick);
    expect([done.status, await done.text()]).toEqual([200, expect.stringContaining("C’est fait.")]);
    await still.waitFor((event) => event.type === "contact" && event.masked === undefined);
    still.close();
    expect((await fetch(here, oneClick)).status).toBe(200);
    for (const wrong of [`${here}x`, `${relay.url}/v1/optout/eu.${"A".repeat(43)}`])
      for (const init of [{}, oneClick]) expect((await fetch(wrong, init)).status).toBe(404);
    // Another conversation had the same address before.
    const other = await ask("Europe/Paris", "en");
    const none = await looked("no-address");
    await answer(talk, "are you there");
    await expect.poll(async () => looked("no-address"), { timeout: 10_000 }).toBe(none + 1);
    expect(to(eu, address)).toHaveLength(1);
    await leave(other, address);
    await answer(other, "hello");
    await expect.poll(() => to(eu, address).length, { timeout: 10_000 }).toBe(2);
  });
});

it("no address was written into any log", async () => {
  const all = [...logs, await relay.log()].join("\n");
  expect(all).toContain("conversation started");
  expect(all).not.toMatch(/mail\.example|canary|639171234567/);
});
