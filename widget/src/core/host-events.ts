/** The listeners of the host page. A listener that throws does not hurt the chat or the others. */
import { newId } from "@allhours/protocol";
import type { ChatEvent, ChatEvents } from "./chat-types.ts";
import type { Clock, Logger } from "./ports.ts";
import type { Announcement } from "./announce.ts";

export interface HostEvents {
  on: <Name extends keyof ChatEvents>(name: Name, listener: (event: ChatEvent<Name>) => void) => () => void;
  emit: (announcement: Announcement) => void;
  clear: () => void;
}

export function createHostEvents(clock: Clock, logger: Logger): HostEvents {
  const listeners = new Map<keyof ChatEvents, Set<(event: never) => void>>();
  return {
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener);
      return () => void set.delete(listener);
    },
    emit({ name, data }) {
      const now = clock.now();
      const event = { ...data, id: newId(now), type: name, ts: now };
      for (const listener of Array.from(listeners.get(name) ?? [])) {
        try {
          (listener as (event: unknown) => void)(event);
        } catch (error) {
          logger.warn({ error: String(error), name }, "a listener of the page failed");
        }
      }
    },
    clear: () => listeners.clear(),
  };
}
