/** What every command is given by cli.ts. */
import type { LoadedConfig } from "../config/load.ts";

export type Tools = {
  /** The argument that names the config. */
  config: { readonly type: "string"; readonly description: string; readonly default: string };
  /** Ends the process when the config has mistakes, after naming them. */
  load: (file: string) => Promise<LoadedConfig>;
  say: (text: string) => void;
  fail: (text: string) => void;
};
