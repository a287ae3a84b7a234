/**
 * A desk in Request Tracker 5: a ticket a case, by REST 2.0 (https://docs.bestpractical.com/rt/5.0.3/RT/REST2.html). RT signs nothing it sends, so it
 * is asked: replies, owners and states come from its transactions, in their order. Owns the wire format; the relay asks again, order and dedupe are the log's.
 */
import * as v from "valibot";
import { LIMITS } from "@allhours/protocol";
import { textOfHtml } from "../html-text.ts";
import { AdapterError } from "../errors.ts";
import { callJson } from "../json-call.ts";
import { filledOption, optionsReader, urlOption } from "../options.ts";
import { timeoutOption } from "../signed-webhook.ts";
import type { AdapterContext, AdapterDefinition, DeskCommand, HandoffAdapter, HandoffEvent, HandoffOffer } from "../spec.ts";
import { createThreads, type CaseKey } from "./threads.ts";
import { offerFacts, offerText, offerTitle, transcriptLines, withdrawnText } from "./words.ts";

const optionsSchema = v.strictObject({
  /** Of the installation, as https://rt.shop.example; its origin must be in the region's `egress`. */
  baseUrl: urlOption,
  /** An authentication token of a user of its own, who may create, see and answer tickets of the queue. */
  token: filledOption("an authentication token"),
  queue: v.optional(filledOption("the name of a queue"), "General"),
  /** Login of that user: what it did itself is not heard. */
  user: filledOption("the login the token belongs to"),
  /** How often RT is asked what was said. */
  pollMs: v.optional(
    v.pipe(v.number("expected milliseconds"), v.minValue(500, "expected at least 500"), v.maxValue(600_000, "expected at most 600000")),
    3_000,
  ),
  timeoutMs: timeoutOption,
});
export type RequestTrackerOptions = v.InferOutput<typeof optionsSchema>;

const PRIORITIES = { normal: 0, high: 60, critical: 90 } as const;
/** Transactions read in one go. */
const PAGE = 100;
const CURSOR = "transaction";
const reference = v.object({ id: v.union([v.string(), v.number()]) });
const transactionSchema = v.object({
  id: v.union([v.string(), v.number()]),
  Type: v.string(),
  Field: v.optional(v.nullable(v.string())),
  NewValue: v.optional(v.nullable(v.string())),
  Creator: reference,
  Object: v.object({ type: v.string(), ...reference.entries }),
  _hyperlinks: v.optional(v.array(v.object({ ref: v.string(), _url: v.string() })), []),
});
type Transaction = v.InferOutput<typeof transactionSchema>;

export function createRequestTracker(options: RequestTrackerOptions, context: AdapterContext): HandoffAdapter {
  const threads = createThreads(context);
  const rest = `${options.baseUrl.replace(/\/$/, "")}/REST/2.0`;
  const headers = { authorization: `token ${options.token}` };
  const names = new Map<string, string>();
  const call = async (path: string, signal: AbortSignal, body?: object, method?: "PUT"): Promise<Record<string, unknown>> =>
    callJson(
      {
        url: path.startsWith("http") ? path : `${rest}${path}`,
        method: body === undefined ? "GET" : (method ?? "POST"),
        headers,
        body,
        timeoutMs: options.timeoutMs,
        who: "Request Tracker",
      },
      context,
      signal,
    );
  const query = (words: string, more: Record<string, string> = {}): string => new URLSearchParams({ query: words, ...more }).toString();

  /** Subjects carry the case's id: a second try finds the ticket of the first. */
  async function open(offer: HandoffOffer, signal: AbortSignal): Promise<string> {
    const found = await call(`/tickets?${query(`Queue = '${quoted(options.queue)}' AND Subject LIKE '${quoted(offer.caseId)}'`)}`, signal);
    const [known] = (found["items"] ?? []) as { id?: unknown }[];
    const made =
      known ??
      (await call("/ticket", signal, {
        Queue: options.queue,
        Subject: `${offerTitle(offer)} [${offer.caseId}]`,
        Priority: PRIORITIES[offer.priority],
        ContentType: "text/plain",
        Content: [...offerFacts(offer), "", ...transcriptLines(offer)].join("\n"),
      }));
    const id = made["id"];
    if (typeof id !== "string" && typeof id !== "number") throw new AdapterError("bad-response", "ticket: expected an id");
    await threads.put(offer, String(id));
    return String(id);
  }
  async function say(ticket: string, how: "correspond" | "comment", words: string, signal: AbortSignal): Promise<void> {
    await call(`/ticket/${ticket}/${how}`, signal, { ContentType: "text/plain", Content: words });
  }

  async function deliver(event: HandoffEvent, signal: AbortSignal): Promise<void> {
    if (event.type === "visitor.typing") return;
    const known = await threads.placeOf(event.data.caseId);
    if (event.type === "handoff.offered") {
      if (known === undefined) await open(event.data, signal);
      else await say(known, "comment", offerText(event.data), signal);
      return;
    }
    if (known === undefined)
      throw new AdapterError("refused", "this case has no ticket: its offer was never delivered", { permanent: true });
    if (event.type === "message.created") await say(known, "correspond", event.data.message.text, signal);
    else await say(known, "comment", withdrawnText(event), signal);
  }

  async function hear(tell: (command: DeskCommand) => Promise<void>, signal: AbortSignal): Promise<void> {
    const queue = `TicketQueue = '${quoted(options.queue)}'`;
    const after = await context.memory?.get(CURSOR);
    if (after === undefined) {
      // What was said before we came is none of ours.
      const newest = await call(`/transactions?${query("id > 0", { orderby: "id", order: "DESC", per_page: "1" })}`, signal);
      const [last] = (newest["items"] ?? []) as { id?: string }[];
      await context.memory?.put(CURSOR, String(last?.id ?? 0));
      return;
    }
    for (let seen = after; ;) {
      const page = await call(
        `/transactions?${query(`${queue} AND id > ${Number(seen)}`, { orderby: "id", order: "ASC", per_page: String(PAGE) })}`,
        signal,
      );
      const items = (page["items"] ?? []) as { id: string }[];
      for (const { id } of items) {
        const read = v.safeParse(transactionSchema, await call(`/transaction/${id}`, signal));
        const command = read.success ? await commandOf(read.output, signal) : undefined;
        if (command !== undefined) await tell(command);
        seen = id;
        await context.memory?.put(CURSOR, id);
      }
      if (items.length < PAGE) return;
    }
  }

  async function commandOf(one: Transaction, signal: AbortSignal): Promise<DeskCommand | undefined> {
    const creator = String(one.Creator.id);
    if (one.Object.type !== "ticket" || creator === options.user || creator === "RT_System") return undefined;
    const key = await threads.caseOf(String(one.Object.id));
    if (key === undefined) return undefined;
    const base = { ...(key satisfies CaseKey), externalId: `transaction:${one.id}` };
    const agent = { id: creator, name: await nameOf(creator, signal) };
    if (one.Type === "Correspond") {
      const words = await contentOf(one, signal);
      return words === "" ? undefined : { ...base, type: "message", agent, text: words.slice(0, LIMITS.messageChars) };
    }
    if (one.Type === "Take" || one.Type === "Steal" || (one.Type === "Set" && one.Field === "Owner"))
      return { ...base, type: "accept", agent };
    if (one.Type !== "Status") return undefined;
    if (one.NewValue === "resolved") return { ...base, type: "end", agent };
    return one.NewValue === "rejected" ? { ...base, type: "release", agent } : undefined;
  }

  /** The plain text of a reply, and the names of its files: they lie behind RT's own login. */
  async function contentOf(one: Transaction, signal: AbortSignal): Promise<string> {
    const texts: string[] = [];
    const files: string[] = [];
    for (const { ref, _url: url } of one._hyperlinks) {
      if (ref !== "attachment") continue;
      const { ContentType: type, Content: content, Filename: name } = await call(`/attachment/${url.split("/").at(-1) ?? ""}`, signal);
      if (typeof name === "string" && name !== "") files.push(name);
      else if (type === "text/plain" && typeof content === "string") texts.push(Buffer.from(content, "base64").toString("utf8"));
      else if (type === "text/html" && typeof content === "string" && texts.length === 0)
        texts.push(textOfHtml(Buffer.from(content, "base64").toString("utf8")));
    }
    return [...texts.map((words) => words.trim()), ...files.map((name) => `(file: ${name})`)].filter((words) => words !== "").join("\n");
  }
  async function nameOf(login: string, signal: AbortSignal): Promise<string> {
    const known = names.get(login);
    if (known !== undefined) return known;
    const { RealName: name } = await call(`/user/${encodeURIComponent(login)}`, signal).catch(() => ({ RealName: undefined }));
    const found = typeof name === "string" && name !== "" ? name : login;
    names.set(login, found);
    return found;
  }

  async function refused(command: DeskCommand, error: { message: string }, signal: AbortSignal): Promise<void> {
    const ticket = await threads.placeOf(command.caseId);
    if (ticket !== undefined && command.type !== "accept") await say(ticket, "comment", `Not done: ${error.message}.`, signal);
  }
  return {
    kind: "handoff",
    deliver,
    receive: async () => Promise.reject(new AdapterError("unauthorized", "Request Tracker signs nothing it sends; it is asked instead")),
    polls: { everyMs: options.pollMs, hear },
    refused,
  };
}

/** Inside quotes of a TicketSQL query. */
function quoted(words: string): string {
  return words.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
}

export const requestTracker: AdapterDefinition<"handoff"> = {
  kind: "handoff",
  name: "request-tracker",
  parseOptions: optionsReader(optionsSchema),
  create: (options: RequestTrackerOptions, context) => createRequestTracker(options, context),
};
