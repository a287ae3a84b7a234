/**
 * A link over Socket.IO, WebSocket only. The library is a pipe here: its reconnection, buffering and recovery stay off, for
 * they lose or repeat frames that connection.ts and outbox.ts keep.
 */
import { SOCKET_PATH, withSum, type Ack } from "@allhours/protocol";
import { io } from "socket.io-client";
import { LinkFailed, LinkRefused, type Transport } from "../core/ports.ts";
import { createGate, readAck, readWelcome } from "./frames.ts";

export function createSocketIoTransport(): Transport {
  return {
    pipe: "socketio",
    // Not an async function: whoever awaits `open` must go on before the gate opens.
    open: (relayUrl, hello, handlers, timeoutMs, signal) =>
      new Promise((resolve, reject) => {
        const socket = io(relayUrl, {
          path: SOCKET_PATH,
          transports: ["websocket"],
          forceNew: true,
          reconnection: false,
          autoConnect: false,
          withCredentials: false,
          timeout: timeoutMs,
        });
        const gate = createGate(handlers);
        let open = false;
        let done = false;

        function end(): void {
          done = true;
          clearTimeout(timer);
          signal.removeEventListener("abort", abort);
          socket.off();
          socket.disconnect();
        }
        function fail(error: unknown): void {
          if (done) return;
          end();
          reject(error instanceof LinkRefused || error instanceof LinkFailed ? error : new LinkFailed("no link", { cause: error }));
        }
        function abort(): void {
          fail(new LinkFailed("aborted"));
        }
        const timer = setTimeout(() => fail(new LinkFailed("no welcome in time")), timeoutMs);
        signal.addEventListener("abort", abort);
        if (signal.aborted) return abort();

        function send(frame: object, answerMs: number): Promise<Ack | undefined> {
          return new Promise((answer) => {
            // A frame for a socket that is not connected would be buffered and sent later.
            if (done || !socket.connected) return answer(undefined);
            socket
              .timeout(answerMs)
              .emit("command", withSum(frame), (error: Error | null, raw: unknown) => answer(error === null ? readAck(raw) : undefined));
          });
        }

        socket.on("event", (raw: unknown) => gate.event(raw));
        socket.on("connect_error", (error: Error & { data?: { code?: unknown } | undefined }) => {
          const code = error.data?.code;
          fail(typeof code === "string" ? new LinkRefused(code, error.message) : new LinkFailed("could not connect", { cause: error }));
        });
        socket.on("disconnect", (reason) => {
          if (!open) return fail(new LinkFailed(reason));
          if (done) return;
          end();
          handlers.lost(reason);
        });
        socket.on("connect", () => {
          const first = hello();
          if (first === undefined) return fail(new LinkFailed("not wanted any more"));
          socket.timeout(timeoutMs).emit("command", withSum(first), (error: Error | null, raw: unknown) => {
            if (done) return;
            if (error !== null) return fail(error);
            try {
              const welcome = readWelcome(raw);
              open = true;
              clearTimeout(timer);
              signal.removeEventListener("abort", abort);
              resolve({ link: { pipe: "socketio", send, close: () => (done ? undefined : end()) }, welcome });
              gate.release();
            } catch (failure) {
              fail(failure);
            }
          });
        });
        socket.connect();
        // The library reads a packet that says it is the first one without a catch: damage would be an uncaught error of the host page.
        // Whatever is thrown while a packet is read, this link is not to be trusted any more; the next one resumes.
        const below = socket.io.engine.transport as unknown as { onData: (data: unknown) => void };
        const read = below.onData.bind(below);
        below.onData = (data) => {
          try {
            read(data);
          } catch (error) {
            if (!open) return fail(error);
            if (done) return;
            end();
            handlers.lost("damaged");
          }
        };
      }),
  };
}
