/**
 * A link for networks that let no WebSocket through: events come down a stream that is opened by POSTing the hello, commands
 * go up by POST. No cookies; the session token of the welcome is the authority of each command.
 */
import { COMMAND_PATH, LIMITS, SSE_EVENT, SSE_WELCOME, STREAM_PATH, textWithSum, type Ack } from "@allhours/protocol";
import { EventStreamContentType, fetchEventSource } from "@microsoft/fetch-event-source";
import { LinkFailed, LinkRefused, type Transport } from "../core/ports.ts";
import { createGate, readAck, readWelcome } from "./frames.ts";

/** Silence after which a stream that had a heartbeat is taken for dead, milliseconds. */
const SILENCE_MS = LIMITS.pingIntervalMs + LIMITS.pingTimeoutMs;
const JSON_HEADERS = { "content-type": "application/json" };

export function createSseTransport(): Transport {
  return {
    pipe: "sse",
    // Not an async function: whoever awaits `open` must go on before the gate opens.
    open: (relayUrl, hello, handlers, timeoutMs, signal) =>
      new Promise((resolve, reject) => {
        const stream = new AbortController();
        const gate = createGate(handlers);
        let open = false;
        let done = false;
        let silence: ReturnType<typeof setTimeout> | undefined;

        function end(): void {
          done = true;
          clearTimeout(timer);
          clearTimeout(silence);
          signal.removeEventListener("abort", abort);
          stream.abort();
        }
        function fail(error: unknown): void {
          if (done) return;
          end();
          if (open) handlers.lost(String(error));
          else reject(error instanceof LinkRefused || error instanceof LinkFailed ? error : new LinkFailed("no stream", { cause: error }));
        }
        function abort(): void {
          fail(new LinkFailed("aborted"));
        }
        const timer = setTimeout(() => fail(new LinkFailed("no welcome in time")), timeoutMs);
        signal.addEventListener("abort", abort);
        if (signal.aborted) return abort();

        async function send(token: string, frame: object, answerMs: number): Promise<Ack | undefined> {
          if (done) return undefined;
          const request = new AbortController();
          const stop = (): void => request.abort();
          const late = setTimeout(stop, answerMs);
          stream.signal.addEventListener("abort", stop);
          try {
            const response = await fetch(relayUrl + COMMAND_PATH, {
              method: "POST",
              headers: { ...JSON_HEADERS, authorization: `Bearer ${token}` },
              body: textWithSum(frame),
              credentials: "omit",
              signal: request.signal,
            });
            return readAck(await response.json());
          } catch {
            return undefined; // No answer, or none that can be read: the outbox sends again.
          } finally {
            clearTimeout(late);
            stream.signal.removeEventListener("abort", stop);
          }
        }

        function hear(name: string, data: string): void {
          if (name === "") {
            // The empty message of a heartbeat. Only a stream that has one can be judged by its silence.
            silence ??= setTimeout(() => {});
          }
          if (silence !== undefined) {
            clearTimeout(silence);
            silence = setTimeout(() => fail(new LinkFailed("silent")), SILENCE_MS);
          }
          if (name === SSE_EVENT) gate.event(parse(data));
          else if (name === SSE_WELCOME && !open) {
            const welcome = readWelcome(parse(data));
            open = true;
            clearTimeout(timer);
            signal.removeEventListener("abort", abort);
            resolve({
              link: {
                pipe: "sse",
                send: (command, answerMs) => send(welcome.token, command, answerMs),
                close: () => (done ? undefined : end()),
              },
              welcome,
            });
            gate.release();
          }
        }

        const first = hello();
        if (first === undefined) return fail(new LinkFailed("not wanted any more"));
        fetchEventSource(relayUrl + STREAM_PATH, {
          method: "POST",
          headers: JSON_HEADERS,
          body: textWithSum(first),
          credentials: "omit",
          openWhenHidden: true,
          signal: stream.signal,
          async onopen(response) {
            if (response.headers.get("content-type")?.startsWith(EventStreamContentType) === true && response.ok) return;
            readWelcome(await response.json());
            throw new LinkFailed("the answer is no stream");
          },
          onmessage: ({ event, data }) => {
            if (!done) hear(event, data);
          },
          onclose: () => fail(new LinkFailed("stream ended")),
          // Throwing turns the library's own retry off: reconnecting is connection.ts's.
          onerror(error) {
            throw error;
          },
        }).catch(fail);
      }),
  };
}

/** JSON, or `undefined` when it is damaged. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
