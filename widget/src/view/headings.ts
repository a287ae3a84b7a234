/** What the panel says of the conversation as a whole: whose it is, its first words, and who is typing. Pure. */
import type { ChatState } from "../core/state.ts";
import type { I18n } from "../i18n/i18n.ts";

/** The person serving, else the merchant's own `heading`, else the site's name. */
export function titleOf(state: ChatState | undefined, heading: string, i18n: I18n): string {
  if (state?.mode === "agent" && state.agent !== undefined)
    return [state.agent.name, state.agent.team ?? state.agent.place].filter(Boolean).join(" · ");
  return heading || state?.siteName || i18n.t("title");
}

/**
 * Our own first words (`greeting`, the merchant's, or ours), as long as the beginning of the conversation is on screen and
 * the relay has not greeted itself; else empty.
 */
export function firstWordsOf(state: ChatState | undefined, greeting: string, i18n: I18n): string {
  if (state?.ready !== true) return "";
  const first = state.timeline.find((item) => item.seq > 0);
  if (first !== undefined && (first.seq > 1 || (first.kind === "message" && first.author.kind !== "visitor"))) return "";
  return greeting || i18n.t("greeting");
}

/** Who is typing, in words; `undefined` when nobody is. */
export function typingOf(state: ChatState | undefined, i18n: I18n): string | undefined {
  const author = state?.typing?.author;
  return author && i18n.t("typing", { name: author.name ?? i18n.t(author.kind === "bot" ? "assistant" : "person") });
}
