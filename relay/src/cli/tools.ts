/** What every command is given by cli.ts. */
import type { AdapterLogger } from "../adapters/spec.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { SiteConfig } from "../config/schema.ts";

export type Tools = {
  /** The argument that names the config. */
  config: { readonly type: "string"; readonly description: string; readonly default: string };
  /** Ends the process when the config has mistakes, after naming them. */
  load: (file: string) => Promise<LoadedConfig>;
  say: (text: string) => void;
  fail: (text: string) => void;
};

/** Runs it; what it throws is told by `fail`. */
export async function guarded(fail: Tools["fail"], run: () => Promise<void>): Promise<void> {
  await run().catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)));
}

/** The site that was named, else the first. One that is not configured is told by `fail`. */
export function siteOf(
  { config: { sites } }: LoadedConfig,
  named: string | undefined,
  fail: Tools["fail"],
): { id: string; site: SiteConfig } | undefined {
  const id = named ?? Object.keys(sites)[0] ?? "";
  const site = sites[id];
  if (site === undefined) fail(`no site "${id}"; known: ${Object.keys(sites).join(", ")}`);
  return site === undefined ? undefined : { id, site };
}

/** Tells `warn` of warnings and errors, and nobody of the rest. */
export function warningLogger(warn: (text: string) => void): AdapterLogger {
  const tell = (fields: object, message: string): void => warn(`${message} ${JSON.stringify(fields)}`);
  return { info: () => {}, warn: tell, error: tell };
}
