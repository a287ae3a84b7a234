import { once } from "node:events";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  PROTOCOL_VERSION,
  SOCKET_PATH,
  withSum,
  type Ack,
  type Command,
  type Event,
  type Hello,
  type UnknownDurable,
} from "@allhours/protocol";
import { Server, type Socket } from "socket.io";
import { WebSocketServer } from "ws";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LinkHandlers } from "../core/ports.ts";
import { createSocketIoTransport } from "./socketio.ts";
import { idFor, welcomeFrame } from "./testing/frames.ts";

const hello: Hello = { type: "hello", version: PROTOCOL_VERSION, site: "demo" };
type Answer = (ack: unknown) => void;

let http: HttpServer;
let server: Server;
let url: string;
let sockets: Socket[];
/** What the relay does with a command. */
let onCommand: (command: Command, answer: Answer, socket: Socket) => void;

beforeEach(async () => {
  http = createServer();
  server = new Server(http, { path: SOCKET_PATH, transports: ["websocket"], serveClient: false });
  sockets = [];
  onCommand = (command, answer) => answer(command.type === "hello" ? { ok: true, value: welcomeFrame() } : { ok: true, value: command });
  server.on("connection", (socket) => {
    sockets.push(socket);
    socket.on("command", (command: Command, answer: Answer) => onCommand(command, answer, socket));
  });
  await new Promise<void>((ready) => http.listen(0, "127.0.0.1", ready));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterEach(() => server.close());

function listen(): { handlers: LinkHandlers; heard: string[]; lost: Promise<string> } {
  const heard: string[] = [];
  let tell = (_reason: string): void => {};
  const lost = new Promise<string>((resolve) => (tell = resolve));
  const event = (one: Event | UnknownDurable): void => void heard.push("seq" in one ? `${one.type} ${one.seq}` : one.type);
  return { handlers: { event, damaged: () => heard.push("damaged"), lost: tell }, heard, lost };
}
const open = (handlers: LinkHandlers, timeoutMs = 2_000, signal = new AbortController().signal) =>
  createSocketIoTransport().open(url, () => hello, handlers, timeoutMs, signal);
const durable = (seq: number): object => ({
  type: "mode-changed",
  conversationId: idFor(1),
  seq,
  at: 0,
  mode: "queued",
  reason: "requested",
});

describe("socket.io transport", () => {
  test("says hello first and hands over welcome and acks", async () => {
    const commands: Command[] = [];
    const answer = onCommand;
    onCommand = (command, reply, socket) => {
      commands.push(command);
      answer(command, reply, socket);
    };
    const { link, welcome } = await open(listen().handlers);
    expect(commands).toEqual([withSum(hello)]);
    expect(welcome.conversationId).toBe(idFor(1));
    expect(await link.send({ type: "probe" }, 1_000)).toMatchObject({ ok: true, value: { type: "probe" } });
    link.close();
    expect(await link.send({ type: "probe" }, 1_000)).toBeUndefined();
  });

  test("events that overtake the welcome come after it, in order", async () => {
    onCommand = (_command, answer, socket) => {
      socket.emit("event", durable(1));
      socket.emit("event", durable(2));
      answer({ ok: true, value: welcomeFrame() });
      socket.emit("event", durable(3));
    };
    const { handlers, heard } = listen();
    const { link } = await open(handlers);
    expect(heard).toEqual([]);
    heard.push("welcome");
    await link.send({ type: "probe" }, 1_000);
    expect(heard.slice(0, 4)).toEqual(["welcome", "mode-changed 1", "mode-changed 2", "mode-changed 3"]);
    link.close();
  });

  test("a damaged event is dropped and hurts nothing", async () => {
    const { handlers, heard } = listen();
    const { link } = await open(handlers);
    for (const frame of [null, 7, "x", { type: 3 }, { type: "mode-changed" }, { type: "from-the-future" }, durable(1)])
      sockets.at(0)!.emit("event", frame);
    await link.send({ type: "probe" }, 1_000);
    expect(heard.filter((one) => one !== "damaged")).toEqual(["mode-changed 1"]);
    expect(heard.length).toBeGreaterThan(1);
    link.close();
  });

  test("a handshake that was damaged on its way fails the try, and is no error of the page", async () => {
    const broken = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    broken.on("connection", (one) => one.send('0{"sid":"a","upgrades";[],"pingInterval":15000}'));
    await once(broken, "listening");
    const { port } = broken.address() as AddressInfo;
    const opening = createSocketIoTransport().open(
      `http://127.0.0.1:${port}`,
      () => hello,
      listen().handlers,
      2_000,
      new AbortController().signal,
    );
    await expect(opening).rejects.toMatchObject({ name: "LinkFailed" });
    broken.close();
  });

  test("a packet whose kind was damaged later loses the link, and is no error of the page", async () => {
    const { handlers, lost } = listen();
    const { link } = await open(handlers);
    // 4 (message) with one bit flipped is 0 (open), and what follows is no handshake.
    const below = (sockets.at(0)!.conn as unknown as { transport: { socket: { send(frame: string): void } } }).transport.socket;
    below.send('02["event",{}]');
    expect(await lost).toBe("damaged");
    expect(await link.send({ type: "probe" }, 100)).toBeUndefined();
  });

  test("a refused hello keeps its code and wait", async () => {
    onCommand = (_command, answer) =>
      answer({ ok: false, error: { code: "too-many-links", message: "later", retryAfterMs: 4_000 } } satisfies Ack);
    await expect(open(listen().handlers)).rejects.toMatchObject({ name: "LinkRefused", code: "too-many-links", retryAfterMs: 4_000 });
    expect(server.engine.clientsCount).toBeLessThanOrEqual(1);
  });

  test("a relay that refuses the handshake with a code is a refusal", async () => {
    server.use((_socket, next) => next(Object.assign(new Error("no"), { data: { code: "origin-refused" } })));
    await expect(open(listen().handlers)).rejects.toMatchObject({ name: "LinkRefused", code: "origin-refused" });
  });

  test.each([
    ["is silent", () => {}],
    ["answers rubbish", (_command: Command, answer: Answer) => answer("rubbish")],
    ["welcomes without a session", (_command: Command, answer: Answer) => answer({ ok: true, value: {} })],
    ["hangs up", (_command: Command, _answer: Answer, socket: Socket) => socket.disconnect(true)],
  ])("fails when the relay %s", async (_name, behaviour) => {
    onCommand = behaviour;
    await expect(open(listen().handlers, 150)).rejects.toMatchObject({ name: "LinkFailed" });
  });

  test("fails when nobody listens, and when it is called off", async () => {
    const control = new AbortController();
    onCommand = () => control.abort();
    await expect(open(listen().handlers, 2_000, control.signal)).rejects.toMatchObject({ name: "LinkFailed" });
    await server.close();
    await expect(open(listen().handlers)).rejects.toMatchObject({ name: "LinkFailed" });
  });

  test("a lost link is told once, and sends under way end without an answer", async () => {
    const { handlers, lost } = listen();
    const { link } = await open(handlers);
    onCommand = (_command, _answer, socket) => socket.disconnect(true);
    expect(await link.send({ type: "probe" }, 10_000)).toBeUndefined();
    expect(await lost).toBe("io server disconnect");
    expect(await link.send({ type: "probe" }, 1_000)).toBeUndefined();
    // Nothing may reconnect behind the back of connection.ts.
    expect(sockets).toHaveLength(1);
  });

  test("an ack that does not come in time, or is damaged, is no answer", async () => {
    const { link } = await open(listen().handlers);
    onCommand = () => {};
    expect(await link.send({ type: "probe" }, 50)).toBeUndefined();
    onCommand = (_command, answer) => answer({ okay: true });
    expect(await link.send({ type: "probe" }, 1_000)).toBeUndefined();
    link.close();
  });
});
