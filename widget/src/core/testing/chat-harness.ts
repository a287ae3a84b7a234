/** A chat on a model relay: storage in memory, one transport, a clock that stands still until told. */
import { createMemoryStorage, type MemoryStorage } from "../../storage/memory.ts";
import { createLoopbackTransport } from "../../transport/loopback.ts";
import { createChat } from "../chat.ts";
import type { Chat } from "../chat-types.ts";
import type { Net, OutboxStorage, Tabs } from "../ports.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { createModelRelay, type ModelRelay } from "./model-relay.ts";

/** The tabs of one browser: the first that was elected leads until it closes. */
export type FakeBrowser = { storage: MemoryStorage; tab(): Tabs };
export function createFakeBrowser(): FakeBrowser {
  type Tab = { handlers?: { lead(): void; follow(): void }; listener?: (kind: "outbox" | "log" | "session") => void };
  const tabs: Tab[] = [];
  const queue: Tab[] = [];
  return {
    storage: createMemoryStorage(),
    tab() {
      const me: Tab = {};
      tabs.push(me);
      return {
        elect(handlers) {
          me.handlers = handlers;
          queue.push(me);
          if (queue[0] === me) handlers.lead();
        },
        hint(kind) {
          for (const tab of tabs) if (tab !== me) queueMicrotask(() => tab.listener?.(kind));
        },
        onHint(listener) {
          me.listener = listener;
        },
        close() {
          delete me.listener;
          const led = queue[0] === me;
          if (queue.includes(me)) queue.splice(queue.indexOf(me), 1);
          if (led) queue[0]?.handlers?.lead();
        },
      };
    },
  };
}

export { createMemoryStorage };

export type FakeNet = Net & { set(online: boolean): void; wake(): void };
export function createFakeNet(): FakeNet {
  const changed = new Set<(online: boolean) => void>();
  const woken = new Set<() => void>();
  let online = true;
  return {
    get online() {
      return online;
    },
    onChange(listener) {
      changed.add(listener);
      return () => void changed.delete(listener);
    },
    onWake(listener) {
      woken.add(listener);
      return () => void woken.delete(listener);
    },
    set(next) {
      online = next;
      for (const listener of Array.from(changed)) listener(next);
    },
    wake() {
      for (const listener of Array.from(woken)) listener();
    },
  };
}

export const silentLogger = { debug(): void {}, warn(): void {} };

/** Memory that says it outlives the page, as one shared by tabs does. */
export function lasting(memory: MemoryStorage): OutboxStorage {
  return { ...memory, kind: "idb", close() {} };
}

export type Harness = {
  clock: FakeClock;
  relay: ModelRelay;
  browser: FakeBrowser;
  net: FakeNet;
  newTab: (own?: { storage?: OutboxStorage }) => Chat;
};
export function createHarness(seed = 1): Harness {
  const clock = createFakeClock(undefined, seed);
  const relay = createModelRelay(clock);
  const browser = createFakeBrowser();
  const net = createFakeNet();
  return {
    clock,
    relay,
    browser,
    net,
    newTab: (own = {}) =>
      createChat(
        { site: "demo", relays: ["https://relay.test"], languages: () => ["en"] },
        {
          transports: [async () => createLoopbackTransport(relay, (delayMs, run) => clock.after(delayMs, run))],
          storage: own.storage ?? lasting(browser.storage),
          tabs: browser.tab(),
          clock,
          net,
          logger: silentLogger,
        },
      ),
  };
}
