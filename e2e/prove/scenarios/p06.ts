/** P6: works, and says so honestly, when storage is denied. The real panel in real Chromium, in every way a browser can say no. */
import { fileURLToPath } from "node:url";
import { findBrowser, NO_BROWSER, servePages, startBrowser } from "../browser/rig.ts";
import { checkLedger, ledgerText, type Sighting } from "../ledger.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { createNluStub } from "../rig/nlu-stub.ts";
import { createRelayRig } from "../rig/relay.ts";
import { sightingsOf, storedMessages } from "../rig/store-witness.ts";
import { atMost, exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

const widgetDir = fileURLToPath(new URL("../../../widget/dist/script", import.meta.url));
/** Scripts that run before the page's own; `notice`: the visitor must be told that nothing can be kept. */
const WAYS: { name: string; notice: boolean; blocked?: true; script?: () => void }[] = [
  { name: "nothing is denied", notice: false },
  { name: "site data blocked in the profile", notice: true, blocked: true },
  {
    name: "IndexedDB never answers",
    notice: true,
    script: () => {
      const factory = IDBFactory.prototype as unknown as Record<string, (this: unknown, ...values: unknown[]) => EventTarget>;
      const open = factory["open"];
      factory["open"] = function (...values) {
        const request = open?.apply(this, values) ?? new EventTarget();
        request.addEventListener = () => {};
        return request;
      };
    },
  },
  {
    name: "touching storage throws",
    notice: true,
    script: () => {
      for (const name of ["indexedDB", "localStorage", "sessionStorage"]) {
        Object.defineProperty(window, name, {
          get() {
            throw new DOMException("denied", "SecurityError");
          },
        });
      }
    },
  },
  {
    name: "no Web Locks and no BroadcastChannel",
    notice: false,
    script: () => {
      Object.defineProperty(Navigator.prototype, "locks", { value: undefined });
      Object.defineProperty(window, "BroadcastChannel", { value: undefined });
    },
  },
];

async function run({ random, pick }: Context): Promise<Outcome> {
  if (findBrowser() === undefined) return { faults: {}, checks: [], skipped: NO_BROWSER };
  const rounds = pick(1, 5);
  return withCleanup(async ({ keep }) => {
    const stub = keep(await createNluStub(), (one) => one.close());
    const relay = keep(await createRelayRig({ nluUrl: stub.url, server: { widgetDir } }), (one) => one.close());
    const pages = keep(await servePages(), (one) => one.close());
    const open = keep(await startBrowser(), (one) => one.close());
    const blocked = keep(await startBrowser({ profile: { default_content_setting_values: { cookies: 2 } } }), (one) => one.close());
    const sent: Sighting[] = [];
    const opened = new Map<string, number[]>();
    const wrong: string[] = [];
    const texts = random.fork("texts");
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, way] of WAYS.entries()) {
        const browser = way.blocked === true ? blocked : open;
        const page = await browser.context.newPage();
        const errors: string[] = [];
        page.on("pageerror", (error) => errors.push(error.message));
        if (way.script !== undefined) await page.addInitScript(way.script);
        await page.goto(pages.url(`d${index}.${round}`, relay.url, "full"));
        const chat = page.locator("allhours-chat");
        await chat.locator("[part~=launcher]").waitFor();
        // What is heard: a live region keeps the last words only, so all of them are written down.
        await page.evaluate(() => {
          const said: string[] = [];
          Object.assign(window, { said });
          setInterval(() => {
            const region = document
              .querySelector("allhours-chat")
              ?.shadowRoot?.querySelector("allhours-panel [role=status][aria-live=polite]");
            const text = region?.textContent ?? "";
            if (text !== "" && said.at(-1) !== text) said.push(text);
          }, 20);
        });
        const from = performance.now();
        await chat.locator("[part~=launcher]").click();
        await chat.getByRole("textbox").waitFor();
        opened.set(way.name, [...(opened.get(way.name) ?? []), performance.now() - from]);
        const { text, sighting } = ledgerText(`d${index}.${round}`, 1, texts);
        await chat.getByRole("textbox").fill(text);
        await chat.getByRole("textbox").press("Enter");
        sent.push(sighting);
        const answered = await chat
          .locator("[part~=bubble-bot]", { hasText: `[re:d${index}.${round}#1]` })
          .waitFor({ timeout: 20_000 })
          .then(() => true)
          .catch(() => false);
        if (!answered) wrong.push(`${way.name}: not answered`);
        const shown = await chat.locator("[part~=banner]").count();
        if (shown > 0 !== way.notice) wrong.push(`${way.name}: the notice is ${shown > 0 ? "" : "not "}shown`);
        const heard = await page.evaluate(() => (window as unknown as { said: string[] }).said);
        if (heard.some((words) => words.includes("let us save")) !== way.notice) wrong.push(`${way.name}: heard ${JSON.stringify(heard)}`);
        if (errors.length > 0) wrong.push(`${way.name}: ${errors.join("; ")}`);
        await page.close();
      }
    }
    for (const text of wrong) process.stderr.write(`${text}\n`);
    const median = (name: string): number =>
      [...(opened.get(name) ?? [])].sort((one, other) => one - other)[Math.floor(rounds / 2)] ?? Infinity;
    const normal = median(WAYS[0]?.name ?? "");
    const slowest = Math.max(...WAYS.map(({ name }) => median(name) - normal));
    return {
      faults: Object.fromEntries(WAYS.slice(1).map(({ name }) => [name, rounds])),
      ledgers: [
        {
          name: "messages",
          report: checkLedger(sent, [
            { name: "store", saw: sightingsOf(storedMessages(relay.databaseFile), "visitor") },
            { name: "adapter", saw: stub.asked },
          ]),
        },
      ],
      checks: [
        atMost("opens later than where nothing is denied, by", Math.max(0, slowest) / 1_000, 1, "s"),
        exactly("uncaught errors, missing answers, notices not shown or not announced", wrong.length, 0),
      ],
      facts: [{ name: "from the click to a composer, nothing denied", value: `${normal.toFixed(0)} ms` }],
    };
  });
}

export const scenarios: Scenario[] = [
  {
    id: "P6",
    promise: "Works, and says so, when storage is denied",
    proof: (form) =>
      `the panel opened with ${WAYS.slice(1)
        .map(({ name }) => name)
        .join("; ")}${form === "short" ? "" : "; 5 times each"}`,
    run,
  },
];
