/** A real HTTP server on the loopback for tests: answers by script, remembers what it was asked. No mock stands between it and the adapter. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What to do with one request. */
export type Behaviour =
  | { kind: "answer"; status?: number; headers?: Record<string, string>; body?: string }
  /** Pieces of a body, written one after the other as separate chunks; `cut` breaks the connection after them instead of ending well. */
  | { kind: "pieces"; status?: number; headers?: Record<string, string>; pieces: readonly string[]; cut?: boolean }
  /** Head and these pieces, then nothing more until the server closes. */
  | { kind: "stall"; headers?: Record<string, string>; pieces?: readonly string[] }
  /** Reads the request and never answers. */
  | { kind: "hang" }
  /** Breaks the connection without an answer. */
  | { kind: "reset" };
export type SeenRequest = {
  method: string;
  path: string;
  headers: Headers;
  body: string;
  /** True once the client has gone before the answer was complete. */ aborted: () => boolean;
};
export interface TestServer {
  /** As `http://127.0.0.1:40123`. */
  readonly origin: string;
  readonly requests: readonly SeenRequest[];
  /** Sets the script: one behaviour a request, from the next one on. When it is used up its last behaviour stays. */
  script(...behaviours: Behaviour[]): void;
  /** Resolves when `count` requests have arrived whole. */
  seen(count: number): Promise<void>;
  close(): Promise<void>;
}

export const ndjson = { "content-type": "application/x-ndjson" } as const;
export const json = { "content-type": "application/json" } as const;
/** Lines of JSON, each with its line break. */
export function lines(...values: readonly unknown[]): string[] {
  return values.map((value) => `${JSON.stringify(value)}\n`);
}

export async function startTestServer(...behaviours: Behaviour[]): Promise<TestServer> {
  let script: Behaviour[] = [...behaviours];
  const requests: SeenRequest[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    void readBody(request).then(async (body) => {
      requests.push({
        method: request.method ?? "",
        path: request.url ?? "",
        headers: new Headers(Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)])),
        body,
        aborted: () => response.destroyed && !response.writableFinished,
      });
      for (const check of waiting) check();
      const behaviour = (script.length > 1 ? script.shift() : script[0]) ?? { kind: "answer", status: 404 };
      await behave(behaviour, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    script(...next) {
      script = next;
    },
    seen: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (requests.length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString("utf8");
}

async function behave(behaviour: Behaviour, response: ServerResponse): Promise<void> {
  switch (behaviour.kind) {
    case "answer":
      response.writeHead(behaviour.status ?? 200, behaviour.headers).end(behaviour.body ?? "");
      return;
    case "pieces":
      response.writeHead(behaviour.status ?? 200, behaviour.headers);
      await write(response, behaviour.pieces);
      if (behaviour.cut === true) response.destroy();
      else response.end();
      return;
    case "stall":
      response.writeHead(200, behaviour.headers);
      await write(response, behaviour.pieces ?? []);
      response.flushHeaders();
      return;
    case "hang":
      return;
    case "reset":
      response.destroy();
  }
}

/** Each piece is on its way before the next is begun. */
async function write(response: ServerResponse, pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) {
    await new Promise<void>((resolve) => {
      response.write(piece, () => resolve());
    });
  }
}
