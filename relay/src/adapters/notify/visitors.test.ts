/** Notices to visitors by every channel: what goes out, held against the published descriptions, and what answers mean. */
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, it } from "vitest";
import { createTestContext } from "../../testing/adapter-context.ts";
import { signalOf } from "../../testing/contract.ts";
import { startTestServer, type TestServer } from "../../testing/http-server.ts";
import { isPublished, readPublished } from "../../testing/published.ts";
import { startSmtp, type SmtpMail } from "../../testing/smtp-server.ts";
import { createEgress } from "../egress.ts";
import { createEgressList } from "../egress-list.ts";
import type { AdapterContext, AdapterDefinition, Notice, NoticeAdapter } from "../spec.ts";
import { emailNotice } from "./visitor-email.ts";
import { twilioNotice } from "./visitor-twilio.ts";
import { webhookNotice } from "./visitor-webhook.ts";
import { whatsAppNotice } from "./visitor-whatsapp.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const sid = `AC${"0".repeat(32)}`;
const values = {
  shop: "Linden & Co",
  agent: "Inês",
  link: "https://shop.example/lamps",
  optout: `https://chat.example/v1/optout/eu.${"a".repeat(43)}`,
};
const notice: Notice = {
  id: "ntc_01890000",
  timestamp: "2026-11-20T12:00:00.000Z",
  what: "answered",
  to: "+33612345678",
  language: "fr-CA",
  subject: "Linden & Co : Inês vous a répondu",
  text: `Inês vous a répondu. ${values.link}\n\nNe plus recevoir : ${values.optout}`,
  values,
  siteId: "linden",
  regionId: "eu",
  conversationId: "c-1",
};
const late: Notice = { ...notice, what: "late", values: { ...values, agent: "" } };
const mail: Notice = { ...notice, to: "marie@example.com" };

const servers: { close: () => unknown }[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map(async (server) => server.close()));
});
async function contextFor(origin: string): Promise<AdapterContext> {
  const { context, dispose } = await createTestContext({ fetch: createEgress({ hosts: [origin] }), resolve: createEgressList([origin]) });
  await dispose();
  return context;
}
async function open(definition: AdapterDefinition<"notice">, options: object, origin: string): Promise<NoticeAdapter> {
  const parsed = definition.parseOptions(options);
  if (!parsed.ok) throw new TypeError(parsed.issues.map(({ path, expected }) => `${path}: ${expected}`).join("; "));
  return definition.create(parsed.options as never, await contextFor(origin));
}
async function serve(): Promise<TestServer> {
  const server = await startTestServer({ kind: "answer", status: 200, body: "{}" });
  servers.push(server);
  return server;
}

const template = (name: string, code: string, places: string[]) => ({
  messaging_product: "whatsapp",
  recipient_type: "individual",
  to: "33612345678",
  type: "template",
  template: {
    name,
    language: { policy: "deterministic", code },
    components: [{ type: "body", parameters: places.map((text) => ({ type: "text", text })) }],
  },
});
const sms = { From: "+15005550006", To: notice.to, Body: notice.text };
const whatsapp = template("answered", "fr", [values.shop, values.agent, values.link, values.optout]);
const whatsappOptions = { phoneNumberId: "106540352242922", token: "secret", template: "answered", templateLanguages: { fr: "fr" } };

type Channel = {
  definition: AdapterDefinition<"notice">;
  options: (origin: string) => object;
  path: string;
  authorization?: string;
  body: object;
  published?: { file: string; schema: string };
};
const channels: Record<string, Channel> = {
  twilio: {
    definition: twilioNotice,
    options: (baseUrl) => ({ accountSid: sid, authToken: "secret", from: "+15005550006", baseUrl }),
    path: `/2010-04-01/Accounts/${sid}/Messages.json`,
    authorization: `Basic ${Buffer.from(`${sid}:secret`).toString("base64")}`,
    body: sms,
    published: {
      file: "twilio.json",
      schema:
        "#/paths/~12010-04-01~1Accounts~1{AccountSid}~1Messages.json/post/requestBody/content/application~1x-www-form-urlencoded/schema",
    },
  },
  whatsapp: {
    definition: whatsAppNotice,
    options: (origin) => ({ ...whatsappOptions, baseUrl: `${origin}/v23.0` }),
    path: "/v23.0/106540352242922/messages",
    authorization: "Bearer secret",
    body: whatsapp,
    published: { file: "whatsapp.yaml", schema: "Message" },
  },
  webhook: {
    definition: webhookNotice,
    options: (origin) => ({ channel: "sms", url: `${origin}/notices`, secret: SECRET }),
    path: "/notices",
    body: {
      type: "visitor.notice",
      timestamp: notice.timestamp,
      data: {
        channel: "sms",
        what: "answered",
        to: notice.to,
        language: "fr-CA",
        subject: notice.subject,
        text: notice.text,
        siteId: "linden",
        regionId: "eu",
        conversationId: "c-1",
        ...values,
      },
    },
  },
};

describe.each(Object.entries(channels))("a notice by %s", (_name, { definition, options, path, authorization, body, published }) => {
  const bodyOf = (raw: string): unknown => (raw.startsWith("{") ? JSON.parse(raw) : Object.fromEntries(new URLSearchParams(raw)));

  it("goes to the address it carries, the same on every retry", async () => {
    const server = await serve();
    const adapter = await open(definition, options(server.origin), server.origin);
    await adapter.send(notice, signalOf());
    await adapter.send(notice, signalOf());
    expect(server.requests.map((request) => [request.path, bodyOf(request.body)])).toEqual([
      [path, body],
      [path, body],
    ]);
    expect(server.requests[0]?.headers.get("authorization") ?? undefined).toBe(authorization);
  });

  it("that is not taken is told with what may be said of it, and never with the address", async () => {
    const server = await serve();
    const adapter = await open(definition, options(server.origin), server.origin);
    for (const [status, code] of [
      [500, "failed"],
      [400, "failed"],
      [401, "unauthorized"],
      [429, "rate-limited"],
    ] as const) {
      server.script({
        kind: "answer",
        status,
        headers: { "retry-after": "7" },
        body: JSON.stringify({ message: `${notice.to} is wrong` }),
      });
      const failure: unknown = await adapter.send(notice, signalOf()).catch((error: unknown) => error);
      expect(failure, String(status)).toMatchObject({ code, permanent: false, retryAfterMs: 7_000 });
      expect(String(failure)).not.toContain(notice.to);
    }
  });

  it("reaches only what the region lists", async () => {
    const server = await serve();
    const adapter = await open(definition, options(server.origin), "https://elsewhere.example");
    await expect(adapter.send(notice, signalOf())).rejects.toMatchObject({ code: "refused" });
    expect(server.requests).toEqual([]);
  });

  it.runIf(published === undefined || isPublished(published.file))(
    "fits the published description, which refuses a planted mistake",
    () => {
      if (published === undefined) return expect(definition).toBe(webhookNotice);
      const description = readPublished(published.file);
      const schema = description.schema(published.schema);
      expect(description.misfits(body, schema)).toEqual([]);
      const [key = ""] = Object.entries(body).find(([, one]) => typeof one === "string") ?? [];
      expect(description.misfits({ ...body, [key]: 5 }, schema), key).not.toEqual([]);
    },
  );
});

it("the merchant's own sender can check who asks", async () => {
  const server = await serve();
  await (await open(webhookNotice, { channel: "email", url: server.origin, secret: SECRET }, server.origin)).send(mail, signalOf());
  const [{ headers, body } = { headers: new Headers(), body: "" }] = server.requests;
  expect(headers.get("webhook-id")).toBe(notice.id);
  expect(new Webhook(SECRET).verify(body, Object.fromEntries(headers))).toMatchObject({
    data: { channel: "email", to: "marie@example.com" },
  });
  expect(() => new Webhook(SECRET).verify(body.replace("marie", "mario"), Object.fromEntries(headers))).toThrow();
});

describe("WhatsApp's templates", () => {
  const opened = async (over: object): Promise<{ adapter: NoticeAdapter; server: TestServer }> => {
    const server = await serve();
    return { server, adapter: await open(whatsAppNotice, { ...whatsappOptions, baseUrl: server.origin, ...over }, server.origin) };
  };
  it("have places in the order they have, and the code of the visitor's language, or the usual one", async () => {
    const { adapter, server } = await opened({
      places: ["link", "optout"],
      lateTemplate: "late",
      templateLanguages: { fr: "fr", "pt-BR": "pt_BR" },
      templateLanguage: "en_GB",
    });
    await adapter.send({ ...notice, language: "pt-BR" }, signalOf());
    await adapter.send({ ...notice, language: "ja" }, signalOf());
    await adapter.send(late, signalOf());
    expect(server.requests.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      template("answered", "pt_BR", [values.link, values.optout]),
      template("answered", "en_GB", [values.link, values.optout]),
      template("late", "fr", [values.shop, values.link, values.optout]),
    ]);
  });
  it("say nothing of a broken promise where there is none for it", async () => {
    expect((await opened({})).adapter.tells).toEqual(["answered"]);
    expect((await opened({ lateTemplate: "late" })).adapter.tells).toEqual(["answered", "late"]);
  });
  it("have a way out, and no agent where nobody has answered", () => {
    for (const over of [{ places: ["link"] }, { latePlaces: ["agent", "optout"] }, { places: ["name", "optout"] }])
      expect(whatsAppNotice.parseOptions({ ...whatsappOptions, ...over })).toMatchObject({ ok: false });
  });
});

describe("a notice by e-mail, over a real SMTP server", () => {
  const from = "chat@shop.example";
  async function opened(
    over: object = {},
    server: Parameters<typeof startSmtp>[0] = {},
  ): Promise<{ adapter: NoticeAdapter; mails: SmtpMail[] }> {
    const { url, mails, close } = await startSmtp(server);
    servers.push({ close });
    return { mails, adapter: await open(emailNotice, { url, from, ...over }, url) };
  }

  it("goes to one person, with the shop's name, and is unsubscribed from in one click", async () => {
    const { adapter, mails } = await opened({ replyTo: "help@shop.example" });
    await adapter.send(mail, signalOf());
    await adapter.send(mail, signalOf());
    expect(mails.map(({ from: sender, to }) => [sender, to])).toEqual([
      [from, ["marie@example.com"]],
      [from, ["marie@example.com"]],
    ]);
    const source = (mails[0]?.source ?? "").replaceAll(/\r\n[ \t]/g, " ");
    for (const line of [
      `From: "Linden & Co" <chat@shop.example>`,
      "To: marie@example.com",
      "Reply-To: help@shop.example",
      "Message-ID: <ntc_01890000@shop.example>",
      `List-Unsubscribe: <${values.optout}>`,
      "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
      "Auto-Submitted: auto-generated",
      "Content-Language: fr-CA",
    ])
      expect(source.split("\r\n")).toContain(line);
    expect(mails[1]?.source).toContain("Message-ID: <ntc_01890000@shop.example>");
  });

  it("has no second recipient and no header that somebody has written into a name or an address", async () => {
    const { adapter, mails } = await opened();
    await adapter.send(
      { ...mail, subject: "Hi\r\nBcc: x@evil.example", values: { ...values, shop: 'Shop" <x@evil.example>\r\nBcc: y@evil.example' } },
      signalOf(),
    );
    expect(mails.map(({ to }) => to)).toEqual([["marie@example.com"]]);
    expect(mails[0]?.source).not.toMatch(/^Bcc:/im);
  });

  it("tells an address that does not exist from a server that is busy, and names no address", async () => {
    const refusal = (responseCode: number): Error => Object.assign(new Error("no such marie@example.com"), { responseCode });
    for (const [status, permanent] of [
      [550, true],
      [451, false],
    ] as const) {
      const { adapter } = await opened({}, { onRcptTo: (_address, _session, done) => done(refusal(status)) });
      const failure: unknown = await adapter.send(mail, signalOf()).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "failed", permanent });
      expect(String(failure)).not.toContain("marie");
    }
  });

  it("reads its options strictly: a recipient is nobody's to set", () => {
    expect(emailNotice.parseOptions({ url: "smtps://mail.shop.example", from, to: ["me@shop.example"] })).toMatchObject({
      ok: false,
      issues: [{ path: "to" }],
    });
  });
});
