/**
 * A desk in Slack: one channel, one thread a case, buttons to take it, pass it on, hand it back and end it. Web API out, Events API and interactivity
 * in (https://docs.slack.dev). Owns the two wire formats; order, retries and dedupe are the jobs' and the log's. Slack has no key against doubles: a
 * relay killed between posting a case and writing down its thread posts it again.
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
import { createThreads, type CaseKey } from "./threads.ts";
import { lineText, offerFacts, offerText, offerTitle, transcriptLines, withdrawnText } from "./words.ts";

const optionsSchema = v.strictObject({
  /** Of the app's installation; scopes `chat:write`, `users:read`, `channels:history` (or `groups:history`). */
  botToken: v.pipe(filledOption("a bot token, as xoxb-..."), v.startsWith("xoxb-", "expected a bot token, as xoxb-...")),
  /** "Signing Secret" of the app's page. */
  signingSecret: filledOption("the app's signing secret"),
  /** Id of the channel, as C0123456789; the app must be a member. */
  channel: v.pipe(v.string("expected a channel's id"), v.regex(/^[CG][A-Z0-9]{5,}$/, "expected a channel's id, as C0123456789")),
  /** For tests and gateways; default Slack's own. */
  baseUrl: v.optional(urlOption, "https://slack.com/api"),
  timeoutMs: timeoutOption,
});
export type SlackOptions = v.InferOutput<typeof optionsSchema>;

/** A section of Block Kit takes 3,000 characters, a message 40,000; what is longer is cut and says so. */
const SECTION_CHARS = 2_900;
const MESSAGE_CHARS = 12_000;
const BUTTONS = [
  ["accept", "Take it"],
  ["pass", "Not for us"],
  ["release", "Back to the assistant"],
  ["end", "End"],
] as const;
const ACTION = "allhours_";

const messageEvent = v.object({
  type: v.literal("event_callback"),
  event: v.object({
    type: v.literal("message"),
    subtype: v.optional(v.string()),
    bot_id: v.optional(v.string()),
    user: v.optional(v.string()),
    text: v.optional(v.string()),
    channel: v.string(),
    ts: v.string(),
    thread_ts: v.optional(v.string()),
    files: v.optional(v.array(v.object({ name: v.optional(v.nullable(v.string())), permalink: v.optional(v.string()) }))),
  }),
});
const pressed = v.object({
  type: v.literal("block_actions"),
  user: v.object({ id: v.string(), name: v.optional(v.string()), username: v.optional(v.string()) }),
  container: v.object({ channel_id: v.string(), message_ts: v.string() }),
  actions: v.array(v.object({ action_id: v.string(), action_ts: v.string() })),
});

/** Slack reads `<`, `>` and `&` as marks: a visitor who writes `<!channel>` must wake nobody. */
export function escapeSlack(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
/** What an agent wrote, without Slack's marks: links become addresses, names their words. */
export function unescapeSlack(words: string): string {
  return words
    .replace(/<(?:mailto:|tel:)?([^<>|]+)(?:\|([^<>]*))?>/g, (_, target: string, label: string | undefined) =>
      label === undefined || label === target || target.includes(label) ? target : /^https?:/.test(target) ? `${label} (${target})` : label,
    )
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
function cut(words: string, most: number): string {
  return words.length <= most ? words : `${words.slice(0, most - 2)} …`;
}

export function createSlackHandoff(options: SlackOptions, context: AdapterContext): HandoffAdapter {
  const { channel } = options;
  const threads = createThreads(context);
  const names = new Map<string, string>();

  async function call(method: string, body: object, signal: AbortSignal): Promise<Record<string, unknown>> {
    const url = `${options.baseUrl.replace(/\/$/, "")}/${method}`;
    const headers = { authorization: `Bearer ${options.botToken}` };
    const answer = await callJson({ url, headers, body, timeoutMs: options.timeoutMs, who: "Slack" }, context, signal);
    if (answer["ok"] === true) return answer;
    throw refusalIn(answer["error"]);
  }

  /** Gives the thread's `ts`. */
  async function open(offer: HandoffOffer, id: string, signal: AbortSignal): Promise<string> {
    const facts = offerFacts(offer);
    const title = escapeSlack(offerTitle(offer));
    const posted = await call(
      "chat.postMessage",
      {
        channel,
        text: title,
        unfurl_links: false,
        blocks: [
          { type: "section", text: { type: "mrkdwn", text: `*${title}*` } },
          {
            type: "section",
            text: { type: "plain_text", text: cut(facts.join("\n") || "No more is known.", SECTION_CHARS), emoji: false },
          },
          {
            type: "actions",
            elements: BUTTONS.map(([action, label]) => ({
              type: "button",
              action_id: `${ACTION}${action}`,
              text: { type: "plain_text", text: label },
              value: offer.caseId,
            })),
          },
        ],
        metadata: { event_type: "allhours_case", event_payload: { id, caseId: offer.caseId, conversationId: offer.conversationId } },
      },
      signal,
    );
    if (typeof posted["ts"] !== "string") throw new AdapterError("bad-response", "chat.postMessage: expected a ts");
    await threads.put(offer, posted["ts"]);
    return posted["ts"];
  }
  async function say(thread: string, words: string, signal: AbortSignal): Promise<void> {
    await call(
      "chat.postMessage",
      { channel, thread_ts: thread, text: cut(escapeSlack(words), MESSAGE_CHARS), unfurl_links: false },
      signal,
    );
  }

  async function deliver(event: HandoffEvent, signal: AbortSignal): Promise<void> {
    if (event.type === "visitor.typing") return;
    const known = await threads.placeOf(event.data.caseId);
    if (event.type === "handoff.offered") {
      const thread = known ?? (await open(event.data, event.id, signal));
      const words = known === undefined ? transcriptLines(event.data).join("\n") : offerText(event.data);
      if (words !== "") await say(thread, words, signal);
      return;
    }
    if (known === undefined) throw new AdapterError("refused", "this case has no thread: its offer was never posted", { permanent: true });
    await say(known, event.type === "message.created" ? lineText(event.data.message) : withdrawnText(event), signal);
  }

  async function nameOf(user: string): Promise<string> {
    const known = names.get(user);
    if (known !== undefined) return known;
    const answer = await call("users.info", { user }, AbortSignal.timeout(options.timeoutMs)).catch(() => undefined);
    const { profile, real_name: realName } = (answer?.["user"] ?? {}) as { real_name?: string; profile?: { display_name?: string } };
    const name = profile?.display_name || realName;
    if (name === undefined) return "Support";
    names.set(user, name);
    return name;
  }

  async function receive({ headers, rawBody, nowMs }: InboundRequest): Promise<Received> {
    const timestamp = verifyRecent(headers.get("x-slack-request-timestamp"), nowMs, "x-slack-request-timestamp");
    const form = { algorithm: "sha256", encoding: "hex", prefix: "v0=", header: "x-slack-signature" } as const;
    verifySigned(headers.get("x-slack-signature"), `v0:${timestamp}:${rawBody}`, options.signingSecret, form);
    const body = bodyOf(headers.get("content-type") ?? "", rawBody);
    if (body["type"] === "url_verification") return answered([], typeof body["challenge"] === "string" ? body["challenge"] : "");
    const action = v.safeParse(pressed, body);
    if (action.success) return answered(await commandsOfPress(action.output));
    const message = v.safeParse(messageEvent, body);
    return answered(message.success ? await commandsOfMessage(message.output.event) : []);
  }

  async function commandsOfPress({ user, container, actions }: v.InferOutput<typeof pressed>): Promise<DeskCommand[]> {
    const key = container.channel_id === channel ? await threads.caseOf(container.message_ts) : undefined;
    if (key === undefined) return [];
    const agent = { id: user.id, name: await nameOf(user.id) };
    return actions.flatMap(({ action_id: id, action_ts: ts }): DeskCommand[] => {
      const base = { ...key, externalId: `action:${user.id}:${ts}` };
      const type = BUTTONS.find(([action]) => id === `${ACTION}${action}`)?.[0];
      return type === undefined ? [] : [{ ...base, type, agent }];
    });
  }
  async function commandsOfMessage(event: v.InferOutput<typeof messageEvent>["event"]): Promise<DeskCommand[]> {
    const { subtype, bot_id: bot, user, thread_ts: thread, ts, files = [] } = event;
    const ours = subtype === undefined || subtype === "file_share" || subtype === "thread_broadcast";
    if (!ours || bot !== undefined || user === undefined || thread === undefined || thread === ts || event.channel !== channel) return [];
    const key = await threads.caseOf(thread);
    if (key === undefined) return [];
    const links = files.flatMap(({ name, permalink }) => (permalink === undefined ? [] : [`${name ?? "file"}: ${permalink}`]));
    const words = [unescapeSlack(event.text ?? ""), ...links].filter((one) => one.trim() !== "").join("\n");
    if (words === "") return [];
    return [
      {
        ...key,
        type: "message",
        externalId: `message:${channel}:${ts}`,
        agent: { id: user, name: await nameOf(user) },
        text: words.slice(0, LIMITS.messageChars),
      },
    ];
  }

  async function refused(command: DeskCommand, error: { message: string }, signal: AbortSignal): Promise<void> {
    const thread = await threads.placeOf((command satisfies CaseKey).caseId);
    if (thread !== undefined) await say(thread, `Not done: ${error.message}.`, signal);
  }
  return { kind: "handoff", deliver, receive, refused };
}

function answered(commands: DeskCommand[], body = ""): Received {
  return { commands, answer: { contentType: "text/plain", body } };
}

/** Events come as JSON, buttons as a form with JSON in it. Throws `AdapterError` `bad-request`. */
function bodyOf(contentType: string, rawBody: string): Record<string, unknown> {
  const json = contentType.startsWith("application/x-www-form-urlencoded") ? (new URLSearchParams(rawBody).get("payload") ?? "") : rawBody;
  try {
    const body: unknown = JSON.parse(json);
    if (typeof body === "object" && body !== null) return body as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new AdapterError("bad-request", "body: expected JSON, or a form with JSON in payload");
}

/** Slack says most refusals with 200. All may be mended in its settings, so all are tried again. */
function refusalIn(error: unknown): AdapterError {
  const code = typeof error === "string" && /^[a-z_]{1,60}$/.test(error) ? error : "no reason";
  if (code === "ratelimited" || code === "rate_limited") return new AdapterError("rate-limited", "Slack: ratelimited");
  const auth = ["invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope"].includes(code);
  return new AdapterError(auth ? "unauthorized" : "failed", `Slack: ${code}`, { permanent: false });
}

export const slackHandoff: AdapterDefinition<"handoff"> = {
  kind: "handoff",
  name: "slack",
  parseOptions: optionsReader(optionsSchema),
  create: (options: SlackOptions, context) => createSlackHandoff(options, context),
};
