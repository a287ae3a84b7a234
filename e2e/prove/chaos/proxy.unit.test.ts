import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { createServer as createHttp } from "node:http";
import { Server } from "socket.io";
import { io, type Socket } from "socket.io-client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { createChaosProxy, type ChaosProxy, type FrameFault } from "./proxy.ts";

const undo: (() => unknown)[] = [];
let proxy: ChaosProxy;
let heard: number[];
let socket: Socket;

beforeEach(async () => {
  const http = createHttp();
  const server = new Server(http, { transports: ["websocket"], serveClient: false });
  heard = [];
  server.on("connection", (one) => one.on("say", (n: number, ack: (n: number) => void) => (heard.push(n), ack(n))));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  proxy = await createChaosProxy({ port: (http.address() as AddressInfo).port, random: createRandom(1) });
  undo.push(
    () => server.close(),
    () => proxy.close(),
    () => socket.disconnect(),
  );
});
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

async function open(): Promise<void> {
  socket = io(proxy.url, { transports: ["websocket"], reconnection: false, forceNew: true });
  await once(socket as never, "connect");
}
/** Harms the nth "say" on its way up. */
async function say(count: number, faultAt: number, fault: FrameFault): Promise<void> {
  proxy.rule(({ direction, text }) => (direction === "up" && text.includes(`"say",${faultAt}]`) ? fault : undefined));
  await open();
  for (let n = 1; n <= count; n += 1) socket.emit("say", n, () => {});
  await expect.poll(() => heard.includes(count) || socket.disconnected, { interval: 5 }).toBe(true);
}

describe("the chaos proxy", () => {
  it("passes everything when nobody asks for harm", async () => {
    await say(5, 99, "drop");
    expect([heard, proxy.faults]).toEqual([[1, 2, 3, 4, 5], {}]);
  });
  it.each([
    ["drop", [1, 3, 4]],
    ["duplicate", [1, 2, 2, 3, 4]],
    ["swap", [1, 3, 2, 4]],
    ["split", [1, 2, 3, 4]],
  ] as const)("%s: the server hears what it should", async (fault, wanted) => {
    await say(4, 2, fault);
    expect([heard, proxy.faults]).toEqual([wanted, { [fault]: 1 }]);
  });
  it.each(["truncate", "cut"] as const)("%s ends the link, and nothing that came later arrives", async (fault) => {
    await say(4, 2, fault);
    expect([heard.includes(2), socket.connected, proxy.faults[fault]]).toEqual([false, false, 1]);
  });
  it("flip changes exactly one bit", async () => {
    const sink: Buffer[] = [];
    const raw = createServer((one) => one.on("error", () => {}).on("data", (chunk: Buffer) => sink.push(chunk)));
    raw.listen(0, "127.0.0.1");
    await once(raw, "listening");
    proxy.target((raw.address() as AddressInfo).port);
    proxy.rule(() => "flip");
    const client = connect(proxy.port, "127.0.0.1").on("error", () => {});
    const head = "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";
    const frame = Buffer.concat([Buffer.from([0x81, 5]), Buffer.from("hello")]);
    client.write(Buffer.concat([Buffer.from(head), frame]));
    await expect.poll(() => Buffer.concat(sink).length, { interval: 5 }).toBe(head.length + frame.length);
    const got = Buffer.concat(sink).subarray(head.length);
    let bits = 0;
    for (let index = 0; index < frame.length; index += 1)
      bits += (frame.readUInt8(index) ^ got.readUInt8(index)).toString(2).replaceAll("0", "").length;
    expect(bits).toBe(1);
    client.destroy();
    raw.close();
  });
  it("passes plain HTTP as it is, whatever the rule", async () => {
    const web = createHttp((request, response) => {
      request.setEncoding("utf8").on("data", (piece: string) => response.write(piece.toUpperCase()));
      request.on("end", () => response.end());
    });
    web.listen(0, "127.0.0.1");
    await once(web, "listening");
    proxy.target((web.address() as AddressInfo).port);
    proxy.rule(() => "drop");
    const body = "x".repeat(50_000);
    expect(await (await fetch(proxy.url, { method: "POST", body, headers: { connection: "close" } })).text()).toBe(body.toUpperCase());
    web.close();
    socket = io(proxy.url, { autoConnect: false });
  });
  it("a black hole keeps the link up and silent; opened again, new links pass", async () => {
    await say(1, 99, "drop");
    proxy.blackHole("all");
    socket.emit("say", 2, () => {});
    const silent = io(proxy.url, { transports: ["websocket"], reconnection: false, forceNew: true, timeout: 200 });
    await once(silent as never, "connect_error");
    silent.disconnect();
    expect([heard, socket.connected]).toEqual([[1], true]);
    proxy.open();
    socket.disconnect();
    await open();
    socket.emit("say", 3, () => {});
    await expect.poll(() => heard, { interval: 5 }).toEqual([1, 3]);
    expect(proxy.faults["black hole"]).toBe(2);
  });
  it("a stall holds everything back and gives it out in order", async () => {
    await open();
    proxy.stall(100);
    for (let n = 1; n <= 3; n += 1) socket.emit("say", n, () => {});
    await expect.poll(() => heard, { interval: 5 }).toEqual([1, 2, 3]);
    expect(proxy.faults).toEqual({ stall: 1 });
  });
  it("cut resets what is open; refuse lets nobody in", async () => {
    await open();
    const gone = once(socket as never, "disconnect");
    expect(proxy.cut()).toBe(1);
    await gone;
    proxy.refuse(true);
    socket = io(proxy.url, { transports: ["websocket"], reconnection: false, forceNew: true });
    await once(socket as never, "connect_error");
    expect(proxy.faults).toEqual({ cut: 1, refuse: 1 });
  });
});
