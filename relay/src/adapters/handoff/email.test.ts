import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestContext } from "../../testing/adapter-context.ts";
import { signalOf } from "../../testing/contract.ts";
import { sampleEvent, sampleOffer } from "../../testing/handoff-suite.ts";
import { hasDovecot, MAILBOX, startMailServer, type MailServer } from "../../testing/mail-server.ts";
import { createTestMemory } from "../../testing/memory.ts";
import { createEgressList } from "../egress-list.ts";
import type { DeskCommand, HandoffAdapter, Memory } from "../spec.ts";
import { createEmailDesk, emailDesk } from "./email.ts";

const agents = [
  { address: "rita@shop.example", name: "Rita" },
  { address: "bo@shop.example", name: "Bo" },
];
const base = {
  ...MAILBOX,
  address: "desk@shop.example",
  agents,
  secret: "a-secret-of-the-shop",
  folder: "INBOX",
  pollMs: 10_000,
  timeoutMs: 5_000,
};
const key = { caseId: sampleOffer.data.caseId, conversationId: sampleOffer.data.conversationId };
const rita = { id: "rita@shop.example", name: "Rita" };

describe.runIf(hasDovecot())("a desk in a real mailbox", () => {
  let server: MailServer;
  beforeAll(async () => {
    server = await startMailServer();
  }, 60_000);
  afterAll(async () => server?.dispose());

  async function open(over: Partial<typeof base> = {}, memory: Memory = createTestMemory()): Promise<HandoffAdapter> {
    const { context, dispose } = await createTestContext({ memory, resolve: createEgressList([server.smtp, server.imap]) });
    await dispose();
    return createEmailDesk({ ...base, smtp: server.smtp, imap: server.imap, ...over }, context);
  }
  async function heard(adapter: HandoffAdapter): Promise<DeskCommand[]> {
    const commands: DeskCommand[] = [];
    await adapter.polls?.hear(async (command) => void commands.push(command), signalOf());
    return commands;
  }
  let count = 0;
  function answer(to: string, body: string, over: { from?: string; headers?: string } = {}): void {
    count += 1;
    server.deliver(
      `From: Rita <${over.from ?? "rita@shop.example"}>\nTo: <${to}>\nSubject: Re: case\nMessage-ID: <answer-${count}@shop.example>\n${over.headers ?? ""}Content-Type: text/plain; charset=utf-8\n\n${body}\n`,
    );
  }
  const replyTo = (): string => /From: Allhours <([^>]+)>/.exec(server.sent.at(-1)?.source ?? "")?.[1] ?? "";

  it("mails a case to its agents in one thread, and hears their answers", async () => {
    const memory = createTestMemory();
    const adapter = await open({}, memory);
    await adapter.deliver(sampleOffer, signalOf());
    await adapter.deliver(sampleEvent, signalOf());
    await adapter.deliver(sampleEvent, signalOf());
    expect(server.sent.map(({ to }) => to)).toEqual(Array.from({ length: 3 }, () => ["rita@shop.example", "bo@shop.example"]));
    const [first, second, again] = server.sent.map(({ source }) => source);
    expect(first).toMatch(/Subject: HIGH \[[0-9a-f]{6}\] High: asked for a person/);
    expect(first).toContain("orderNumber: 10482");
    const header = (source: string | undefined, name: string): string =>
      new RegExp(`^${name}: (.*)$`, "im").exec(source ?? "")?.[1]?.trim() ?? "";
    expect(header(second, "References")).toBe(header(first, "References"));
    expect(header(second, "Message-ID")).toBe("<msg_01890000@shop.example>");
    expect(header(again, "Message-ID")).toBe(header(second, "Message-ID"));
    const to = replyTo();
    expect(to).toMatch(/^desk\+[0-9a-f]{24}@shop\.example$/);

    answer(
      to,
      "Bonjour – it left today, 您好.\n\nOn Fri, 20 Nov 2026 at 12:00, Allhours <desk@shop.example> wrote:\n> Visitor: where is it?\n> secret quote",
    );
    answer(to, "#pass\nneeds the warehouse\n", { from: "bo@shop.example" });
    answer(to, "#End");
    const commands = await heard(await open({}, memory));
    expect(commands).toEqual([
      { ...key, externalId: "mail:<answer-1@shop.example>", agent: rita, type: "message", text: "Bonjour – it left today, 您好." },
      {
        ...key,
        externalId: "mail:<answer-2@shop.example>",
        agent: { id: "bo@shop.example", name: "Bo" },
        type: "pass",
        note: "needs the warehouse",
      },
      { ...key, externalId: "mail:<answer-3@shop.example>", agent: rita, type: "end" },
    ]);
    expect(await heard(adapter)).toEqual([]);
  });

  it("believes nobody else, and no machine", async () => {
    const adapter = await open();
    await adapter.deliver(sampleOffer, signalOf());
    const to = replyTo();
    answer(to, "I am Rita", { from: "mallory@evil.example" });
    answer(to.replace(/\+[0-9a-f]{24}/, `+${"0".repeat(24)}`), "wrong token");
    answer("desk@shop.example", "no token");
    answer(to, "I am away", { headers: "Auto-Submitted: auto-replied\n" });
    answer(to, "a list", { headers: "Precedence: bulk\n" });
    answer(to, "   \n");
    server.deliver("this is no mail");
    expect(await heard(adapter)).toEqual([]);
    // A token of a secret that was changed is nobody's.
    const changed = await open({ secret: "another-secret-of-the-shop" });
    answer(to, "still me?");
    expect(await heard(changed)).toEqual([]);
  });

  it("reads what a mail program makes of an answer: HTML, files, other character sets", async () => {
    const adapter = await open();
    await adapter.deliver(sampleOffer, signalOf());
    const to = replyTo();
    server.deliver(
      `From: rita@shop.example\nTo: ${to}\nSubject: =?utf-8?q?R=C3=A9?=\nMessage-ID: <html-1@shop.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n<style>p {}</style><p>Voil=E0 l'=E9tiquette &amp; plus</p><blockquote><p>des mots d'hier</p></blockquote>\n--b\nContent-Type: application/pdf; name=label.pdf\nContent-Disposition: attachment; filename=label.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0=\n--b--\n`,
    );
    expect(await heard(adapter)).toMatchObject([{ type: "message", text: "Voilà l'étiquette & plus\n(file: label.pdf)" }]);
  });

  it("hears again what was not stored, and says what was not done", async () => {
    const adapter = await open();
    await adapter.deliver(sampleOffer, signalOf());
    const to = replyTo();
    for (const words of ["one", "two"]) answer(to, words);
    const told: string[] = [];
    let fails = true;
    const tell = async (command: DeskCommand): Promise<void> => {
      if (command.type === "message" && command.text === "two" && fails) throw new Error("the store is full");
      told.push(command.type === "message" ? command.text : command.type);
    };
    await expect(adapter.polls?.hear(tell, signalOf())).rejects.toThrow();
    fails = false;
    await adapter.polls?.hear(tell, signalOf());
    expect(told).toEqual(["one", "two"]);
    await adapter.refused?.(
      { ...key, externalId: "x", type: "end" },
      { code: "not-found", message: "case case-1 is not open" },
      signalOf(),
    );
    expect(server.sent.at(-1)?.source).toContain("Not done: case case-1 is not open.");
  });

  it("leaves a mailbox that is down, or does not let us in, to the next time", async () => {
    await expect(heard(await open({ password: "wrong" as typeof base.password }))).rejects.toMatchObject({ code: "unauthorized" });
    await server.stopImap();
    await expect(heard(await open())).rejects.toMatchObject({ code: "unreachable" });
    await server.startImap();
    expect(await heard(await open())).toEqual([]);
    const { context, dispose } = await createTestContext({ memory: createTestMemory() });
    await dispose();
    const unlisted = createEmailDesk({ ...base, smtp: server.smtp, imap: server.imap }, context);
    await expect(heard(unlisted)).rejects.toMatchObject({ code: "refused" });
    await expect(unlisted.deliver(sampleOffer, signalOf())).rejects.toMatchObject({ code: "refused" });
    await expect((await open()).deliver(sampleEvent, signalOf())).rejects.toMatchObject({ code: "refused", permanent: true });
  });
});

it("reads its options strictly, and shows no secret in what it tells", () => {
  const wrong = emailDesk.parseOptions({
    smtp: "https://x",
    imap: "imap",
    user: "",
    password: "hunter2",
    address: "desk",
    agents: [],
    secret: "short",
    pollMs: 1,
    more: 1,
  });
  expect(wrong).toMatchObject({
    ok: false,
    issues: [
      { path: "smtp" },
      { path: "imap" },
      { path: "user" },
      { path: "address" },
      { path: "agents" },
      { path: "secret" },
      { path: "pollMs" },
      { path: "more" },
    ],
  });
  expect(JSON.stringify(wrong)).not.toContain("hunter2");
});
