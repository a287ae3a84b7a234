/** The npm door: the element's class, the chat without a face, and their types. Importing it does nothing else. */
import { AllhoursChatElement, defineChatElement } from "./chat-element.ts";

export { AllhoursChatElement };
export type { ElementEvent, ElementEvents } from "./element-events.ts";
export type { Chat, ChatEvent, ChatEvents, ChatOptions } from "./core/chat-types.ts";
export type { ChatState, ConnectionState, DeliveryState, TimelineItem } from "./core/state.ts";
export { createBrowserChat } from "./browser-chat.ts";
export { LOCALES, matchLocale, type LocaleName } from "./i18n/match-locale.ts";

/**
 * Registers `<allhours-chat>`, as importing `@allhours/widget/define` does; on a server it does nothing. `relay` is the
 * relay of elements that name none.
 */
export function defineAllhours(relay?: string): typeof AllhoursChatElement {
  if (globalThis.customElements === undefined) return AllhoursChatElement;
  return defineChatElement(() => import("./view/mount.ts"), relay);
}
