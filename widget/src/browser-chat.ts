/** A chat in a browser: the core with IndexedDB, Web Locks and the real transports, each of these in a chunk of its own. */
import type { Chat, ChatOptions } from "./core/chat-types.ts";
import { createChat } from "./core/chat.ts";
import { createSystemClock } from "./storage/clock.ts";
import { createIdbStorage } from "./storage/idb.ts";
import { createBrowserNet } from "./storage/net.ts";
import { createTabs } from "./storage/tabs.ts";

/** Makes the chat of one site. Opens, reads and sends nothing before `load` or `connect`. */
export function createBrowserChat(options: ChatOptions): Chat {
  const clock = createSystemClock();
  return createChat(options, {
    transports: [
      async () => (await import("./transport/socketio.ts")).createSocketIoTransport(),
      async () => (await import("./transport/sse.ts")).createSseTransport(),
    ],
    storage: createIdbStorage({ site: options.site }),
    tabs: createTabs(options.site, clock),
    clock,
    net: createBrowserNet(),
    // The console belongs to the host page.
    logger: { debug() {}, warn() {} },
  });
}
