/** P9: every reply reaches the page once, in order, after any gap. Cuts, double cuts during a resume, kills; and a gap of thousands. */
import { setTimeout as wait } from "node:timers/promises";
import { createClient } from "../../client/index.ts";
import { createChaosProxy } from "../chaos/proxy.ts";
import { checkLedger, ledgerText } from "../ledger.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { createNluStub } from "../rig/nlu-stub.ts";
import { createRelayRig, SITE } from "../rig/relay.ts";
import { sightingsOf, storedMessages } from "../rig/store-witness.ts";
import { createVisitor } from "../rig/visitor.ts";
import { until } from "../rig/waiting.ts";
import { atLeast, atMost, exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

type Figures = { visitors: number; each: number; cuts: number; doubles: number; kills: number; gap: number };
const figuresOf = (form: string): Figures =>
  form === "short"
    ? { visitors: 8, each: 40, cuts: 16, doubles: 6, kills: 2, gap: 1_000 }
    : { visitors: 40, each: 250, cuts: 300, doubles: 100, kills: 30, gap: 5_000 };

async function cutsAndKills({ form, random, note }: Context): Promise<Outcome> {
  const { visitors: count, each, cuts, doubles, kills } = figuresOf(form);
  return withCleanup(async ({ keep }) => {
    const stub = keep(await createNluStub(), (one) => one.close());
    const relay = keep(await createRelayRig({ nluUrl: stub.url }), (one) => one.close());
    const proxy = keep(await createChaosProxy({ port: relay.port, random: random.fork("proxy") }), (one) => one.close());
    let killed = 0;
    const double = { wanted: 0, done: 0 };
    proxy.rule(({ direction, text }) => {
      // The welcome of a resume never arrives: the second cut falls into it.
      if (double.wanted === 0 || direction !== "down" || !text.startsWith("43") || !text.includes('"resume":')) return undefined;
      double.wanted -= 1;
      double.done += 1;
      return "cut";
    });
    const visitors = Array.from({ length: count }, (_, index) =>
      keep(createVisitor({ name: `v${index}`, relays: [proxy.url], random: random.fork(`v${index}`) }), (one) => one.chat.close()),
    );
    await until(() => visitors.every((visitor) => visitor.chat.getState().connection.status === "online"), 20_000);
    const runMs = cuts * 220 + kills * 1_200;
    const writers = visitors.map(async (visitor, index) => {
      const pace = random.fork(`pace${index}`);
      for (let n = 0; n < each; n += 1) {
        await visitor.say();
        await wait(pace.next() * 2 * (runMs / each));
      }
    });
    // Cuts hit links that are open: a round waits until some are.
    let done = 0;
    for (let round = 0; done < cuts; round += 1) {
      await wait(random.int(20, 300));
      if (!(await until(() => proxy.connections > 0, 20_000))) break;
      const nth = random.int(1, 5);
      double.wanted = Math.min(doubles - double.done, double.wanted + (random.chance(0.5) ? 1 : 0));
      done += proxy.cut((connection) => (connection + round) % nth === 0);
      if (kills > 0 && round % Math.max(1, Math.floor(cuts / 4 / kills)) === 0 && killed < kills) {
        await relay.kill();
        killed += 1;
        await relay.start();
      }
    }
    while (killed < kills) {
      await wait(random.int(100, 600));
      await relay.kill();
      killed += 1;
      await relay.start();
    }
    note(`${done} cuts, ${double.done} double cuts, ${killed} kills`);
    await Promise.all(writers);
    // What is left of the double cuts, one visitor at a time.
    while (double.done < doubles) {
      double.wanted = 1;
      if (!(await until(() => proxy.connections > 0, 20_000))) break;
      done += proxy.cut((connection) => connection % 7 === double.done % 7);
      await wait(150);
    }
    double.wanted = 0;
    const settled = await until(() => visitors.every((visitor) => visitor.waiting() === 0 && visitor.answered() >= each), 120_000, 250);
    const replies = [...stub.replied.values()];
    return {
      faults: { ...proxy.faults, "double cut": double.done, SIGKILL: killed },
      ledgers: [
        {
          name: "replies",
          report: checkLedger(replies, [
            { name: "store", saw: sightingsOf(storedMessages(relay.databaseFile), "bot") },
            { name: "page", saw: visitors.flatMap((visitor) => visitor.shown("bot")) },
          ]),
        },
      ],
      checks: [
        exactly("every reply shown in the end", settled ? "yes" : "no", "yes"),
        exactly("replies", replies.length, count * each),
        atLeast("cuts", done + double.done, cuts),
        atLeast("double cuts during a resume", double.done, doubles),
      ],
    };
  });
}

/** A page that was away while thousands of entries were written. */
async function gap({ form, random }: Context): Promise<Outcome> {
  const { gap: entries } = figuresOf(form);
  return withCleanup(async ({ keep }) => {
    const stub = keep(await createNluStub(), (one) => one.close());
    const relay = keep(await createRelayRig({ nluUrl: stub.url }), (one) => one.close());
    const proxy = keep(await createChaosProxy({ port: relay.port, random }), (one) => one.close());
    const visitor = keep(createVisitor({ name: "away", relays: [proxy.url], random }), (one) => one.chat.close());
    await until(() => visitor.chat.getState().connection.status === "online", 20_000);
    proxy.refuse(true);
    proxy.cut();
    // Somebody else with the same session: another tab of the visitor, on another road.
    const other = keep(createClient({ url: relay.url, site: SITE, pipe: "socketio" }), (one) => one.close());
    const welcome = await other.hello({ token: visitor.token() });
    if (!welcome.ok) throw new Error(`hello was refused: ${welcome.error.code}`);
    const sent = [];
    for (let n = 1; n <= entries / 2; n += 1) {
      const { text, sighting } = ledgerText("other", n, random);
      sent.push(sighting);
      const { acked } = other.send(text);
      if (n % 100 === 0) await acked;
    }
    await until(() => stub.replied.size === entries / 2, 120_000);
    const total = (): number => storedMessages(relay.databaseFile).length;
    await until(() => total() >= entries, 60_000, 200);
    let from = 0;
    let pages = 0;
    let biggest = 0;
    proxy.rule(({ direction, text }) => {
      if (direction === "up" && text.includes('"type":"hello"')) from = performance.now();
      if (direction === "up" && text.includes('"history-get"')) pages += 1;
      if (direction === "down") biggest = Math.max(biggest, text.length);
      return undefined;
    });
    proxy.refuse(false);
    const complete = (): boolean => visitor.shown("bot").length >= entries / 2;
    const whole = await until(complete, 60_000, 5);
    const resumeMs = performance.now() - from;
    return {
      faults: { ...proxy.faults },
      ledgers: [
        {
          name: `a gap of ${entries.toLocaleString("en")}`,
          report: checkLedger(
            [...sent, ...stub.replied.values()],
            [
              {
                name: "store",
                saw: [
                  ...sightingsOf(storedMessages(relay.databaseFile), "visitor"),
                  ...sightingsOf(storedMessages(relay.databaseFile), "bot"),
                ],
              },
              { name: "page", saw: [...visitor.shown("visitor"), ...visitor.shown("bot")] },
            ],
          ),
        },
      ],
      checks: [
        exactly("the page is whole again", whole ? "yes" : "no", "yes"),
        atMost(`resume of ${entries.toLocaleString("en")}`, resumeMs / 1_000, 3, "s"),
        atLeast("pages asked for", pages, Math.floor(entries / 200) - 1),
      ],
      facts: [{ name: "largest frame", value: `${(biggest / 1_024).toFixed(0)} KiB` }],
    };
  });
}

export const scenarios: Scenario[] = [
  {
    id: "P9",
    promise: "Every reply reaches the page once, in order, after any gap",
    proof: (form) => {
      const { visitors, each, cuts, doubles, kills } = figuresOf(form);
      return `${(visitors * each).toLocaleString("en")} replies, ${cuts} cuts, ${doubles} of them doubled during the resume, ${kills} kills`;
    },
    run: cutsAndKills,
  },
  {
    id: "P9",
    promise: "A page that was away catches up",
    proof: (form) => `${figuresOf(form).gap.toLocaleString("en")} entries written while its road was closed`,
    lane: "alone",
    run: gap,
  },
];
