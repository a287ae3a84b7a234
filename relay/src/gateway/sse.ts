/** The SSE + POST pipe: the same two verbs where WebSockets are blocked. A stream is opened by POSTing `hello`. */
import type { Context } from "hono";
import { refusal, LIMITS, SSE_EVENT, SSE_WELCOME, sseIdOf, textWithSum, withSum, type Ack, type Event } from "@allhours/protocol";
import { hashToken } from "../conversation/session.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Session, Store } from "../store/store.ts";
import type { Door } from "./door.ts";
import type { Limits } from "./limits.ts";
import { textOfEvent } from "./outgoing.ts";
import { SLOW_READER_BYTES } from "./socketio.ts";
import type { Peer } from "./origin.ts";

export type SseDeps = {
  door: Door;
  store: Store;
  limits: () => Limits;
  metrics: Metrics;
  now: () => number;
  /** Sessions with an open stream, by token hash: a command needs no read of the store. */
  open: Map<string, { session: Session; streams: number }>;
};

/** Status of an ack over HTTP. The body always is the ack. */
export function statusOf(ack: Ack): 200 | 400 | 401 | 403 | 404 | 409 | 413 | 429 | 503 {
  if (ack.ok) return 200;
  switch (ack.error.code) {
    case "session-unknown":
    case "ticket-unknown":
    case "hello-required":
      return 401;
    case "forbidden":
    case "origin-refused":
    case "unknown-site":
      return 403;
    case "not-found":
      return 404;
    case "conflict":
      return 409;
    case "frame-too-large":
      return 413;
    case "rate-limited":
    case "too-many-links":
      return 429;
    case "store-unavailable":
    case "draining":
    case "internal":
      return 503;
    default:
      return 400;
  }
}

export type Body = { ok: true; frame: unknown; bytes: number } | { ok: false; ack: Ack };

/** Reads a JSON body of at most the hard limit. Nothing is parsed beyond it. */
export async function readFrame(request: Request): Promise<Body> {
  const declared = Number(request.headers.get("content-length") ?? 0);
  const text = declared > LIMITS.frameHardBytes ? undefined : await readText(request, LIMITS.frameHardBytes);
  if (text === undefined) return { ok: false, ack: refusal("frame-too-large", `a body may have ${LIMITS.frameHardBytes} bytes`) };
  try {
    return { ok: true, frame: JSON.parse(text) as unknown, bytes: text.length };
  } catch {
    return { ok: false, ack: refusal("bad-frame", "expected a JSON body") };
  }
}

/** The body as text, or `undefined` when it is longer than `most` bytes. */
export async function readText(request: Request, most: number): Promise<string | undefined> {
  if (request.body === null) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

export async function openStream(context: Context, deps: SseDeps, peer: Peer, origin: string | undefined): Promise<Response> {
  const leaveAddress = deps.limits().enterAddress(peer.address);
  if (leaveAddress === undefined) return context.json(refusal("too-many-links", "too many links from this address"), 429);
  const body = await readFrame(context.req.raw);
  if (!body.ok) {
    leaveAddress();
    return context.json(body.ack, statusOf(body.ack));
  }
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let ended = false;
  let end = (): void => undefined;
  const write = (text: string): void => {
    if (ended || controller === undefined) return;
    controller.enqueue(encoder.encode(text));
    if ((controller.desiredSize ?? 0) <= 0) end();
  };
  let epoch = "";
  const link = {
    send(event: Event) {
      const id = sseIdOf(epoch, event);
      write(`event: ${SSE_EVENT}\n${id === undefined ? "" : `id: ${id}\n`}data: ${textOfEvent(event)}\n\n`);
    },
    close: () => end(),
  };
  const opened = await deps.door.open(body.frame, body.bytes, { country: peer.country, origin }, link);
  if (!opened.ok) {
    leaveAddress();
    return context.json(opened, statusOf(opened));
  }
  const { welcome, session, subscription, leave } = opened.value;
  epoch = welcome.epoch;
  const seat = deps.open.get(session.tokenHash) ?? { session, streams: 0 };
  seat.streams += 1;
  deps.open.set(session.tokenHash, seat);
  deps.metrics.links.inc({ pipe: "sse" });
  const beat = setInterval(() => write(": beat\n\n"), LIMITS.pingIntervalMs);
  beat.unref();
  end = () => {
    if (ended) return;
    ended = true;
    clearInterval(beat);
    leave();
    leaveAddress();
    seat.streams -= 1;
    if (seat.streams === 0) deps.open.delete(session.tokenHash);
    deps.metrics.links.dec({ pipe: "sse" });
    try {
      controller?.close();
    } catch {
      // The other side closed first.
    }
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      start(ready) {
        controller = ready;
        write(`event: ${SSE_WELCOME}\ndata: ${textWithSum({ ok: true, value: welcome } satisfies Ack)}\n\n`);
        subscription.release(welcome.events.at(-1)?.seq ?? welcome.head);
      },
      cancel: () => end(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: SLOW_READER_BYTES }),
  );
  return new Response(stream, {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store", "x-accel-buffering": "no" },
  });
}

export async function postCommand(context: Context, deps: SseDeps): Promise<Response> {
  const body = await readFrame(context.req.raw);
  if (!body.ok) return context.json(body.ack, statusOf(body.ack));
  const token = /^Bearer ([A-Za-z0-9_-]{20,200})$/.exec(context.req.header("authorization") ?? "")?.[1];
  const tokenHash = token === undefined ? undefined : hashToken(token);
  const session = tokenHash === undefined ? undefined : (deps.open.get(tokenHash)?.session ?? (await deps.store.findSession(tokenHash)));
  if (session === undefined || session.expiresAt <= deps.now()) {
    const ack = refusal("session-unknown", "expected Authorization: Bearer <token of an open session>");
    return context.json(ack, statusOf(ack));
  }
  const ack = await deps.door.command(body.frame, body.bytes, session, `sse:${session.tokenHash}`);
  return context.json(withSum(ack), statusOf(ack));
}
