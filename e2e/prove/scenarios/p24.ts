/** P24, one relay: an upgrade is invisible. The relay is asked to stop and started again under hundreds of visitors who write on. */
import { setTimeout as wait } from "node:timers/promises";
import { checkLedger } from "../ledger.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { createNluStub } from "../rig/nlu-stub.ts";
import { createRelayRig } from "../rig/relay.ts";
import { sightingsOf, storedMessages } from "../rig/store-witness.ts";
import { createVisitor } from "../rig/visitor.ts";
import { until } from "../rig/waiting.ts";
import { exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

const figuresOf = (form: string): { visitors: number; restarts: number } =>
  form === "short" ? { visitors: 60, restarts: 1 } : { visitors: 500, restarts: 3 };

async function run({ form, random, note }: Context): Promise<Outcome> {
  const { visitors: count, restarts } = figuresOf(form);
  return withCleanup(async ({ keep }) => {
    const stub = keep(await createNluStub(), (one) => one.close());
    const relay = keep(await createRelayRig({ nluUrl: stub.url, server: { drainMs: 10_000 } }), (one) => one.close());
    const visitors = Array.from({ length: count }, (_, index) =>
      keep(createVisitor({ name: `u${index}`, relays: [relay.url], random: random.fork(`u${index}`) }), (one) => one.chat.close()),
    );
    const online = (): boolean => visitors.every((visitor) => visitor.chat.getState().connection.status === "online");
    if (!(await until(online, 60_000))) throw new Error("not everybody came online");
    const writing = { on: true };
    const writers = visitors.map(async (visitor, index) => {
      const pace = random.fork(`pace${index}`);
      while (writing.on) {
        await wait(500 + pace.next() * 3_000);
        await visitor.say();
      }
    });
    const spreads: number[] = [];
    const exits: (number | null)[] = [];
    for (let round = 0; round < restarts; round += 1) {
      await wait(2_000);
      const backAt: number[] = [];
      const stops = visitors.map((visitor) => {
        let away = false;
        return visitor.chat.subscribe(({ connection }) => {
          if (connection.status !== "online") away = true;
          else if (away) {
            away = false;
            backAt.push(performance.now());
          }
        });
      });
      exits.push(await relay.stop());
      await relay.start();
      await until(() => backAt.length >= count, 60_000);
      for (const stop of stops) stop();
      spreads.push((Math.max(...backAt) - Math.min(...backAt)) / 1_000);
      note(`restart ${round + 1}: ${backAt.length} came back within ${spreads.at(-1)?.toFixed(1)} s of each other`);
    }
    writing.on = false;
    await Promise.all(writers);
    const settled = await until(
      () => visitors.every((visitor) => visitor.waiting() === 0 && visitor.answered() >= visitor.sent.length),
      90_000,
      250,
    );
    const sent = visitors.flatMap((visitor) => visitor.sent);
    const stored = storedMessages(relay.databaseFile);
    const least = Math.min(...spreads);
    return {
      faults: { "SIGTERM and start again": restarts },
      ledgers: [
        {
          name: "messages",
          report: checkLedger(sent, [
            { name: "store", saw: sightingsOf(stored, "visitor") },
            { name: "adapter", saw: stub.asked },
            { name: "page", saw: visitors.flatMap((visitor) => visitor.shown("visitor")) },
          ]),
        },
        {
          name: "replies",
          report: checkLedger(
            [...stub.replied.values()],
            [
              { name: "store", saw: sightingsOf(stored, "bot") },
              { name: "page", saw: visitors.flatMap((visitor) => visitor.shown("bot")) },
            ],
          ),
        },
      ],
      checks: [
        exactly("exit codes", exits.join(" "), exits.map(() => 0).join(" ")),
        exactly("everything sent and answered in the end", settled ? "yes" : "no", "yes"),
        // Of a few dozen visitors the first and the last are not at the ends of the 6 s.
        {
          name: "reconnects spread over, least",
          measured: `${least.toFixed(1)} s`,
          wanted: `>= ${form === "short" ? 4 : 5} s`,
          ok: least >= (form === "short" ? 4 : 5),
        },
      ],
    };
  });
}

export const scenarios: Scenario[] = [
  {
    id: "P24",
    promise: "An upgrade is invisible (one relay)",
    proof: (form) => `SIGTERM and start again ${figuresOf(form).restarts} times under ${figuresOf(form).visitors} visitors who write on`,
    lane: "alone",
    run,
  },
];
