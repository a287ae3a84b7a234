/**
 * P3: no double send, however often the client retries. Visitors whose acks and echoes are lost on the way; and a raw client that says every
 * frame many times: at once, from two tabs, after a restart, a day later.
 */
import { LIMITS, newId } from "@allhours/protocol";
import { createClient, type Client } from "../../client/index.ts";
import { createChaosProxy } from "../chaos/proxy.ts";
import { checkLedger, ledgerText, type Sighting } from "../ledger.ts";
import { withCleanup, type Cleanup } from "../rig/cleanup.ts";
import { createNluStub } from "../rig/nlu-stub.ts";
import { createRelayRig, SITE } from "../rig/relay.ts";
import { sightingsOf, storedMessages } from "../rig/store-witness.ts";
import { createVisitor } from "../rig/visitor.ts";
import { until } from "../rig/waiting.ts";
import { atLeast, exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

const figuresOf = (form: string): { visitors: number; each: number; raw: number } =>
  form === "short" ? { visitors: 30, each: 5, raw: 60 } : { visitors: 500, each: 20, raw: 1_000 };
/** Of one message in so many nothing is told at all, so that only the message sent again can tell. */
const SILENCED = 6;
/** One message in so many at least must go out twice, or nothing was proven: not all that is silenced does, some is told by a second link. */
const AGAIN = 24;
/** A little longer than a page waits for an ack. */
const MUTE_MS = LIMITS.ackTimeoutMs + 1_000;
const clockedRelay = new URL("../rig/clocked-relay.ts", import.meta.url).pathname;

async function run(context: Context): Promise<Outcome> {
  const lost = await acksLost(context);
  const repeated = await framesRepeated(context);
  return {
    faults: { ...lost.faults, ...repeated.faults },
    ledgers: [...(lost.ledgers ?? []), ...(repeated.ledgers ?? [])],
    checks: [...lost.checks, ...repeated.checks],
  };
}

/** Every third ack is lost, and with it the echo that would tell the same. */
async function acksLost({ form, random }: Context): Promise<Outcome> {
  const { visitors: count, each } = figuresOf(form);
  return withCleanup(async ({ keep }) => {
    const stub = keep(await createNluStub(), (one) => one.close());
    const relay = keep(await createRelayRig({ nluUrl: stub.url }), (one) => one.close());
    const proxy = keep(await createChaosProxy({ port: relay.port, random: random.fork("proxy") }), (one) => one.close());
    let acks = 0;
    const dropped = { ack: 0, event: 0 };
    /** Connections whose events and first acks are lost until then. */
    const muted = new Map<number, number>();
    const frames = new Map<string, number>();
    proxy.rule(({ direction, text, connection }) => {
      if (direction === "up") {
        const id = /"message-send","id":"([0-9a-f-]{36})"/.exec(text)?.[1];
        if (id === undefined) return undefined;
        frames.set(id, (frames.get(id) ?? 0) + 1);
        if (frames.get(id) === 1 && frames.size % SILENCED === 0) muted.set(connection, performance.now() + MUTE_MS);
        return undefined;
      }
      const mute = (muted.get(connection) ?? 0) > performance.now();
      if (text.startsWith("43") && text.includes('"known":')) {
        acks += 1;
        if (acks % 3 !== 0 && !(mute && text.includes('"known":false'))) return undefined;
        dropped.ack += 1;
        return "drop";
      }
      // The echo of a message leaves before its ack and tells the same: every third one is lost too.
      const echo = text.startsWith("42") && text.includes('"message-added"') && text.includes('"kind":"visitor"');
      if (!(mute && text.startsWith("42")) && !(echo && random.chance(1 / 3))) return undefined;
      dropped.event += 1;
      return "drop";
    });
    const visitors = Array.from({ length: count }, (_, index) =>
      keep(createVisitor({ name: `v${index}`, relays: [proxy.url], random: random.fork(`v${index}`) }), (one) => one.chat.close()),
    );
    await Promise.all(
      visitors.map(async (visitor) => {
        for (let n = 0; n < each; n += 1) await visitor.say();
      }),
    );
    const settled = await until(() => visitors.every((visitor) => visitor.waiting() === 0 && visitor.answered() >= each), 300_000, 250);
    const again = [...frames.values()].reduce((sum, times) => sum + times - 1, 0);
    const sent = visitors.flatMap((visitor) => visitor.sent);
    const stored = storedMessages(relay.databaseFile);
    return {
      faults: { "acks dropped": dropped.ack, "echoes and replies dropped": dropped.event, "frames sent again by the widget": again },
      ledgers: [
        {
          name: "lost acks",
          report: checkLedger(sent, [
            { name: "store", saw: sightingsOf(stored, "visitor") },
            { name: "adapter", saw: stub.asked },
            { name: "page", saw: visitors.flatMap((visitor) => visitor.shown("visitor")) },
          ]),
        },
        {
          name: "their replies",
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
        exactly("all sent and answered in the end", settled ? "yes" : "no", "yes"),
        atLeast("acks dropped", dropped.ack, Math.floor((count * each) / 3)),
        atLeast("frames the widget sent again", again, Math.floor((count * each) / AGAIN)),
      ],
    };
  });
}

/** A client that does not trust anybody: each frame ten times at once on two links, again after a restart, again a day later. */
async function framesRepeated({ form, random }: Context): Promise<Outcome> {
  const { raw: count } = figuresOf(form);
  return withCleanup(async (cleanup) => {
    const { keep } = cleanup;
    const stub = keep(await createNluStub(), (one) => one.close());
    const env = { ALLHOURS_CLOCK_AHEAD_MS: "0" };
    const relay = keep(await createRelayRig({ nluUrl: stub.url, entry: clockedRelay, env }), (one) => one.close());
    const first = await open(cleanup, relay.url);
    const token = first.welcome?.token ?? "";
    const second = await open(cleanup, relay.url, token);
    const sent: Sighting[] = [];
    const frames: { id: string; text: string; seq: number }[] = [];
    let copies = 0;
    const differing: string[] = [];
    for (let n = 1; n <= count; n += 1) {
      const { text, sighting } = ledgerText("raw", n, random);
      const id = newId();
      sent.push(sighting);
      const acks = await Promise.all(
        Array.from({ length: 10 }, async (_, copy) => (copy % 2 === 0 ? first : second).send(text, { id }).acked),
      );
      copies += acks.length;
      const places = new Set(acks.map((ack) => (ack.ok ? ack.value.seq : -1)));
      const [seq = -1] = places;
      if (places.size !== 1 || seq < 1) differing.push(id);
      frames.push({ id, text, seq });
    }
    const sayAgain = async (): Promise<void> => {
      const client = await open(cleanup, relay.url, token);
      for (const { id, text, seq } of frames) {
        const ack = await client.send(text, { id }).acked;
        copies += 1;
        if (!ack.ok || ack.value.seq !== seq || !ack.value.known) differing.push(id);
      }
      client.close();
    };
    await until(() => stub.replied.size === count, 30_000);
    await relay.stop();
    await relay.start();
    await sayAgain();
    await relay.stop();
    env.ALLHOURS_CLOCK_AHEAD_MS = String(24 * 3_600_000);
    await relay.start();
    await sayAgain();
    const page = await open(cleanup, relay.url, token);
    const shown: { author: string; text: string }[] = [];
    for (let after = 0; ;) {
      const ack = await page.command({ type: "history-get", conversationId: page.welcome?.conversationId ?? "", after, limit: 200 });
      const { events, more } = (
        ack as { value: { events: { seq: number; message?: { author: { kind: string }; parts: { text: string }[] } }[]; more: boolean } }
      ).value;
      for (const { seq, message } of events) {
        after = seq;
        if (message !== undefined) shown.push({ author: message.author.kind, text: message.parts[0]?.text ?? "" });
      }
      if (!more) break;
    }
    return {
      faults: { "copies of frames sent": copies - count, restarts: 2 },
      ledgers: [
        {
          name: "frames said again",
          report: checkLedger(sent, [
            { name: "store", saw: sightingsOf(storedMessages(relay.databaseFile), "visitor") },
            { name: "adapter", saw: stub.asked },
            { name: "page", saw: sightingsOf(shown, "visitor") },
          ]),
        },
      ],
      checks: [exactly("frames whose copies got different places", differing.length, 0)],
    };
  });
}

async function open({ keep }: Cleanup, url: string, token?: string): Promise<Client> {
  const client = keep(createClient({ url, site: SITE, pipe: "socketio" }), (one) => one.close());
  const welcome = await client.hello(token === undefined ? {} : { token });
  if (!welcome.ok) throw new Error(`hello was refused: ${welcome.error.code}`);
  return client;
}

export const scenarios: Scenario[] = [
  {
    id: "P3",
    promise: "No double send, however often the client retries",
    proof: (form) => {
      const { visitors, each, raw } = figuresOf(form);
      return `${(visitors * each).toLocaleString("en")} sends of ${visitors} visitors, every third ack dropped; ${raw.toLocaleString("en")} frames said 10 times at once from two tabs, again after a restart, again 24 h later`;
    },
    run,
  },
];
