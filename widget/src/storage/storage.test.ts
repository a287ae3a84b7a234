import "fake-indexeddb/auto";
import type { DurableEvent } from "@allhours/protocol";
import { IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { OutboxEntry, OutboxStorage } from "../core/ports.ts";
import { createIdbStorage } from "./idb.ts";
import { createMemoryStorage } from "./memory.ts";

const session = { token: "token", visitorId: "v", conversationId: "c" };
const entry = (id: string): Omit<OutboxEntry, "order"> => ({ id, parts: [{ type: "text", text: id }], createdAt: 0, attempts: 0 });
const event = (seq: number): DurableEvent => ({
  type: "message-added",
  conversationId: "c",
  seq,
  at: 0,
  message: { id: `m${seq}`, author: { kind: "bot" }, parts: [] },
});
const ids = async (storage: OutboxStorage): Promise<string[]> => (await storage.outbox()).map(({ id }) => id);
const seqs = async (storage: OutboxStorage): Promise<number[]> => (await storage.load()).events.map(({ seq }) => seq);

/** The next calls fail; later ones do what they always did. */
function failTransactions(times: number, error: DOMException): void {
  const spy = vi.spyOn(IDBDatabase.prototype, "transaction");
  for (let count = 0; count < times; count += 1) {
    spy.mockImplementationOnce(() => {
      throw error;
    });
  }
}

let site = 0;
beforeEach(() => {
  site += 1;
  vi.stubGlobal("indexedDB", new IDBFactory());
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});
const idb = (options: { keep?: number; openTimeoutMs?: number } = {}): OutboxStorage =>
  createIdbStorage({ site: `site-${site}`, ...options });

describe.each([
  ["memory", (keep?: number) => createMemoryStorage(keep)],
  ["idb", (keep?: number) => idb(keep === undefined ? {} : { keep })],
] as const)("%s storage", (kind, create) => {
  test("begins empty", async () => {
    const storage = create();
    expect(await storage.load()).toEqual({ session: undefined, cursor: undefined, events: [], outbox: [] });
    expect(storage.kind).toBe(kind);
  });

  test("a queue: in order of enqueueing, once an id, changed in place, gone for good", async () => {
    const storage = create();
    const placed = await Promise.all(["a", "b", "c"].map((id) => storage.enqueue(entry(id))));
    expect(placed.map(({ order }) => order)).toEqual([1, 2, 3]);
    expect((await storage.enqueue(entry("b"))).order).toBe(2);
    await storage.update({ ...placed.at(0)!, attempts: 3 });
    await storage.remove("b");
    await storage.update(placed.at(1)!);
    await storage.remove("unknown");
    expect((await storage.outbox()).map(({ id, attempts }) => [id, attempts])).toEqual([
      ["a", 3],
      ["c", 0],
    ]);
    expect((await storage.enqueue(entry("d"))).order).toBe(4);
    expect(storage.kind).toBe(kind);
  });

  test("events with the cursor that covers them; the newest are kept, the cursor does not fall, a reset replaces", async () => {
    const storage = create(3);
    await storage.saveEvents([event(1), event(2)], { epoch: "one", seq: 2 }, true);
    await storage.saveEvents([event(3), event(4), event(5)], { epoch: "one", seq: 5 }, false);
    expect([await seqs(storage), (await storage.load()).cursor]).toEqual([[3, 4, 5], { epoch: "one", seq: 5 }]);
    await storage.saveEvents([event(4)], { epoch: "one", seq: 4 }, false);
    expect([await seqs(storage), (await storage.load()).cursor]).toEqual([[3, 4, 5], { epoch: "one", seq: 5 }]);
    await storage.saveEvents([event(1)], { epoch: "two", seq: 1 }, true);
    expect([await seqs(storage), (await storage.load()).cursor]).toEqual([[1], { epoch: "two", seq: 1 }]);
  });

  test("clear forgets everything", async () => {
    const storage = create();
    await storage.saveSession(session);
    await storage.enqueue(entry("a"));
    await storage.saveEvents([event(1)], { epoch: "one", seq: 1 }, false);
    expect((await storage.load()).session).toEqual(session);
    await storage.clear();
    expect(await storage.load()).toEqual({ session: undefined, cursor: undefined, events: [], outbox: [] });
  });

  test("gives out copies", async () => {
    const storage = create();
    await storage.enqueue(entry("a"));
    (await storage.outbox()).at(0)!.attempts = 99;
    expect((await storage.outbox()).at(0)!.attempts).toBe(0);
  });
});

describe("idb storage and trouble", () => {
  test("a new page finds what the last one saved, and tabs share one order", async () => {
    const one = idb();
    const two = idb();
    await one.enqueue(entry("a"));
    await two.enqueue(entry("b"));
    await one.enqueue(entry("c"));
    await one.saveSession(session);
    one.close();
    expect(await ids(two)).toEqual(["a", "b", "c"]);
    expect((await idb().load()).session).toEqual(session);
  });

  test("denied: memory at once, told once, and nothing is thrown", async () => {
    vi.stubGlobal("indexedDB", {
      open() {
        throw new DOMException("denied", "SecurityError");
      },
    });
    const storage = idb();
    const told: string[] = [];
    storage.onKind((kind) => told.push(kind));
    await storage.enqueue(entry("a"));
    await storage.saveSession(session);
    expect([storage.kind, told, await ids(storage), (await storage.load()).session]).toEqual(["memory", ["memory"], ["a"], session]);
  });

  test("no IndexedDB at all", async () => {
    vi.stubGlobal("indexedDB", undefined);
    const storage = idb();
    await storage.enqueue(entry("a"));
    expect([storage.kind, await ids(storage)]).toEqual(["memory", ["a"]]);
  });

  test("an open that never answers is waited for once", async () => {
    const open = vi.fn(() => Object.assign(new EventTarget(), { result: undefined, error: null }));
    vi.stubGlobal("indexedDB", { open });
    vi.stubGlobal("IDBRequest", EventTarget);
    const storage = idb({ openTimeoutMs: 30 });
    await storage.enqueue(entry("a"));
    await storage.enqueue(entry("b"));
    expect(open).toHaveBeenCalledTimes(1);
    expect([storage.kind, await ids(storage)]).toEqual(["memory", ["a", "b"]]);
  });

  test.each(["InvalidStateError", "UnknownError"])("a handle that throws %s is dropped and opened again", async (name) => {
    const storage = idb();
    await storage.enqueue(entry("a"));
    failTransactions(2, new DOMException("stale", name));
    await storage.enqueue(entry("b"));
    expect([storage.kind, await ids(storage)]).toEqual(["idb", ["a", "b"]]);
    expect(await ids(idb())).toEqual(["a", "b"]);
  });

  test("three failures in a row: memory, with everything it knew", async () => {
    const storage = idb();
    await storage.saveSession(session);
    await storage.saveEvents([event(1)], { epoch: "one", seq: 1 }, false);
    await storage.enqueue(entry("a"));
    let tries = 0;
    vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(() => {
      tries += 1;
      throw new DOMException("stale", "InvalidStateError");
    });
    const b = await storage.enqueue(entry("b"));
    // The first try was on the open handle; the others also try to put back what is missing.
    expect(tries).toBeGreaterThanOrEqual(3);
    expect(b.order).toBe(2);
    expect(storage.kind).toBe("memory");
    expect(await ids(storage)).toEqual(["a", "b"]);
    expect(await storage.load()).toMatchObject({ session, cursor: { seq: 1 }, events: [{ seq: 1 }] });
  });

  test("a full disk: memory, and the message is kept", async () => {
    const storage = idb();
    await storage.enqueue(entry("a"));
    vi.spyOn(IDBObjectStore.prototype, "add").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    await storage.enqueue(entry("b"));
    expect([storage.kind, await ids(storage)]).toEqual(["memory", ["a", "b"]]);
  });

  test("a database cleared while it was open is filled again with what this page knows", async () => {
    const storage = idb();
    await storage.saveSession(session);
    await storage.saveEvents([event(1), event(2)], { epoch: "one", seq: 2 }, false);
    await storage.enqueue(entry("a"));
    await storage.enqueue(entry("b"));
    await storage.remove("a");
    // What a browser does when the visitor clears the site's data: the handle is closed, the database is gone.
    vi.stubGlobal("indexedDB", new IDBFactory());
    failTransactions(1, new DOMException("closed", "InvalidStateError"));
    await storage.enqueue(entry("c"));
    const stored = await idb().load();
    expect(stored.outbox.map(({ id }) => id)).toEqual(["b", "c"]);
    expect(stored).toMatchObject({ session, cursor: { epoch: "one", seq: 2 }, events: [{ seq: 1 }, { seq: 2 }] });
  });

  test("a page that wants to upgrade the database is not held up", async () => {
    const storage = idb();
    await storage.enqueue(entry("a"));
    const newer = await openDB(`allhours:site-${site}`, 2);
    expect(newer.version).toBe(2);
    newer.close();
  });
});
