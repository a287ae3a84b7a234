/**
 * The signing client: what a desk says to the relay, after Standard Webhooks. This is the part an integrator writes in their own
 * help desk. It owns the retries; the relay owns the dedupe, by `webhook-id`.
 */
import { setTimeout as wait } from "node:timers/promises";
import { Webhook } from "standardwebhooks";

/** Who speaks. `place` and `timezone` (IANA) are shown to the visitor. */
export type ReplyAgent = { id: string; name: string; team: string; place: string; timezone: string };

export type ReplyBody = {
  /** When the agent did it, ISO 8601. */
  timestamp: string;
} & (
  | { type: "handoff.accepted" | "agent.left" | "handoff.released" | "conversation.ended"; data: ReplyRef }
  /** Not for this team; `note` is for the next. */
  | { type: "handoff.passed"; data: ReplyRef & { note?: string | undefined } }
  | { type: "message.created"; data: ReplyRef & { text: string } }
  | { type: "agent.typing"; data: ReplyRef & { typing: boolean } }
  /** The visitor's question belongs to this article: the assistant answers it next time. */
  | { type: "question.attached"; data: ReplyRef & { articleId: string } }
  /** The agent has seen everything up to `seq`. */
  | { type: "message.read"; data: ReplyRef & { seq: number } }
);
export type ReplyRef = { caseId: string; conversationId: string; agent: ReplyAgent };

/** `status` 0: the relay did not answer. `messageId` is the id the relay gave to an agent's message; a repeat is told without it. */
export type ReplyResult = { ok: true; messageId?: string | undefined } | { ok: false; status: number; code: string };

/** Waits before the second, third and fourth attempt, milliseconds. Longer than this is the agent's to decide: the page offers a retry. */
const RETRY_DELAYS_MS = [300, 1_000, 3_000] as const;
const TIMEOUT_MS = 10_000;

export type ReplyOptions = { relayUrl: string; secret: string; retryDelaysMs?: readonly number[] | undefined };

/**
 * `id` becomes the `webhook-id`: one per thing said, the same for every attempt. Network errors and 5xx are tried again, other
 * answers are final. With `once` there is a single attempt, for what is stale a moment later (typing). Never throws.
 */
export function createReplyClient({ relayUrl, secret, retryDelaysMs = RETRY_DELAYS_MS }: ReplyOptions) {
  const webhook = new Webhook(secret);

  async function attempt(url: URL, id: string, body: string): Promise<ReplyResult> {
    // Signed anew each time: the receiver refuses timestamps that are minutes old.
    const sentAt = new Date();
    try {
      const response = await fetch(url, {
        method: "POST",
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          "content-type": "application/json",
          "webhook-id": id,
          "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1_000)),
          "webhook-signature": webhook.sign(id, sentAt, body),
        },
        body,
      });
      const answer = (await response.json().catch(() => undefined)) as
        | { value?: { messageId?: string }; error?: { code?: string } }
        | undefined;
      if (response.ok) return { ok: true, messageId: answer?.value?.messageId };
      return { ok: false, status: response.status, code: answer?.error?.code ?? "refused" };
    } catch {
      return { ok: false, status: 0, code: "unreachable" };
    }
  }

  async function send(replyPath: string, id: string, body: ReplyBody, { once = false }: { once?: boolean } = {}): Promise<ReplyResult> {
    const url = new URL(replyPath, relayUrl);
    // Stringified once: every attempt carries the same bytes.
    const rawBody = JSON.stringify(body);
    for (let attempts = 0; ; attempts += 1) {
      const result = await attempt(url, id, rawBody);
      const delayMs = once ? undefined : retryDelaysMs[attempts];
      if (result.ok || delayMs === undefined || (result.status !== 0 && result.status < 500)) return result;
      await wait(delayMs);
    }
  }

  return { send };
}
export type ReplyClient = ReturnType<typeof createReplyClient>;

/** A refusal in words for the agent. */
export function explain(result: Extract<ReplyResult, { ok: false }>): string {
  switch (result.status) {
    case 0:
      return "The relay could not be reached. Try again in a moment.";
    case 401:
    case 403:
      return "The relay did not accept this desk's signature. Whoever runs the desk has to compare the secrets.";
    case 404:
      return "This case is no longer open: the visitor went back to the assistant, or the conversation has ended.";
    case 409:
      return "Somebody else took this case.";
    case 413:
      return "This message is too long.";
    case 429:
      return "Too much at once. Try again in a moment.";
    default:
      return result.status >= 500
        ? "The relay has a problem and did not take this. Try again in a moment."
        : "The relay did not accept this.";
  }
}
