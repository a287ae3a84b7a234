/** Receivers of events: what a config says of them. */
import * as v from "valibot";
import { secretOption } from "../adapters/signed-webhook.ts";
import { httpUrlSchema, nameSchema } from "./common.ts";

/** Every event a receiver can ask for. */
export const WEBHOOK_EVENTS = [
  "conversation.started",
  "conversation.ended",
  "message.created",
  "message.rated",
  "handoff.requested",
  "handoff.offered",
  "handoff.expired",
  "handoff.passed",
  "handoff.accepted",
  "handoff.released",
  "shift.transferred",
  "agent.joined",
  "agent.left",
  "triage.red_flag",
  "promise.made",
  "promise.kept",
  "promise.broken",
  "expert.asked",
  "expert.answered",
  "expert.failed",
  "action.confirmed",
  "action.done",
  "action.failed",
  "region.failover",
  "knowledge.gap.detected",
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

export const webhookSchema = v.strictObject({
  /** Names it in the delivery log; differs from every other receiver's of the region. */
  id: nameSchema,
  /** Where events are POSTed; its origin must be in the region's `egress`. */
  url: httpUrlSchema,
  /** Signs after Standard Webhooks. */
  secret: secretOption,
  /** Sign as well, while the receiver changes over to `secret`. */
  previousSecrets: v.optional(v.pipe(v.array(secretOption, "expected a list of secrets"), v.maxLength(4, "expected at most 4")), []),
  /** Default all. */
  events: v.optional(v.array(v.picklist(WEBHOOK_EVENTS, `expected one of ${WEBHOOK_EVENTS.join(", ")}`), "expected a list of events")),
  /** `thin`: ids and what happened, no word that was written. `full`: the event as clients get it. */
  content: v.optional(v.picklist(["thin", "full"], 'expected "thin" or "full"'), "thin"),
  /** Signs in this form too, so that a receiver that is there already verifies as ever. */
  preset: v.optional(v.picklist(["chatwoot", "slack", "zendesk"], 'expected "chatwoot", "slack" or "zendesk"')),
  /** The secret of that form. */
  presetSecret: v.optional(v.pipe(v.string("expected text"), v.minLength(8, "expected at least 8 characters"))),
});
export type WebhookConfig = v.InferOutput<typeof webhookSchema>;
