/**
 * P13: handoff and hand-back never drop or fork a conversation. Many visitors ask for a person many times at once, two desks accept at once, too late and
 * again, pass on, close and write after the close; and the relay is killed in each of these steps.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { Random } from "../random.ts";
import { createCaseDesks } from "../rig/case-desks.ts";
import { judged, type Looks } from "../rig/case-judge.ts";
import { readCases, type KnownCases } from "../rig/case-log.ts";
import { afterwards, ask, end, offered, passOn, race, talk, type Plan, type Stage, type Tally, type Visit } from "../rig/case-steps.ts";
import { createCaseVisitor } from "../rig/case-visitor.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { createNluStub } from "../rig/nlu-stub.ts";
import { createRelayRig, type RelayRig } from "../rig/relay.ts";
import { until } from "../rig/waiting.ts";
import type { Context, Outcome, Scenario } from "../scenario.ts";

/** `kills`: in each step. `rounds`: cases of a visitor that are closed again; one more stays open. */
type Figures = { visitors: number; requests: number; links: number; rounds: number; kills: number; each: number; leaseMs: number };
const figuresOf = (form: string): Figures =>
  form === "short"
    ? { visitors: 10, requests: 100, links: 4, rounds: 1, kills: 1, each: 3, leaseMs: 1_500 }
    : { visitors: 100, requests: 100, links: 4, rounds: 1, kills: 6, each: 4, leaseMs: 5_000 };
const STEPS = ["asked", "offered", "accepted", "replied", "passed on", "closed"] as const;
/** The visitors begin a step one after another within this time, milliseconds, so that a kill finds some before it, some in it, some after. */
const SPREAD_MS = 400;
/** The log is looked at this often beside everything else, milliseconds. */
const LOOK_MS = 250;

async function run({ form, random, note }: Context): Promise<Outcome> {
  const figures = figuresOf(form);
  return withCleanup(async ({ keep }) => {
    const stub = keep(await createNluStub(), (one) => one.close());
    let relayUrl = "";
    const desks = keep(await createCaseDesks({ relayUrl: () => relayUrl, leaseMs: figures.leaseMs, random: random.fork("desks") }), (one) =>
      one.close(),
    );
    const relay = keep(await createRelayRig({ nluUrl: stub.url, region: desks.region }), (one) => one.close());
    relayUrl = relay.url;
    const tally: Tally = {
      wrong: [],
      requests: 0,
      races: 0,
      conflicts: 0,
      late: { said: 0, refused: 0 },
      stale: { said: 0, refused: 0 },
      repeats: 0,
      replies: [],
      back: { asked: 0, answered: 0 },
    };
    const visits: Visit[] = [];
    for (let from = 0; from < figures.visitors; from += 10) {
      const some = Array.from({ length: Math.min(10, figures.visitors - from) }, async (_, index): Promise<Visit> => {
        const name = `v${from + index}`;
        const visitor = await createCaseVisitor({ name, relayUrl, links: figures.links, random: random.fork(name) });
        keep(visitor, (one) => one.close());
        const chance = random.fork(`plan ${name}`);
        const empty = { caseId: "", holder: undefined, said: [], openers: [], replies: 0, refused: 0 };
        return { visitor, random: chance, plan: planOf(chance, from + index), ...empty };
      });
      visits.push(...(await Promise.all(some)));
    }
    note(`${visits.length} visitors with ${figures.links} links and a page each`);

    const looks: Looks = { taken: 0, forks: new Set(), notOne: 0 };
    const look = (oneEach = false): Map<string, KnownCases> => {
      const known = readCases(relay.databaseFile);
      looks.taken += 1;
      for (const [id, { open, wrong }] of known) {
        for (const what of wrong) looks.forks.add(`${id} ${what}`);
        if (oneEach ? open.length !== 1 : open.length > 1) looks.notOne += 1;
      }
      return known;
    };
    const stage: Stage = { desks, tally, known: (id) => knownOf(look(), id) };
    const faults: Record<string, number> = {};
    const step = async (name: (typeof STEPS)[number], work: (visit: Visit) => Promise<void>): Promise<void> => {
      await underKills({ relay, random: random.fork(`${name} ${looks.taken}`), kills: figures.kills, visits, work, look: () => look() });
      faults[`SIGKILL while ${name}`] = (faults[`SIGKILL while ${name}`] ?? 0) + figures.kills;
    };
    const watch = { over: false };
    const watching = (async () => {
      while (!watch.over) {
        look();
        await wait(LOOK_MS);
      }
    })();
    try {
      for (let round = 0; round <= figures.rounds; round += 1) {
        for (const [index, visit] of visits.entries())
          Object.assign(visit, { plan: planOf(visit.random, index + round), said: [], openers: [], holder: undefined });
        await step("asked", async (visit) => ask(stage, visit, figures.requests));
        look(true);
        await step("offered", async (visit) => offered(stage, visit));
        await step("accepted", async (visit) => race(stage, visit));
        await step("replied", async (visit) => talk(stage, visit, figures.each));
        if (round < figures.rounds) {
          await step("passed on", async (visit) => passOn(stage, visit));
          look(true);
          await step("closed", async (visit) => {
            await end(stage, visit);
            await afterwards(stage, visit);
          });
        }
        note(
          `round ${round + 1}: ${tally.requests} requests, ${tally.races} races, ${tally.replies.length} replies, ${tally.wrong.length} wrong`,
        );
      }
      look(true);
    } finally {
      watch.over = true;
      await watching;
    }
    return { faults, ...(await judged({ relay, desks, tally, visits, looks, rounds: figures.rounds })) };
  });
}

function planOf(random: Random, index: number): Plan {
  return {
    offer: random.pick(["late", "declined", "at-once", "at-once"] as const),
    passedOn: random.pick(["handoff.passed", "handoff.passed", "agent.left", undefined] as const),
    // Each in turn, so that few visitors have all three.
    end: (["handoff.released", "conversation.ended", "visitor-cancelled"] as const)[index % 3] ?? "handoff.released",
  };
}
function knownOf(known: ReadonlyMap<string, KnownCases>, id: string): KnownCases {
  const one = known.get(id);
  if (one === undefined) throw new Error(`the log has no conversation ${id}`);
  return one;
}

/** All visitors take the step; the relay is killed when a random part of them has, and started again, so often. */
async function underKills(options: {
  relay: RelayRig;
  random: Random;
  kills: number;
  visits: readonly Visit[];
  work: (visit: Visit) => Promise<void>;
  look: () => unknown;
}): Promise<void> {
  const { relay, random, kills, visits, work, look } = options;
  let done = 0;
  const working = Promise.all(
    visits.map(async (visit) => {
      await wait(random.next() * SPREAD_MS);
      await work(visit);
      done += 1;
    }),
  );
  // Seen below; a step that fails while the relay starts must not end the process.
  working.catch(() => undefined);
  const moments = Array.from({ length: kills }, () => random.int(0, Math.floor(visits.length * 0.8))).sort((one, other) => one - other);
  for (const moment of moments) {
    await until(() => done >= moment, 20_000, 1);
    await wait(random.int(0, 60));
    await relay.kill();
    look();
    await relay.start();
  }
  await working;
}

export const scenarios: Scenario[] = [
  {
    id: "P13",
    promise: "Handoff and hand-back never drop or fork a conversation",
    proof: (form) => {
      const { visitors, requests, links, rounds, kills } = figuresOf(form);
      return `${visitors} visitors who ask ${requests} times at once over ${links} links, ${rounds + 1} times; two desks that accept at once, late and again, pass on, close, and write after it; ${kills} kill${kills === 1 ? "" : "s"} of the relay in each step`;
    },
    run,
  },
];
