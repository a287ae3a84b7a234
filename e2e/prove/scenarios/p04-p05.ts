/**
 * P4, P5: several tabs. The order of typing holds across them, whichever sends; a leader that crashes, closes, hangs or is frozen is followed by
 * another tab, and two tabs never both send. Real Chromium.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { Page } from "playwright-core";
import { quantile } from "../../eval/score.ts";
import { findBrowser, NO_BROWSER, say, servePages, startBrowser, stateOf, shownBy, type BrowserRig } from "../browser/rig.ts";
import { createChaosProxy } from "../chaos/proxy.ts";
import { checkLedger, ledgerText, type Sighting } from "../ledger.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { createNluStub } from "../rig/nlu-stub.ts";
import { createRelayRig } from "../rig/relay.ts";
import { sightingsOf, storedMessages } from "../rig/store-witness.ts";
import { until } from "../rig/waiting.ts";
import { atMost, exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

const orderFigures = (form: string): { messages: number; cuts: number; crashes: number } =>
  form === "short" ? { messages: 120, cuts: 4, crashes: 2 } : { messages: 3_000, cuts: 50, crashes: 30 };

const leaderOf = async (tabs: readonly Page[]): Promise<Page | undefined> => {
  const states = await Promise.all(tabs.map(async (page) => ({ page, ...(await stateOf(page)) })));
  return states.find(({ leading }) => leading)?.page;
};

async function order({ form, random, note }: Context): Promise<Outcome> {
  if (findBrowser() === undefined) return { faults: {}, checks: [], skipped: NO_BROWSER };
  const { messages, cuts, crashes } = orderFigures(form);
  return withCleanup(async ({ keep }) => {
    const stub = keep(await createNluStub(), (one) => one.close());
    const relay = keep(await createRelayRig({ nluUrl: stub.url }), (one) => one.close());
    const road = keep(await createChaosProxy({ port: relay.port, random: random.fork("road") }), (one) => one.close());
    const frames = new Map<string, number>();
    road.rule(({ direction, text }) => {
      const id = direction === "up" ? /"message-send","id":"([0-9a-f-]{36})"/.exec(text)?.[1] : undefined;
      if (id !== undefined) frames.set(id, (frames.get(id) ?? 0) + 1);
      return undefined;
    });
    const pages = keep(await servePages(), (one) => one.close());
    const browser = keep(await startBrowser(), (one) => one.close());
    const url = pages.url("shop", road.url);
    const tabs = [await browser.open(url), await browser.open(url), await browser.open(url)];
    const sent: Sighting[] = [];
    const texts = random.fork("texts");
    const done = { crashes: 0, cuts: 0, offline: 0 };
    let offline = false;
    for (let n = 1; n <= messages; n += 1) {
      const { text, sighting } = ledgerText("order", n, texts);
      await say(random.pick(tabs), text);
      sent.push(sighting);
      if (done.cuts < cuts && n % Math.max(1, Math.floor(messages / cuts)) === 0) {
        done.cuts += 1;
        offline = !offline;
        if (done.cuts % 2 === 0) {
          // The browser's own idea of the network, for every tab.
          for (const page of tabs)
            await (
              await browser.cdp(page)
            ).send("Network.emulateNetworkConditions", { offline: true, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
          await wait(random.int(20, 120));
          for (const page of tabs)
            await (
              await browser.cdp(page)
            ).send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
          done.offline += 1;
        } else {
          road.refuse(true);
          road.cut();
          await wait(random.int(20, 120));
          road.refuse(false);
        }
      }
      if (done.crashes < crashes && n % Math.max(1, Math.floor(messages / crashes)) === Math.floor(messages / crashes / 2)) {
        const leader = await leaderOf(tabs);
        if (leader !== undefined) {
          await browser.crash(leader);
          tabs.splice(tabs.indexOf(leader), 1, await browser.open(url));
          done.crashes += 1;
        }
      }
      if (n % 500 === 0) note(`${n} messages, ${JSON.stringify(done)}`);
    }
    const settled = await until(async () => (await Promise.all(tabs.map(stateOf))).every(({ waiting }) => waiting === 0), 120_000, 200);
    const shown = await Promise.all(tabs.map(shownBy));
    const repeats = [...frames.values()].reduce((sum, times) => sum + times - 1, 0);
    // A page keeps the newest 500 entries of what it loads: what each shows must be the end of what was said, in order.
    const ends = shown.filter((list) => {
      const seen = sightingsOf(list, "visitor").map(({ n }) => n);
      return (
        seen.length === 0 ||
        seen.join() !==
          sent
            .slice(-seen.length)
            .map(({ n }) => n)
            .join()
      );
    });
    return {
      faults: { "leading tab crashed": done.crashes, "road cut": done.cuts - done.offline, "browser offline": done.offline },
      ledgers: [
        {
          name: "messages of three tabs, one order",
          report: checkLedger(sent, [
            { name: "store", saw: sightingsOf(storedMessages(relay.databaseFile), "visitor") },
            { name: "adapter", saw: stub.asked },
          ]),
        },
      ],
      checks: [
        exactly("everything sent in the end", settled ? "yes" : "no", "yes"),
        exactly("tabs that show another order", ends.length, 0),
        exactly("leading tabs crashed", done.crashes, crashes),
      ],
      facts: [{ name: "frames said again (harmless, one id)", value: String(repeats) }],
    };
  });
}

type Ending = "crash" | "close" | "freeze" | "hang" | "go away and come back";
/** A hang last: a tab that waited too long for the database keeps to memory, and says so, for the rest of its life. */
const ENDINGS: Ending[] = ["crash", "close", "freeze", "go away and come back", "hang"];
/** What is promised, milliseconds. */
const LIMITS_MS: Record<Ending, number> = { crash: 1_000, close: 1_000, freeze: 12_000, hang: 12_000, "go away and come back": 1_000 };

/** Ends the leader in one way; gives what brings the tab back, or another in its place. */
async function endLeader(browser: BrowserRig, leader: Page, ending: Ending, url: string): Promise<() => Promise<Page>> {
  switch (ending) {
    case "crash":
      await browser.crash(leader);
      return () => browser.open(url);
    case "close":
      await leader.close();
      return () => browser.open(url);
    case "freeze": {
      const session = await browser.cdp(leader);
      await session.send("Page.setWebLifecycleState", { state: "frozen" });
      return async () => {
        await session.send("Page.setWebLifecycleState", { state: "active" });
        return leader;
      };
    }
    case "hang": {
      // A script of the host page that does not come back for a while.
      const hung = leader.evaluate(() => {
        const end = performance.now() + 14_000;
        while (performance.now() < end);
      });
      return async () => {
        await hung;
        return leader;
      };
    }
    case "go away and come back":
      await leader.goto("about:blank");
      return async () => {
        // From the back/forward cache there is no load event to wait for.
        await leader.evaluate(() => history.back()).catch(() => undefined);
        await leader.waitForFunction(() => "proof" in window, undefined, { timeout: 20_000 });
        return leader;
      };
  }
}

async function takeOver({ form, random, pick, note }: Context): Promise<Outcome> {
  if (findBrowser() === undefined) return { faults: {}, checks: [], skipped: NO_BROWSER };
  const sites = pick(3, 4);
  const rounds: Record<Ending, number> =
    form === "short"
      ? { crash: 1, close: 1, freeze: 1, hang: 1, "go away and come back": 1 }
      : { crash: 25, close: 25, freeze: 25, hang: 6, "go away and come back": 25 };
  return withCleanup(async ({ keep }) => {
    const stub = keep(await createNluStub(), (one) => one.close());
    const relay = keep(await createRelayRig({ nluUrl: stub.url }), (one) => one.close());
    const pages = keep(await servePages(), (one) => one.close());
    const browser = keep(await startBrowser(), (one) => one.close());
    const times: Record<Ending, number[]> = { crash: [], close: [], freeze: [], hang: [], "go away and come back": [] };
    const sent: Sighting[] = [];
    const never: string[] = [];
    const both: string[] = [];
    /** The old leader went on in spite of what was done to it. */
    const stillLed: Partial<Record<Ending, number>> = {};
    type Visitor = { name: string; tabs: Page[]; sayIn: (page: Page) => Promise<void> };
    const url = (name: string): string => pages.url(name, relay.url);
    const visitors: Visitor[] = await Promise.all(
      Array.from({ length: sites }, async (_, index) => {
        const name = `t${index}`;
        const texts = random.fork(name);
        let n = 0;
        return {
          name,
          tabs: [await browser.open(url(name)), await browser.open(url(name))],
          async sayIn(page) {
            const { text, sighting } = ledgerText(name, (n += 1), texts);
            await say(page, text);
            sent.push(sighting);
          },
        };
      }),
    );
    const endOnce = async (visitor: Visitor, ending: Ending): Promise<void> => {
      const { name, tabs, sayIn } = visitor;
      if (!(await until(async () => (await leaderOf(tabs)) !== undefined, 20_000, 20))) throw new Error(`${name}: nobody leads`);
      const leader = await leaderOf(tabs);
      const other = tabs.find((page) => page !== leader);
      if (leader === undefined || other === undefined) throw new Error(`${name}: no second tab`);
      await other.bringToFront();
      await sayIn(leader);
      const from = performance.now();
      const back = await endLeader(browser, leader, ending, url(name));
      await sayIn(other);
      const saidMs = performance.now() - from;
      if (saidMs > 1_000) note(`${name}: ${ending}: the other tab took ${saidMs.toFixed(0)} ms to say it`);
      // What counts is that the queue moves: what the other tab wrote is acknowledged, whoever sent it.
      const moved = await until(async () => (await stateOf(other)).waiting === 0, 30_000, 20);
      const leads = moved && (await stateOf(other)).leading;
      if (!leads) stillLed[ending] = (stillLed[ending] ?? 0) + 1;
      if (moved) times[ending].push(performance.now() - from);
      else never.push(`${name}: ${ending}`);
      visitor.tabs = [other, await back()];
      // Back again, it follows: two tabs that both lead for longer than a moment would both send. One whose storage was held too long by a
      // hung tab keeps its messages in memory, says so, and sends for itself: nobody else could.
      if (
        !(await until(
          async () =>
            (await Promise.all(visitor.tabs.map(stateOf))).filter(({ leading, storage }) => leading && storage === "idb").length <= 1,
          20_000,
          50,
        ))
      )
        both.push(`${name}: ${ending}: ${JSON.stringify(await Promise.all(visitor.tabs.map(stateOf)))}`);
    };
    for (const ending of ENDINGS) {
      const endAll = async (visitor: Visitor): Promise<void> => {
        for (let round = 0; round < rounds[ending]; round += 1) await endOnce(visitor, ending);
      };
      // A second is promised where a browser has a machine to itself: the pages others load meanwhile are not part of it.
      if (LIMITS_MS[ending] > 1_000) await Promise.all(visitors.map(endAll));
      else for (const visitor of visitors) await endAll(visitor);
      note(`${ending} done`);
    }
    await until(
      async () => (await Promise.all(visitors.flatMap(({ tabs }) => tabs.map(stateOf)))).every(({ waiting }) => waiting === 0),
      60_000,
      100,
    );
    const p99 = (list: number[]): number =>
      quantile(
        [...list].sort((one, other) => one - other),
        0.99,
      ) ?? 0;
    return {
      faults: Object.fromEntries(ENDINGS.map((ending) => [`leader: ${ending}`, times[ending].length])),
      ledgers: [
        {
          name: "messages said around it",
          report: checkLedger(sent, [
            { name: "store", saw: sightingsOf(storedMessages(relay.databaseFile), "visitor") },
            { name: "adapter", saw: stub.asked },
          ]),
        },
      ],
      checks: [
        ...ENDINGS.map((ending) => atMost(`${ending}: what the other tab wrote is sent, p99`, p99(times[ending]), LIMITS_MS[ending], "ms")),
        exactly("queues that stalled", never.length, 0),
        exactly("two leaders that stayed", both.length, 0),
      ],
      facts: [{ name: "rounds in which the old leader went on and sent it", value: JSON.stringify(stillLed) }],
    };
  });
}

export const scenarios: Scenario[] = [
  {
    id: "P4",
    promise: "The order is that of typing, across tabs",
    proof: (form) => {
      const { messages, cuts, crashes } = orderFigures(form);
      return `three tabs, ${messages.toLocaleString("en")} messages, ${cuts} times offline and online, the leading tab crashed ${crashes} times`;
    },
    run: order,
  },
  {
    id: "P5",
    promise: "Two tabs never both send, and a dead leader never stalls the queue",
    proof: (form) =>
      `leaders of ${form === "short" ? 3 : 4} visitors crashed, closed, frozen and navigated away, ${form === "short" ? 1 : 25} times each, hung ${form === "short" ? "once" : "6 times each"}`,
    lane: "alone",
    run: takeOver,
  },
];
