/** P23: a full disk refuses, never lies. The database on a small tmpfs that is filled to the last byte, and freed again. */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { newId } from "@allhours/protocol";
import { createClient } from "../../client/index.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { createRelayRig, SITE } from "../rig/relay.ts";
import { storedMessages } from "../rig/store-witness.ts";
import { until } from "../rig/waiting.ts";
import { atLeast, atMost, exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

const DISK_BYTES = 16 * 1024 * 1024;

async function run({ random, pick, note }: Context): Promise<Outcome> {
  const rounds = pick(1, 6);
  const dir = await mkdtemp(join(tmpdir(), "allhours-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_BYTES}`, "tmpfs", dir]);
  if (mounted.status !== 0) {
    await rm(dir, { recursive: true, force: true });
    return { faults: {}, checks: [], skipped: "a tmpfs may not be mounted here (root is needed)" };
  }
  return withCleanup(async ({ keep }) => {
    keep(dir, async (path) => {
      spawnSync("umount", ["-l", path]);
      await rm(path, { recursive: true, force: true });
    });
    const relay = keep(await createRelayRig({ dir }), (one) => one.close());
    const pid = relay.pid;
    const client = keep(createClient({ url: relay.url, site: SITE, pipe: "socketio" }), (one) => one.close());
    const welcome = await client.hello();
    if (!welcome.ok) throw new Error("hello was refused");
    const acked: string[] = [];
    const refused: Record<string, number> = {};
    const redMs: number[] = [];
    const greenMs: number[] = [];
    const ready = async (): Promise<boolean> => (await fetch(`${relay.url}/readyz`)).status === 200;
    const send = async (length: number): Promise<boolean> => {
      const id = newId();
      const ack = await client.send("x".repeat(length), { id }).acked.catch(() => undefined);
      if (ack === undefined) return false;
      if (ack.ok) acked.push(id);
      else refused[ack.error.code] = (refused[ack.error.code] ?? 0) + 1;
      return ack.ok;
    };
    const ballast = join(dir, "ballast");
    for (let round = 0; round < rounds; round += 1) {
      const { bavail, bsize } = await statfs(dir);
      // Something else fills most of the disk; the relay's own writes fill the rest.
      await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - random.int(1, 3) * 1024 * 1024)));
      let went = true;
      for (let n = 0; went && n < 5_000; n += 1) went = await send(random.int(500, 7_000));
      const from = performance.now();
      // Visitors go on trying while it is full.
      const trying = { on: true };
      const tried = (async () => {
        while (trying.on) {
          await send(2_000);
          await wait(50);
        }
      })();
      redMs.push((await until(async () => !(await ready()), 20_000, 50)) ? performance.now() - from : Infinity);
      await wait(1_000);
      await rm(ballast);
      const freed = performance.now();
      greenMs.push((await until(ready, 30_000, 50)) ? performance.now() - freed : Infinity);
      trying.on = false;
      await tried;
      await send(2_000);
      note(`round ${round + 1}: ${acked.length} acknowledged, refused ${JSON.stringify(refused)}`);
    }
    const works = await send(2_000);
    const rows = new Set(storedMessages(relay.databaseFile).map((message) => message.id));
    const lies = acked.filter((id) => !rows.has(id));
    const samePid = relay.pid === pid;
    await relay.kill();
    const afterKill = new Set(storedMessages(relay.databaseFile).map((message) => message.id));
    return {
      faults: { "disk full": rounds, "messages refused": Object.values(refused).reduce((sum, one) => sum + one, 0) },
      checks: [
        exactly("acknowledged messages without a row", lies.length, 0),
        exactly("the same after a kill", acked.filter((id) => !afterKill.has(id)).length, 0),
        exactly(
          "refusals other than store-unavailable",
          Object.keys(refused)
            .filter((code) => code !== "store-unavailable")
            .join(" ") || "none",
          "none",
        ),
        atLeast("messages refused", refused["store-unavailable"] ?? 0, rounds),
        atMost("health red after the first refusal, longest", Math.max(...redMs) / 1_000, 5, "s"),
        exactly("works again by itself, in the same process", works && samePid ? "yes" : "no", "yes"),
      ],
      facts: [
        { name: "acknowledged", value: acked.length.toLocaleString("en") },
        { name: "health green again after space was free, longest", value: `${(Math.max(...greenMs) / 1_000).toFixed(1)} s` },
      ],
    };
  });
}

export const scenarios: Scenario[] = [
  {
    id: "P23",
    promise: "A full disk refuses, never lies",
    proof: (form) =>
      `the database, its log and the relay's own log on a 16 MB tmpfs, filled and freed ${form === "short" ? "once" : "6 times"}`,
    run,
  },
];
