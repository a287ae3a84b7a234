/** What a desk is told of a conversation: who it is, and what was said. Pure. */
import { textOf } from "@allhours/protocol";
import type { CaseRef, TranscriptLine } from "../adapters/spec.ts";
import type { Entry } from "../store/store.ts";
import type { Room } from "./rooms.ts";

export function refOf({ conversation }: Room, caseId: string): CaseRef {
  return { caseId, conversationId: conversation.id, siteId: conversation.siteId, regionId: conversation.regionId };
}

/** Messages only, as plain lines. */
export function transcriptOf(entries: readonly Entry[]): TranscriptLine[] {
  return entries.flatMap(({ event, seq, at }) =>
    event.type === "message-added"
      ? [{ id: event.message.id, seq, at: new Date(at).toISOString(), author: event.message.author, text: textOf(event.message.parts) }]
      : [],
  );
}
