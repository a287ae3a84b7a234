/** P10: a page that cannot resume is told and mends itself. The log is wiped, put back to an older copy, or is behind what the page saw. */
import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "../../client/index.ts";
import { createChaosProxy } from "../chaos/proxy.ts";
import { checkLedger, ledgerText, type Sighting } from "../ledger.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { createNluStub } from "../rig/nlu-stub.ts";
import { createRelayRig, SITE, type RelayRig } from "../rig/relay.ts";
import { sightingsOf, storedMessages } from "../rig/store-witness.ts";
import { createVisitor, type Visitor } from "../rig/visitor.ts";
import { until } from "../rig/waiting.ts";
import { atMost, exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

const FILES = ["allhours.db", "allhours.db-wal", "allhours.db-shm"];

async function copyLog(from: string, to: string): Promise<void> {
  for (const name of FILES) {
    await rm(join(to, name), { force: true });
    await copyFile(join(from, name), join(to, name)).catch(() => undefined);
  }
}
async function wipeLog(dir: string): Promise<void> {
  for (const name of FILES) await rm(join(dir, name), { force: true });
}

type Harm = {
  name: string;
  /** Done while the relay is down and the visitor has seen `seen` messages answered. */
  harm: (dir: string, copy: string) => Promise<void>;
  /** Messages somebody else writes into the log before the page returns: an older copy that has grown. */
  grows?: number | undefined;
};
const harms: Harm[] = [
  { name: "log wiped", harm: wipeLog },
  { name: "older copy restored, the page ahead of it", harm: (dir, copy) => copyLog(copy, dir) },
  { name: "older copy restored and grown past the page", harm: (dir, copy) => copyLog(copy, dir), grows: 12 },
];

async function run({ form, random, pick }: Context): Promise<Outcome> {
  const rounds = pick(1, 8);
  const faults: Record<string, number> = {};
  const mendMs: number[] = [];
  const wrong: string[] = [];
  const unsent: { sent: Sighting[]; stored: Sighting[] } = { sent: [], stored: [] };
  for (const one of harms) {
    for (let round = 0; round < rounds; round += 1) {
      const name = `${one.name} ${form} ${round}`;
      await withCleanup(async ({ keep }) => {
        const stub = keep(await createNluStub(), (stop) => stop.close());
        const relay = keep(await createRelayRig({ nluUrl: stub.url }), (stop) => stop.close());
        const proxy = keep(await createChaosProxy({ port: relay.port, random: random.fork(name) }), (stop) => stop.close());
        const visitor = keep(
          createVisitor({ name: `w${harms.indexOf(one)}.${round}`, relays: [proxy.url], random: random.fork(`${name} visitor`) }),
          (stop) => stop.chat.close(),
        );
        const copy = join(relay.dir, "copy");
        await sayAndWait(visitor, 3);
        // The copy an operator would have: taken between two orderly stops.
        await relay.stop();
        await copyOf(relay, copy);
        await relay.start();
        await sayAndWait(visitor, 8);
        proxy.refuse(true);
        proxy.cut();
        await relay.stop();
        await one.harm(relay.dir, copy);
        await relay.start();
        if (one.grows !== undefined) await growBy(relay, visitor, one.grows, random.fork(`${name} other`));
        // Written while the page is away: must be offered again.
        const before = visitor.sent.length;
        await visitor.say();
        await visitor.say();
        proxy.refuse(false);
        faults[one.name] = (faults[one.name] ?? 0) + 1;
        const same = (): boolean => pageOf(visitor) === storeOf(relay, visitor) && visitor.waiting() === 0 && pageOf(visitor) !== "";
        // A refused page waits up to its reconnect delay before it can know anything: counted from the link.
        await until(() => visitor.chat.getState().connection.status === "online", 30_000, 5);
        const online = performance.now();
        if (!(await until(same, 15_000, 10)))
          wrong.push(`${name}: the page shows\n${pageOf(visitor)}\nthe store holds\n${storeOf(relay, visitor)}`);
        mendMs.push(performance.now() - online);
        unsent.sent.push(...visitor.sent.slice(before));
        unsent.stored.push(
          ...sightingsOf(storedMessages(relay.databaseFile), "visitor").filter((seen) =>
            visitor.sent.slice(before).some((said) => said.n === seen.n && said.sender === seen.sender),
          ),
        );
      });
    }
  }
  for (const text of wrong) process.stderr.write(`${text}\n`);
  return {
    faults,
    ledgers: [{ name: "messages that were unsent", report: checkLedger(unsent.sent, [{ name: "store", saw: unsent.stored }]) }],
    checks: [
      exactly("pages that differ from the store", wrong.length, 0),
      atMost("page equals store, longest, from the link", Math.max(...mendMs) / 1_000, 3, "s"),
    ],
  };
}

async function copyOf(relay: RelayRig, copy: string): Promise<void> {
  await mkdir(copy, { recursive: true });
  await copyLog(relay.dir, copy);
}

async function sayAndWait(visitor: Visitor, count: number): Promise<void> {
  const wanted = visitor.answered() + count;
  for (let n = 0; n < count; n += 1) await visitor.say();
  if (!(await until(() => visitor.answered() >= wanted, 30_000))) throw new Error(`${visitor.name}: not answered`);
}

/** Another page of the same visitor goes on in the restored log, so that it has other entries at the places the first page knows. */
async function growBy(relay: RelayRig, visitor: Visitor, count: number, random: Context["random"]): Promise<void> {
  const client = createClient({ url: relay.url, site: SITE, pipe: "socketio" });
  const welcome = await client.hello({ token: visitor.token() });
  if (!welcome.ok) throw new Error(`hello was refused: ${welcome.error.code}`);
  for (let n = 1; n <= count; n += 1) await client.ask(ledgerText(`${visitor.name}.other`, n, random).text);
  client.close();
}

/** What the page shows of the log, and what the store holds for it, as comparable text. */
function pageOf(visitor: Visitor): string {
  return visitor.chat
    .getState()
    .timeline.flatMap((item) => (item.kind === "message" && item.seq > 0 ? [`${item.seq} ${item.author.kind} ${item.id}`] : []))
    .join("\n");
}
function storeOf(relay: RelayRig, visitor: Visitor): string {
  const { conversationId } = visitor.chat.getState();
  return storedMessages(relay.databaseFile)
    .filter((message) => message.conversationId === conversationId)
    .map((message) => `${message.seq} ${message.author} ${message.id}`)
    .join("\n");
}

export const scenarios: Scenario[] = [
  {
    id: "P10",
    promise: "A page that cannot resume is told, and mends itself",
    proof: (form) =>
      `log wiped, older copy restored, older copy grown past the page; ${form === "short" ? 1 : 8} rounds each, two unsent messages each`,
    run,
  },
];
