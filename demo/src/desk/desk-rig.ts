/** For tests: a desk server in a folder of its own, in front of a relay that verifies signatures. Hooks and actions as they come in life. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach } from "vitest";
import type { PublicCase } from "./board.ts";
import { createDeskServer, type DeskServer } from "./desk-server.ts";
import { startFakeRelay, type FakeRelay } from "./fake-relay.ts";

/** A secret in the standard's form; another seed, another secret. */
export const secretOf = (seed: string): string => `whsec_${Buffer.from(seed.repeat(32).slice(0, 32)).toString("base64")}`;
/** The desk most tests are about. */
export const lisbon = {
  secret: secretOf("a"),
  inboundSecret: secretOf("b"),
  label: "Linden Lisbon",
  teams: [
    { id: "day", name: "Lisbon" },
    { id: "night", name: "By night", place: "Recife", timezone: "America/Recife" },
  ],
  place: "Lisbon",
  timezone: "Europe/Lisbon",
  agents: [
    { id: "ines", name: "Inês Duarte" },
    { id: "tiago", name: "Tiago Reis" },
  ],
};
/** Another region's desk, with secrets of its own. */
export const manila = {
  ...lisbon,
  secret: secretOf("c"),
  inboundSecret: secretOf("d"),
  label: "Linden Manila",
  place: "Manila",
  timezone: "Asia/Manila",
  agents: [{ id: "maria", name: "Maria Santos" }],
};

/** The case `offer` opens. */
export const ref = { caseId: "case-1", conversationId: "conv-1", siteId: "linden", regionId: "eu" };
/** A minute of the day the cases are from, ISO 8601. */
export const at = (minute: number): string => new Date(Date.UTC(2026, 10, 23, 10, minute)).toISOString();
/** A visitor's line `m<seq>`, written in minute `seq`. */
export const visitorLine = (seq: number, text: string) => ({ id: `m${seq}`, seq, at: at(seq), author: { kind: "visitor" }, text });
/** An offer of two lines; `more` replaces fields of its data. */
export function offer(more: object = {}) {
  return {
    type: "handoff.offered",
    timestamp: at(2),
    data: {
      ...ref,
      reason: "visitor-asked",
      priority: "normal",
      visitor: { language: "fr", country: "FR" },
      transcript: [visitorLine(1, "Bonjour"), { id: "m2", seq: 2, at: at(2), author: { kind: "bot", name: "Linden & Co" }, text: "Hello" }],
      replyPath: "/v1/inbound/lisbon",
      ...more,
    },
  };
}

/** What `POST` sends, with what a forger would change. */
type Hook = { id?: string; secret?: string; sentAt?: Date; desk?: string };

/** A fresh desk for each test of the file. */
export function useDesk() {
  let relay: FakeRelay;
  let server: DeskServer;
  let dir: string;

  const start = (): DeskServer => createDeskServer({ relayUrl: relay.url, desks: { lisbon, manila }, dir, retryDelaysMs: [0, 0] });

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "allhours-desk-"));
    relay = await startFakeRelay(lisbon.inboundSecret);
    server = start();
  });
  afterEach(async () => {
    server.close();
    await relay.close();
    await rm(dir, { recursive: true, force: true });
  });

  async function ask(path: string, init: RequestInit = {}, host = "localhost:8787"): Promise<Response> {
    const request = new Request(`http://localhost:8787${path}`, init);
    request.headers.set("host", host);
    const response = await server.handle(request);
    if (response === undefined) throw new Error(`the desk does not answer ${path}`);
    return response;
  }

  async function hook(
    body: unknown,
    { id = randomUUID(), secret = lisbon.secret, sentAt = new Date(), desk = "lisbon" }: Hook = {},
  ): Promise<Response> {
    const rawBody = typeof body === "string" ? body : JSON.stringify(body);
    const headers = {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign(id, sentAt, rawBody),
    };
    return ask(`/desk/hook/${desk}`, { method: "POST", headers, body: rawBody });
  }

  async function act(type: string, more: object = {}, headers: Record<string, string> = {}): Promise<Response> {
    const action = { desk: "lisbon", caseId: "case-1", agentId: "ines", type, actionId: randomUUID(), ...more };
    return ask("/desk/action", {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(action),
    });
  }

  /** What a page that opens now is shown first. */
  async function shown(desk = "lisbon", agent = "ines"): Promise<PublicCase[]> {
    const response = await ask(`/desk/stream?desk=${desk}&agent=${agent}`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const first = await reader?.read();
    await reader?.cancel();
    const [, data = ""] = /^event: state\ndata: (.*)\n\n$/.exec(first?.value ?? "") ?? [];
    return (JSON.parse(data) as { cases: PublicCase[] }).cases;
  }
  async function theCase(): Promise<PublicCase> {
    const [first, ...others] = await shown();
    if (first === undefined || others.length > 0)
      throw new Error(`${others.length + (first === undefined ? 0 : 1)} cases are shown, not one`);
    return first;
  }

  return {
    ask,
    hook,
    act,
    shown,
    theCase,
    restart: () => {
      server.close();
      server = start();
    },
    get relay() {
      return relay;
    },
    get server() {
      return server;
    },
    get dir() {
      return dir;
    },
  };
}

/** The status and the coded error of a refusal. */
export async function refusalOf(response: Response): Promise<{ status: number; code: string; message: string }> {
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  return { status: response.status, ...error };
}
