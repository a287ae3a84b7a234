/**
 * The very edge: sockets before they are anything. Counts those of one address and ends what is too much before a byte of it is read, so
 * that slow handshakes and floods of connects cost next to nothing. What a link may do is limits.ts's.
 */
import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { plain } from "./origin.ts";

/** Ways for `createServer`, milliseconds: a client that is slow to say what it wants is let go. */
export const HANDSHAKE_TIMES = {
  /** All headers must have come. */
  headersTimeout: 5_000,
  /** The whole request must have come. Answers may last (SSE). */
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
} as const;

/** Beside its links an address has requests: the widget's files, POSTs of the other pipe. */
const REQUESTS_BESIDE = 50;

/** `most`: links an address may have. `trusted`: proxies, through which everybody comes. `refused` is told of each socket that was ended. */
export function guardDoorstep(
  server: Server,
  deps: { most: () => number; trusted: (address: string) => boolean; refused: () => void },
): { /** Sockets open now, of addresses that are counted. */ readonly size: number } {
  const counts = new Map<string, number>();
  let size = 0;
  // Before HTTP sees the socket: its parser is most of what a connect costs.
  const admit = server.listeners("connection") as ((socket: Socket) => void)[];
  server.removeAllListeners("connection");
  const enter = (socket: Socket): void => {
    for (const listener of admit) listener.call(server, socket);
  };
  server.on("connection", (socket: Socket) => {
    const address = plain(socket.remoteAddress ?? "");
    if (deps.trusted(address)) return enter(socket);
    const count = (counts.get(address) ?? 0) + 1;
    if (count > deps.most() + REQUESTS_BESIDE) {
      deps.refused();
      socket.destroy();
      return;
    }
    counts.set(address, count);
    size += 1;
    enter(socket);
    socket.once("close", () => {
      size -= 1;
      const rest = (counts.get(address) ?? 1) - 1;
      if (rest === 0) counts.delete(address);
      else counts.set(address, rest);
    });
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => answerNoHttp(error, socket));
  return {
    get size() {
      return size;
    },
  };
}

/** What could not be read as HTTP never reaches a route: it is answered here, with a code as everywhere, and its connection ends. */
function answerNoHttp(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
  const tooLarge = error.code === "HPE_HEADER_OVERFLOW";
  const late = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
  const status = tooLarge ? "431 Request Header Fields Too Large" : late ? "408 Request Timeout" : "400 Bad Request";
  const message = tooLarge ? "headers: expected at most 16 KiB" : late ? "expected the whole request in time" : "expected HTTP";
  const body = JSON.stringify({ ok: false, error: { code: tooLarge ? "frame-too-large" : "bad-frame", message } });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
