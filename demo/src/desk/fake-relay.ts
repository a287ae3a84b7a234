/** For tests: the relay's inbound endpoint on a real loopback server. Verifies every delivery with the standard's own library. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

export type Delivery = { id: string; path: string; body: { type: string; timestamp: string; data: Record<string, unknown> } };
export type FakeRelay = {
  url: string;
  /** What arrived with a valid signature, in order; repeats included. */
  deliveries: Delivery[];
  /** Awaited before an answer is given: set it to hold a delivery in flight. */
  gate: () => Promise<void>;
  /** Deliveries whose signature did not hold. */
  forged: number;
  /** Answers for the next deliveries, first come first served; a number is a status, `hang up` closes the connection. */
  script: (number | "hang up")[];
  close(): Promise<void>;
};

/** `secret` is the one the desk signs with. */
export async function startFakeRelay(secret: string): Promise<FakeRelay> {
  const webhook = new Webhook(secret);
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => void answer(Buffer.concat(pieces).toString("utf8")));

    async function answer(rawBody: string): Promise<void> {
      try {
        webhook.verify(rawBody, request.headers as Record<string, string>);
      } catch {
        relay.forged += 1;
        response.writeHead(401).end("{}");
        return;
      }
      const id = String(request.headers["webhook-id"]);
      relay.deliveries.push({ id, path: request.url ?? "", body: JSON.parse(rawBody) as Delivery["body"] });
      await relay.gate();
      const scripted = relay.script.shift();
      if (scripted === "hang up") {
        request.socket.destroy();
        return;
      }
      const status = scripted ?? 200;
      response.writeHead(status, { "content-type": "application/json" });
      const messageId = `msg-${id}`;
      response.end(
        JSON.stringify(status === 200 ? { ok: true, value: { duplicate: false, messageId } } : { ok: false, error: { code: "scripted" } }),
      );
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const relay: FakeRelay = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deliveries: [],
    gate: async () => undefined,
    forged: 0,
    script: [],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return relay;
}
