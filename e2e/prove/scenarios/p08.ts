/** P8: a dead link is noticed. An idle one within 25 s, one under a page that wakes within 2 s, one whose relay stands still and goes on. */
import { setTimeout as wait } from "node:timers/promises";
import type { Net } from "@allhours/widget/headless";
import { createChaosProxy } from "../chaos/proxy.ts";
import { checkLedger } from "../ledger.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { createNluStub } from "../rig/nlu-stub.ts";
import { createRelayRig } from "../rig/relay.ts";
import { sightingsOf, storedMessages } from "../rig/store-witness.ts";
import { createVisitor, type Visitor } from "../rig/visitor.ts";
import { until } from "../rig/waiting.ts";
import { atMost, exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

/** A network that can be told that the page woke up. */
function wakeable(): { net: Net; wake: () => void } {
  const listeners = new Set<() => void>();
  return {
    net: {
      online: true,
      onChange: () => () => {},
      onWake(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    wake() {
      for (const listener of listeners) listener();
    },
  };
}
const isOnline = (visitor: Visitor): boolean => visitor.chat.getState().connection.status === "online";

async function run({ random, pick }: Context): Promise<Outcome> {
  const count = pick(8, 60);
  return withCleanup(async ({ keep }) => {
    const stub = keep(await createNluStub(), (one) => one.close());
    const relay = keep(await createRelayRig({ nluUrl: stub.url }), (one) => one.close());
    const idleRoad = keep(await createChaosProxy({ port: relay.port, random: random.fork("idle") }), (one) => one.close());
    const wakeRoad = keep(await createChaosProxy({ port: relay.port, random: random.fork("wake") }), (one) => one.close());
    const page = wakeable();
    const people = (name: string, url: string, net?: Net): Visitor[] =>
      Array.from({ length: count }, (_, index) =>
        keep(
          createVisitor({
            name: `${name}${index}`,
            relays: [url],
            random: random.fork(`${name}${index}`),
            ...(net === undefined ? {} : { ports: { net } }),
          }),
          (one) => one.chat.close(),
        ),
      );
    const idle = people("i", idleRoad.url);
    const waking = people("w", wakeRoad.url, page.net);
    const frozen = people("f", relay.url);
    const everybody = [...idle, ...waking, ...frozen];
    if (!(await until(() => everybody.every(isOnline), 30_000))) throw new Error("not everybody came online");
    // Pages are at different moments of their beat.
    await wait(random.int(1_000, 5_000));

    // Idle: the road is dead and stays dead, so that the page can only say so.
    const from = performance.now();
    idleRoad.blackHole("all");
    const shownMs = Promise.all(
      idle.map(async (visitor) => ((await until(() => !isOnline(visitor), 40_000, 50)) ? performance.now() - from : Infinity)),
    );
    // Waking: the old link is dead, a new one would work.
    wakeRoad.blackHole("existing");
    await wait(500);
    const before = wakeRoad.made;
    const wokenAt = performance.now();
    page.wake();
    const fresh = await until(() => wakeRoad.made >= before + count && waking.every(isOnline), 20_000, 10);
    const wakeMs = performance.now() - wokenAt;
    // A relay that stands still for a while under people who write, and goes on.
    relay.pause();
    const stoppedAt = performance.now();
    await Promise.all(frozen.map(async (visitor) => visitor.say()));
    await wait(pick(3_000, 12_000));
    relay.resume();
    const everythingSent = await until(() => frozen.every((visitor) => visitor.waiting() === 0), 30_000);
    const stillMs = performance.now() - stoppedAt;
    const shown = await shownMs;
    idleRoad.open();
    const sent = frozen.flatMap((visitor) => visitor.sent);
    return {
      faults: { "black hole, idle": count, "black hole, then a wake": count, "SIGSTOP of the relay": 1 },
      ledgers: [
        {
          name: "messages to a relay that stood still",
          report: checkLedger(sent, [
            { name: "store", saw: sightingsOf(storedMessages(relay.databaseFile), "visitor") },
            { name: "page", saw: frozen.flatMap((visitor) => visitor.shown("visitor")) },
          ]),
        },
      ],
      checks: [
        atMost("idle: shown, longest", Math.max(...shown) / 1_000, 25, "s"),
        exactly("after a wake everybody has another link", fresh ? "yes" : "no", "yes"),
        atMost("after a wake, longest", wakeMs / 1_000, 2, "s"),
        exactly("messages to a relay that stood still arrive", everythingSent ? "yes" : "no", "yes"),
      ],
      facts: [{ name: "the relay stood still, and all was sent, after", value: `${(stillMs / 1_000).toFixed(1)} s` }],
    };
  });
}

export const scenarios: Scenario[] = [
  {
    id: "P8",
    promise: "A dead link is noticed: idle within 25 s, after a wake within 2 s",
    proof: (form) =>
      `black holes under ${form === "short" ? 8 : 60} idle and as many waking visitors; the relay stopped for ${form === "short" ? 3 : 12} s`,
    run,
  },
];
