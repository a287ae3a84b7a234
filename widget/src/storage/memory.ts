/**
 * Storage that lasts as long as the page: the readable reference, what idb.ts falls back to, and what tests use. Gives out
 * copies, as a database does.
 */
import type { OutboxEntry, OutboxStorage, Snapshot } from "../core/ports.ts";

/** Newest log entries kept. */
export const KEEP_EVENTS = 500;

export interface MemoryStorage extends OutboxStorage {
  /** Takes over what another storage knew. What is left out stays as it is. */
  adopt(known: Partial<Snapshot>): void;
  /** Puts an entry that already has its place. */
  put(entry: OutboxEntry): void;
  /** What it holds, at once and uncopied: not to be changed. */
  peek(): Readonly<Snapshot>;
}

/** An empty storage in memory. `keep`: newest log entries that stay. */
export function createMemoryStorage(keep: number = KEEP_EVENTS): MemoryStorage {
  let known: Snapshot = { session: undefined, cursor: undefined, events: [], outbox: [] };
  let lastOrder = 0;

  function put(entry: OutboxEntry): void {
    lastOrder = Math.max(lastOrder, entry.order);
    const others = known.outbox.filter((one) => one.id !== entry.id);
    known = { ...known, outbox: [...others, entry].sort((one, other) => one.order - other.order) };
  }

  return {
    kind: "memory",
    onKind() {},
    adopt(more) {
      known = { ...known, ...more };
      for (const entry of known.outbox) lastOrder = Math.max(lastOrder, entry.order);
    },
    put,
    peek: () => known,
    load: async () => structuredClone(known),
    async saveSession(session) {
      known = { ...known, session };
    },
    async enqueue(entry) {
      const there = known.outbox.find((one) => one.id === entry.id);
      if (there !== undefined) return there;
      const placed = { ...entry, order: lastOrder + 1 };
      put(placed);
      return placed;
    },
    async update(entry) {
      if (known.outbox.some((one) => one.id === entry.id)) put(entry);
    },
    async remove(id) {
      known = { ...known, outbox: known.outbox.filter((entry) => entry.id !== id) };
    },
    outbox: async () => structuredClone(known.outbox),
    async saveEvents(events, cursor, reset) {
      const continues = !reset && (known.cursor === undefined || known.cursor.epoch === cursor.epoch);
      const before = continues ? known.events : [];
      const seq = continues ? Math.max(known.cursor?.seq ?? 0, cursor.seq) : cursor.seq;
      const added = events.filter((event) => before.length === 0 || event.seq > before.at(-1)!.seq);
      known = { ...known, cursor: { epoch: cursor.epoch, seq }, events: [...before, ...added].slice(-keep) };
    },
    async clear() {
      known = { session: undefined, cursor: undefined, events: [], outbox: [] };
    },
    close() {},
  };
}
