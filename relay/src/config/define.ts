/** For a config written in TypeScript: checks the types while typing, does nothing else. */
import type { ConfigInput } from "./schema.ts";

export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}
