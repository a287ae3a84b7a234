import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { COMMAND_PATH, LIMITS, PROTOCOL_VERSION, SSE_EVENT, SSE_WELCOME, STREAM_PATH, type Hello } from "@allhours/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { LinkHandlers } from "../core/ports.ts";
import { createSseTransport } from "./sse.ts";
import { idFor, welcomeFrame } from "./testing/frames.ts";

const hello: Hello = { type: "hello", version: PROTOCOL_VERSION, site: "demo" };
type Seen = { path: string; method: string; headers: IncomingMessage["headers"]; body: unknown };

let server: Server;
let url: string;
let seen: Seen[];
let streams: ServerResponse[];
let onStream: (response: ServerResponse) => void;
let onCommand: (response: ServerResponse, body: unknown) => void;

const frame = (response: ServerResponse, event: string, data: unknown): boolean =>
  response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
const json = (response: ServerResponse, status: number, body: unknown): void =>
  void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
const begin = (response: ServerResponse): ServerResponse => response.writeHead(200, { "content-type": "text/event-stream" });

beforeEach(async () => {
  // The library looks for these two; the rest it needs is in Node as well.
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("document", new EventTarget());
  seen = [];
  streams = [];
  onStream = (response) => void frame(begin(response), SSE_WELCOME, { ok: true, value: welcomeFrame() });
  onCommand = (response, body) => json(response, 200, { ok: true, value: body });
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const body: unknown = JSON.parse(text);
      seen.push({ path: request.url ?? "", method: request.method ?? "", headers: request.headers, body });
      if (request.url === STREAM_PATH) {
        streams.push(response);
        onStream(response);
      } else onCommand(response, body);
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  server.closeAllConnections();
  server.close();
});

function listen() {
  const heard: string[] = [];
  let tell = (_reason: string): void => {};
  const lost = new Promise<string>((resolve) => (tell = resolve));
  let arrived = (): void => {};
  const handlers: LinkHandlers = {
    event: (event) => {
      heard.push("seq" in event ? `${event.type} ${event.seq}` : event.type);
      arrived();
    },
    lost: tell,
    damaged: () => {
      heard.push("damaged");
      arrived();
    },
  };
  const until = async (count: number): Promise<void> => {
    while (heard.length < count) await new Promise<void>((next) => (arrived = next));
  };
  return { handlers, heard, lost, until };
}
const open = (handlers: LinkHandlers, timeoutMs = 2_000, signal = new AbortController().signal) =>
  createSseTransport().open(url, () => hello, handlers, timeoutMs, signal);
const durable = (seq: number): object => ({
  type: "mode-changed",
  conversationId: idFor(1),
  seq,
  at: 0,
  mode: "queued",
  reason: "requested",
});

describe("sse transport", () => {
  test("posts the hello, and later commands with the token of the welcome", async () => {
    const { link } = await open(listen().handlers);
    expect(await link.send({ type: "probe" }, 1_000)).toMatchObject({ ok: true, value: { type: "probe" } });
    expect(seen).toMatchObject([
      { path: STREAM_PATH, method: "POST", body: hello },
      { path: COMMAND_PATH, method: "POST", body: { type: "probe" }, headers: { authorization: "Bearer token-token-token-token" } },
    ]);
    expect(seen.map(({ headers }) => headers.cookie)).toEqual([undefined, undefined]);
    link.close();
    expect(await link.send({ type: "probe" }, 1_000)).toBeUndefined();
  });

  test("events that overtake the welcome come after it, in order; damaged ones are dropped", async () => {
    onStream = (response) => {
      frame(begin(response), SSE_EVENT, durable(1));
      frame(response, SSE_WELCOME, { ok: true, value: welcomeFrame() });
      response.write(`event: ${SSE_EVENT}\ndata: {"type"\n\n`);
      frame(response, SSE_EVENT, durable(2));
    };
    const { handlers, heard, until } = listen();
    const { link } = await open(handlers);
    expect(heard).toEqual([]);
    await until(3);
    expect(heard).toEqual(["mode-changed 1", "damaged", "mode-changed 2"]);
    link.close();
  });

  test("a refused hello keeps its code, as a stream and as plain JSON", async () => {
    const refused = { ok: false, error: { code: "session-unknown", message: "gone" } };
    onStream = (response) => json(response, 403, refused);
    await expect(open(listen().handlers)).rejects.toMatchObject({ name: "LinkRefused", code: "session-unknown" });
    onStream = (response) => void frame(begin(response), SSE_WELCOME, refused);
    await expect(open(listen().handlers)).rejects.toMatchObject({ name: "LinkRefused", code: "session-unknown" });
    expect(streams).toHaveLength(2);
  });

  test.each([
    ["is silent", () => {}],
    [
      "answers a page",
      (response: ServerResponse) => void response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>"),
    ],
    ["ends the stream at once", (response: ServerResponse) => void begin(response).end()],
    ["resets", (response: ServerResponse) => void response.destroy()],
  ])("fails when the relay %s", async (_name, behaviour) => {
    onStream = behaviour;
    await expect(open(listen().handlers, 200)).rejects.toMatchObject({ name: "LinkFailed" });
    expect(streams.length).toBeLessThanOrEqual(1);
  });

  test("a stream that ends is a lost link, told once; nothing is retried", async () => {
    const { handlers, lost } = listen();
    const { link } = await open(handlers);
    streams.at(0)!.end();
    await lost;
    expect(await link.send({ type: "probe" }, 1_000)).toBeUndefined();
    expect(streams).toHaveLength(1);
  });

  test("an answer that is late, or no JSON, is none; a refusal with a status is one", async () => {
    const { link } = await open(listen().handlers);
    onCommand = () => {};
    expect(await link.send({ type: "probe" }, 50)).toBeUndefined();
    onCommand = (response) => void response.end("<html>");
    expect(await link.send({ type: "probe" }, 1_000)).toBeUndefined();
    onCommand = (response) => json(response, 429, { ok: false, error: { code: "rate-limited", message: "slow down", retryAfterMs: 900 } });
    expect(await link.send({ type: "probe" }, 1_000)).toMatchObject({ ok: false, error: { code: "rate-limited", retryAfterMs: 900 } });
    link.close();
  });

  test("a stream that had a heartbeat and falls silent is lost", async () => {
    const { handlers, heard, lost, until } = listen();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await open(handlers);
    streams.at(0)!.write(": heartbeat\n\n");
    frame(streams.at(0)!, SSE_EVENT, durable(1));
    await until(1);
    vi.advanceTimersByTime(LIMITS.pingIntervalMs + LIMITS.pingTimeoutMs);
    expect(await lost).toContain("silent");
    expect(heard).toHaveLength(1);
  });

  test("a stream without heartbeats is not judged by its silence", async () => {
    const { handlers } = listen();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { link } = await open(handlers);
    vi.advanceTimersByTime(10 * (LIMITS.pingIntervalMs + LIMITS.pingTimeoutMs));
    vi.useRealTimers();
    expect(await link.send({ type: "probe" }, 1_000)).toMatchObject({ ok: true });
    link.close();
  });
});
