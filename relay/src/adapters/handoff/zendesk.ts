/**
 * A desk in Zendesk messaging, through Sunshine Conversations' API v2 and its switchboard: the visitor's side is written as a user of theirs, control is
 * passed to the agents' workspace and released from it (https://docs.smooch.io/rest). Owns the two wire formats; order, retries and dedupe are the jobs'.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import { AdapterError } from "../errors.ts";
import { callJson } from "../json-call.ts";
import { optionsReader, urlOption } from "../options.ts";
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
import { createThreads } from "./threads.ts";
import { lineText, offerFacts, offerTitle, withdrawnText } from "./words.ts";

const text = (what: string) => v.pipe(v.string(`expected ${what}`), v.minLength(1, `expected ${what}`));
const optionsSchema = v.strictObject({
  /** As https://SHOP.zendesk.com/sc; its origin must be in the region's `egress`. */
  baseUrl: urlOption,
  appId: text("an app's id"),
  keyId: text("an API key's id"),
  secret: text("an API key's secret"),
  /** Shared secret of the webhook, sent to us as `X-API-Key`. */
  webhookSecret: v.pipe(v.string("expected text"), v.minLength(16, "expected at least 16 characters")),
  /** Who gets control: name or id of a switchboard integration. */
  passTo: v.optional(text("the name of a switchboard integration"), "zd-agentWorkspace"),
  timeoutMs: timeoutOption,
});
export type ZendeskOptions = v.InferOutput<typeof optionsSchema>;

const TRANSCRIPT_LINES = 30;
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
  const call = async (path: string, body: object, signal: AbortSignal): Promise<Record<string, unknown>> =>
    callJson({ url: `${app}${path}`, headers, body, timeoutMs, who: "Zendesk" }, context, signal);

  /** The user is named by the case, so a second try makes no second one. */
  async function open(offer: HandoffOffer, signal: AbortSignal): Promise<string> {
    const { caseId, conversationId, visitor } = offer;
    await call(
      "/users",
      { externalId: caseId, profile: { givenName: `Visitor (${visitor.language})`, locales: [visitor.language] } },
      signal,
    ).catch((error: unknown) => {
      if (!(error instanceof AdapterError) || !error.message.endsWith("answered 409")) throw error;
    });
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
      const lines = known === undefined ? event.data.transcript.slice(-TRANSCRIPT_LINES).map(lineText) : [];
      await say(
        place,
        caseId,
        [offerTitle(event.data), ...offerFacts(event.data), ...(lines.length > 0 ? ["", ...lines] : [])].join("\n").slice(0, 4_000),
        signal,
      );
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
    else if (event.type === "message.created") await say(known, caseId, event.data.message.text.slice(0, 4_000), signal);
    else {
      await say(known, caseId, `(${withdrawnText(event)})`, signal);
      await call(`/conversations/${known}/releaseControl`, {}, signal);
    }
  }

  async function receive({ headers: given, rawBody }: InboundRequest): Promise<Received> {
    if (!same(given.get("x-api-key") ?? "", options.webhookSecret))
      throw new AdapterError("unauthorized", "x-api-key: is not the webhook's secret");
    let body: unknown;
    try {
      body = JSON.parse(rawBody);
    } catch {
      throw new AdapterError("bad-request", "body: expected JSON");
    }
    const read = v.safeParse(bodySchema, body);
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
      return words === "" ? undefined : { ...base, type: "message", externalId: `message:${message}`, agent, text: words.slice(0, 8_000) };
    }
    if (type === "conversation:typing" && payload.activity?.author?.type === "business")
      return { ...base, type: "typing", agent: { id: "agent", name: "Support" }, typing: payload.activity.type === "typing:start" };
    // Whoever had control gave it back: the assistant has it again.
    return type === "switchboard:releaseControl" ? { ...base, type: "release" } : undefined;
  }
  return { kind: "handoff", deliver, receive };
}

/** Whatever the lengths, in the same time. */
function same(one: string, other: string): boolean {
  const hash = (words: string): Buffer => createHash("sha256").update(words).digest();
  return timingSafeEqual(hash(one), hash(other));
}

export const zendeskHandoff: AdapterDefinition<"handoff"> = {
  kind: "handoff",
  name: "zendesk",
  parseOptions: optionsReader(optionsSchema),
  create: (options: ZendeskOptions, context) => createZendeskHandoff(options, context),
};
