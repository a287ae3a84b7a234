/** The harness on a stock Socket.IO server: whose losses and repeats it sees, and that one dropped, doubled or swapped frame turns the ledger red. */
import { setTimeout as wait } from "node:timers/promises";
import { createChaosProxy, type FrameFault } from "../chaos/proxy.ts";
import { checkLedger, type LedgerReport } from "../ledger.ts";
import { replyTo } from "../rig/nlu-stub.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { until } from "../rig/waiting.ts";
import { atLeast, exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";
import { createStockClient, createStockServer, type StockMode } from "../stock/rig.ts";

type Figures = { clients: number; each: number; kills: number; cuts: number };
const figuresOf = (form: string): Figures =>
  form === "short" ? { clients: 8, each: 50, kills: 4, cuts: 12 } : { clients: 40, each: 125, kills: 40, cuts: 300 };

/** Replies that were to be expected: one for each message. */
function repliesTo(sent: readonly { sender: string; n: number; hash: string }[]): { sender: string; n: number; hash: string }[] {
  return sent.map((one) => ({ ...one, sender: replyTo(`[${one.sender}#1]`).slice(1, -3) }));
}

async function underFaults(mode: StockMode, { form, random }: Context): Promise<Outcome> {
  const { clients: count, each, kills, cuts } = figuresOf(form);
  return withCleanup(async ({ keep }) => {
    const server = keep(await createStockServer(mode), (one) => one.close());
    const proxy = keep(await createChaosProxy({ port: server.port, random: random.fork("proxy") }), (one) => one.close());
    const clients = Array.from({ length: count }, (_, index) =>
      keep(createStockClient(`s${index}`, proxy.url, mode, random.fork(`s${index}`)), (one) => one.close()),
    );
    // Whether a cut falls on messages on their way is chance; on the first one it must.
    for (const client of clients) client.say();
    await until(() => clients.every(({ shown }) => shown.length > 0), 10_000);
    for (const client of clients) client.say();
    proxy.cut(() => true);
    const runMs = kills * 700 + cuts * 60;
    const writers = clients.map(async (client, index) => {
      const pace = random.fork(`pace${index}`);
      for (let n = 2; n < each; n += 1) {
        client.say();
        await wait(pace.next() * 2 * (runMs / each));
      }
    });
    const cutting = (async () => {
      for (let n = 0; n < cuts; n += 1) {
        await wait(random.int(0, 120));
        const every = random.int(1, 4);
        proxy.cut((connection) => connection % every === 0);
      }
    })();
    for (let n = 0; n < kills; n += 1) {
      await wait(random.int(50, 900));
      await server.kill();
      await server.start();
    }
    await Promise.all([...writers, cutting]);
    // As long as a client may wait before it comes back (5 s) and one more retry.
    let before = -1;
    await until(
      () => {
        const seen = clients.reduce((sum, client) => sum + client.shown.length, 0);
        const still = seen === before;
        before = seen;
        return still;
      },
      30_000,
      7_500,
    );
    const sent = clients.flatMap((client) => client.sent);
    const witnesses: LedgerReport = checkLedger(sent, [{ name: "store", saw: await server.stored() }]);
    const replies: LedgerReport = checkLedger(repliesTo(sent), [{ name: "page", saw: clients.flatMap((client) => client.shown) }]);
    const counts = [...witnesses.counts, ...replies.counts];
    const harmed = counts.reduce((sum, one) => sum + one.lost + one.duplicated + one.reordered + one.divergent, 0);
    return {
      faults: { ...proxy.faults, SIGKILL: kills },
      // Not a promise of ours: told as a figure, not judged as a ledger. As installed it must lose something, or the harness is blind.
      checks: mode === "default" ? [atLeast("harm the harness saw", harmed, 1)] : [],
      facts: counts.map((one) => ({
        name: `${one.witness}, of ${sent.length}`,
        value: `${one.lost} lost, ${one.duplicated} duplicated, ${one.reordered} reordered, ${one.divergent} divergent`,
      })),
    };
  });
}

/** One frame is harmed on a quiet line: the ledger must say exactly what happened. */
async function mutation(fault: FrameFault, { random }: Context): Promise<LedgerReport> {
  return withCleanup(async ({ keep }) => {
    const server = keep(await createStockServer("default"), (one) => one.close());
    const proxy = keep(await createChaosProxy({ port: server.port, random }), (one) => one.close());
    let harmed = false;
    proxy.rule(({ direction, text }) => {
      if (harmed || direction !== "down" || !text.includes("#7]")) return undefined;
      harmed = true;
      return fault;
    });
    const client = keep(createStockClient("m", proxy.url, "default", random.fork("m")), (one) => one.close());
    for (let n = 0; n < 12; n += 1) client.say();
    await until(() => client.shown.some((one) => one.n === 12), 10_000);
    await wait(100);
    return checkLedger(repliesTo(client.sent), [{ name: "page", saw: client.shown }]);
  });
}

async function mutations(context: Context): Promise<Outcome> {
  const wanted = [
    ["drop", "1 0 0 0"],
    ["duplicate", "0 1 0 0"],
    ["swap", "0 0 1 0"],
  ] as const;
  const checks = [];
  for (const [fault, counts] of wanted) {
    const {
      counts: [page],
      clean,
    } = await mutation(fault, context);
    const seen = page === undefined ? "nothing" : [page.lost, page.duplicated, page.reordered, page.divergent].join(" ");
    checks.push(
      exactly(
        `one frame ${fault === "swap" ? "swapped" : fault === "drop" ? "dropped" : "doubled"}: lost, duplicated, reordered, divergent`,
        seen,
        counts,
      ),
    );
    checks.push(exactly("the ledger turns red", clean ? "no" : "yes", "yes"));
  }
  return { faults: { drop: 1, duplicate: 1, swap: 1 }, checks };
}

const proofOf = (form: string): string => {
  const { clients, each, kills, cuts } = figuresOf(form);
  return `${(clients * each).toLocaleString("en")} messages of ${clients} clients, ${kills} kills, ${cuts} rounds of cuts`;
};
export const scenarios: Scenario[] = [
  {
    id: "M",
    promise: "The harness can fail: one harmed frame turns the ledger red",
    proof: () => "one frame dropped, doubled, swapped on its way to a stock client",
    run: mutations,
  },
  { id: "stock 1", promise: "Socket.IO as installed", proof: proofOf, run: (context) => underFaults("default", context) },
  {
    id: "stock 2",
    promise: "Socket.IO with acks, retries and connection state recovery",
    proof: proofOf,
    run: (context) => underFaults("retries", context),
  },
];
