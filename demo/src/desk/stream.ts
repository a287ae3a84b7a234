/**
 * `GET /desk/stream`: server-sent events for an open page. First `state` with everything, then `case` and `typing` as they happen. A
 * page that was away gets `state` again, so there is nothing to resume.
 */
import type { Board } from "./board.ts";

/** A sign of life, so that a page notices a dead line and proxies keep it open. */
const PING_MS = 15_000;
/** Events waiting for a page that does not read. Past this it is cut off; it comes back and starts from `state`. */
const WAITING_EVENTS = 500;

export type Streams = { open(deskId: string, agentId: string): Response; close(): void };

export function createStreams(board: Board): Streams {
  const closers = new Set<() => void>();
  const encoder = new TextEncoder();
  /** Open pages of each desk: who is there, and how to tell them. */
  const present = new Map<string, Set<{ agentId: string; tell: () => void }>>();
  function tellPresence(deskId: string): void {
    for (const page of present.get(deskId) ?? []) page.tell();
  }

  function open(deskId: string, agentId: string): Response {
    let close = (): void => undefined;
    const body = new ReadableStream<Uint8Array>(
      {
        start(controller) {
          const send = (event: string, data: object): void => {
            controller.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
            if ((controller.desiredSize ?? 0) < -WAITING_EVENTS) close();
          };
          const unsubscribe = board.subscribe(deskId, ({ type, ...data }) => send(type, data));
          const ping = setInterval(() => send("ping", {}), PING_MS);
          ping.unref();
          const pages = present.get(deskId) ?? new Set();
          const page = { agentId, tell: () => send("presence", { here: [...new Set([...pages].map((one) => one.agentId))] }) };
          present.set(deskId, pages.add(page));
          close = () => {
            clearInterval(ping);
            pages.delete(page);
            tellPresence(deskId);
            unsubscribe();
            if (closers.delete(close)) controller.close();
          };
          closers.add(close);
          send("state", { cases: board.list(deskId) });
          tellPresence(deskId);
        },
        cancel() {
          closers.delete(close);
          close();
        },
      },
      { highWaterMark: 1 },
    );
    return new Response(body, {
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
        "x-content-type-options": "nosniff",
      },
    });
  }

  return {
    open,
    close: () => {
      for (const close of closers) close();
    },
  };
}
