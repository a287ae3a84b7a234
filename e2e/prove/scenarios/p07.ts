/** P7: survives quota, eviction, and a database that closes or fails under it. Faults at each call site of IndexedDB, in real Chromium. */
import { setTimeout as wait } from "node:timers/promises";
import type { Page } from "playwright-core";
import { errorsOf, findBrowser, NO_BROWSER, say, servePages, shownBy, startBrowser, stateOf } from "../browser/rig.ts";
import { createChaosProxy } from "../chaos/proxy.ts";
import { checkLedger, ledgerText, type Sighting } from "../ledger.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { createNluStub } from "../rig/nlu-stub.ts";
import { createRelayRig } from "../rig/relay.ts";
import { sightingsOf, storedMessages } from "../rig/store-witness.ts";
import { until } from "../rig/waiting.ts";
import { atLeast, exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

/** Call sites a fault can be put into; the next call there throws once, or its transaction is aborted. */
const SITES = ["transaction", "add", "put", "get", "getAll", "delete", "index", "abort", "close"] as const;
const ERRORS = ["InvalidStateError", "UnknownError", "AbortError"];
const figuresOf = (form: string): { pages: number; faults: number } =>
  form === "short" ? { pages: 2, faults: 15 } : { pages: 10, faults: 50 };

/** Runs in the page: the next call at one site fails. */
function plant([site, name]: [string, string]): void {
  const fail = (): never => {
    throw new DOMException("planted", name);
  };
  const once = (owner: object, method: string): void => {
    const holder = owner as Record<string, (...values: unknown[]) => unknown>;
    const real = holder[method];
    holder[method] = function (this: unknown, ...values: unknown[]): unknown {
      if (real !== undefined) holder[method] = real;
      Object.assign(window, { planted: ((window as unknown as { planted?: number }).planted ?? 0) + 1 });
      if (site === "abort" || site === "close") {
        const made = real?.apply(this, values) as IDBTransaction;
        if (site === "abort") queueMicrotask(() => made.abort());
        else (this as IDBDatabase).close();
        return made;
      }
      return fail();
    };
  };
  if (site === "transaction" || site === "abort" || site === "close") once(IDBDatabase.prototype, "transaction");
  else once(IDBObjectStore.prototype, site);
}

async function run({ form, random, note }: Context): Promise<Outcome> {
  if (findBrowser() === undefined) return { faults: {}, checks: [], skipped: NO_BROWSER };
  const { pages: count, faults: each } = figuresOf(form);
  return withCleanup(async ({ keep }) => {
    const stub = keep(await createNluStub(), (one) => one.close());
    const relay = keep(await createRelayRig({ nluUrl: stub.url }), (one) => one.close());
    const road = keep(await createChaosProxy({ port: relay.port, random: random.fork("road") }), (one) => one.close());
    const pages = keep(await servePages(), (one) => one.close());
    const browser = keep(await startBrowser(), (one) => one.close());
    const sent: Sighting[] = [];
    const faults: Record<string, number> = {};
    const count1 = (kind: string): void => void (faults[kind] = (faults[kind] ?? 0) + 1);
    const errors: string[] = [];
    const memory = { pages: 0 };
    const shown: Sighting[] = [];
    const tabs: { name: string; page: Page }[] = [];
    const one = async (index: number): Promise<void> => {
      const name = `q${index}`;
      const url = pages.url(name, road.url);
      const origin = new URL(url).origin;
      const page: Page = await browser.open(url);
      const session = await browser.cdp(page);
      const chance = random.fork(name);
      for (let n = 1; n <= each; n += 1) {
        const draw = chance.next();
        if (draw < 0.1) {
          await session.send("Storage.clearDataForOrigin", { origin, storageTypes: "indexeddb" });
          count1("data cleared while open");
        } else if (draw < 0.2) {
          await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
          count1("no quota");
        } else {
          const site = chance.pick(SITES);
          await page.evaluate(plant, [site, chance.pick(ERRORS)] as [string, string]);
          count1(site === "abort" ? "transaction aborted" : site === "close" ? "database closed" : `${site} fails`);
        }
        const { text, sighting } = ledgerText(name, n, chance);
        await say(page, text);
        sent.push(sighting);
        if (draw >= 0.1 && draw < 0.2) await session.send("Storage.overrideQuotaForOrigin", { origin });
        await wait(chance.int(0, 30));
      }
      tabs.push({ name, page });
      note(`${name}: all said`);
    };
    /** Once the road is open for good: what a page shows in the end, and whether it got rid of everything. */
    const settle = async ({ name, page }: { name: string; page: Page }): Promise<void> => {
      // Many refused connects make a browser wait before the next, and the page's own waits grow to 20 s.
      if (!(await until(async () => (await stateOf(page)).waiting === 0, 120_000, 100)))
        errors.push(`${name}: messages still wait ${JSON.stringify(await stateOf(page))}`);
      if ((await stateOf(page)).storage === "memory") memory.pages += 1;
      errors.push(...(await errorsOf(page)).map((text) => `${name}: ${text}`));
      shown.push(...sightingsOf(await shownBy(page), "visitor"));
    };
    // Half of the time there is no road, so that messages wait in what is being broken.
    const roads = { on: true };
    const toggling = (async () => {
      while (roads.on) {
        await wait(random.int(100, 600));
        road.refuse(true);
        road.cut();
        await wait(random.int(100, 600));
        road.refuse(false);
      }
    })();
    await Promise.all(Array.from({ length: count }, async (_, index) => one(index)));
    roads.on = false;
    await toggling;
    await Promise.all(tabs.map(settle));
    for (const text of errors.slice(0, 8)) process.stderr.write(`${text}\n`);
    return {
      faults,
      ledgers: [
        {
          name: "messages",
          report: checkLedger(sent, [
            { name: "store", saw: sightingsOf(storedMessages(relay.databaseFile), "visitor") },
            { name: "adapter", saw: stub.asked },
            { name: "page", saw: shown },
          ]),
        },
      ],
      checks: [
        exactly("uncaught errors, messages that still wait", errors.length, 0),
        atLeast(
          "faults",
          Object.values(faults).reduce((sum, times) => sum + times, 0),
          count * each,
        ),
      ],
      facts: [{ name: "pages that ended with memory in place of the database", value: `${memory.pages} of ${count}` }],
    };
  });
}

export const scenarios: Scenario[] = [
  {
    id: "P7",
    promise: "Survives quota, eviction, and a database that fails under it",
    proof: (form) =>
      `${figuresOf(form).pages * figuresOf(form).faults} faults on ${figuresOf(form).pages} pages: no quota, data cleared while open, each call site of IndexedDB failing, transactions aborted, the database closed`,
    run,
  },
];
