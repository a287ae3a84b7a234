/** What a host page hears, worked out from two states that follow each other. Pure: ids and times are put on by the caller. */
import { textOf } from "@allhours/protocol";
import type { ChatEvents } from "./chat-types.ts";
import type { ChatModel } from "./model.ts";

export type Announcement = { [Name in keyof ChatEvents]: { name: Name; data: ChatEvents[Name] } }[keyof ChatEvents];

/** Events between `before` and `after`, in the order they are told. Entries loaded from storage or by a reset are no news. */
export function announcements(before: ChatModel, after: ChatModel): Announcement[] {
  const news: Announcement[] = [];
  if (after.ready && !before.ready) news.push({ name: "ready", data: {} });

  if (after.pending !== before.pending || after.log !== before.log) {
    const then = new Map(before.pending.map(({ item }) => [item.id, item.delivery]));
    for (const { item } of after.pending) {
      const was = then.get(item.id);
      if (item.delivery === "sent" && was !== "sent") news.push({ name: "message:sent", data: { messageId: item.id } });
      if (item.delivery === "failed" && was !== undefined && was !== "failed") {
        news.push({ name: "message:failed", data: { messageId: item.id, code: item.error ?? "internal" } });
      }
    }
    if (before.ready && before.conversationId === after.conversationId && before.epoch === after.epoch) {
      for (let index = after.log.length - 1; index >= 0 && after.log[index]!.seq > before.seq; index -= 1) {
        const item = after.log[index]!;
        if (item.kind !== "message") continue;
        if (item.author.kind !== "visitor") {
          news.splice(0, 0, { name: "message:received", data: { messageId: item.id, author: item.author.kind, text: textOf(item.parts) } });
        } else if (then.has(item.id) && then.get(item.id) !== "sent") {
          // The log brought it before the ack did.
          news.splice(0, 0, { name: "message:sent", data: { messageId: item.id } });
        }
      }
    }
  }

  if (after.unread !== before.unread) news.push({ name: "unread", data: { count: after.unread } });
  if (after.connection.status !== before.connection.status) {
    const { connection } = after;
    news.push({
      name: "connection",
      data: { status: connection.status, ...(connection.status === "online" ? { region: connection.region } : {}) },
    });
    if (connection.status === "refused")
      news.push({ name: "error", data: { code: connection.code, message: "the relay refused this page" } });
  }
  if (before.ready && (after.mode !== before.mode || after.agent?.id !== before.agent?.id)) {
    news.push({ name: "handoff", data: { mode: after.mode, agent: after.agent?.name } });
  }
  return news;
}
