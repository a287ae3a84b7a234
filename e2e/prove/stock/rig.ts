/** The stock server as a process that can be killed, and stock clients that only do what socket.io-client does by itself. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { io, type Socket } from "socket.io-client";
import { freePort } from "@allhours/relay/testing";
import { ledgerText, sightingIn, type Sighting } from "../ledger.ts";
import type { Random } from "../random.ts";

/** `default`: as installed. `retries`: with acks, `retries` and connection state recovery, as its page on delivery guarantees has it. */
export type StockMode = "default" | "retries";

export interface StockServer {
  readonly port: number;
  start(): Promise<void>;
  kill(): Promise<void>;
  stored(): Promise<Sighting[]>;
  close(): Promise<void>;
}

export async function createStockServer(mode: StockMode): Promise<StockServer> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), "allhours-stock-"));
  const file = join(dir, "messages.jsonl");
  await writeFile(file, "");
  const entry = fileURLToPath(new URL("server.ts", import.meta.url));
  let child: ChildProcess | undefined;
  async function start(): Promise<void> {
    const args = ["--conditions=@allhours/source", "--disable-warning=ExperimentalWarning", entry, file, String(port)];
    child = spawn(process.execPath, [...args, ...(mode === "retries" ? ["recovery"] : [])], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout!, "data");
  }
  async function kill(): Promise<void> {
    const ending = child;
    child = undefined;
    if (ending === undefined) return;
    const gone = once(ending, "exit");
    ending.kill("SIGKILL");
    await gone;
  }
  await start();
  return {
    port,
    start,
    kill,
    async stored() {
      const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
      return lines.flatMap((line) => sightingIn(JSON.parse(line) as string) ?? []);
    },
    async close() {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export interface StockClient {
  readonly sent: Sighting[];
  readonly shown: Sighting[];
  say(): void;
  close(): void;
}

export function createStockClient(name: string, url: string, mode: StockMode, random: Random): StockClient {
  const socket: Socket = io(url, {
    transports: ["websocket"],
    forceNew: true,
    ...(mode === "retries" ? { retries: 10, ackTimeout: 2_000 } : {}),
  });
  const sent: Sighting[] = [];
  const shown: Sighting[] = [];
  let n = 0;
  socket.on("reply", (text: string) => shown.push(...[sightingIn(text) ?? []].flat()));
  return {
    sent,
    shown,
    say() {
      const { text, sighting } = ledgerText(name, (n += 1), random);
      sent.push(sighting);
      if (mode === "retries") socket.emit("message", text, () => {});
      else socket.emit("message", text);
    },
    close: () => void socket.disconnect(),
  };
}
