/** One try of one message over the present link, and what the answer means for the queue. Retries nothing. */
import { LIMITS, type Command } from "@allhours/protocol";
import type { Connection } from "./connection-types.ts";
import type { SendResult } from "./outbox.ts";
import type { OutboxEntry } from "./ports.ts";

/** `conversationId`: where it goes; it is filled in now because a message may be older than the conversation. */
export async function transmit(
  connection: Connection,
  conversationId: string | undefined,
  { id, parts, language }: OutboxEntry,
): Promise<SendResult> {
  if (conversationId === undefined) return { kind: "interrupted" };
  const frame: Command = { type: "message-send", id, conversationId, parts, ...(language === undefined ? {} : { language }) };
  const ack = await connection.send(frame, LIMITS.ackTimeoutMs);
  if (ack === undefined) return { kind: (await connection.check()) ? "unanswered" : "interrupted" };
  if (ack.ok) {
    const receipt = ack.value as { seq?: unknown; known?: unknown } | null;
    if (typeof receipt?.seq === "number") return { kind: "acked", receipt: { seq: receipt.seq, known: receipt.known === true } };
    return { kind: "refused", code: "internal" };
  }
  const { code, retryAfterMs } = ack.error;
  if (code !== "session-unknown" && code !== "hello-required") return { kind: "refused", code, retryAfterMs };
  // The link lost its session, not the message its right: a new hello sorts it out.
  connection.renew(code, true);
  return { kind: "interrupted" };
}
