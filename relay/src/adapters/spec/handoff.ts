/** Desks: what they are told, and what they say: spec.ts. */
import type { Agent, Message } from "@allhours/protocol";
import type { Lifecycle } from "./base.ts";

/** What a desk is told. `id` is the `webhook-id`: the same through every retry. */
export type HandoffEvent = {
  id: string;
  /** When it happened, ISO 8601. */
  timestamp: string;
} & (
  | { type: "handoff.offered"; data: HandoffOffer }
  | { type: "message.created"; data: CaseRef & { message: TranscriptLine } }
  /** The visitor went back to the assistant, or the offer was withdrawn. */
  | { type: "handoff.withdrawn"; data: CaseRef & { reason: string } }
  | { type: "visitor.typing"; data: CaseRef & { typing: boolean } }
);
export type CaseRef = { caseId: string; conversationId: string; siteId: string; regionId: string };
export type TranscriptLine = { id: string; seq: number; at: string; author: Message["author"]; text: string };
export type HandoffOffer = CaseRef & {
  reason: string;
  priority: "normal" | "high" | "critical";
  /** `ticket`: nobody is at work who could be asked; it lies here for those who come. */
  tier: "team" | "ticket";
  /** From 1; a case that was offered before has a higher one. */
  offer: number;
  /** Absent where the region has no teams, and for a ticket. */
  team?: { id: string; name: string } | undefined;
  /** Who has it now, where a team is asked to take over as a shift ends; an acceptance takes it from them. */
  from?: Agent | undefined;
  /** What the agent who passed it on has written for the next. */
  note?: string | undefined;
  /** ISO 8601: then the next team is asked. Absent for a ticket. */
  leaseUntil?: string | undefined;
  /** ISO 8601: what the visitor was told. */
  promisedAt?: string | undefined;
  visitor: { language: string; timezone?: string | undefined; country?: string | undefined; pageUrl?: string | undefined };
  /** What the assistant made of the messages: its last intent, and values in their normal form, oldest first. Absent when it found nothing. */
  understood?: { intent?: string | undefined; slots: { name: string; value: string }[] } | undefined;
  transcript: TranscriptLine[];
  /** The whole of it, as a page, for whoever has this: a path on the relay, and the address where the config says where that is. */
  transcriptPath: string;
  transcriptUrl?: string | undefined;
  /** Where signed replies go, as a path on the relay: `/v1/inbound/<adapter id>`. */
  replyPath: string;
};

/** What a desk says, after its signature was verified. `externalId` is unique per adapter for ever: duplicates are dropped. */
export type DeskCommand = { externalId: string; caseId: string; conversationId: string } & (
  | { type: "accept"; agent: Agent }
  | { type: "message"; agent: Agent; text: string }
  | { type: "typing"; agent: Agent; typing: boolean }
  | { type: "read"; agent: Agent; seq: number }
  /** The question of this case (the visitor's message `questionId`, else the last one) is answered by an article. */
  | { type: "attach"; agent: Agent; articleId: string; questionId?: string | undefined }
  | { type: "leave"; agent: Agent }
  /** Not for us: of an offer, the next team is asked; of a case somebody has, too, `to` first (a team's id). `note` is for the next. */
  | { type: "pass"; agent: Agent; to?: string | undefined; note?: string | undefined }
  /** Hand back to the assistant. */
  | { type: "release"; agent?: Agent | undefined }
  | { type: "end"; agent?: Agent | undefined }
);

/** What a delivery from a desk means. Nothing of it concerns us: no commands. `answer`: what the desk wants to hear; default JSON of what became of it. */
export type Received = { commands: readonly DeskCommand[]; answer?: { contentType: string; body: string } | undefined };

export type InboundRequest = { headers: Headers; rawBody: string; /** Unix milliseconds. */ nowMs: number };
export interface HandoffAdapter extends Lifecycle {
  readonly kind: "handoff";
  /** Delivers one event. Resolves when the desk has taken it. `AdapterError.retryAfterMs` and `.permanent` steer the job. */
  deliver(event: HandoffEvent, signal: AbortSignal): Promise<void>;
  /** Verifies and reads what the desk sent. Throws `AdapterError` with code `unauthorized` or `bad-request`. */
  receive(request: InboundRequest): Promise<Received>;
  /**
   * For desks that tell nothing by themselves: hands on what was said since it was asked last, in order. What `tell` rejects is told again at the
   * next time. The relay asks, every `everyMs`.
   */
  readonly polls?: { everyMs: number; hear(tell: (command: DeskCommand) => Promise<void>, signal: AbortSignal): Promise<void> } | undefined;
  /** What the desk said was not done, and why: for who said it. Best effort. */
  refused?(command: DeskCommand, error: { code: string; message: string }, signal: AbortSignal): Promise<void>;
}
