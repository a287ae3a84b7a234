/** A PostgreSQL server of its own for one test file: Debian's programs, a folder under the temporary one, loopback only. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { endProcess, freePort } from "./processes.ts";

const root = "/usr/lib/postgresql";
/** The newest installed; `undefined` when there is none here, or none that this user can start. */
export const postgresPrograms = ((): string | undefined => {
  const versions = existsSync(root) ? readdirSync(root).sort((one, other) => Number(other) - Number(one)) : [];
  const found = versions.map((version) => join(root, version, "bin")).find((bin) => existsSync(join(bin, "initdb")));
  return process.getuid?.() === 0 && identity() === undefined ? undefined : found;
})();

/** The server refuses to run as root; Debian has a user for it. */
function identity(): { uid: number; gid: number } | undefined {
  const id = (what: string): number => Number(spawnSync("id", [what, "postgres"], { encoding: "utf8" }).stdout?.trim() || "NaN");
  const found = { uid: id("-u"), gid: id("-g") };
  return Number.isInteger(found.uid) && Number.isInteger(found.gid) ? found : undefined;
}

export type PostgresServer = {
  port: number;
  /** As the owner of everything. */
  run: (sql: string, values?: unknown[]) => Promise<void>;
  start: () => Promise<void>;
  /** At once, connections cut. */
  stop: () => Promise<void>;
  /** Ends it and removes its folder. */
  dispose: () => Promise<void>;
};

/** `certificate`: PEM of a certificate and its key; the server then offers TLS. */
export async function startPostgres(certificate?: { cert: string; key: string }): Promise<PostgresServer> {
  const bin = postgresPrograms ?? "";
  const folder = mkdtempSync(join(tmpdir(), "allhours-postgres-"));
  const data = join(folder, "data");
  const as = process.getuid?.() === 0 ? identity() : undefined;
  const own = (path: string): void => void (as === undefined || chownSync(path, as.uid, as.gid));
  own(folder);
  writeFileSync(join(folder, "password"), "owner-password", { mode: 0o644 });
  const init = spawnSync(
    join(bin, "initdb"),
    [
      "-D",
      data,
      "-U",
      "owner",
      "-A",
      "scram-sha-256",
      "--pwfile",
      join(folder, "password"),
      "-E",
      "UTF8",
      "--locale",
      "C.UTF-8",
      "--no-sync",
    ],
    { ...as, cwd: folder, encoding: "utf8" },
  );
  if (init.status !== 0) throw new Error(`initdb: ${init.stderr}`);
  for (const [name, text] of Object.entries(certificate ?? {})) {
    const file = join(folder, `server.${name}`);
    writeFileSync(file, text, { mode: 0o600 });
    own(file);
  }
  const tls = certificate === undefined ? [] : ["ssl=on", `ssl_cert_file=${folder}/server.cert`, `ssl_key_file=${folder}/server.key`];
  const port = await freePort();
  const owner = { host: "127.0.0.1", port, user: "owner", password: "owner-password", database: "postgres" };
  let child: ChildProcess | undefined;

  async function run(sql: string, values?: unknown[]): Promise<void> {
    const client = new pg.Client(owner);
    await client.connect();
    try {
      await client.query(sql, values);
    } finally {
      await client.end();
    }
  }
  async function start(): Promise<void> {
    const settings = ["listen_addresses=127.0.0.1", `port=${port}`, `unix_socket_directories=${folder}`, "fsync=off", ...tls];
    child = spawn(join(bin, "postgres"), ["-D", data, ...settings.flatMap((one) => ["-c", one])], { ...as, cwd: folder, stdio: "ignore" });
    for (let tries = 0; ; tries += 1) {
      try {
        return await run("SELECT 1");
      } catch (error) {
        if (tries >= 200 || child.exitCode !== null) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
  async function stop(): Promise<void> {
    const ending = child;
    child = undefined;
    await endProcess(ending, "SIGQUIT");
  }
  await start();
  return {
    port,
    run,
    start,
    stop,
    async dispose() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
