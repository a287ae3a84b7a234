/**
 * A desk in Zendesk messaging, through Sunshine Conversations' API v2 and its switchboard: the visitor's side is written as a user of theirs, control is
 * passed to the agents' workspace and released from it (https://docs.smooch.io/rest). Owns the two wire formats; order, retries and dedupe are the jobs'.
 */
import * as v from "valibot";
import { LIMITS } from "@allhours/protocol";
import { AdapterError } from "../errors.ts";
import { callJson } from "../json-call.ts";
import { filledOption, optionsReader, urlOption } from "../options.ts";
import { sameText } from "../same-text.ts";
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
import { jsonOf } from "../signed-webhook.ts";
import { createThreads } from "./threads.ts";
import { offerText, transcriptLines, withdrawnText } from "./words.ts";

const optionsSchema = v.strictObject({
  /** As https://SHOP.zendesk.com/sc; its origin must be in the region's `egress`. */
  baseUrl: urlOption,
  appId: filledOption("an app's id"),
  keyId: filledOption("an API key's id"),
  secret: filledOption("an API key's secret"),
  /** Shared secret of the webhook, sent to us as `X-API-Key`. */
  webhookSecret: v.pipe(v.string("expected text"), v.minLength(16, "expected at least 16 characters")),
  /** Who gets control: name or id of a switchboard integration. */
  passTo: v.optional(filledOption("the name of a switchboard integration"), "zd-agentWorkspace"),
  timeoutMs: timeoutOption,
});
export type ZendeskOptions = v.InferOutput<typeof optionsSchema>;

/** Of a message, by Sunshine Conversations. */
const MOST_CHARS = 4_000;
const conversation = v.object({ id: v.string() });
const eventSchema = v.object({
  id: v.string(),
  type: v.string(),
  payload: v.object({
    conversation: v.optional(conversation),
    message: v.optional(
      v.object({
        id: v.string(),
        author: v.object({ type: v.string(), displayName: v.optional(v.string()), userId: v.optional(v.string()) }),
        content: v.object({ type: v.string(), text: v.optional(v.string()), mediaUrl: v.optional(v.string()) }),
      }),
    ),
    activity: v.optional(v.object({ type: v.string(), author: v.optional(v.object({ type: v.string() })) })),
  }),
});
const bodySchema = v.object({ events: v.array(v.unknown()) });

export function createZendeskHandoff(options: ZendeskOptions, context: AdapterContext): HandoffAdapter {
  const { appId, keyId, secret, passTo, timeoutMs } = options;
  const threads = createThreads(context);
  const app = `${options.baseUrl.replace(/\/$/, "")}/v2/apps/${encodeURIComponent(appId)}`;
  const headers = { authorization: `Basic ${Buffer.from(`${keyId}:${secret}`).toString("base64")}` };
  const call = async (path: string, body: object, signal: AbortSignal, taken?: number): Promise<Record<string, unknown>> =>
    callJson({ url: `${app}${path}`, headers, body, timeoutMs, who: "Zendesk", taken }, context, signal);

  /** The user is named by the case, so a second try makes no second one. */
  async function open(offer: HandoffOffer, signal: AbortSignal): Promise<string> {
    const { caseId, conversationId, visitor } = offer;
    const profile = { givenName: `Visitor (${visitor.language})`, locales: [visitor.language] };
    await call("/users", { externalId: caseId, profile }, signal, 409);
    const made = await call(
      "/conversations",
      { type: "personal", participants: [{ userExternalId: caseId, subscribeSDKClient: false }], metadata: { caseId, conversationId } },
      signal,
    );
    const { id } = (made["conversation"] ?? {}) as { id?: unknown };
    if (typeof id !== "string") throw new AdapterError("bad-response", "conversations: expected an id");
    await threads.put(offer, id);
    return id;
  }
  async function say(place: string, caseId: string, words: string, signal: AbortSignal): Promise<void> {
    await call(
      `/conversations/${place}/messages`,
      { author: { type: "user", userExternalId: caseId }, content: { type: "text", text: words } },
      signal,
    );
  }

  async function deliver(event: HandoffEvent, signal: AbortSignal): Promise<void> {
    const { caseId } = event.data;
    const known = await threads.placeOf(caseId);
    if (event.type === "handoff.offered") {
      const place = known ?? (await open(event.data, signal));
      const words = offerText(event.data, known === undefined ? transcriptLines(event.data) : []);
      await say(place, caseId, words.slice(0, MOST_CHARS), signal);
      await call(
        `/conversations/${place}/passControl`,
        { switchboardIntegration: passTo, metadata: { priority: event.data.priority } },
        signal,
      );
      return;
    }
    if (known === undefined) {
      if (event.type === "visitor.typing") return;
      throw new AdapterError("refused", "this case has no conversation: its offer was never delivered", { permanent: true });
    }
    if (event.type === "visitor.typing")
      await call(
        `/conversations/${known}/activity`,
        { author: { type: "user", userExternalId: caseId }, type: event.data.typing ? "typing:start" : "typing:stop" },
        signal,
      );
    else if (event.type === "message.created") await say(known, caseId, event.data.message.text.slice(0, MOST_CHARS), signal);
    else {
      await say(known, caseId, `(${withdrawnText(event)})`, signal);
      await call(`/conversations/${known}/releaseControl`, {}, signal);
    }
  }

  async function receive({ headers: given, rawBody }: InboundRequest): Promise<Received> {
    if (!sameText(given.get("x-api-key") ?? "", options.webhookSecret))
      throw new AdapterError("unauthorized", "x-api-key: is not the webhook's secret");
    const read = v.safeParse(bodySchema, jsonOf(rawBody));
    if (!read.success) throw new AdapterError("bad-request", "events: expected a list");
    const commands: DeskCommand[] = [];
    for (const one of read.output.events) {
      const event = v.safeParse(eventSchema, one);
      const command = event.success ? await commandOf(event.output) : undefined;
      if (command !== undefined) commands.push(command);
    }
    return { commands, answer: { contentType: "text/plain", body: "" } };
  }

  async function commandOf({ id, type, payload }: v.InferOutput<typeof eventSchema>): Promise<DeskCommand | undefined> {
    const key = payload.conversation === undefined ? undefined : await threads.caseOf(payload.conversation.id);
    if (key === undefined) return undefined;
    const base = { ...key, externalId: `event:${id}` };
    if (type === "conversation:message" && payload.message?.author.type === "business") {
      const { author, content, id: message } = payload.message;
      const agent = { id: author.userId ?? author.displayName ?? "agent", name: author.displayName ?? "Support" };
      const words = [content.text ?? "", content.mediaUrl ?? ""].filter((part) => part.trim() !== "").join("\n");
      return words === ""
        ? undefined
        : { ...base, type: "message", externalId: `message:${message}`, agent, text: words.slice(0, LIMITS.messageChars) };
    }
    if (type === "conversation:typing" && payload.activity?.author?.type === "business")
      return { ...base, type: "typing", agent: { id: "agent", name: "Support" }, typing: payload.activity.type === "typing:start" };
    // Whoever had control gave it back: the assistant has it again.
    return type === "switchboard:releaseControl" ? { ...base, type: "release" } : undefined;
  }
  return { kind: "handoff", deliver, receive };
}

export const zendeskHandoff: AdapterDefinition<"handoff"> = {
  kind: "handoff",
  name: "zendesk",
  parseOptions: optionsReader(optionsSchema),
  create: (options: ZendeskOptions, context) => createZendeskHandoff(options, context),
};
