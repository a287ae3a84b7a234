import { createServer, type AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createTestContext } from "../../testing/adapter-context.ts";
import { signalOf } from "../../testing/contract.ts";
import { startTestServer, type TestServer } from "../../testing/http-server.ts";
import { isPublished, readPublished } from "../../testing/published.ts";
import { startSmtp, type SmtpMail } from "../../testing/smtp-server.ts";
import { createEgress } from "../egress.ts";
import { createEgressList } from "../egress-list.ts";
import type { AdapterContext, AdapterDefinition, Alert, NotifyAdapter } from "../spec.ts";
import { emailNotify } from "./email.ts";
import { lineNotify } from "./line.ts";
import { slackNotify } from "./slack.ts";
import { twilioNotify } from "./twilio.ts";
import { whatsAppNotify } from "./whatsapp.ts";

const alert: Alert = {
  id: "alr_01890000",
  timestamp: "2026-11-20T12:00:00.000Z",
  data: { siteId: "linden", regionId: "eu", conversationId: "c-1", caseId: "k-1", priority: "critical", category: "theft", language: "fr" },
};
const words = "Critical (theft) at linden, region eu: a conversation in fr needs a person now. Case k-1.";
const sid = `AC${"0".repeat(32)}`;
const user = `U${"a".repeat(32)}`;

async function contextFor(origin: string): Promise<AdapterContext> {
  const { context, dispose } = await createTestContext({ fetch: createEgress({ hosts: [origin] }), resolve: createEgressList([origin]) });
  await dispose();
  return context;
}
async function open(definition: AdapterDefinition<"notify">, options: object, origin: string): Promise<NotifyAdapter> {
  const parsed = definition.parseOptions(options);
  if (!parsed.ok) throw new TypeError(parsed.issues.map(({ path, expected }) => `${path}: ${expected}`).join("; "));
  return definition.create(parsed.options as never, await contextFor(origin));
}

const servers: { close: () => unknown }[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map(async (server) => server.close()));
});
async function serve(): Promise<TestServer> {
  const server = await startTestServer({ kind: "answer", status: 200, body: "{}" });
  servers.push(server);
  return server;
}

type Pager = {
  definition: AdapterDefinition<"notify">;
  options: (origin: string) => object;
  path: string;
  authorization?: string;
  body: object;
  /** Pieces of the body, and the schemas they must fit. */
  published?: { file: string; parts: { value: object; schema: string }[] };
};
const template = {
  name: "critical",
  language: { policy: "deterministic", code: "en_US" },
  components: [{ type: "body", parameters: [{ type: "text", text: words }] }],
};
const sms = { From: "+15005550006", To: "+33612345678", Body: words };
const whatsapp = { messaging_product: "whatsapp", recipient_type: "individual", to: "33612345678", type: "template", template };
const push = { to: user, messages: [{ type: "text", text: words }] as const };
const pagers: Record<string, Pager> = {
  slack: {
    definition: slackNotify,
    options: (origin) => ({ url: `${origin}/services/T/B/x` }),
    path: "/services/T/B/x",
    body: { text: words },
  },
  twilio: {
    definition: twilioNotify,
    options: (baseUrl) => ({ accountSid: sid, authToken: "secret", from: "+15005550006", to: "+33612345678", baseUrl }),
    path: `/2010-04-01/Accounts/${sid}/Messages.json`,
    authorization: `Basic ${Buffer.from(`${sid}:secret`).toString("base64")}`,
    body: sms,
    published: {
      file: "twilio.json",
      parts: [
        {
          value: sms,
          schema:
            "#/paths/~12010-04-01~1Accounts~1{AccountSid}~1Messages.json/post/requestBody/content/application~1x-www-form-urlencoded/schema",
        },
      ],
    },
  },
  whatsapp: {
    definition: whatsAppNotify,
    options: (origin) => ({
      phoneNumberId: "106540352242922",
      token: "secret",
      to: "+33612345678",
      template: "critical",
      baseUrl: `${origin}/v23.0`,
    }),
    path: "/v23.0/106540352242922/messages",
    authorization: "Bearer secret",
    body: whatsapp,
    published: { file: "whatsapp.yaml", parts: [{ value: whatsapp, schema: "Message" }] },
  },
  line: {
    definition: lineNotify,
    options: (baseUrl) => ({ token: "secret", to: user, baseUrl }),
    path: "/v2/bot/message/push",
    authorization: "Bearer secret",
    body: push,
    published: {
      file: "line-messaging.yml",
      parts: [
        { value: { ...push, messages: [] }, schema: "PushMessageRequest" },
        { value: push.messages[0], schema: "TextMessage" },
      ],
    },
  },
};

describe.each(Object.entries(pagers))("a pager by %s", (name, pager) => {
  const bodyOf = (raw: string): unknown => (raw.startsWith("{") ? JSON.parse(raw) : Object.fromEntries(new URLSearchParams(raw)));

  it("says what is known and no word of the visitor's, the same on every retry", async () => {
    const server = await serve();
    const adapter = await open(pager.definition, pager.options(server.origin), server.origin);
    await adapter.notify(alert, signalOf());
    await adapter.notify(alert, signalOf());
    expect(server.requests.map(({ path, body }) => [path, bodyOf(body)])).toEqual([
      [pager.path, pager.body],
      [pager.path, pager.body],
    ]);
    expect(server.requests[0]?.headers.get("authorization") ?? undefined).toBe(pager.authorization);
    if (name === "line") expect(new Set(server.requests.map(({ headers }) => headers.get("x-line-retry-key"))).size).toBe(1);
  });

  it("leaves what was not taken to be tried again, and what is gone to nobody", async () => {
    const server = await serve();
    const adapter = await open(pager.definition, pager.options(server.origin), server.origin);
    for (const [status, code] of [
      [500, "failed"],
      [400, "failed"],
      [401, "unauthorized"],
      [429, "rate-limited"],
    ] as const) {
      server.script({ kind: "answer", status, headers: { "retry-after": "7" } });
      await expect(adapter.notify(alert, signalOf()), String(status)).rejects.toMatchObject({
        code,
        permanent: false,
        retryAfterMs: 7_000,
      });
    }
    server.script({ kind: "answer", status: 410 });
    await expect(adapter.notify(alert, signalOf())).rejects.toMatchObject({ permanent: true });
    server.script({ kind: "hang" });
    const stop = new AbortController();
    const told = adapter.notify(alert, stop.signal);
    const seen = server.requests.length + 1;
    await server.seen(seen);
    stop.abort(new Error("stopping"));
    await expect(told).rejects.toThrow("stopping");
    // A server that is not listed is never asked.
    const elsewhere = await open(pager.definition, pager.options(server.origin), "http://127.0.0.1:1");
    await expect(elsewhere.notify(alert, signalOf())).rejects.toMatchObject({ code: "refused" });
  });

  it("has words of the shop's own, and reads its options strictly", async () => {
    const server = await serve();
    const adapter = await open(
      pager.definition,
      { ...pager.options(server.origin), text: "{category} / {case} / {language}" },
      server.origin,
    );
    await adapter.notify({ ...alert, data: { ...alert.data, caseId: undefined, category: undefined } }, signalOf());
    expect(JSON.stringify(bodyOf(server.requests[0]?.body ?? "{}"))).toContain("urgent / none / fr");
    for (const wrong of [{ text: "{name}" }, { text: "" }, { other: 1 }, { timeoutMs: 1 }])
      expect(pager.definition.parseOptions({ ...pager.options("http://127.0.0.1:1"), ...wrong }), JSON.stringify(wrong)).toMatchObject({
        ok: false,
      });
  });

  const { published } = pager;
  if (published === undefined) return;
  it.runIf(isPublished(published.file))("fits the published description, which refuses a planted mistake", () => {
    const read = readPublished(published.file);
    for (const { value, schema } of published.parts) {
      expect(read.misfits(value, read.schema(schema))).toEqual([]);
      // A number where a text belongs.
      const [key = ""] = Object.entries(value).find(([, one]) => typeof one === "string") ?? [];
      expect(read.misfits({ ...value, [key]: 5 }, read.schema(schema)), key).not.toEqual([]);
    }
  });
});

it("LINE is content with what it has already", async () => {
  const server = await serve();
  server.script({ kind: "answer", status: 409 });
  await (await open(lineNotify, { token: "t", to: user, baseUrl: server.origin }, server.origin)).notify(alert, signalOf());
});

describe("a pager by e-mail, over a real SMTP server", () => {
  async function smtp(over: Parameters<typeof startSmtp>[0] = {}): Promise<{ url: string; mails: SmtpMail[] }> {
    const server = await startSmtp(over);
    servers.push(server);
    return server;
  }
  const people = { from: "pager@shop.example", to: ["night@shop.example", "owner@shop.example"] };
  const refusal = (responseCode: number): Error => Object.assign(new Error("no"), { responseCode });

  it("writes to everybody, with one Message-ID for all tries", async () => {
    const { url, mails } = await smtp();
    const adapter = await open(emailNotify, { url, ...people, user: "pager", password: "right" }, url);
    await adapter.notify(alert, signalOf());
    await adapter.notify(alert, signalOf());
    expect(mails).toHaveLength(2);
    expect(mails[0]).toMatchObject({ from: people.from, to: people.to, user: "pager" });
    for (const { source } of mails) {
      expect(source).toContain("Message-ID: <alr_01890000@shop.example>");
      expect(source).toContain("Subject: Critical at linden: theft");
      expect(source.replaceAll(/=?\r\n/g, "")).toContain("Case k-1.");
    }
  });

  it("tells what passes from what does not", async () => {
    const [full, later] = [
      await smtp({ onRcptTo: (_address, _session, done) => done(refusal(550)) }),
      await smtp({ onMailFrom: (_address, _session, done) => done(refusal(451)) }),
    ];
    const { url } = await smtp();
    await expect((await open(emailNotify, { url: full.url, ...people }, full.url)).notify(alert, signalOf())).rejects.toMatchObject({
      code: "failed",
      permanent: true,
    });
    await expect((await open(emailNotify, { url: later.url, ...people }, later.url)).notify(alert, signalOf())).rejects.toMatchObject({
      code: "failed",
      permanent: false,
    });
    await expect(
      (await open(emailNotify, { url, ...people, user: "pager", password: "wrong" }, url)).notify(alert, signalOf()),
    ).rejects.toMatchObject({ code: "unauthorized", permanent: false });
    await expect(
      (await open(emailNotify, { url: "smtp://127.0.0.1:1", ...people }, "smtp://127.0.0.1:1")).notify(alert, signalOf()),
    ).rejects.toMatchObject({ code: "unreachable", permanent: false });
    await expect((await open(emailNotify, { url, ...people }, "smtp://127.0.0.1:1")).notify(alert, signalOf())).rejects.toMatchObject({
      code: "refused",
    });
  });

  it("waits for a server that says nothing only so long, and stops when told", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
    servers.push(silent);
    const url = `smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    await expect((await open(emailNotify, { url, ...people, timeoutMs: 200 }, url)).notify(alert, signalOf())).rejects.toMatchObject({
      code: "timeout",
      permanent: false,
    });
    const stop = new AbortController();
    const told = (await open(emailNotify, { url, ...people, timeoutMs: 3_000 }, url)).notify(alert, stop.signal);
    setTimeout(() => stop.abort(new Error("stopping")), 50);
    await expect(told).rejects.toThrow("stopping");
  });

  it("does not believe a certificate that is nobody's", async () => {
    const { url, mails } = await smtp({ secure: true });
    await expect((await open(emailNotify, { url, ...people }, url)).notify(alert, signalOf())).rejects.toMatchObject({ permanent: false });
    expect(mails).toEqual([]);
  });

  it("reads its options strictly, and shows no secret in what it tells", () => {
    const wrong = emailNotify.parseOptions({ url: "mail.shop.example", from: "me", to: [], password: 1, secret: "hunter2" });
    expect(wrong).toMatchObject({
      ok: false,
      issues: [{ path: "url" }, { path: "password" }, { path: "from" }, { path: "to" }, { path: "secret" }],
    });
    expect(JSON.stringify(wrong)).not.toContain("hunter2");
  });
});
