/**
 * A real relay for the proof: a process of its own on a port that stays the same, its database in a folder that outlives it, an HTTP
 * NLU (the adapter witness) in place of the embedded one so that no start trains. Kills, stops and starts it; reads its log of entries.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@allhours/relay/testing";
import { startRelay, type StartedRelay } from "../../client/index.ts";

export const SITE = "linden";
export type RigOptions = {
  /** Origin of the NLU stub; without one the region has no NLU. */
  nluUrl?: string | undefined;
  /** Merged over the region: handoff, egress, guard times. */
  region?: Record<string, unknown> | undefined;
  /** In place of the one region `eu`; `region` and `nluUrl` do not count then. */
  regions?: Record<string, unknown> | undefined;
  server?: Record<string, unknown> | undefined;
  limits?: Record<string, number> | undefined;
  site?: Record<string, unknown> | undefined;
  store?: Record<string, unknown> | undefined;
  nodeArgs?: readonly string[] | undefined;
  /** Folder of the database; default one of its own, removed at the end. */
  dir?: string | undefined;
  env?: Record<string, string> | undefined;
  /** Another program in place of the usual relay process, with the same arguments: for a clock that is not the system's. */
  entry?: string | undefined;
};

export interface RelayRig {
  readonly url: string;
  readonly port: number;
  readonly dir: string;
  readonly databaseFile: string;
  /** Of the running process; 0 when there is none. */
  readonly pid: number;
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM: drains; gives the exit code. */
  stop(): Promise<number | null>;
  /** SIGSTOP and SIGCONT. */
  pause(): void;
  resume(): void;
  log(): Promise<string>;
  /** Ends what runs and removes what was made. */
  close(): Promise<void>;
}

/** Started when it resolves. */
export async function createRelayRig(options: RigOptions = {}): Promise<RelayRig> {
  const port = await freePort();
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), "allhours-prove-")));
  let running: StartedRelay | undefined;

  async function start(): Promise<void> {
    running = await startRelay({
      config: rigConfig(port, options),
      dir,
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.nodeArgs === undefined ? {} : { nodeArgs: options.nodeArgs }),
      ...(options.entry === undefined ? {} : { entry: options.entry }),
    });
  }
  const signal = (name: NodeJS.Signals): void => {
    if (running !== undefined) process.kill(running.pid, name);
  };
  const end = async <Value>(how: (relay: StartedRelay) => Promise<Value>): Promise<Value | undefined> => {
    const ending = running;
    running = undefined;
    return ending === undefined ? undefined : how(ending);
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    dir,
    databaseFile: join(dir, "allhours.db"),
    get pid() {
      return running?.pid ?? 0;
    },
    start,
    kill: async () => await end((relay) => relay.kill()),
    stop: async () => (await end((relay) => relay.stop())) ?? null,
    pause: () => signal("SIGSTOP"),
    resume: () => signal("SIGCONT"),
    log: async () => running?.log() ?? "",
    async close() {
      signal("SIGCONT");
      await end((relay) => relay.kill());
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
    },
  };
}

/** JSON is YAML. Limits are wide: every visitor of the proof comes from one address. */
function rigConfig(port: number, options: RigOptions): string {
  const nlu = options.nluUrl === undefined ? [] : [{ use: "http", url: options.nluUrl, guard: { timeoutMs: 10_000 } }];
  const egress = options.nluUrl === undefined ? [] : [new URL(options.nluUrl).origin];
  const { egress: more, ...region } = options.region ?? {};
  return JSON.stringify({
    mode: "dev",
    server: { host: "127.0.0.1", port, drainMs: 1_000, ...options.server },
    store: { kind: "sqlite", path: "${ALLHOURS_DATA}/allhours.db", ...options.store },
    log: "warn",
    limits: {
      linksPerAddress: 1_000_000,
      linksPerVisitor: 1_000,
      newLinksPerAddressPer10s: 1_000_000,
      messageBurst: 100_000,
      messagesPerSecond: 100_000,
      ...options.limits,
    },
    sites: {
      [SITE]: { name: "Linden & Co", origins: [], languages: ["en", "fr"], defaultLanguage: "en", defaultRegion: "eu", ...options.site },
    },
    regions: options.regions ?? {
      eu: { egress: [...egress, ...((more as string[] | undefined) ?? [])], nlu, knowledge: [], ...region },
    },
  });
}
