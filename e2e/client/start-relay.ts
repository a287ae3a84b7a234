/**
 * Runs a relay as a real child process, from its sources, with a config file or text. A config given as text lies in a temporary
 * folder of its own, and so does its database; both are removed after the stop. Ends what it started by process id only.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

const usualEntry = fileURLToPath(new URL("relay-process.ts", import.meta.url));
/** Training may take a while; a relay that is not ready by then is an error. */
const READY_MS = 180_000;

export type StartRelayOptions = {
  /** A config file, used where it lies. It may say `${ALLHOURS_DATA}` to put its database into the temporary folder. */
  configFile?: string | undefined;
  /** Or the YAML (or JSON) text of one; relative paths in it are relative to the temporary folder. */
  config?: string | undefined;
  env?: Record<string, string> | undefined;
  /** A folder to use in place of a temporary one; it is kept, so that a second relay can start on the same database. */
  dir?: string | undefined;
  /** A program in place of relay-process.ts, with the same arguments. */
  entry?: string | undefined;
  /** More arguments for Node, as `--cpu-prof`. */
  nodeArgs?: readonly string[] | undefined;
};

export type StartedRelay = {
  /** As http://127.0.0.1:40123. */
  url: string;
  port: number;
  pid: number;
  /** Names of the adapters that did not get ready. */
  notReady: string[];
  /** From the start of the process until it listened with every adapter ready, milliseconds. */
  readyMs: number;
  dir: string;
  /** The log so far: JSON lines. */
  log(): Promise<string>;
  /** SIGTERM, and the exit code once it is gone. */
  stop(): Promise<number | null>;
  /** SIGKILL: nothing is flushed, as after a power cut of the process. */
  kill(): Promise<void>;
};

/** Rejects with the end of the log when the process ends before it listens. */
export async function startRelay(options: StartRelayOptions): Promise<StartedRelay> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), "allhours-relay-")));
  await mkdir(dir, { recursive: true });
  const configFile = options.configFile ?? join(dir, "allhours.yaml");
  if (options.config !== undefined) await writeFile(configFile, options.config);
  const logFile = join(dir, "relay.log");
  const log = openSync(logFile, "a");
  const from = performance.now();
  const child = spawn(
    process.execPath,
    ["--conditions=@allhours/source", ...(options.nodeArgs ?? []), options.entry ?? usualEntry, configFile, "3"],
    {
      env: { ...process.env, ALLHOURS_DATA: dir, ...options.env },
      stdio: ["ignore", log, log, "pipe"],
      cwd: dir,
    },
  );
  closeSync(log);
  // Whoever started it may end early; it must not stay behind.
  const orphaned = (): void => void child.kill("SIGKILL");
  process.once("exit", orphaned);
  child.once("exit", () => process.off("exit", orphaned));
  const gone = once(child, "exit") as Promise<[number | null]>;
  const readLog = async (): Promise<string> => readFile(logFile, "utf8").catch(() => "");
  const clean = async (): Promise<void> => {
    if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
  };

  const ready = await firstLine(child, gone).catch(async (cause: unknown) => {
    child.kill("SIGKILL");
    const tail = (await readLog()).trimEnd().split("\n").slice(-15).join("\n");
    await clean();
    throw new Error(`the relay did not start; the end of its log:\n${tail}`, { cause });
  });
  const readyMs = performance.now() - from;
  const { host, port, notReady } = JSON.parse(ready) as { host: string; port: number; notReady: string[] };

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const [code] = await gone;
    await clean();
    return code;
  }
  return {
    url: `http://${host}:${port}`,
    port,
    pid: child.pid ?? 0,
    notReady,
    readyMs,
    dir,
    log: readLog,
    stop: async () => end("SIGTERM"),
    async kill() {
      await end("SIGKILL");
    },
  };
}

/** The line the process writes on descriptor 3. Rejects when it ends first or takes too long. */
async function firstLine(child: ChildProcess, gone: Promise<unknown>): Promise<string> {
  const pipe = child.stdio[3] as Readable;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not ready within ${READY_MS} ms`)), READY_MS);
  });
  const line = new Promise<string>((resolve) => {
    let text = "";
    pipe.setEncoding("utf8");
    pipe.on("data", (piece: string) => {
      text += piece;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
  });
  try {
    return await Promise.race([
      line,
      late,
      gone.then(() => {
        throw new Error("the process ended");
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
