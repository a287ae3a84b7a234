/** Which messages of others are new between two states: what is announced, and what is read aloud. Pure. */
import type { Part } from "@allhours/protocol";
import type { ChatState } from "../core/state.ts";
import { parseMarkdown, plainText } from "./markdown.ts";
import type { MessageItem } from "./rows.ts";

/** Whole messages of others that came after what `before` knew. Nothing while the first load is going on. */
export function arrivals(before: ChatState | undefined, after: ChatState): MessageItem[] {
  if (before?.ready !== true || before.timeline === after.timeline || before.epoch !== after.epoch) return [];
  return after.timeline.filter(
    (item): item is MessageItem =>
      item.kind === "message" && item.seq > before.seq && item.author.kind !== "visitor" && item.streaming !== true,
  );
}

/** True when the visitor has just sent something: it stands last, and did not before. */
export function justSent(before: ChatState | undefined, after: ChatState): boolean {
  const last = after.timeline.at(-1);
  return (
    before?.ready === true &&
    last?.kind === "message" &&
    last.author.kind === "visitor" &&
    last.seq === 0 &&
    last.id !== before.timeline.at(-1)?.id
  );
}

/** A message as it would be read aloud: Markdown stripped, cards by title, files by name. */
export function spokenText(parts: readonly Part[]): string {
  return parts
    .map((part) => {
      if (part.type === "text") return part.format === "markdown" ? plainText(parseMarkdown(part.text)) : part.text;
      if (part.type === "choice") return part.text;
      if (part.type === "card") return [part.title, part.subtitle].filter(Boolean).join(". ");
      if (part.type === "confirm") return [part.title, ...part.fields.map(({ label, value }) => `${label}: ${value}`)].join("\n");
      return part.type === "file" ? part.name : "";
    })
    .filter((words) => words !== "")
    .join("\n");
}
