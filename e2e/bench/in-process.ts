/** One of the relay's own adapters without a relay around it, in a process of its own: what is measured is the adapter alone. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { AdapterContext, AdapterDefinition, AdapterKind, NluRequest } from "@allhours/relay";

/** `options` as in a config. Relative paths are below `folder`, the cache is `folder`/cache. Warnings go to stderr. */
export function openAdapter<Kind extends AdapterKind>(definition: AdapterDefinition<Kind>, options: object, folder: string) {
  const logger: AdapterContext["logger"] = { info: () => undefined, warn: console.error, error: console.error };
  const resolve = async (): Promise<never> => Promise.reject(new Error("the bench connects to no server"));
  const cacheDir = `${folder}/cache`;
  const context: AdapterContext = { regionId: "eu", path: "bench", baseDir: folder, cacheDir, fetch, resolve, logger };
  const parsed = definition.parseOptions(options);
  if (!parsed.ok) throw new TypeError(parsed.issues.map(({ path, expected }) => `${path}: ${expected}`).join("; "));
  return definition.create(parsed.options as never, context);
}

/** What an NLU is asked of a message that begins a conversation. */
export function firstMessage(text: string, language: string): NluRequest {
  return {
    text,
    language,
    siteLanguages: [language],
    conversationId: "conversation",
    siteId: "site",
    at: Date.now(),
    visitorId: "visitor",
    history: [],
  };
}

const run = promisify(execFile);

/** What a file of this folder prints as JSON when it is run by itself. */
export async function measureApart<Measured>(name: string, args: readonly string[], nodeArgs: readonly string[] = []): Promise<Measured> {
  const { stdout } = await run(process.execPath, ["--conditions=@allhours/source", ...nodeArgs, join(import.meta.dirname, name), ...args]);
  return JSON.parse(stdout) as Measured;
}
