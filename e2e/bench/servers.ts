/** The two servers under load, each a process of its own: the bare echo and our relay with the demo's knowledge. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { startRelay } from "../client/index.ts";
import { readUtterances } from "../eval/read-utterances.ts";
import type { Questions } from "./visitors.ts";

export const SITE = "bench";
export const root = fileURLToPath(new URL("../..", import.meta.url));
const LANGUAGES = ["en", "de", "fr", "es", "zh-Hans", "ja", "ar"];

export type ServerUnderLoad = { pid: number; port: number; site: string | undefined; stop: () => Promise<void> };

/** Arguments for Node that make a server collect its garbage on SIGUSR2. */
export const gcArgs: readonly string[] = ["--expose-gc", "--import", new URL("gc-on-signal.ts", import.meta.url).href];

export async function startEcho(nodeArgs: readonly string[] = []): Promise<ServerUnderLoad> {
  const entry = fileURLToPath(new URL("echo-server.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@allhours/source", ...nodeArgs, entry], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const gone = once(child, "exit");
  return {
    pid: child.pid ?? 0,
    port: (JSON.parse(line) as { port: number }).port,
    site: undefined,
    async stop() {
      child.kill("SIGTERM");
      await gone;
    },
  };
}

/** Our relay as it ships: SQLite on disk, embedded understanding and knowledge, one log line a turn. Only the limits are raised. */
export async function startOurs(options: { log?: string; nodeArgs?: readonly string[] } = {}): Promise<ServerUnderLoad> {
  const relay = await startRelay({
    config: configText(options.log ?? "info"),
    ...(options.nodeArgs === undefined ? {} : { nodeArgs: options.nodeArgs }),
  });
  if (relay.notReady.length > 0) {
    await relay.kill();
    throw new Error(`not ready: ${relay.notReady.join(", ")}`);
  }
  return {
    pid: relay.pid,
    port: relay.port,
    site: SITE,
    async stop() {
      await relay.stop();
    },
  };
}

function configText(log: string): string {
  return JSON.stringify({
    mode: "dev",
    server: { host: "127.0.0.1", port: 0, drainMs: 5_000 },
    store: { kind: "sqlite", path: "data/bench.db" },
    limits: { linksPerAddress: 1_000_000, newLinksPerAddressPer10s: 1_000_000, messageBurst: 100_000, messagesPerSecond: 100_000 },
    log,
    sites: { [SITE]: { name: "Linden & Co", origins: [], languages: LANGUAGES, defaultLanguage: "en", defaultRegion: "one" } },
    regions: {
      one: {
        nlu: [{ use: "embedded", examples: [join(root, "demo/nlu/examples.*.csv")], articles: [join(root, "demo/knowledge")] }],
        knowledge: [{ use: "embedded", articles: [join(root, "demo/knowledge")], urlTemplate: "/help/{id}" }],
      },
    },
  });
}

/** The demo's held-out questions, one list a language: none of them is among the examples. */
export async function heldOutQuestions(): Promise<Questions[]> {
  return Promise.all(
    LANGUAGES.map(async (language) => {
      const name = `heldout.${language}.jsonl`;
      const { utterances } = readUtterances(name, await readFile(join(root, "demo/nlu", name), "utf8"));
      return { language, texts: utterances.map(({ text }) => text) };
    }),
  );
}
