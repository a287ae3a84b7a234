/**
 * What survives a reload, in IndexedDB: one database a site, shared by its tabs. Owns getting a working handle and living
 * without one: a closed or broken handle is dropped and opened again, and after three tries memory takes over, once and
 * for the life of the page, with all that was known. Works on stores, in transactions: the build leaves idb's shortcuts on
 * the database and its cursor loops out.
 */
import { openDB, type DBSchema, type IDBPDatabase, type IDBPObjectStore } from "idb";
import type { Cursor } from "@allhours/protocol";
import type { LogEvent, Logger, OutboxEntry, OutboxStorage, StoredSession } from "../core/ports.ts";
import { KEEP_EVENTS, createMemoryStorage } from "./memory.ts";

interface Schema extends DBSchema {
  /** The key is the place in the queue, given by the database: one counter for all tabs. */
  outbox: { key: number; value: OutboxEntry; indexes: { id: string } };
  session: { key: "session" | "cursor"; value: StoredSession | Cursor };
  log: { key: number; value: LogEvent };
}
type Handle = IDBPDatabase<Schema>;

export type IdbOptions = {
  site: string;
  logger?: Logger | undefined;
  /** Newest log entries kept; default 500. */
  keep?: number | undefined;
  /** Longest wait for the database to open, milliseconds; default 1500. */
  openTimeoutMs?: number | undefined;
  /** Longest wait for one read or write, milliseconds; default 3000: another tab that hangs may hold it that long, and three of these must end before
   * twelve seconds. */
  workTimeoutMs?: number | undefined;
};

const VERSION = 1;
const STORES: ("outbox" | "session" | "log")[] = ["outbox", "session", "log"];
const TRIES = 3;
/** A new handle may help against these; anything else fails the same way again. */
const HANDLE_ERRORS = new Set(["InvalidStateError", "UnknownError", "AbortError", "TimeoutError"]);

/** Opens at the first use. Never rejects: see the head of this file. */
export function createIdbStorage(options: IdbOptions): OutboxStorage {
  const { site, logger, keep = KEEP_EVENTS, openTimeoutMs = 1_500, workTimeoutMs = 3_000 } = options;
  /** A copy of everything that was read or written, and the storage itself once the database is given up. */
  const memory = createMemoryStorage(keep);
  const listeners = new Set<(kind: "idb" | "memory") => void>();
  let kind: "idb" | "memory" = "idb";
  let opening: Promise<Handle> | undefined;
  let openedBefore = false;
  let closed = false;

  function drop(handle: Promise<Handle> | undefined): void {
    if (opening === handle) opening = undefined;
    // It may still open later, or be closed already: either way nobody waits for it.
    handle?.then((database) => database.close()).catch(() => {});
  }

  function open(): Promise<Handle> {
    if (opening !== undefined) return opening;
    const database: Promise<Handle> = openDB<Schema>(`allhours:${site}`, VERSION, {
      upgrade(fresh) {
        fresh.createObjectStore("outbox", { keyPath: "order", autoIncrement: true }).createIndex("id", "id", { unique: true });
        fresh.createObjectStore("session");
        fresh.createObjectStore("log", { keyPath: "seq" });
      },
      // A newer page wants to upgrade, or the browser closed the database under us.
      blocking: () => drop(database),
      terminated: () => drop(database),
    }).then(async (handle) => {
      if (openedBefore) await heal(handle);
      openedBefore = true;
      return handle;
    });
    opening = database;
    return database;
  }

  /**
   * Puts back what this page knows and a reopened database lacks: the browser may have evicted it, or the visitor cleared
   * it, while messages waited. One that another tab has sent meanwhile goes out again, and its id keeps it single.
   */
  async function heal(database: Handle): Promise<void> {
    const { session, cursor, events, outbox } = memory.peek();
    await writing(database, async (stores) => {
      const there = new Map((await stores.outbox.getAll()).map((entry) => [entry.id, entry]));
      const taken = new Set(Array.from(there.values(), (entry) => entry.order));
      for (const entry of outbox) {
        if (there.has(entry.id)) continue;
        const { order, ...rest } = entry;
        await stores.outbox.add((taken.has(order) ? rest : entry) as OutboxEntry);
      }
      if (session === undefined || (await stores.session.get("session")) !== undefined) return;
      await stores.session.put(session, "session");
      if (cursor !== undefined) await stores.session.put(cursor, "cursor");
      for (const event of events) await stores.log.put(event);
    });
  }

  function giveUp(error: unknown): void {
    if (kind === "memory") return;
    kind = "memory";
    logger?.warn({ error: nameOf(error) }, "storage is not available; keeping everything in memory");
    drop(opening);
    for (const listener of Array.from(listeners)) listener(kind);
  }

  /** Does `work` on a live handle; `undefined` when memory has to do it. */
  async function durably<Value>(work: (database: Handle) => Promise<Value>): Promise<{ value: Value } | undefined> {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      if (kind === "memory" || closed) return undefined;
      let handle: Promise<Handle> | undefined;
      let opened = false;
      try {
        handle = open();
        const database = await within(handle, openTimeoutMs);
        opened = true;
        return { value: await within(work(database), workTimeoutMs) };
      } catch (error) {
        drop(handle);
        const hopeless = !HANDLE_ERRORS.has(nameOf(error)) || (!opened && nameOf(error) === "TimeoutError");
        if (hopeless || tries === TRIES) giveUp(error);
      }
    }
    return undefined;
  }

  return {
    get kind() {
      return kind;
    },
    onKind(listener) {
      listeners.add(listener);
    },
    async load() {
      const done = await durably(async (database) => {
        const tx = database.transaction(["outbox", "session", "log"]);
        // Its end is of no interest, but an end that nobody listens to would be an uncaught error of the host page.
        tx.done.catch(() => {});
        const [session, cursor, events, outbox] = await Promise.all([
          tx.objectStore("session").get("session"),
          tx.objectStore("session").get("cursor"),
          tx.objectStore("log").getAll(),
          tx.objectStore("outbox").getAll(),
        ]);
        return { session: session as StoredSession | undefined, cursor: cursor as Cursor | undefined, events, outbox };
      });
      if (done !== undefined) memory.adopt(done.value);
      return memory.load();
    },
    async saveSession(session) {
      await durably((database) => writing(database, (stores) => stores.session.put(session, "session")));
      await memory.saveSession(session);
    },
    async enqueue(entry) {
      const done = await durably((database) =>
        writing(database, async ({ outbox }) => {
          // An earlier try may have been stored although it looked failed.
          const there = await outbox.index("id").get(entry.id);
          return { ...entry, order: there?.order ?? (await outbox.add(entry as OutboxEntry)) };
        }),
      );
      if (done === undefined) return memory.enqueue(entry);
      memory.put(done.value);
      return done.value;
    },
    async update(entry) {
      await durably((database) =>
        writing(database, async ({ outbox }) => {
          if ((await outbox.index("id").getKey(entry.id)) === entry.order) await outbox.put(entry);
        }),
      );
      await memory.update(entry);
    },
    async remove(id) {
      await durably((database) =>
        writing(database, async ({ outbox }) => {
          const order = await outbox.index("id").getKey(id);
          if (order !== undefined) await outbox.delete(order);
        }),
      );
      await memory.remove(id);
    },
    async outbox() {
      const done = await durably((database) => {
        const tx = database.transaction("outbox");
        tx.done.catch(() => {});
        return tx.objectStore("outbox").getAll();
      });
      if (done !== undefined) memory.adopt({ outbox: done.value });
      return memory.outbox();
    },
    async saveEvents(events, cursor, reset) {
      await durably((database) =>
        writing(database, async ({ log, session }) => {
          const stored = (await session.get("cursor")) as Cursor | undefined;
          const continues = !reset && (stored === undefined || stored.epoch === cursor.epoch);
          if (!continues) await log.clear();
          // Two tabs may lead for a moment: the cursor covers what either stored, and does not fall.
          const seq = continues ? Math.max(stored?.seq ?? 0, cursor.seq) : cursor.seq;
          const writes: Promise<unknown>[] = events.map((event) => log.put(event));
          writes.push(session.put({ epoch: cursor.epoch, seq }, "cursor"));
          if (seq > keep) writes.push(log.delete(IDBKeyRange.upperBound(seq - keep)));
          await Promise.all(writes);
        }),
      );
      await memory.saveEvents(events, cursor, reset);
    },
    async clear() {
      await durably((database) =>
        writing(database, ({ outbox, session, log }) => Promise.all([outbox.clear(), session.clear(), log.clear()])),
      );
      await memory.clear();
    },
    close() {
      closed = true;
      drop(opening);
    },
  };
}

/** One synced transaction over all stores: it commits whole, and only then is the work done. */
async function writing<Value>(
  database: Handle,
  work: (stores: { [Name in "outbox" | "session" | "log"]: IDBPObjectStore<Schema, typeof STORES, Name, "readwrite"> }) => Promise<Value>,
): Promise<Value> {
  const tx = database.transaction(STORES, "readwrite", { durability: "strict" });
  const committed = tx.done;
  // Awaited below unless the work failed first; then its error is the one that counts.
  committed.catch(() => {});
  const value = await work({ outbox: tx.objectStore("outbox"), session: tx.objectStore("session"), log: tx.objectStore("log") });
  await committed;
  return value;
}

function nameOf(error: unknown): string {
  return error instanceof Error || (typeof DOMException !== "undefined" && error instanceof DOMException) ? error.name : String(error);
}

/** Settles as `work` does, or rejects with a `TimeoutError` after `ms`. What comes later is ignored. */
function within<Value>(work: Promise<Value>, ms: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new DOMException("storage does not answer", "TimeoutError")), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
