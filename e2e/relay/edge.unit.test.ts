/** The edge under pressure: slow handshakes, floods, readers that stop reading. Others must not notice. */
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newId, SOCKET_PATH, STREAM_PATH } from "@allhours/protocol";
import { textFrame } from "../bench/frames.ts";
import { createClient } from "../client/index.ts";
import { createRelayRig, SITE, type RelayRig } from "../prove/rig/relay.ts";
import { until } from "../prove/rig/waiting.ts";

let relay: RelayRig;
beforeAll(async () => {
  relay = await createRelayRig({ limits: { linksPerAddress: 20, messageBurst: 5, messagesPerSecond: 1 } });
}, 60_000);
afterAll(async () => relay?.close());

async function raw(): Promise<Socket> {
  const socket = connect(relay.port, "127.0.0.1").on("error", () => {});
  await once(socket, "connect");
  return socket;
}
const hello = async (facts = {}) => {
  const client = createClient({ url: relay.url, site: SITE, pipe: "socketio" });
  const welcome = await client.hello(facts);
  return { client, welcome };
};

it("ends sockets of one address beyond its share unread, and handshakes that never end; the share is free again then", async () => {
  const sockets = await Promise.all(Array.from({ length: 120 }, raw));
  await expect
    .poll(() => sockets.filter((socket) => socket.destroyed || socket.readableEnded).length, { timeout: 5_000 })
    .toBeGreaterThanOrEqual(50);
  const open = sockets.filter((socket) => !socket.destroyed && !socket.readableEnded);
  expect(open.length).toBeLessThanOrEqual(70);
  for (const socket of open) {
    socket.resume();
    socket.write("GET /healthz HTTP/1.1\r\nHost: slow\r\nX-Slow: ");
  }
  expect(await until(() => open.every((socket) => socket.destroyed), 12_000)).toBe(true);
  expect((await fetch(`${relay.url}/readyz`)).status).toBe(200);
}, 30_000);

it("ends a link on which tokens or tickets are tried, so that each few tries are a new link, which is counted", async () => {
  for (const guess of [
    (letter: string) => ({ token: letter.repeat(43) }),
    (letter: string) => ({ join: { ticket: `eu.${letter.repeat(23)}`, token: letter.repeat(43) } }),
  ]) {
    const { client, welcome } = await hello(guess("A"));
    expect(welcome.ok).toBe(false);
    const say = async (letter: string): Promise<unknown> => client.command({ type: "hello", version: 1, site: SITE, ...guess(letter) });
    for (const letter of ["B", "C", "D"]) expect(await say(letter)).toMatchObject({ ok: false });
    expect(client.closed).toBeUndefined();
    expect(await say("E")).toMatchObject({ ok: false, error: { code: expect.stringContaining("-unknown") } });
    await expect.poll(() => client.closed).toBeDefined();
    await expect(say("F")).rejects.toThrow("ended");
  }
  // A mistake that one can put right ends nothing.
  const { client } = await hello({ timezone: 7 as never });
  for (let tries = 0; tries < 10; tries += 1) expect(await client.command({ type: "hello", version: 1 })).toMatchObject({ ok: false });
  expect(client.closed).toBeUndefined();
  client.close();
});

it("answers what is no HTTP with a code, and ends its connection", async () => {
  for (const [sent, status, code] of [
    [`GET /healthz HTTP/1.1\r\nHost: x\r\nX-Large: ${"a".repeat(40_000)}\r\n\r\n`, 431, "frame-too-large"],
    ["\u0000\u0001 no HTTP\r\n\r\n", 400, "bad-frame"],
  ] as const) {
    const socket = await raw();
    let answer = "";
    socket.on("data", (piece: Buffer) => (answer += piece.toString()));
    socket.write(sent);
    await once(socket, "close");
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")))).toMatchObject({ ok: false, error: { code } });
  }
  expect((await fetch(`${relay.url}/readyz`)).status).toBe(200);
}, 30_000);

it("closes a link that goes on after hundreds of refusals; the visitor comes back and has everything that was taken", async () => {
  const { client, welcome } = await hello();
  if (!welcome.ok) throw new Error("refused");
  const { token, conversationId } = welcome.value;
  const acks: Promise<{ ok: boolean }>[] = [];
  for (let n = 0; n < 2_000; n += 1) {
    acks.push(
      client
        .command({ type: "message-send", id: newId(), conversationId, parts: [{ type: "text", text: `flood ${n}` }] })
        .catch(() => ({ ok: false })),
    );
  }
  const taken = (await Promise.all(acks)).filter(({ ok }) => ok).length;
  expect(client.closed).toBeDefined();
  expect(taken).toBeGreaterThan(0);
  const { client: back, welcome: again } = await hello({ token });
  if (!again.ok) throw new Error("refused");
  const stored = again.value.events.filter((event) => event.type === "message-added" && event.message.author.kind === "visitor");
  // Acks can be lost with the link; what was acknowledged is there.
  expect(stored.length).toBeGreaterThanOrEqual(taken);
  expect(stored.length).toBeLessThan(20);
  back.close();
}, 30_000);

it.each(["socketio", "sse"] as const)(
  "closes a %s reader that stops reading once it is a mebibyte behind; it resumes",
  async (pipe) => {
    const wide = await createRelayRig();
    try {
      const writer = createClient({ url: wide.url, site: SITE, pipe: "socketio" });
      const first = await writer.hello();
      if (!first.ok) throw new Error("refused");
      const { token } = first.value;
      const socket = connect(wide.port, "127.0.0.1").on("error", () => {});
      await once(socket, "connect");
      const body = JSON.stringify({ type: "hello", version: 1, site: SITE, token });
      if (pipe === "sse") {
        socket.write(
          `POST ${STREAM_PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        );
      } else {
        const key = Buffer.alloc(16, 1).toString("base64");
        socket.write(
          `GET ${SOCKET_PATH}/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
        );
        // Each step once the one before has been answered; which pieces the answers come in is TCP's.
        let heard = "";
        socket.on("data", (piece: Buffer) => (heard += piece.toString("latin1")));
        await expect.poll(() => heard, { interval: 5 }).toContain('0{"sid"');
        socket.write(textFrame("40"));
        await expect.poll(() => heard, { interval: 5 }).toContain('40{"sid"');
        socket.write(textFrame(`421["command",${body}]`));
      }
      const count = async (): Promise<number> => {
        const text = await (await fetch(`${wide.url}/metrics`)).text();
        return Number(new RegExp(`allhours_links\\{pipe="${pipe}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
      };
      const before = pipe === "sse" ? 1 : 2;
      await expect.poll(count, { timeout: 5_000 }).toBe(before);
      socket.pause();
      // The kernel takes some megabytes before the relay's own count begins.
      const text = "x".repeat(7_900);
      for (let burst = 0; burst < 60 && (await count()) === before; burst += 1) {
        await Promise.all(Array.from({ length: 50 }, async () => writer.send(text).acked));
      }
      await expect.poll(count, { timeout: 5_000 }).toBe(before - 1);
      expect(writer.closed).toBeUndefined();
      socket.destroy();
      writer.close();
      const back = createClient({ url: wide.url, site: SITE, pipe: "socketio" });
      expect((await back.hello({ token })).ok).toBe(true);
      back.close();
    } finally {
      await wide.close();
    }
  },
  60_000,
);
