/** Signatures in the forms of other senders, beside the standard's: receivers that verify those believe us unchanged. */
import { signed } from "./handoff/hmac.ts";

export type Preset = "chatwoot" | "slack" | "zendesk";

/** Headers to add. `sentAt`: of this attempt. */
export function presetHeaders(
  preset: Preset,
  secret: string,
  { id, body, sentAt }: { id: string; body: string; sentAt: Date },
): Record<string, string> {
  const seconds = String(Math.floor(sentAt.getTime() / 1_000));
  switch (preset) {
    case "chatwoot":
      return {
        "x-chatwoot-signature": signed(`${seconds}.${body}`, secret, { algorithm: "sha256", encoding: "hex", prefix: "sha256=" }),
        "x-chatwoot-timestamp": seconds,
        "x-chatwoot-delivery": id,
      };
    case "slack":
      return {
        "x-slack-signature": signed(`v0:${seconds}:${body}`, secret, { algorithm: "sha256", encoding: "hex", prefix: "v0=" }),
        "x-slack-request-timestamp": seconds,
      };
    case "zendesk": {
      const timestamp = sentAt.toISOString();
      return {
        "x-zendesk-webhook-signature": signed(timestamp + body, secret, { algorithm: "sha256", encoding: "base64" }),
        "x-zendesk-webhook-signature-timestamp": timestamp,
        "x-zendesk-webhook-invocation-id": id,
      };
    }
  }
}
