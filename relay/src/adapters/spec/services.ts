/** Services that answer for people, and that act for visitors who agree: spec.ts. */
import type { Lifecycle } from "./base.ts";
import type { InboundRequest } from "./handoff.ts";

/**
 * What an expert is asked, once the visitor has agreed to exactly this. `id` is the audit id of the consultation and the `webhook-id`: the same
 * through every retry, so that who is asked twice works, and bills, once.
 */
export type ExpertRequest = {
  id: string;
  /** When the visitor agreed, ISO 8601. */
  timestamp: string;
  data: {
    /** Without numbers and addresses, as the visitor saw it. */
    question: string;
    /** BCP 47: what the answer should be in. */
    language: string;
    siteId: string;
    /** Intent of the case. */
    topic?: string | undefined;
    /** ISO 8601: an answer after this is not shown. */
    deadline: string;
    /** What the answer may cost at most; absent where the shop has set no limit. */
    limit?: { amount: number; currency: string } | undefined;
    /** Where a later answer goes, as a path on the relay: `/v1/inbound/<adapter id>`. */
    replyPath: string;
  };
};
export type ExpertOutcome =
  /** `text`: Markdown. `cost` in the currency of the request's limit. */
  | { state: "answered"; text: string; sources: readonly { title: string; url?: string | undefined }[]; cost?: number | undefined }
  | { state: "declined"; reason?: string | undefined; cost?: number | undefined }
  /** Comes later, by `receive`; or `poll` asks for it, not before `afterMs`. */
  | { state: "pending"; poll?: { ref: string; afterMs: number } | undefined };
/** A service that answers for people when nobody of the shop can. Consent, limits and what becomes of the answer are the relay's. */
export interface ExpertAdapter extends Lifecycle {
  readonly kind: "expert";
  ask(request: ExpertRequest, signal: AbortSignal): Promise<ExpertOutcome>;
  /** `ref`: of the last outcome. */
  poll(ref: string, request: ExpertRequest, signal: AbortSignal): Promise<ExpertOutcome>;
  /** Verifies and reads what the expert sent by itself. Throws `AdapterError` with code `unauthorized` or `bad-request`. */
  receive(request: InboundRequest): Promise<{ id: string; outcome: Exclude<ExpertOutcome, { state: "pending" }> }>;
}

/**
 * What a service of the shop is to do, once the visitor has agreed to exactly this. `id` is the `webhook-id`: the same through every retry, so that
 * who is asked twice does it once.
 */
export type ActionRequest = {
  id: string;
  /** When the visitor agreed, ISO 8601. */
  timestamp: string;
  data: {
    action: string;
    values: Readonly<Record<string, string>>;
    /** BCP 47: what a message should be in. */
    language: string;
    siteId: string;
    conversationId: string;
    /** ISO 8601: after that the visitor has been told that it is not known whether it was done. */
    deadline: string;
  };
};
/** `text`: Markdown for the visitor, who is told in the house's words without it. `refused`: it was not done, and will not be. */
export type ActionOutcome = { state: "done" | "refused"; text?: string | undefined };
/** A service that does something for a visitor. Consent, retries and what the visitor is told are the relay's. */
export interface ActionAdapter extends Lifecycle {
  readonly kind: "action";
  /** Throws `AdapterError`; temporary ones are tried again until the deadline. */
  run(request: ActionRequest, signal: AbortSignal): Promise<ActionOutcome>;
}
