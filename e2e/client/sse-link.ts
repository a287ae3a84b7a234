/** The SSE + POST pipe in Node, over `fetch`. The stream is opened by POSTing the hello; commands are POSTs with the token it gave. */
import { COMMAND_PATH, SSE_EVENT, SSE_WELCOME, STREAM_PATH } from "@allhours/protocol";
import type { Link, LinkEvents, LinkOptions } from "./link.ts";
import { createSseReader } from "./sse-reader.ts";

export function createSseLink(options: LinkOptions, events: LinkEvents): Link {
  const stop = new AbortController();
  let token: string | undefined;
  let over = false;
  const end = (reason: string): void => {
    if (over) return;
    over = true;
    events.onClose(reason);
  };
  const post = async (path: string, body: unknown, headers: Record<string, string>): Promise<Response> =>
    fetch(new URL(path, options.url), {
      method: "POST",
      headers: { "content-type": "application/json", ...options.headers, ...headers },
      body: JSON.stringify(body),
      signal: stop.signal,
    });

  async function read(body: ReadableStream<Uint8Array>, onWelcome: (ack: unknown) => void): Promise<void> {
    const reader = createSseReader();
    const decoder = new TextDecoder();
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
      for (const message of reader(decoder.decode(chunk, { stream: true }))) {
        const frame: unknown = JSON.parse(message.data);
        if (message.event === SSE_WELCOME) onWelcome(frame);
        else if (message.event === SSE_EVENT) events.onEvent(frame);
      }
    }
  }

  return {
    async open(hello) {
      const response = await post(STREAM_PATH, hello, { accept: "text/event-stream" });
      const { body } = response;
      if (body === null || response.headers.get("content-type")?.startsWith("text/event-stream") !== true) return response.json();
      return new Promise((resolve, reject) => {
        read(body, (ack) => {
          token = (ack as { value?: { token?: string } }).value?.token;
          resolve(ack);
        })
          .then(() => "ended by the relay")
          .catch((error: unknown) => String(error))
          .then((reason) => {
            reject(new Error(`the stream ended (${reason})`));
            end(reason);
          })
          .catch(() => undefined);
      });
    },
    async command(frame) {
      const response = await post(COMMAND_PATH, frame, token === undefined ? {} : { authorization: `Bearer ${token}` });
      return response.json();
    },
    close() {
      end("closed here");
      stop.abort();
    },
  };
}
