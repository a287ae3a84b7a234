/** P1, seen from the kernel: the sync of the commit that holds a message ends before its ack is written. Reads what strace saw of the relay. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createClient } from "../../client/index.ts";
import { ledgerText } from "../ledger.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { createNluStub } from "../rig/nlu-stub.ts";
import { createRelayRig, SITE } from "../rig/relay.ts";
import { atLeast, exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";
import { readTrace, unsyncedAcks } from "../rig/trace.ts";

async function run({ random, pick }: Context): Promise<Outcome> {
  const count = pick(40, 500);
  if (spawnSync("strace", ["-V"]).status !== 0) return { faults: {}, checks: [], skipped: "no strace on this machine" };
  return withCleanup(async ({ keep }) => {
    const stub = keep(await createNluStub(), (one) => one.close());
    const relay = keep(await createRelayRig({ nluUrl: stub.url }), (one) => one.close());
    const client = keep(createClient({ url: relay.url, site: SITE, pipe: "socketio" }), (one) => one.close());
    await client.hello();
    const file = join(relay.dir, "trace");
    const calls = "trace=pwrite64,fdatasync,fsync,write,writev,sendto,sendmsg";
    const strace = spawn("strace", ["-f", "-s", "16384", "-e", calls, "-o", file, "-p", String(relay.pid)], { stdio: "ignore" });
    const gone = once(strace, "exit");
    await wait(1_500);
    if (strace.exitCode !== null) return { faults: {}, checks: [], skipped: "strace may not attach here" };
    const wanted: { mark: string; seq: number }[] = [];
    for (let n = 1; n <= count; n += 1) {
      const { text } = ledgerText("t", n, random);
      const ack = await client.send(text).acked;
      if (ack.ok) wanted.push({ mark: `[t#${n}]`, seq: ack.value.seq });
    }
    await wait(300);
    strace.kill("SIGINT");
    await gone;
    const trace = readTrace(await readFile(file, "utf8"));
    const early = unsyncedAcks(trace, wanted);
    return {
      faults: {},
      checks: [
        exactly("acknowledged messages", wanted.length, count),
        exactly("acks that left before their sync had ended", early.length, 0),
        atLeast("syncs seen", trace.filter((call) => call.kind === "synced").length, 1),
      ],
    };
  });
}

export const scenarios: Scenario[] = [
  {
    id: "P1",
    promise: "The sync of the commit precedes the ack",
    proof: (form) => `${form === "short" ? 40 : 500} messages, every write and sync of the relay traced by the kernel`,
    run,
  },
];
