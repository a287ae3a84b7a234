/** Small true-to-life things to put into a store. */
import { newId, type ConversationId, type VisitorId } from "@allhours/protocol";
import type { AppendRequest, Conversation, Session, Store } from "../store/store.ts";

/** What a test opens: `reopen` closes the store and opens what it left behind; absent when nothing survives. */
export type OpenedStore = { store: Store; reopen?: () => Promise<Store>; dispose: () => Promise<void> };

export const sampleAt = 1_760_000_000_000;

export function sampleConversation(over: Partial<Conversation> = {}): Conversation {
  return {
    id: newId<ConversationId>(),
    siteId: "shop",
    regionId: "eu",
    visitorId: newId<VisitorId>(),
    mode: "bot",
    language: "en",
    giveUps: 0,
    deliveredSeq: 0,
    readSeq: 0,
    visitorReadSeq: 0,
    createdAt: sampleAt,
    ...over,
  };
}

export function sampleSession(conversation: Conversation): Session {
  return {
    tokenHash: `hash-of-${conversation.id}`,
    visitorId: conversation.visitorId,
    conversationId: conversation.id,
    siteId: conversation.siteId,
    expiresAt: sampleAt + 60_000,
  };
}

export function sampleEntry(
  id: string,
  text = "Where is my order 10482?",
  kind: "visitor" | "bot" = "visitor",
): AppendRequest["entries"][number] {
  return { id, event: { type: "message-added", message: { id, author: { kind }, parts: [{ type: "text", text }], language: "en" } } };
}

/** A stored conversation without entries; its id. */
export async function storedConversation(store: Store): Promise<string> {
  const conversation = sampleConversation();
  await store.createConversation(conversation, undefined, undefined);
  return conversation.id;
}

/** An append of one message, new unless `over` says otherwise. */
export function sampleAppend(conversationId: string, over: Partial<AppendRequest> = {}): AppendRequest {
  return { conversationId, entries: [sampleEntry(newId())], at: sampleAt, ...over };
}
