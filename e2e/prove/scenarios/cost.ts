/** What the promises cost: group commit, a long resume beside live visitors, idle links. Figures are told beside a floor of the same run, not judged. */
import { setTimeout as wait } from "node:timers/promises";
import { idleMemory } from "../../bench/idle.ts";
import { closedLoop, openLoop, type Window } from "../../bench/load.ts";
import { gcArgs, startEcho, type ServerUnderLoad } from "../../bench/servers.ts";
import { createTally, openVisitors, type Questions, type Tally, type Visitor } from "../../bench/visitors.ts";
import { createClient } from "../../client/index.ts";
import { withCleanup, type Cleanup } from "../rig/cleanup.ts";
import { createRelayRig, SITE, type RelayRig } from "../rig/relay.ts";
import { until } from "../rig/waiting.ts";
import type { Context, Outcome, Scenario } from "../scenario.ts";

/** Nothing is configured to answer with, so that what is measured is delivery: store, sync, answer, deliver. */
const questions: Questions[] = [{ language: "en", texts: ["where is my order 10482"] }];
type Fact = { name: string; value: string };

async function loaded<Result>(
  server: { pid: number; port: number; site: string | undefined },
  links: number,
  measure: (on: { pid: number; visitors: readonly Visitor[]; use: (tally: Tally) => void }) => Promise<Result>,
): Promise<Result> {
  let tally = createTally();
  const visitors = await openVisitors(links, { port: server.port, site: server.site, tally: () => tally }, questions);
  try {
    return await measure({ pid: server.pid, visitors, use: (next) => void (tally = next) });
  } finally {
    for (const visitor of visitors) visitor.close();
  }
}
const perCpuSecond = (window: Window): number => window.done / window.serverCpu;

async function groupCommit({ keep }: Cleanup, seconds: number): Promise<Fact[]> {
  const echo = keep(await startEcho(), (one) => one.stop());
  const bare = await loaded(echo, 100, (on) => closedLoop(on, 1, seconds));
  const facts: Fact[] = [{ name: "messages a CPU-second, bare Socket.IO echo", value: whole(perCpuSecond(bare)) }];
  for (const [name, maxBatchRows] of [
    ["with group commit", 512],
    ["without (a sync a write)", 1],
  ] as const) {
    const relay = await createRelayRig({ store: { maxBatchRows } });
    const window = await loaded(relayServer(relay), 100, (on) => closedLoop(on, 2, seconds));
    await relay.close();
    const rate = perCpuSecond(window);
    facts.push({
      name: `relay ${name}`,
      value: `${whole(rate)} a CPU-second (ratio to bare ${(rate / perCpuSecond(bare)).toFixed(3)}), ${whole(window.done / window.seconds)} messages/s`,
    });
  }
  return facts;
}

/** Acks of live visitors while others come back after thousands of entries. */
async function resumeBeside({ keep }: Cleanup, seconds: number, entries: number): Promise<Fact[]> {
  const relay = keep(await createRelayRig(), (one) => one.close());
  const writer = createClient({ url: relay.url, site: SITE, pipe: "socketio" });
  const welcome = await writer.hello();
  if (!welcome.ok) throw new Error(`hello was refused: ${welcome.error.code}`);
  const { token, conversationId } = welcome.value;
  for (let n = 0; n < entries / 2; n += 1) {
    const { acked } = writer.send(`entry ${n}`);
    if (n % 200 === 0) await acked;
  }
  const head = (): number => writer.events.reduce((most, event) => ("seq" in event ? Math.max(most, event.seq) : most), 0);
  await until(() => head() >= entries, 120_000);
  writer.close();
  let resumes = 0;
  const load = { on: false };
  const again = async (): Promise<void> => {
    while (load.on) {
      const client = createClient({ url: relay.url, site: SITE, pipe: "socketio" });
      await client.hello({ token });
      for (let after = 0; after < entries;) {
        const ack = (await client.command({ type: "history-get", conversationId, after, limit: 200 })) as {
          ok: boolean;
          value: { events: { seq: number }[] };
        };
        const next = ack.ok ? ack.value.events.at(-1)?.seq : undefined;
        if (next === undefined) await wait(ack.ok ? entries : 50);
        else after = next;
      }
      client.close();
      resumes += 1;
    }
  };
  return loaded(relayServer(relay), 50, async (on) => {
    await openLoop(on, 300, 2);
    const quiet = await openLoop(on, 300, seconds);
    load.on = true;
    const beside = again();
    const busy = await openLoop(on, 300, seconds);
    load.on = false;
    await beside;
    const ms = (value: number | undefined): string => `${(value ?? 0).toFixed(1)} ms`;
    return [
      { name: "ack p50 / p99 at 300 messages/s, alone", value: `${ms(quiet.ack.p50)} / ${ms(quiet.ack.p99)}` },
      {
        name: `the same while one page after another resumes ${whole(entries)} entries (${resumes} resumes)`,
        value: `${ms(busy.ack.p50)} / ${ms(busy.ack.p99)}, ratio of p99 ${((busy.ack.p99 ?? 0) / (quiet.ack.p99 ?? 1)).toFixed(2)}`,
      },
    ];
  });
}

async function idleLinks(links: number): Promise<Fact[]> {
  const facts: Fact[] = [];
  for (const [name, start] of [
    ["bare Socket.IO", async () => startEcho(gcArgs)],
    ["relay", startIdleRelay],
  ] as const) {
    const { before, after } = await idleMemory(start, questions, links);
    facts.push({
      name: `memory of ${whole(links)} idle links, ${name}`,
      value: `${((after - before) / links / 1_024).toFixed(1)} KB a link (${whole(before / 1_048_576)} MB before, ${whole(after / 1_048_576)} after)`,
    });
  }
  return facts;
}

async function startIdleRelay(): Promise<ServerUnderLoad> {
  const relay = await createRelayRig({ nodeArgs: gcArgs });
  return { ...relayServer(relay), stop: () => relay.close() };
}
function relayServer(relay: RelayRig): { pid: number; port: number; site: string } {
  return { pid: relay.pid, port: relay.port, site: SITE };
}
function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

async function run({ pick, note }: Context): Promise<Outcome> {
  const seconds = pick(2, 6);
  const facts = await withCleanup((cleanup) => groupCommit(cleanup, seconds));
  note("group commit measured");
  facts.push(...(await withCleanup((cleanup) => resumeBeside(cleanup, seconds, pick(1_000, 5_000)))));
  note("resume measured");
  facts.push(...(await idleLinks(pick(500, 5_000))));
  return { faults: {}, checks: [], facts };
}

export const scenarios: Scenario[] = [
  {
    id: "cost",
    promise: "What the promises cost",
    proof: (form) =>
      `closed loop of 100 links with and without group commit; acks beside a resume of ${form === "short" ? "1,000" : "5,000"}; ${form === "short" ? "500" : "5,000"} idle links`,
    lane: "alone",
    fullOnly: true,
    run,
  },
];
