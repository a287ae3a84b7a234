/** P1: what the visitor sees as sent is on disk. Kills the relay again and again under visitors who write on. */
import { setTimeout as wait } from "node:timers/promises";
import { checkLedger } from "../ledger.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { createNluStub } from "../rig/nlu-stub.ts";
import { createRelayRig } from "../rig/relay.ts";
import { sightingsOf, storedMessages } from "../rig/store-witness.ts";
import { createVisitor } from "../rig/visitor.ts";
import { until } from "../rig/waiting.ts";
import { exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

const figuresOf = (form: string): { visitors: number; each: number; kills: number } =>
  form === "short" ? { visitors: 8, each: 50, kills: 6 } : { visitors: 40, each: 250, kills: 200 };

async function run({ form, random, note }: Context): Promise<Outcome> {
  const { visitors: count, each, kills } = figuresOf(form);
  return withCleanup(async ({ keep }) => {
    const stub = keep(await createNluStub(), (one) => one.close());
    const relay = keep(await createRelayRig({ nluUrl: stub.url }), (one) => one.close());
    const visitors = Array.from({ length: count }, (_, index) =>
      keep(createVisitor({ name: `v${index}`, relays: [relay.url], random: random.fork(`v${index}`) }), (one) => one.chat.close()),
    );
    // Writing is spread over the kills, so that each kill hits messages on their way.
    let writing = true;
    const share = (kills * 1_200) / each;
    const writers = visitors.map(async (visitor, index) => {
      const chance = random.fork(`pace${index}`);
      for (let n = 0; n < each; n += 1) {
        await visitor.say();
        await wait(chance.next() * 2 * share);
      }
    });
    const written = Promise.all(writers).then(() => (writing = false));
    let killed = 0;
    while (killed < kills) {
      await wait(random.int(50, 900));
      await relay.kill();
      killed += 1;
      if (killed % 20 === 0) note(`${killed} kills, ${stub.asked.length} messages at the adapter${writing ? "" : ", all written"}`);
      await relay.start();
    }
    await written;
    const settled = await until(() => visitors.every((visitor) => visitor.waiting() === 0 && visitor.answered() >= each), 90_000, 200);
    const sent = visitors.flatMap((visitor) => visitor.sent);
    const stored = storedMessages(relay.databaseFile);
    const replies = [...stub.replied.values()];
    return {
      faults: { SIGKILL: killed },
      ledgers: [
        {
          name: "messages",
          report: checkLedger(sent, [
            { name: "store", saw: sightingsOf(stored, "visitor") },
            { name: "adapter", saw: stub.asked, atLeastOnce: true },
            { name: "page", saw: visitors.flatMap((visitor) => visitor.shown("visitor")) },
          ]),
        },
        {
          name: "replies",
          report: checkLedger(replies, [
            { name: "store", saw: sightingsOf(stored, "bot") },
            { name: "page", saw: visitors.flatMap((visitor) => visitor.shown("bot")) },
          ]),
        },
      ],
      checks: [
        exactly("every message sent and answered in the end", settled ? "yes" : "no", "yes"),
        exactly("replies", replies.length, count * each),
      ],
    };
  });
}

export const scenarios: Scenario[] = [
  {
    id: "P1",
    promise: "What the visitor sees as sent is on disk",
    proof: (form) =>
      `${(figuresOf(form).visitors * figuresOf(form).each).toLocaleString("en")} messages by ${figuresOf(form).visitors} visitors, ${figuresOf(form).kills} kills of the relay`,
    run,
  },
];
