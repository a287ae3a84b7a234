/** Watches the config, the widget's folder and the files of the adapters, and says what changed once it has settled. */
import { resolve } from "node:path";
import { watch, type FSWatcher } from "chokidar";
import type { Clock } from "./observe/clock.ts";
import type { Logger } from "./observe/logger.ts";

export type Watched = { name: string; path: string; changed: () => Promise<void> };

/** A file counts as written when it kept its size for this long, milliseconds. */
const STABLE_MS = 150;
/** Changes of one thing within this become one. */
const GATHER_MS = 100;

/** `path`: a file, or a folder with all in it. A `changed` that rejects is logged, and what served before serves on. */
export function watchFiles(watched: readonly Watched[], deps: { clock: Clock; logger: Logger }): Pick<FSWatcher, "close"> {
  const pending = new Map<string, () => void>();
  const watcher = watch([...new Set(watched.map(({ path }) => path))], {
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: STABLE_MS, pollInterval: 50 },
  });
  function later({ name, changed }: Watched): void {
    pending.get(name)?.();
    pending.set(
      name,
      deps.clock.after(GATHER_MS, () => {
        pending.delete(name);
        changed().catch((error: unknown) =>
          deps.logger.error({ err: error, changed: name }, "a reload failed; what served before serves on"),
        );
      }),
    );
  }
  watcher.on("all", (_event, path) => {
    const changed = resolve(path);
    for (const one of watched) if (changed === one.path || changed.startsWith(`${one.path}/`)) later(one);
  });
  return watcher;
}
