/** One of the relay's own adapters in this process, without a relay around it: what is measured is the adapter alone. */
import type { AdapterContext, AdapterDefinition, AdapterKind } from "@allhours/relay";

/** `options` as in a config. Relative paths are below `folder`, the cache is `folder`/cache. Warnings go to stderr. */
export function openAdapter<Kind extends AdapterKind>(definition: AdapterDefinition<Kind>, options: object, folder: string) {
  const logger: AdapterContext["logger"] = { info: () => undefined, warn: console.error, error: console.error };
  const context: AdapterContext = { regionId: "eu", path: "bench", baseDir: folder, cacheDir: `${folder}/cache`, fetch, logger };
  const parsed = definition.parseOptions(options);
  if (!parsed.ok) throw new TypeError(parsed.issues.map(({ path, expected }) => `${path}: ${expected}`).join("; "));
  return definition.create(parsed.options as never, context);
}
