/** What a page can hear from `<allhours-chat>`: types only, shared by the element and its doors. */
import type { ChatEvents } from "./core/chat-types.ts";

/** What `on` can hear: the chat's own events and those of the element. Each is also a CustomEvent `allhours:<name>`. */
export type ElementEvents = ChatEvents & { open: Record<string, never>; close: Record<string, never>; locale: { locale: string } };
export type ElementEvent<Name extends keyof ElementEvents = keyof ElementEvents> = {
  id: string;
  type: Name;
  ts: number;
} & ElementEvents[Name];
