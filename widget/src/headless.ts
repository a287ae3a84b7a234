/**
 * The chat without a page: the same core, outbox and Socket.IO pipe where there is no browser (Node, a kiosk, a test). Everything a
 * browser would give can be given instead; what is left out lasts as long as the process.
 */
import type { Chat, ChatOptions, ChatPorts } from "./core/chat-types.ts";
import { createChat } from "./core/chat.ts";
import { createSystemClock } from "./storage/clock.ts";
import { createMemoryStorage } from "./storage/memory.ts";

export type { Chat, ChatEvent, ChatEvents, ChatOptions, ChatPorts } from "./core/chat-types.ts";
export type { ChatState, ConnectionState, DeliveryState, TimelineItem } from "./core/state.ts";
export type { Clock, Link, LinkHandlers, Logger, Net, OutboxEntry, OutboxStorage, Snapshot, Tabs, Transport } from "./core/ports.ts";
export { createIdbStorage, type IdbOptions } from "./storage/idb.ts";
export { createMemoryStorage } from "./storage/memory.ts";

/**
 * Makes a chat. Without `ports`: messages wait in memory, this process is the one that sends, the network counts as always there,
 * and Socket.IO is the only pipe (`fetch-event-source` needs a browser). Opens nothing before `load`, `connect` or `send`.
 */
export function createHeadlessChat(options: ChatOptions, ports: Partial<ChatPorts> = {}): Chat {
  return createChat(options, {
    transports: [async () => (await import("./transport/socketio.ts")).createSocketIoTransport()],
    storage: createMemoryStorage(),
    tabs: { elect: (handlers) => handlers.lead(), hint() {}, onHint() {}, close() {} },
    clock: createSystemClock(),
    net: { online: true, onChange: () => () => {}, onWake: () => () => {} },
    logger: { debug() {}, warn() {} },
    ...ports,
  });
}
