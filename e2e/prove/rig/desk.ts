/**
 * A desk: a real HTTP receiver that verifies the relay's signatures, misbehaves when told, and signs what it answers. Writes down every
 * event it took, and how many of one conversation it was told at once.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { Webhook } from "standardwebhooks";

type DeskLine = { id: string; text: string; author: { kind: string } };
export type DeskEvent = {
  id: string;
  type: string;
  /** `offer`, `transcript`: of an offer. `reason`: of an offer and of its withdrawal. */
  data: { caseId: string; conversationId: string; message?: DeskLine; offer?: number; transcript?: DeskLine[]; reason?: string };
};
/**
 * What the desk does with a delivery: a status, with headers, `afterMs` after it took the event (default 1: two at once would be seen); nothing
 * at all until the relay gives up; or it ends the connection.
 */
export type DeskBehaviour =
  | { status: number; headers?: Record<string, string> | undefined; afterMs?: number | undefined }
  | "hang"
  | "reset";
export type DeskAnswer = {
  status: number;
  body: { ok: boolean; value?: { duplicate: boolean; messageId?: string }; error?: { code: string; message: string } };
};

export interface Desk {
  /** What a region needs to have this desk. */
  readonly region: { egress: string[]; handoff: object[] };
  /** Every event answered with 2xx, in that order; repeats too. */
  readonly taken: DeskEvent[];
  /** Deliveries that were seen, whatever the answer. */
  readonly seen: number;
  /** Most deliveries of one conversation at the same time. */
  readonly mostAtOnce: number;
  /** Deliveries whose signature did not fit. */
  readonly forged: number;
  /** How far its clock is ahead of this machine's, milliseconds. */
  aheadMs: number;
  /** Asked for each delivery; default: takes everything. */
  behave: (event: DeskEvent) => DeskBehaviour;
  /** The headers that make this body a delivery of this desk. */
  sign(body: string, id?: string): Record<string, string>;
  /** Says something to the relay, signed. `id`: the delivery's; default a new one. Network faults give status 0. */
  say(relayUrl: string, type: string, data: object, id?: string): Promise<DeskAnswer>;
  close(): Promise<void>;
}

const SECRET = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;
const INBOUND_SECRET = `whsec_${Buffer.alloc(32, 4).toString("base64")}`;
export const AGENT = { id: "ines", name: "Inês Duarte", place: "Lisbon", timezone: "Europe/Lisbon" };

export async function createDesk(id = "desk"): Promise<Desk> {
  const webhook = new Webhook(SECRET);
  const signer = new Webhook(INBOUND_SECRET);
  const counts = { seen: 0, mostAtOnce: 0, forged: 0 };
  const taken: DeskEvent[] = [];
  const now = new Map<string, number>();
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (piece: string) => (body += piece));
    request.on("end", () => {
      counts.seen += 1;
      try {
        const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
        const event = { id: String(request.headers["webhook-id"]), ...(webhook.verify(body, headers) as Omit<DeskEvent, "id">) };
        void answer(event, response);
      } catch {
        counts.forged += 1;
        response.writeHead(401).end();
      }
    });
  });
  async function answer(event: DeskEvent, response: ServerResponse): Promise<void> {
    const key = event.data.conversationId;
    const atOnce = (now.get(key) ?? 0) + 1;
    now.set(key, atOnce);
    counts.mostAtOnce = Math.max(counts.mostAtOnce, atOnce);
    response.once("close", () => now.set(key, (now.get(key) ?? 1) - 1));
    const behaviour = desk.behave(event);
    if (behaviour === "hang") return;
    if (behaviour === "reset") return void response.destroy();
    await wait(behaviour.afterMs ?? 1);
    if (response.destroyed) return;
    if (behaviour.status >= 200 && behaviour.status < 300) taken.push(event);
    response.writeHead(behaviour.status, behaviour.headers).end();
  }
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const desk: Desk = {
    region: {
      egress: [origin],
      handoff: [{ use: "webhook", id, url: `${origin}/hook`, secret: SECRET, inboundSecret: INBOUND_SECRET }],
    },
    taken,
    get seen() {
      return counts.seen;
    },
    get mostAtOnce() {
      return counts.mostAtOnce;
    },
    get forged() {
      return counts.forged;
    },
    aheadMs: 0,
    behave: () => ({ status: 204 }),
    sign(body, deliveryId = randomUUID()) {
      const at = new Date(Date.now() + desk.aheadMs);
      return {
        "webhook-id": deliveryId,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
        "webhook-signature": signer.sign(deliveryId, at, body),
      };
    },
    async say(relayUrl, type, data, deliveryId = randomUUID()) {
      const body = JSON.stringify({ type, timestamp: new Date(Date.now() + desk.aheadMs).toISOString(), data });
      try {
        const response = await fetch(`${relayUrl}/v1/inbound/${id}`, {
          method: "POST",
          headers: { "content-type": "application/json", ...desk.sign(body, deliveryId) },
          body,
        });
        return { status: response.status, body: (await response.json()) as DeskAnswer["body"] };
      } catch {
        return { status: 0, body: { ok: false } };
      }
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return desk;
}
