/**
 * What became of the link of a notice: the line that says it no longer works, and the way to the conversation this device had before. Also puts together
 * what stands above the composer and what the menu has beside the panel's own.
 */
import { html, nothing, type TemplateResult } from "lit";
import type { Chat } from "../../core/chat-types.ts";
import { extraWords } from "../../i18n/extra-words.ts";
import type { I18n } from "../../i18n/i18n.ts";
import { icon } from "../icons.ts";
import type { ContactHost } from "./contact.ts";
import { contactItems, renderContact } from "./contact-door.ts";
import type { MenuItem } from "./menu.ts";

type Host = Omit<ContactHost, "chat"> & { readonly chat: () => Promise<Chat> };
/** Panels in which the line was said, and in which it was put away. */
const said = new WeakSet<Host>();
const dismissed = new WeakSet<Host>();

/** Gives the words of this chunk to those who put them in. */
export function addWords(i18n: I18n): void {
  for (const [locale, words] of Object.entries(extraWords)) i18n.add(locale as keyof typeof extraWords, words);
}

function renderLinkGone(host: Host): TemplateResult | typeof nothing {
  const { i18n, state } = host;
  if (state?.linkGone !== true) {
    said.delete(host);
    dismissed.delete(host);
  }
  if (state?.linkGone !== true || dismissed.has(host)) return nothing;
  const words = i18n.t("linkGone");
  if (!said.has(host)) {
    said.add(host);
    // The region changes in the next update.
    queueMicrotask(() => (host.said = words));
  }
  const dismiss = (): void => {
    dismissed.add(host);
    host.requestUpdate();
    host.querySelector<HTMLElement>("textarea")?.focus();
  };
  return html`<div class="link-gone" part="link-gone">
    <span>${words}</span>
    <button type="button" part="link-gone-close" aria-label=${i18n.t("dismiss")} @click=${dismiss}>${icon("close")}</button>
  </div>`;
}

export function renderAboveComposer(host: Host): TemplateResult {
  return html`${renderLinkGone(host)} ${renderContact(host)}`;
}

export function moreItems(host: Host): MenuItem[] {
  const { i18n, state } = host;
  const go = (): void => void host.chat().then((chat) => chat.goToOther());
  const other = state?.hasOther === true && state.leading ? [{ label: i18n.t("otherConversation"), run: go }] : [];
  return [...other, ...contactItems(host)];
}
