/** P12: damaged frames never corrupt or kill. A proxy doubles, swaps, tears, splits and flips under some visitors; others must not notice. */
import { setTimeout as wait } from "node:timers/promises";
import { createChaosProxy, type FrameFault } from "../chaos/proxy.ts";
import { checkLedger, type LedgerReport } from "../ledger.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { createNluStub, type NluStub } from "../rig/nlu-stub.ts";
import { createRelayRig, type RelayRig } from "../rig/relay.ts";
import { ackTimes } from "../rig/ack-times.ts";
import { sightingsOf, storedMessages } from "../rig/store-witness.ts";
import { createVisitor, type Visitor } from "../rig/visitor.ts";
import { until } from "../rig/waiting.ts";
import { atLeast, bystanders, exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

const FAULTS: FrameFault[] = ["duplicate", "swap", "truncate", "flip", "split", "drop"];
/** A torn or flipped frame costs a visitor its link, or seconds of waiting: kept rare enough that everybody gets somewhere. */
const figuresOf = (form: string): { visitors: number; each: number; share: number } =>
  form === "short" ? { visitors: 12, each: 12, share: 0.12 } : { visitors: 60, each: 60, share: 0.1 };

function ledgers(name: string, visitors: readonly Visitor[], relay: RelayRig, stub: NluStub): { name: string; report: LedgerReport }[] {
  const names = new Set(visitors.map((visitor) => visitor.name));
  const ours = <One extends { sender: string }>(list: readonly One[], prefix = ""): One[] =>
    list.filter((one) => names.has(one.sender.slice(prefix.length)) && one.sender.startsWith(prefix));
  const stored = storedMessages(relay.databaseFile);
  return [
    {
      name: `messages ${name}`,
      report: checkLedger(
        visitors.flatMap((visitor) => visitor.sent),
        [
          { name: "store", saw: ours(sightingsOf(stored, "visitor")) },
          { name: "adapter", saw: ours(stub.asked), atLeastOnce: true },
          { name: "page", saw: visitors.flatMap((visitor) => visitor.shown("visitor")) },
        ],
      ),
    },
    {
      name: `replies ${name}`,
      report: checkLedger(ours([...stub.replied.values()], "re:"), [
        { name: "store", saw: ours(sightingsOf(stored, "bot"), "re:") },
        { name: "page", saw: visitors.flatMap((visitor) => visitor.shown("bot")) },
      ]),
    },
  ];
}

async function run({ form, random, pick, note }: Context): Promise<Outcome> {
  const { visitors: count, each, share } = figuresOf(form);
  return withCleanup(async ({ keep }) => {
    const stub = keep(await createNluStub(), (one) => one.close());
    const relay = keep(await createRelayRig({ nluUrl: stub.url }), (one) => one.close());
    const road = keep(await createChaosProxy({ port: relay.port, random: random.fork("road") }), (one) => one.close());
    const pid = relay.pid;
    const calm = Array.from({ length: 10 }, (_, index) =>
      keep(createVisitor({ name: `calm${index}`, relays: [relay.url], random: random.fork(`calm${index}`) }), (one) => one.chat.close()),
    );
    const harmed = Array.from({ length: count }, (_, index) =>
      keep(createVisitor({ name: `h${index}`, relays: [road.url], random: random.fork(`h${index}`) }), (one) => one.chat.close()),
    );
    const everybody = [...calm, ...harmed];
    if (!(await until(() => everybody.every((visitor) => visitor.chat.getState().connection.status === "online"), 30_000)))
      throw new Error("not everybody came online");
    // The floor: the same load on the same machine, unharmed.
    const load = async (): Promise<void> => {
      await Promise.all(
        harmed.map(async (visitor, index) => {
          const pace = random.fork(`pace${index}`);
          for (let n = 0; n < each; n += 1) {
            await visitor.say();
            await wait(pace.next() * 400);
          }
        }),
      );
    };
    const measure = async (work: Promise<void>): Promise<number[]> => {
      const load = { on: true };
      const done = work.then(() => (load.on = false));
      const times: number[] = [];
      while (load.on) {
        times.push(...(await ackTimes(calm, 1)));
        await wait(30);
      }
      await done;
      return times.sort((one, other) => one - other);
    };
    const quiet = await measure(load());
    const chance = random.fork("faults");
    road.rule(() => (chance.chance(share) ? chance.pick(FAULTS) : undefined));
    const busy = await measure(load());
    note(`${harmed.reduce((sum, visitor) => sum + visitor.waiting(), 0)} messages still wait, ${JSON.stringify(road.faults)}`);
    const answered = (): boolean => everybody.every((visitor) => visitor.waiting() === 0 && visitor.answered() >= visitor.sent.length);
    // The last ones get through harm too; only when they have had their time the road becomes quiet.
    if (!(await until(answered, pick(20_000, 120_000), 100))) road.rule(undefined);
    const settled = await until(answered, 60_000, 100);
    const total = Object.values(road.faults).reduce((sum, one) => sum + one, 0);
    return {
      faults: { ...road.faults },
      ledgers: [...ledgers("of the harmed", harmed, relay, stub), ...ledgers("of the others", calm, relay, stub)],
      checks: [
        exactly("everything sent and answered in the end", settled ? "yes" : "no", "yes"),
        exactly("the same relay process", relay.pid === pid && (await alive(relay.url)) ? "yes" : "no", "yes"),
        exactly("entries of senders that do not exist", strangers(everybody, relay), 0),
        atLeast("faults", total, form === "short" ? 30 : 1_000),
        bystanders(form, "others' ack p99, harmed against not", busy, quiet, 2),
      ],
    };
  });
}

/** A bit flipped in a name would make a sender that nobody is. */
function strangers(visitors: readonly Visitor[], relay: RelayRig): number {
  const names = new Set(visitors.flatMap(({ name }) => [name, `re:${name}`]));
  const stored = storedMessages(relay.databaseFile);
  return [...sightingsOf(stored, "visitor"), ...sightingsOf(stored, "bot")].filter(({ sender }) => !names.has(sender)).length;
}

async function alive(url: string): Promise<boolean> {
  return (await fetch(`${url}/readyz`)).status === 200;
}

export const scenarios: Scenario[] = [
  {
    id: "P12",
    promise: "Damaged frames never corrupt or kill",
    proof: (form) =>
      `${figuresOf(form).visitors} visitors, ${(figuresOf(form).visitors * figuresOf(form).each).toLocaleString("en")} messages, every ${Math.round(1 / figuresOf(form).share)}th frame doubled, swapped, torn, split, dropped or with a flipped bit, both ways`,
    lane: "alone",
    run,
  },
];
