import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "vitest";
import { storeContract } from "../testing/store-suite.ts";
import { createGroupedStore } from "./grouped.ts";
import { createMemoryStore } from "./memory.ts";
import { openSqliteStore } from "./sqlite.ts";
import type { Store } from "./store.ts";

const memory = storeContract("memory", async () => {
  const store = createMemoryStore();
  return { store, dispose: () => store.close() };
});

const sqlite = storeContract("sqlite", async () => {
  const folder = await mkdtemp(join(tmpdir(), "allhours-store-"));
  const path = join(folder, "log.db");
  let open: Store = await openSqliteStore({ path });
  return {
    store: open,
    reopen: async () => {
      await open.close();
      open = await openSqliteStore({ path });
      return open;
    },
    dispose: async () => {
      await open.close();
      await rm(folder, { recursive: true });
    },
  };
});

/** Two files; what the cases write is spread over both by its region. */
const grouped = storeContract("grouped", async () => {
  const folder = await mkdtemp(join(tmpdir(), "allhours-store-"));
  const open = async (): Promise<Store> => {
    const stores = new Map<string, Store>();
    for (const group of ["one", "two"]) stores.set(group, await openSqliteStore({ path: join(folder, `${group}.db`) }));
    return createGroupedStore(stores, (regionId) => (regionId === "eu" ? "two" : "one"));
  };
  let store = await open();
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await open();
      return store;
    },
    dispose: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
});

describe("the contract of a store", () => {
  for (const { name, run } of [...memory, ...sqlite, ...grouped]) test(name, run);
});
