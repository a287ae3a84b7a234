/** P19: one stalled adapter does not stall others. Three regions, a service each; one service is stopped. */
import { freePort } from "@allhours/relay/testing";
import { createClient, type Client } from "../../client/index.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { startProcess } from "../rig/processes.ts";
import { createRelayRig, SITE } from "../rig/relay.ts";
import { until } from "../rig/waiting.ts";
import { atMost, bystanders, exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

const REGIONS = ["one", "two", "three"];
const ZONES: Record<string, string> = { one: "Europe/Lisbon", two: "Asia/Manila", three: "America/Lima" };

async function run({ form, random, pick, note }: Context): Promise<Outcome> {
  const questions = pick(150, 1_500);
  return withCleanup(async ({ keep }) => {
    const ports: Record<string, number> = {};
    for (const region of REGIONS) ports[region] = await freePort();
    const stubs = await Promise.all(
      REGIONS.map(async (region) => keep(await startProcess("stub-process.ts", [String(ports[region])]), (one) => one.kill())),
    );
    const relay = keep(
      await createRelayRig({
        regions: Object.fromEntries(
          REGIONS.map((region) => {
            const origin = `http://127.0.0.1:${ports[region]}`;
            return [
              region,
              {
                match: { timezones: [ZONES[region]] },
                egress: [origin],
                nlu: [{ use: "http", url: `${origin}/nlu` }],
                knowledge: [],
                giveUpsBeforeHandoff: 10,
              },
            ];
          }),
        ),
        site: { defaultRegion: "one" },
      }),
      (one) => one.close(),
    );
    const clients: Record<string, Client[]> = {};
    for (const region of REGIONS) {
      clients[region] = await Promise.all(
        Array.from({ length: 5 }, async () => {
          const client = keep(createClient({ url: relay.url, site: SITE, pipe: "socketio" }), (one) => one.close());
          const welcome = await client.hello({ timezone: ZONES[region] });
          if (!welcome.ok || welcome.value.region !== region) throw new Error(`expected region ${region}`);
          return client;
        }),
      );
    }
    /** Times from question to answer in the two healthy regions; the third is asked beside, and not waited for. */
    async function measure(): Promise<number[]> {
      const times: number[] = [];
      await Promise.all(
        [...(clients["one"] ?? []), ...(clients["two"] ?? [])].map(async (client, index) => {
          for (let n = 0; n < questions / 10; n += 1) {
            const beside = clients["three"]?.at(index % 5);
            if (n % 5 === 0) beside?.send(`question ${n}`);
            const { ms } = await client.ask(`question ${n}`, 30_000);
            times.push(ms);
          }
        }),
      );
      return times.sort((one, other) => one - other);
    }
    await measure();
    const quiet = await measure();
    const stalled = stubs[REGIONS.indexOf("three")];
    stalled?.pause();
    const stoppedAt = performance.now();
    const opened = until(async () => (await relay.log()).includes('"state":"open"'), 60_000, 100).then((ok) =>
      ok ? performance.now() - stoppedAt : Infinity,
    );
    const busy = await measure();
    // Somebody goes on asking there, until the breaker has seen enough.
    const asking = { on: true };
    const asked = (async () => {
      while (asking.on) {
        clients["three"]?.at(random.int(0, 4))?.send("and now?");
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    })();
    const openMs = await opened;
    asking.on = false;
    await asked;
    stalled?.resume();
    const back = clients["three"]?.[0];
    const served = await until(
      async () => {
        const answer = await back?.ask("are you back", 20_000).catch(() => undefined);
        return answer !== undefined && JSON.stringify(answer.answer).includes("are you back");
      },
      90_000,
      1_000,
    );
    note(`breaker open after ${(openMs / 1_000).toFixed(1)} s`);
    return {
      faults: { "SIGSTOP of a service": 1 },
      checks: [
        bystanders(form, "answers of the other regions, p99, beside a stalled one against not", busy, quiet, 1.5),
        atMost("breaker open", openMs / 1_000, 30, "s"),
        exactly("the stalled region answers again by itself", served ? "yes" : "no", "yes"),
      ],
    };
  });
}

export const scenarios: Scenario[] = [
  {
    id: "P19",
    promise: "One stalled adapter does not stall others",
    proof: (form) => `three regions, one service stopped; ${form === "short" ? 150 : "1,500"} questions to the other two`,
    lane: "alone",
    run,
  },
];
