/** An `AdapterContext` for tests: folders of their own, and a logger that remembers. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEgressList } from "../adapters/egress-list.ts";
import type { AdapterContext } from "../adapters/spec.ts";

export type LogLine = { level: "info" | "warn" | "error"; fields: Record<string, unknown>; message: string };
export type TestContext = { context: AdapterContext; logs: LogLine[]; dispose: () => Promise<void> };

/** `baseDir` and `cacheDir` lie in a new temporary folder that `dispose` removes. `fetch` reaches everything, `resolve` nothing, unless given. */
export async function createTestContext(over: Partial<AdapterContext> = {}): Promise<TestContext> {
  const folder = await mkdtemp(join(tmpdir(), "allhours-"));
  const logs: LogLine[] = [];
  const log =
    (level: LogLine["level"]) =>
    (fields: object, message: string): void =>
      void logs.push({ level, fields: fields as Record<string, unknown>, message });
  const context: AdapterContext = {
    regionId: "eu",
    path: "regions.eu.test.0",
    baseDir: folder,
    cacheDir: join(folder, "cache"),
    fetch,
    resolve: createEgressList([]),
    logger: { info: log("info"), warn: log("warn"), error: log("error") },
    ...over,
  };
  return { context, logs, dispose: async () => rm(folder, { recursive: true, force: true }) };
}
