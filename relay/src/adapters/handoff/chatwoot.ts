/**
 * A desk in Chatwoot: an inbox of the kind "API". The visitor's side through its public client API, the agents' side by webhooks
 * (https://developers.chatwoot.com). Owns the two wire formats; order, retries and dedupe are the jobs' and the log's.
 */
import * as v from "valibot";
import { LIMITS } from "@allhours/protocol";
import { AdapterError } from "../errors.ts";
import { callJson } from "../json-call.ts";
import { filledOption, optionsReader, urlOption } from "../options.ts";
import { timeoutOption } from "../signed-webhook.ts";
import type {
  AdapterContext,
  AdapterDefinition,
  DeskCommand,
  HandoffAdapter,
  HandoffEvent,
  HandoffOffer,
  InboundRequest,
  Received,
} from "../spec.ts";
import { verifyRecent, verifySigned } from "./hmac.ts";
import { jsonOf } from "../signed-webhook.ts";
import { createThreads } from "./threads.ts";
import { offerText, transcriptLines, withdrawnText } from "./words.ts";

const optionsSchema = v.strictObject({
  /** Of the installation, as https://app.chatwoot.com; its origin must be in the region's `egress`. */
  baseUrl: urlOption,
  /** "Inbox identifier" of the API inbox, on its Configuration page. */
  inboxIdentifier: filledOption("the inbox identifier of an API inbox"),
  /** Signs the webhooks. */
  webhookSecret: filledOption("the secret that signs the webhooks"),
  timeoutMs: timeoutOption,
});
export type ChatwootOptions = v.InferOutput<typeof optionsSchema>;

const user = v.object({
  id: v.union([v.number(), v.string()]),
  name: v.optional(v.nullable(v.string())),
  type: v.optional(v.nullable(v.string())),
});
const id = v.union([v.number(), v.string()]);
const webhookSchema = v.variant("event", [
  v.object({
    event: v.literal("message_created"),
    id,
    content: v.optional(v.nullable(v.string())),
    message_type: v.union([v.string(), v.number()]),
    private: v.optional(v.nullable(v.boolean())),
    sender: v.optional(v.nullable(user)),
    conversation: v.object({ id }),
    attachments: v.optional(v.nullable(v.array(v.object({ data_url: v.optional(v.nullable(v.string())) })))),
  }),
  v.object({ event: v.literal("conversation_status_changed"), id, status: v.string() }),
  v.object({
    event: v.picklist(["conversation_typing_on", "conversation_typing_off"]),
    conversation: v.object({ id }),
    user: v.optional(v.nullable(user)),
    is_private: v.optional(v.boolean()),
  }),
]);

export function createChatwootHandoff(options: ChatwootOptions, context: AdapterContext): HandoffAdapter {
  const threads = createThreads(context);
  const inbox = `${options.baseUrl.replace(/\/$/, "")}/public/api/v1/inboxes/${encodeURIComponent(options.inboxIdentifier)}`;
  const call = async (
    path: string,
    body: object | undefined,
    signal: AbortSignal,
    method: "GET" | "POST" = "POST",
  ): Promise<Record<string, unknown>> =>
    callJson({ url: `${inbox}${path}`, method, body, timeoutMs: options.timeoutMs, who: "Chatwoot" }, context, signal);

  /** Contact and conversation of a case, `<source id>/<conversation id>`. A contact is found again by its identifier, so a second try makes no second one. */
  async function open(offer: HandoffOffer, signal: AbortSignal): Promise<string> {
    const { caseId, visitor } = offer;
    const name = `Visitor (${[visitor.language, visitor.country].filter((one) => one !== undefined).join(", ")})`;
    const contact = await call(
      "/contacts",
      { identifier: caseId, name, custom_attributes: { language: visitor.language, timezone: visitor.timezone ?? "" } },
      signal,
    );
    const sourceId = contact["source_id"];
    if (typeof sourceId !== "string") throw new AdapterError("bad-response", "contacts: expected a source_id");
    const path = `/contacts/${encodeURIComponent(sourceId)}/conversations`;
    const { items } = await call(path, undefined, signal, "GET");
    const known = Array.isArray(items) ? (items.at(-1) as { id?: unknown } | undefined)?.id : undefined;
    const made =
      known ?? (await call(path, { custom_attributes: { case_id: caseId, conversation_id: offer.conversationId } }, signal))["id"];
    if (typeof made !== "number" && typeof made !== "string") throw new AdapterError("bad-response", "conversations: expected an id");
    await threads.put(offer, String(made));
    await context.memory?.put(`source:${caseId}`, sourceId);
    return String(made);
  }
  async function pathOf(caseId: string): Promise<string | undefined> {
    const [place, source] = [await threads.placeOf(caseId), await context.memory?.get(`source:${caseId}`)];
    return place === undefined || source === undefined ? undefined : `/contacts/${encodeURIComponent(source)}/conversations/${place}`;
  }
  /** `echo`: the same through every retry. */
  async function say(path: string, content: string, echo: string, signal: AbortSignal): Promise<void> {
    await call(`${path}/messages`, { content, echo_id: echo }, signal);
  }

  async function deliver(event: HandoffEvent, signal: AbortSignal): Promise<void> {
    const { caseId } = event.data;
    const known = await pathOf(caseId);
    if (event.type === "handoff.offered") {
      if (known === undefined) await open(event.data, signal);
      const path = known ?? (await pathOf(caseId)) ?? "";
      await say(path, offerText(event.data, known === undefined ? transcriptLines(event.data) : []), event.id, signal);
      return;
    }
    if (known === undefined) {
      if (event.type === "visitor.typing") return;
      throw new AdapterError("refused", "this case has no conversation: its offer was never delivered", { permanent: true });
    }
    if (event.type === "visitor.typing") await call(`${known}/toggle_typing`, { typing_status: event.data.typing ? "on" : "off" }, signal);
    else await say(known, event.type === "message.created" ? event.data.message.text : `(${withdrawnText(event)})`, event.id, signal);
  }

  async function receive({ headers, rawBody, nowMs }: InboundRequest): Promise<Received> {
    const timestamp = verifyRecent(headers.get("x-chatwoot-timestamp"), nowMs, "x-chatwoot-timestamp");
    const form = { algorithm: "sha256", encoding: "hex", prefix: "sha256=", header: "x-chatwoot-signature" } as const;
    verifySigned(headers.get("x-chatwoot-signature"), `${timestamp}.${rawBody}`, options.webhookSecret, form);
    const read = v.safeParse(webhookSchema, jsonOf(rawBody));
    const commands = read.success ? await commandsOf(read.output, headers.get("x-chatwoot-delivery") ?? timestamp) : [];
    return { commands, answer: { contentType: "text/plain", body: "" } };
  }

  async function commandsOf(event: v.InferOutput<typeof webhookSchema>, delivery: string): Promise<DeskCommand[]> {
    const place = String(event.event === "conversation_status_changed" ? event.id : event.conversation.id);
    const key = await threads.caseOf(place);
    if (key === undefined) return [];
    switch (event.event) {
      case "message_created": {
        // Notes between agents, and what we said ourselves, are not for the visitor.
        const outgoing = event.message_type === "outgoing" || event.message_type === 1;
        if (!outgoing || event.private === true || event.sender === undefined || event.sender === null || event.sender.type === "agent_bot")
          return [];
        const links = (event.attachments ?? []).flatMap(({ data_url: url }) => (typeof url === "string" ? [url] : []));
        const words = [event.content ?? "", ...links].filter((one) => one.trim() !== "").join("\n");
        return words === ""
          ? []
          : [
              {
                ...key,
                type: "message",
                externalId: `message:${event.id}`,
                agent: agentOf(event.sender),
                text: words.slice(0, LIMITS.messageChars),
              },
            ];
      }
      case "conversation_status_changed": {
        const base = { ...key, externalId: `status:${place}:${event.status}:${delivery}` };
        if (event.status === "resolved") return [{ ...base, type: "end" }];
        // In Chatwoot "pending" means that a bot has it.
        return event.status === "pending" ? [{ ...base, type: "release" }] : [];
      }
      default: {
        if (event.is_private === true || event.user === undefined || event.user === null) return [];
        const typing = event.event === "conversation_typing_on";
        return [{ ...key, type: "typing", externalId: `typing:${delivery}`, agent: agentOf(event.user), typing }];
      }
    }
  }

  async function refused(command: DeskCommand, error: { message: string }, signal: AbortSignal): Promise<void> {
    const path = await pathOf(command.caseId);
    if (path !== undefined && command.type !== "typing")
      await say(path, `(Not done: ${error.message}.)`, `refused:${command.externalId}`, signal);
  }
  return { kind: "handoff", deliver, receive, refused };
}

function agentOf({ id: own, name }: v.InferOutput<typeof user>): { id: string; name: string } {
  return { id: String(own), name: name === undefined || name === null || name === "" ? "Support" : name.slice(0, 200) };
}

export const chatwootHandoff: AdapterDefinition<"handoff"> = {
  kind: "handoff",
  name: "chatwoot",
  parseOptions: optionsReader(optionsSchema),
  create: (options: ChatwootOptions, context) => createChatwootHandoff(options, context),
};
