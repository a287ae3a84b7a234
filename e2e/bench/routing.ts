/**
 * Whom a case goes to, and what a desk is told: the choice among 500 teams, 10,000 offers open at once whose time runs out, and events delivered to
 * a receiver on this machine beside the same receiver posted to by a bare client.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { newId, textOf } from "@allhours/protocol";
import { cpuSecondsOf, createClient, rssBytesOf, type Client } from "../client/index.ts";
import { createRelayRig, SITE } from "../prove/rig/relay.ts";
import { until } from "../prove/rig/waiting.ts";
import { measureApart } from "./in-process.ts";
import type { MeasuredRouting } from "./routing-process.ts";

const OFFERS = 10_000;
const TALKS = 200;
const MESSAGES = 50;
/** As many as the relay has in flight. */
const IN_FLIGHT = 16;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
/** Long enough to open all of them before the first runs out. */
const LEASE_MS = 60_000;

export type RoutingReport = {
  choice: MeasuredRouting;
  offers: { opened: number; openSeconds: number; endedSeconds: number; cpuMicroseconds: number; megabytes: number };
  webhooks: { delivered: number; perSecond: number; barePerSecond: number; outOfOrder: number };
};

type Seen = { type: string; data: { conversationId: string; message?: { text: string } } };
async function createReceiver(): Promise<{ origin: string; seen: Seen[]; close: () => void }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (piece: string) => (body += piece));
    request.on("end", () => {
      seen.push(JSON.parse(body) as Seen);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, close: () => void server.close() };
}

async function inBatches(count: number, size: number, run: (index: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < count; from += size)
    await Promise.all(Array.from({ length: Math.min(size, count - from) }, async (_, offset) => run(from + offset)));
}

async function postBare(origin: string, count: number, body: string): Promise<number> {
  const from = performance.now();
  let left = count;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while ((left -= 1) >= 0)
        await (await fetch(origin, { method: "POST", headers: { "content-type": "application/json" }, body })).arrayBuffer();
    }),
  );
  return count / ((performance.now() - from) / 1_000);
}

/** About two minutes. */
export async function measureRouting(note: (text: string) => void = () => undefined): Promise<RoutingReport> {
  const choice = await measureApart<MeasuredRouting>("routing-process.ts", []);
  note(JSON.stringify(choice));
  const receiver = await createReceiver();
  const many = 1_000_000;
  const limits = { linksPerAddress: many, newLinksPerAddressPer10s: many, messageBurst: 100_000, messagesPerSecond: 100_000 };
  const handoff = [{ use: "webhook", id: "desk", url: `${receiver.origin}/hook`, secret: SECRET }];
  const relay = await createRelayRig({ region: { egress: [receiver.origin], handoff, offerTimeoutMs: LEASE_MS }, limits });
  try {
    const ask = async (): Promise<Client> => {
      const client = createClient({ url: relay.url, site: SITE, pipe: "socketio" });
      await client.hello();
      const conversationId = client.welcome?.conversationId ?? "";
      await client.command({ type: "handoff-request", id: newId(), conversationId });
      return client;
    };
    // What a desk is told of talks: whole conversations, a message after the other.
    const talks = await Promise.all(Array.from({ length: TALKS }, ask));
    await until(() => receiver.seen.length >= TALKS, 60_000, 20);
    receiver.seen.length = 0;
    const toldFrom = performance.now();
    await Promise.all(
      talks.map(async (client) => {
        for (let n = 0; n < MESSAGES; n += 1) client.send([{ type: "text", text: String(n) }]);
      }),
    );
    if (!(await until(() => receiver.seen.length >= TALKS * MESSAGES, 120_000, 10))) throw new Error(`told ${receiver.seen.length}`);
    const perSecond = receiver.seen.length / ((performance.now() - toldFrom) / 1_000);
    const last = new Map<string, number>();
    let outOfOrder = 0;
    for (const { data } of receiver.seen) {
      const n = Number(data.message?.text);
      if (n !== (last.get(data.conversationId) ?? -1) + 1) outOfOrder += 1;
      last.set(data.conversationId, n);
    }
    const delivered = receiver.seen.length;
    const barePerSecond = await postBare(`${receiver.origin}/hook`, delivered, JSON.stringify(receiver.seen[0]));
    note(`${perSecond.toFixed(0)} webhooks a second, bare ${barePerSecond.toFixed(0)}`);
    for (const client of talks) client.close();
    receiver.seen.length = 0;

    const openFrom = performance.now();
    const watched: Client[] = [];
    await inBatches(OFFERS, 100, async (index) => {
      const client = await ask();
      if (index % 1_000 === 0) watched.push(client);
      else client.close();
    });
    await until(() => receiver.seen.length >= OFFERS, 120_000, 50);
    const openSeconds = (performance.now() - openFrom) / 1_000;
    note(`${receiver.seen.length} offers open after ${openSeconds.toFixed(1)} s`);
    const megabytes = ((await rssBytesOf(relay.pid)) ?? 0) / 1e6;
    const cpuBefore = (await cpuSecondsOf(relay.pid)) ?? 0;
    // Every tenth of a thousandth is looked at: told that nobody was free, each by the end of its own time.
    const endFrom = performance.now();
    await Promise.all(
      watched.map(async (client) =>
        client.waitFor((event) => event.type === "message-added" && textOf(event.message.parts).includes("free to answer"), LEASE_MS * 3),
      ),
    );
    // The cases that were opened last run out last.
    await wait(1_000);
    const endedSeconds = (performance.now() - endFrom) / 1_000;
    const cpuMicroseconds = ((((await cpuSecondsOf(relay.pid)) ?? 0) - cpuBefore) / OFFERS) * 1e6;
    for (const client of watched) client.close();
    return {
      choice,
      offers: { opened: OFFERS, openSeconds, endedSeconds, cpuMicroseconds, megabytes },
      webhooks: { delivered, perSecond, barePerSecond, outOfOrder },
    };
  } finally {
    await relay.close();
    receiver.close();
  }
}

export function routingAsMarkdown({ choice, offers, webhooks }: RoutingReport): string {
  const count = (value: number): string => Math.round(value).toLocaleString("en");
  return [
    "### Routing and desks",
    "",
    `Choice among ${choice.teams} teams: p50 ${choice.p50.toFixed(0)} µs, p99 ${choice.p99.toFixed(0)} µs, the first one (which works their shifts out) ${choice.firstMs.toFixed(0)} ms; ${(choice.p50 / choice.floorP50).toFixed(1)} times one filter and sort of as many plain objects.`,
    "",
    `${count(webhooks.delivered)} messages of ${TALKS} talks told to a receiver on this machine: ${count(webhooks.perSecond)} a second, signed, stored and settled one by one, ${count(webhooks.barePerSecond)} by a bare client with as many in flight (${(webhooks.perSecond / webhooks.barePerSecond).toFixed(2)} of it); out of order in their talk: ${webhooks.outOfOrder}.`,
    "",
    `${count(offers.opened)} offers open at once, each with its timer: opened and delivered in ${offers.openSeconds.toFixed(1)} s; the relay then has ${offers.megabytes.toFixed(0)} MB, and spends ${offers.cpuMicroseconds.toFixed(0)} µs of one core on each until it has run out and the visitor is told.`,
    "",
  ].join("\n");
}
