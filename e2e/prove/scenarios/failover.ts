/** Served again: how long after a link is reset, or falls silent, the next message is acknowledged. With a standby, and with defaults. */
import { setTimeout as wait } from "node:timers/promises";
import { quantile } from "../../eval/score.ts";
import { createChaosProxy, type ChaosProxy } from "../chaos/proxy.ts";
import { checkLedger, type LedgerReport } from "../ledger.ts";
import { acknowledged } from "../rig/ack-times.ts";
import { withCleanup, type Cleanup } from "../rig/cleanup.ts";
import { createNluStub } from "../rig/nlu-stub.ts";
import { createRelayRig, type RelayRig } from "../rig/relay.ts";
import { sightingsOf, storedMessages } from "../rig/store-witness.ts";
import { createVisitor, type Visitor } from "../rig/visitor.ts";
import { until } from "../rig/waiting.ts";
import { atMost, exactly, type Check, type Context, type Outcome, type Scenario } from "../scenario.ts";

type Fault = "reset" | "silence";
/** Rounds a fault. Of a dozen the 95th percentile is the longest, and one pause of a shared machine would decide. */
const ROUNDS = { short: 40, full: 100 };
/** Longest a round may take before it counts as never served, milliseconds. */
const LONGEST_MS = 30_000;

/** From now until a message written now is acknowledged. */
async function servedAfter(visitor: Visitor): Promise<number> {
  const from = performance.now();
  await acknowledged(visitor, await visitor.say(), LONGEST_MS);
  return performance.now() - from;
}

function ledgerOf(visitors: readonly Visitor[], relay: RelayRig): LedgerReport {
  return checkLedger(
    visitors.flatMap((visitor) => visitor.sent),
    [
      { name: "store", saw: sightingsOf(storedMessages(relay.databaseFile), "visitor") },
      { name: "page", saw: visitors.flatMap((visitor) => visitor.shown("visitor")) },
    ],
  );
}
async function relayFor({ keep }: Cleanup): Promise<RelayRig> {
  const stub = keep(await createNluStub(), (one) => one.close());
  return keep(await createRelayRig({ nluUrl: stub.url }), (one) => one.close());
}
const times = (list: number[]): { p50: number; p95: number; max: number } => {
  list.sort((one, other) => one - other);
  return { p50: quantile(list, 0.5) ?? 0, p95: quantile(list, 0.95) ?? 0, max: list.at(-1) ?? 0 };
};
const inWords = (list: number[]): string => {
  const { p50, p95, max } = times(list);
  return `p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, longest ${max.toFixed(0)} ms of ${list.length}`;
};

/** One visitor, two roads to one relay; whichever is in use is harmed. */
async function withStandby({ random, pick, note }: Context): Promise<Outcome> {
  const rounds = pick(ROUNDS.short, ROUNDS.full);
  return withCleanup(async (cleanup) => {
    const { keep } = cleanup;
    const relay = await relayFor(cleanup);
    const roads = await Promise.all(
      ["a", "b"].map(async (name) => keep(await createChaosProxy({ port: relay.port, random: random.fork(name) }), (one) => one.close())),
    );
    let used: ChaosProxy | undefined;
    for (const road of roads)
      road.rule(({ direction, text }) => void (direction === "up" && text.includes('"message-send"') && (used = road)));
    const visitor = keep(
      createVisitor({ name: "s", relays: roads.map((road) => road.url), random: random.fork("s"), chat: { standby: true } }),
      (one) => one.chat.close(),
    );
    const both = (): boolean => roads.every((road) => road.connections > 0);
    const served: Record<Fault, number[]> = { reset: [], silence: [] };
    for (let round = 0; round < rounds * 2; round += 1) {
      const fault: Fault = round % 2 === 0 ? "reset" : "silence";
      if (!(await until(both, 20_000, 10))) throw new Error("no standby came");
      await wait(random.int(100, 400));
      await servedAfter(visitor);
      if (fault === "reset") used?.cut();
      else used?.blackHole("existing");
      served[fault].push(await servedAfter(visitor));
      // What is silent stays so; it is taken away before the next round, as a network would in the end.
      if (fault === "silence") {
        await wait(20);
        for (const road of roads) road.endSilent();
      }
      if (round % 50 === 49) note(`${round + 1} rounds`);
    }
    await until(() => visitor.waiting() === 0, 20_000);
    return {
      faults: { reset: served.reset.length, "silent drop": served.silence.length },
      ledgers: [{ name: "messages", report: ledgerOf([visitor], relay) }],
      checks: [
        atMost("after a reset, p95", times(served.reset).p95, 300, "ms"),
        atMost("after a silent drop, p95", times(served.silence).p95, 300, "ms"),
      ],
      facts: [
        { name: "reset", value: inWords(served.reset) },
        { name: "silent drop", value: inWords(served.silence) },
      ],
    };
  });
}

/** Many visitors at once, since each waits for seconds. */
async function withDefaults({ random, pick }: Context): Promise<Outcome> {
  const [count, rounds] = pick([10, 1], [50, 3]);
  return withCleanup(async (cleanup) => {
    const { keep } = cleanup;
    const relay = await relayFor(cleanup);
    const road = keep(await createChaosProxy({ port: relay.port, random: random.fork("road") }), (one) => one.close());
    const visitors = Array.from({ length: count }, (_, index) =>
      keep(createVisitor({ name: `d${index}`, relays: [road.url], random: random.fork(`d${index}`) }), (one) => one.chat.close()),
    );
    const online = (): boolean => visitors.every((visitor) => visitor.chat.getState().connection.status === "online");
    const served: Record<Fault, number[]> = { reset: [], silence: [] };
    for (let round = 0; round < rounds; round += 1) {
      for (const fault of ["reset", "silence"] as const) {
        if (!(await until(online, 30_000))) throw new Error("not everybody came back");
        await wait(random.int(200, 500));
        if (fault === "reset") road.cut();
        else road.blackHole("existing");
        served[fault].push(...(await Promise.all(visitors.map(servedAfter))));
        road.endSilent();
      }
    }
    await until(() => visitors.every((visitor) => visitor.waiting() === 0), 30_000);
    const checks: Check[] = [
      atMost("after a reset, longest", times(served.reset).max / 1_000, 9, "s"),
      atMost("after a silent drop, longest", times(served.silence).max / 1_000, 9, "s"),
      exactly("rounds", served.reset.length + served.silence.length, count * rounds * 2),
    ];
    return {
      faults: { reset: served.reset.length, "silent drop": served.silence.length },
      ledgers: [{ name: "messages", report: ledgerOf(visitors, relay) }],
      checks,
      facts: [
        { name: "reset", value: inWords(served.reset) },
        { name: "silent drop", value: inWords(served.silence) },
      ],
    };
  });
}

export const scenarios: Scenario[] = [
  {
    id: "P8",
    promise: "Served again within 300 ms, with a standby",
    proof: (form) => `${form === "short" ? ROUNDS.short : ROUNDS.full} resets and as many silent drops of the link in use`,
    lane: "alone",
    run: withStandby,
  },
  {
    id: "P8",
    promise: "A message on a dead link is out again within 9 s, with defaults",
    proof: (form) => `resets and silent drops under ${form === "short" ? 10 : 50} visitors${form === "short" ? "" : ", 3 rounds"}`,
    run: withDefaults,
  },
];
