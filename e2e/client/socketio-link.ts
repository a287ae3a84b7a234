/** The Socket.IO pipe in Node: WebSocket only, no reconnects, no retries. One link is one connection. */
import { io, type Socket } from "socket.io-client";
import { SOCKET_PATH } from "@allhours/protocol";
import type { Link, LinkEvents, LinkOptions } from "./link.ts";

export function createSocketIoLink(options: LinkOptions, events: LinkEvents): Link {
  const socket: Socket = io(options.url, {
    path: SOCKET_PATH,
    transports: ["websocket"],
    reconnection: false,
    forceNew: true,
    autoConnect: false,
    extraHeaders: options.headers,
  });
  /** Rejects what still waits for an ack when the link ends. */
  const waiting = new Set<(error: Error) => void>();
  let over = false;
  const end = (reason: string): void => {
    if (over) return;
    over = true;
    const error = new Error(`the link ended (${reason})`);
    for (const reject of waiting) reject(error);
    waiting.clear();
    events.onClose(reason);
  };
  socket.on("event", events.onEvent);
  socket.on("disconnect", end);
  socket.on("connect_error", (error: Error) => end(error.message));

  async function command(frame: unknown): Promise<unknown> {
    if (over) throw new Error("the link has ended");
    return new Promise((resolve, reject) => {
      waiting.add(reject);
      socket.emit("command", frame, (ack: unknown) => {
        waiting.delete(reject);
        resolve(ack);
      });
    });
  }

  return {
    async open(hello) {
      // An emit before the connection stands waits in the socket's own buffer; the first one is the hello.
      const answer = command(hello);
      socket.connect();
      return answer;
    },
    command,
    close() {
      socket.disconnect();
      end("closed here");
    },
  };
}
