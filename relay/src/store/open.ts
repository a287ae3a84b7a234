/** The store of a config: one file for each residency group, each opened by its own worker; or memory, for tests. */
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Config } from "../config/schema.ts";
import type { Logger } from "../observe/logger.ts";
import { residencyOf } from "../routing/region.ts";
import { createGroupedStore } from "./grouped.ts";
import { createMemoryStore } from "./memory.ts";
import { groupPath, settleGroups, type GroupFile } from "./residency.ts";
import { openSqliteStore } from "./sqlite.ts";
import type { Store } from "./store.ts";

/** The file of each group, absolute. The group of the first region has `store.path`. */
export function groupFiles({ regions, store }: Pick<Config, "regions" | "store">, baseDir: string): GroupFile[] {
  const files = new Map<string, { group: string; path: string; regionIds: string[] }>();
  for (const [regionId, region] of Object.entries(regions)) {
    const group = residencyOf(regionId, region);
    const path = store.groups[group]?.path ?? (files.size === 0 ? store.path : groupPath(store.path, group));
    const file = files.get(group) ?? { group, path: resolve(baseDir, path), regionIds: [] };
    file.regionIds.push(regionId);
    files.set(group, file);
  }
  return [...files.values()];
}

/**
 * Throws `StoreError` when a file cannot be opened, or belongs to another group. `groupOf`: of a region, as the config says now. `onDeath`: a worker
 * ended unasked.
 */
export async function openStore(
  config: Pick<Config, "regions" | "store">,
  baseDir: string,
  deps: { groupOf: (regionId: string) => string | undefined; logger: Logger; onDeath: (error: Error) => void },
): Promise<Store> {
  const files = groupFiles(config, baseDir);
  const stores = new Map<string, Store>();
  if (config.store.kind === "sqlite") {
    for (const { path } of files) await mkdir(dirname(path), { recursive: true });
    const { moved } = await settleGroups(files);
    for (const one of moved) deps.logger.warn(one, "conversations lay in the file of another residency group and were moved");
  }
  for (const { group, path } of files)
    stores.set(
      group,
      config.store.kind === "memory"
        ? createMemoryStore()
        : await openSqliteStore({ path, label: group, maxBatchRows: config.store.maxBatchRows, onDeath: deps.onDeath }),
    );
  const [only] = stores.values();
  return stores.size === 1 && only !== undefined ? only : createGroupedStore(stores, deps.groupOf);
}
