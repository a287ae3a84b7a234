/** P2: what waits in the page survives a reload, a crashed tab, a killed browser. Real Chromium, a profile that stays. */
import type { Page } from "playwright-core";
import { findBrowser, NO_BROWSER, ready, say, servePages, shownBy, startBrowser, stateOf } from "../browser/rig.ts";
import { createChaosProxy } from "../chaos/proxy.ts";
import { checkLedger, ledgerText, sightingIn, type Sighting } from "../ledger.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { createNluStub } from "../rig/nlu-stub.ts";
import { createRelayRig } from "../rig/relay.ts";
import { sightingsOf, storedMessages } from "../rig/store-witness.ts";
import { until } from "../rig/waiting.ts";
import { exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

const figuresOf = (form: string): { visitors: number; rounds: number } =>
  form === "short" ? { visitors: 4, rounds: 3 } : { visitors: 10, rounds: 30 };
/** After so many rounds offline the queue goes out, and fills again. */
const ROUNDS_OFFLINE = 3;

async function run({ form, random, note }: Context): Promise<Outcome> {
  if (findBrowser() === undefined) return { faults: {}, checks: [], skipped: NO_BROWSER };
  const { visitors: count, rounds } = figuresOf(form);
  return withCleanup(async ({ keep }) => {
    const stub = keep(await createNluStub(), (one) => one.close());
    const relay = keep(await createRelayRig({ nluUrl: stub.url }), (one) => one.close());
    const road = keep(await createChaosProxy({ port: relay.port, random: random.fork("road") }), (one) => one.close());
    const pages = keep(await servePages(), (one) => one.close());
    const browser = keep(await startBrowser(), (one) => one.close());
    const names = Array.from({ length: count }, (_, index) => `b${index}`);
    const open = (): Promise<Page[]> => Promise.all(names.map(async (name) => browser.open(pages.url(name, road.url))));
    let tabs = await open();
    const sent: Sighting[] = [];
    const said = new Map(names.map((name) => [name, 0]));
    const faults: Record<string, number> = { reload: 0, "tab crash": 0, "browser killed": 0 };
    const missing: string[] = [];
    const texts = random.fork("texts");
    const sayOne = async (index: number): Promise<void> => {
      const name = names[index] ?? "";
      const page = tabs[index];
      if (page === undefined) return;
      const n = (said.get(name) ?? 0) + 1;
      const { text, sighting } = ledgerText(name, n, texts);
      await say(page, text);
      said.set(name, n);
      sent.push(sighting);
    };
    const settled = (): Promise<boolean> =>
      until(
        async () => (await Promise.all(tabs.map(stateOf))).every(({ waiting, status }) => waiting === 0 && status === "online"),
        60_000,
        100,
      );
    for (let round = 0; round < rounds; round += 1) {
      if (round % ROUNDS_OFFLINE === 0) {
        road.refuse(true);
        road.cut();
      }
      await Promise.all(
        tabs.map(async (_page, index) => {
          await sayOne(index);
          await sayOne(index);
        }),
      );
      // At once: nothing has had time to settle.
      const kind = ["reload", "tab crash", "browser killed"][round % 3] ?? "reload";
      faults[kind] = (faults[kind] ?? 0) + (kind === "browser killed" ? 1 : count);
      if (kind === "reload") {
        await Promise.all(
          tabs.map(async (page) => {
            await page.reload();
            await ready(page);
          }),
        );
      } else if (kind === "tab crash") {
        await Promise.all(tabs.map(async (page) => browser.crash(page)));
        tabs = await open();
      } else {
        await browser.kill();
        await browser.start();
        tabs = await open();
      }
      // Everything that was promised is on the page again, in order.
      for (const [index, page] of tabs.entries()) {
        const seen = (await shownBy(page)).flatMap(({ author, text }) => (author === "visitor" ? (sightingIn(text) ?? []) : []));
        const name = names[index] ?? "";
        const numbers = seen.map(({ n }) => n);
        const wanted = Array.from({ length: said.get(name) ?? 0 }, (_, at) => at + 1);
        // A page keeps the newest entries only.
        if (wanted.slice(-numbers.length).join() !== numbers.join() || numbers.length === 0)
          missing.push(`${name}: shows ${numbers.join()}, promised ${wanted.join()}`);
      }
      if (round % ROUNDS_OFFLINE === ROUNDS_OFFLINE - 1) {
        road.refuse(false);
        if (!(await settled())) missing.push(`round ${round}: the queue did not go out`);
        note(`${round + 1} rounds, ${sent.length} messages`);
      }
    }
    road.refuse(false);
    await settled();
    for (const text of missing.slice(0, 5)) process.stderr.write(`${text}\n`);
    return {
      faults,
      ledgers: [
        {
          name: "messages",
          report: checkLedger(sent, [
            { name: "store", saw: sightingsOf(storedMessages(relay.databaseFile), "visitor") },
            { name: "adapter", saw: stub.asked },
            { name: "page", saw: (await Promise.all(tabs.map(shownBy))).flatMap((list) => sightingsOf(list, "visitor")) },
          ]),
        },
      ],
      checks: [exactly("pages that came back with something else than was promised", missing.length, 0)],
    };
  });
}

export const scenarios: Scenario[] = [
  {
    id: "P2",
    promise: "What waits in the page survives a reload, a crashed tab, a killed browser",
    proof: (form) => {
      const { visitors, rounds } = figuresOf(form);
      return `${visitors} visitors in real Chromium, ${visitors * rounds} rounds right after the send resolved: ${(visitors * rounds) / 3} reloads, as many crashes, ${rounds / 3} kills of the browser with all pages open`;
    },
    run,
  },
];
