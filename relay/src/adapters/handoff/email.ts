/**
 * A desk in a mailbox: an e-mail a case, its thread for what follows, answers read over IMAP. Who may answer is known by two things: a token in the
 * address that is written back to, which nobody can guess, and the sender's address. Owns the mails; order, retries and dedupe are the jobs' and the log's.
 */
import { createHmac } from "node:crypto";
import EmailReplyParser from "email-reply-parser";
import { ImapFlow } from "imapflow";
import PostalMime, { type Email } from "postal-mime";
import * as v from "valibot";
import { LIMITS } from "@allhours/protocol";
import { textOfHtml } from "../html-text.ts";
import { AdapterError } from "../errors.ts";
import { filledOption, optionsReader } from "../options.ts";
import { timeoutOption } from "../signed-webhook.ts";
import { addressOption, isLoopback, mailHost, mailServerOption, sendMail } from "../smtp.ts";
import type { AdapterContext, AdapterDefinition, DeskCommand, HandoffAdapter, HandoffEvent } from "../spec.ts";
import { createThreads } from "./threads.ts";
import { lineText, offerText, offerTitle, transcriptLines, withdrawnText } from "./words.ts";

const optionsSchema = v.strictObject({
  smtp: mailServerOption(["smtps", "smtp"]),
  imap: mailServerOption(["imaps", "imap"]),
  /** Of the mailbox, for both servers. */
  user: filledOption("the login of the mailbox"),
  password: filledOption("the password of the mailbox"),
  /** Of the mailbox. Answers come to it with a token, as desk+TOKEN@shop.example: the server must deliver those there. */
  address: addressOption,
  /** Who answers: cases are sent to them, and answers are taken from nobody else. */
  agents: v.pipe(
    v.array(v.strictObject({ address: addressOption, name: filledOption("a name") }), "expected a list of { address, name }"),
    v.minLength(1, "expected at least one agent"),
    v.maxLength(50, "expected at most 50"),
  ),
  /** Makes the tokens; at least 16 characters. Changed, answers to older mails are not taken any more. */
  secret: v.pipe(v.string("expected text"), v.minLength(16, "expected at least 16 characters")),
  folder: v.optional(filledOption("the name of a folder"), "INBOX"),
  pollMs: v.optional(
    v.pipe(v.number("expected milliseconds"), v.minValue(1_000, "expected at least 1000"), v.maxValue(600_000, "expected at most 600000")),
    10_000,
  ),
  timeoutMs: timeoutOption,
});
export type EmailDeskOptions = v.InferOutput<typeof optionsSchema>;

const TRANSCRIPT_LINES = 60;
/** A larger mail is told of, and not read. */
const MOST_BYTES = 10 * 1024 * 1024;
/** Of the text: an answer is at its beginning, and the work it may cause stays bounded. */
const MOST_CHARS = 50_000;
const HOW =
  "Answer this mail to answer the visitor. A first line of #take, #pass, #back (to the assistant) or #end does that instead; after #pass, what follows is a note for who is asked next.";
const WORDS = { "#take": "accept", "#pass": "pass", "#back": "release", "#end": "end" } as const;

export function createEmailDesk(options: EmailDeskOptions, context: AdapterContext): HandoffAdapter {
  const threads = createThreads(context);
  const [mailbox = "", domain = ""] = options.address.split("@");
  const agents = new Map(options.agents.map(({ address, name }) => [address.toLowerCase(), { id: address.toLowerCase(), name }]));
  const server = { url: options.smtp, user: options.user, password: options.password, timeoutMs: options.timeoutMs };

  const tokenOf = (caseId: string): string => createHmac("sha256", options.secret).update(caseId).digest("hex").slice(0, 24);
  const addressFor = (caseId: string): string => `${mailbox}+${tokenOf(caseId)}@${domain}`;

  /** `id`: of the event, the same through every retry, so that a second try is the same mail. */
  async function write(caseId: string, id: string, subject: string, words: string, at: string, signal: AbortSignal): Promise<void> {
    const root = `<case.${tokenOf(caseId)}@${domain}>`;
    await sendMail(
      server,
      {
        from: { name: "Allhours", address: addressFor(caseId) },
        to: options.agents.map(({ address, name }) => ({ address, name })),
        subject,
        text: words,
        messageId: `<${id}@${domain}>`,
        references: root,
        inReplyTo: root,
        date: new Date(at),
        headers: { "auto-submitted": "auto-generated", "x-auto-response-suppress": "All" },
      },
      context,
      signal,
    );
  }

  async function deliver(event: HandoffEvent, signal: AbortSignal): Promise<void> {
    if (event.type === "visitor.typing") return;
    const { caseId } = event.data;
    const mark = tokenOf(caseId).slice(0, 6);
    if (event.type === "handoff.offered") {
      await threads.put(event.data, tokenOf(caseId));
      const { priority } = event.data;
      const words = offerText(event.data, [...transcriptLines(event.data, TRANSCRIPT_LINES), "", HOW]);
      await write(
        caseId,
        event.id,
        `${priority === "normal" ? "" : `${priority.toUpperCase()} `}[${mark}] ${offerTitle(event.data)}`,
        words,
        event.timestamp,
        signal,
      );
      return;
    }
    if ((await threads.placeOf(caseId)) === undefined) throw new AdapterError("refused", "this case was never mailed", { permanent: true });
    const words = event.type === "message.created" ? lineText(event.data.message) : withdrawnText(event);
    await write(caseId, event.id, `Re: [${mark}]`, words, event.timestamp, signal);
  }

  async function hear(tell: (command: DeskCommand) => Promise<void>, signal: AbortSignal): Promise<void> {
    const url = new URL(options.imap);
    const { host, tls } = await mailHost(url, context);
    const secure = url.protocol === "imaps:";
    const client = new ImapFlow({
      host,
      port: Number(url.port) || (secure ? 993 : 143),
      secure,
      ...(secure || isLoopback(host) ? {} : { doSTARTTLS: true }),
      tls,
      auth: { user: options.user, pass: options.password },
      logger: false,
      connectionTimeout: options.timeoutMs,
      greetingTimeout: options.timeoutMs,
      socketTimeout: options.timeoutMs * 2,
    });
    // What goes wrong is heard by whoever waits for it.
    client.on("error", () => undefined);
    const stop = (): void => client.close();
    signal.addEventListener("abort", stop);
    try {
      await client.connect().catch(refuse);
      const lock = await client.getMailboxLock(options.folder);
      try {
        const found = await client.search({ seen: false }, { uid: true });
        for (const uid of Array.isArray(found) ? found : []) {
          const mail = await client.fetchOne(String(uid), { source: { maxLength: MOST_BYTES }, uid: true }, { uid: true });
          const command = mail === false || mail.source === undefined ? undefined : await commandOf(mail.source);
          if (command !== undefined) await tell(command);
          // Seen is what was stored, or is none of ours: nothing is read twice, and nothing is lost in between.
          await client.messageFlagsAdd(String(uid), ["\\Seen"], { uid: true });
        }
      } finally {
        lock.release();
      }
      await client.logout();
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof AdapterError) throw cause;
      throw new AdapterError("failed", "the mailbox could not be read", { cause });
    } finally {
      signal.removeEventListener("abort", stop);
      client.close();
    }
  }

  /** `undefined`: no answer of an agent's to a case of ours. */
  async function commandOf(source: Uint8Array): Promise<DeskCommand | undefined> {
    const mail = await PostalMime.parse(source);
    const token = addresseesOf(mail)
      .map((address) => /^(.+)\+([0-9a-f]{24})@(.+)$/.exec(address))
      .find((match) => match !== null && match[1] === mailbox.toLowerCase() && match[3] === domain.toLowerCase())?.[2];
    const agent = agents.get(mail.from?.address?.toLowerCase() ?? "");
    if (token === undefined || agent === undefined || isAutomatic(mail)) return undefined;
    const key = await threads.caseOf(token);
    if (key === undefined || tokenOf(key.caseId) !== token) return undefined;
    const base = { ...key, externalId: `mail:${mail.messageId ?? `${mail.date ?? ""} ${mail.subject ?? ""}`}`.slice(0, 200), agent };
    const files = mail.attachments.flatMap(({ filename, disposition }) =>
      filename === null || disposition === "inline" ? [] : [`(file: ${filename})`],
    );
    const words = new EmailReplyParser().parseReply((mail.text ?? textOfHtml(mail.html ?? "")).slice(0, MOST_CHARS)).trim();
    const [first = "", ...rest] = words.split("\n");
    const type = WORDS[first.trim().toLowerCase() as keyof typeof WORDS];
    if (type === "pass")
      return { ...base, type, ...(rest.join("\n").trim() === "" ? {} : { note: rest.join("\n").trim().slice(0, 2_000) }) };
    if (type !== undefined) return { ...base, type };
    const said = [words, ...files].filter((one) => one !== "").join("\n");
    return said === "" ? undefined : { ...base, type: "message", text: said.slice(0, LIMITS.messageChars) };
  }

  async function refused({ caseId, externalId }: DeskCommand, error: { message: string }, signal: AbortSignal): Promise<void> {
    await write(
      caseId,
      `refused.${tokenOf(externalId)}`,
      `Re: [${tokenOf(caseId).slice(0, 6)}] not done`,
      `Not done: ${error.message}.`,
      new Date().toISOString(),
      signal,
    );
  }
  return {
    kind: "handoff",
    deliver,
    receive: async () => Promise.reject(new AdapterError("unauthorized", "answers come by mail; nothing is taken here")),
    polls: { everyMs: options.pollMs, hear },
    refused,
  };
}

function addresseesOf({ to = [], cc = [], deliveredTo }: Email): string[] {
  const all = [...to, ...cc].flatMap((one) =>
    one.address === undefined ? (one.group ?? []).map(({ address }) => address) : [one.address],
  );
  return [...all, deliveredTo ?? ""].map((address) => address.toLowerCase());
}
/** Out of office, bounces, lists: RFC 3834. */
function isAutomatic({ headers, from }: Email): boolean {
  const header = (name: string): string => headers.find(({ key }) => key === name)?.value.toLowerCase() ?? "";
  return (
    (header("auto-submitted") || "no") !== "no" ||
    /^(bulk|junk|list)$/.test(header("precedence")) ||
    /^(mailer-daemon|postmaster)@/i.test(from?.address ?? "")
  );
}
function refuse(cause: unknown): never {
  const { authenticationFailed, code } = cause as { authenticationFailed?: boolean; code?: string };
  if (authenticationFailed === true) throw new AdapterError("unauthorized", "the mailbox does not let us in", { permanent: false, cause });
  throw new AdapterError(
    code === "ETIMEDOUT" || code === "GREETING_TIMEOUT" || code === "CONNECT_TIMEOUT" ? "timeout" : "unreachable",
    "the mailbox cannot be reached",
    { cause },
  );
}

export const emailDesk: AdapterDefinition<"handoff"> = {
  kind: "handoff",
  name: "email",
  parseOptions: optionsReader(optionsSchema),
  create: (options: EmailDeskOptions, context) => createEmailDesk(options, context),
};
