/**
 * P14, P15: an event for a desk is delivered at least once, in order for its conversation, or lies in a dead letter that can be seen and
 * replayed. A desk that is down, slow, overloaded and gone; a relay that is killed; a clock on which an hour is a minute.
 */
import { setTimeout as wait } from "node:timers/promises";
import { newId } from "@allhours/protocol";
import { createClient, type Client } from "../../client/index.ts";
import { checkLedger, ledgerText, sightingIn, type Sighting } from "../ledger.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { createDesk, type DeskBehaviour } from "../rig/desk.ts";
import { createRelayRig, SITE, type RelayRig } from "../rig/relay.ts";
import { until } from "../rig/waiting.ts";
import { atLeast, exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

type Figures = { conversations: number; each: number; kills: number; downMs: number };
const figuresOf = (form: string): Figures =>
  form === "short"
    ? { conversations: 20, each: 10, kills: 3, downMs: 3_000 }
    : { conversations: 200, each: 50, kills: 100, downMs: 10_000 };
/** An hour is a minute. */
const RATE = 60;

async function run({ form, random, note }: Context): Promise<Outcome> {
  const { conversations: count, each, kills, downMs } = figuresOf(form);
  return withCleanup(async ({ keep }) => {
    const desk = keep(await createDesk(), (one) => one.close());
    const relay = keep(
      await createRelayRig({
        region: { ...desk.region, offerTimeoutMs: 3_600_000 },
        entry: new URL("../rig/clocked-relay.ts", import.meta.url).pathname,
        env: { ALLHOURS_CLOCK_RATE: String(RATE), ALLHOURS_CLOCK_SINCE_MS: String(Date.now()) },
      }),
      (one) => one.close(),
    );
    const people = Array.from({ length: count }, (_, index) => ({
      name: `c${index}`,
      token: "",
      conversationId: "",
      client: undefined as Client | undefined,
    }));
    // A few at a time: on this clock a link must say hello within a twelfth of a second.
    for (let from = 0; from < count; from += 5) {
      await Promise.all(
        people.slice(from, from + 5).map(async (person) => {
          await connect(relay, person);
          await person.client?.command({ type: "handoff-request", id: newId(), conversationId: person.conversationId });
        }),
      );
    }
    if (!(await until(() => desk.taken.filter(({ type }) => type === "handoff.offered").length >= count, 30_000)))
      throw new Error("not every case was offered");

    // Every twentieth conversation meets a desk that is gone (410): its events become dead letters.
    const doomed = new Set(people.filter((_, index) => index % 20 === 0).map((person) => person.conversationId));
    const faults: Record<string, number> = {};
    const fault = (kind: string, behaviour: DeskBehaviour): DeskBehaviour => {
      faults[kind] = (faults[kind] ?? 0) + 1;
      return behaviour;
    };
    const phase = { down: false, bad: true };
    const mood = random.fork("mood");
    desk.behave = ({ data, type }) => {
      if (phase.bad && doomed.has(data.conversationId) && type === "message.created") return fault("410", { status: 410 });
      if (phase.down) return fault("desk down", "reset");
      if (!phase.bad) return { status: 204 };
      const draw = mood.next();
      if (draw < 0.15) return fault("500", { status: 500 });
      if (draw < 0.2) return fault("429", { status: 429, headers: { "retry-after": "5" } });
      if (draw < 0.21) return fault("hang", "hang");
      return { status: 204 };
    };

    const sent: Sighting[] = [];
    const texts = random.fork("texts");
    let killing = false;
    const writers = people.map(async (person, index) => {
      const pace = random.fork(`pace${index}`);
      for (let n = 1; n <= each; n += 1) {
        const { text, sighting } = ledgerText(person.name, n, texts);
        const id = newId();
        // A raw client: says it again, under the same id, until it is acknowledged.
        for (;;) {
          const ack = await person.client?.send(text, { id }).acked.catch(() => undefined);
          if (ack?.ok === true) break;
          await wait(100);
          if (person.client?.closed !== undefined && !killing) await connect(relay, person).catch(() => undefined);
        }
        sent.push(sighting);
        await wait(pace.next() * 2 * ((kills * 1_000 + downMs) / each));
      }
    });
    const downAt = Math.floor(kills / 3);
    for (let killed = 0; killed < kills; killed += 1) {
      await wait(random.int(50, 500));
      if (killed === downAt) {
        phase.down = true;
        await wait(downMs);
        phase.down = false;
      }
      killing = true;
      await relay.kill();
      await relay.start();
      killing = false;
      if (killed % 20 === 19) note(`${killed + 1} kills, ${sent.length} messages, ${desk.seen} deliveries seen`);
    }
    await Promise.all(writers);
    phase.bad = false;
    const told = (): Sighting[] =>
      desk.taken.flatMap(({ type, data }) => (type === "message.created" ? (sightingIn(data.message?.text ?? "") ?? []) : []));
    const isDoomed = new Set(people.flatMap((person) => (doomed.has(person.conversationId) ? [person.name] : [])));
    const ordered = sent.filter((one) => !isDoomed.has(one.sender));
    const arrived = (wanted: readonly Sighting[]): boolean => {
      const seen = new Set(told().map((one) => `${one.sender}#${one.n}`));
      return wanted.every((one) => seen.has(`${one.sender}#${one.n}`));
    };
    await until(() => arrived(ordered), 180_000, 200);
    const letters = await deadLetters(relay);
    const replayed = await replayAll(relay);
    note(`${letters.length} dead letters, ${replayed} put back`);
    const everything = await until(() => arrived(sent), 60_000, 200);
    const left = await deadLetters(relay);
    const seen = told();
    // A replayed letter comes when it is replayed: for those conversations only presence counts.
    const byNumber = (list: Sighting[]): Sighting[] => [...list].sort((one, other) => one.n - other.n);
    return {
      faults: { ...faults, SIGKILL: kills },
      ledgers: [
        {
          name: "events",
          report: checkLedger(ordered, [{ name: "desk", saw: seen.filter((one) => !isDoomed.has(one.sender)), atLeastOnce: true }]),
        },
        {
          name: "events that were dead letters",
          report: checkLedger(
            sent.filter((one) => isDoomed.has(one.sender)),
            [{ name: "desk", saw: byNumber(seen.filter((one) => isDoomed.has(one.sender))), atLeastOnce: true }],
          ),
        },
      ],
      checks: [
        exactly("events delivered in the end", everything ? "all" : "not all", "all"),
        exactly("most deliveries of one conversation at once", desk.mostAtOnce, 1),
        exactly("deliveries with a wrong signature", desk.forged, 0),
        atLeast("dead letters listed", letters.length, doomed.size),
        exactly("dead letters put back", replayed, letters.length),
        exactly("dead letters left", left.length, 0),
      ],
      facts: [{ name: "deliveries seen by the desk", value: desk.seen.toLocaleString("en") }],
    };
  });
}

async function connect(relay: RelayRig, person: { token: string; conversationId: string; client: Client | undefined }): Promise<void> {
  person.client?.close();
  const client = createClient({ url: relay.url, site: SITE, pipe: "socketio" });
  const welcome = await client.hello(person.token === "" ? {} : { token: person.token });
  if (!welcome.ok) throw new Error(`hello was refused: ${welcome.error.code}`);
  Object.assign(person, { client, token: welcome.value.token, conversationId: welcome.value.conversationId });
}

async function deadLetters(relay: RelayRig): Promise<{ id: string }[]> {
  const response = await fetch(`${relay.url}/v1/admin/dead-letters?limit=1000`);
  return ((await response.json()) as { value: { deadLetters: { id: string }[] } }).value.deadLetters;
}
async function replayAll(relay: RelayRig): Promise<number> {
  const response = await fetch(`${relay.url}/v1/admin/dead-letters/replay`, { method: "POST", body: JSON.stringify({ all: true }) });
  return ((await response.json()) as { value: { replayed: string[] } }).value.replayed.length;
}

export const scenarios: Scenario[] = [
  {
    id: "P14",
    promise:
      "A desk is told at least once, in order, or the event lies in a dead letter that can be replayed (P15: one at a time for a conversation)",
    proof: (form) => {
      const { conversations, each, kills, downMs } = figuresOf(form);
      return `${(conversations * each).toLocaleString("en")} events of ${conversations} conversations, ${kills} kills of the relay, the desk down for ${(downMs * RATE) / 60_000} min of a clock that runs ${RATE} times as fast, 500, 429, 410 and silence`;
    },
    run,
  },
];
