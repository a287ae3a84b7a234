/** P25: flooding by one address does not hurt others. The floor is the same flood aimed at a socket that is no relay, on the same machine. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { quantile } from "../../eval/score.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { createRelayRig, SITE } from "../rig/relay.ts";
import { acknowledged } from "../rig/ack-times.ts";
import { createVisitor, type Visitor } from "../rig/visitor.ts";
import { until } from "../rig/waiting.ts";
import { atLeast, bystanders, exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

const NORMAL = 50;
type Flooded = { connects: number; refused: number; slow: number; messages: number; links: number; linksClosed: number };

async function flood(port: number, ms: number, net: number): Promise<Flooded> {
  const entry = fileURLToPath(new URL("../rig/flooder.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    ["--conditions=@allhours/source", "--disable-warning=ExperimentalWarning", entry, String(port), String(ms), SITE, String(net)],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  await once(child, "close");
  return JSON.parse(text) as Flooded;
}

/** Everybody writes every two seconds or so while `busy` lasts; gives the times to the ack, ascending. */
async function acksDuring(visitors: readonly Visitor[], random: Context["random"], busy: Promise<unknown>): Promise<number[]> {
  const load = { on: true };
  const done = busy.finally(() => (load.on = false));
  const times: number[] = [];
  await Promise.all([
    done,
    ...visitors.map(async (visitor, index) => {
      const pace = random.fork(`pace${index}`);
      while (load.on) {
        await new Promise((resolve) => setTimeout(resolve, 300 + pace.next() * 700));
        const from = performance.now();
        await acknowledged(visitor, await visitor.say(), 10_000);
        times.push(performance.now() - from);
      }
    }),
  ]);
  return times.sort((one, other) => one - other);
}

async function run({ form, random, pick }: Context): Promise<Outcome> {
  const ms = pick(5_000, 20_000);
  return withCleanup(async ({ keep }) => {
    const relay = keep(
      await createRelayRig({ limits: { linksPerAddress: 100, newLinksPerAddressPer10s: 100, messageBurst: 10, messagesPerSecond: 4 } }),
      (one) => one.close(),
    );
    const sockets = new Set<Socket>();
    const sink = keep(
      createServer((socket) => {
        sockets.add(socket);
        socket.on("error", () => {}).on("data", () => {});
      }),
      (server) => {
        for (const socket of sockets) socket.destroy();
        server.close();
      },
    );
    sink.listen(0, "127.0.0.1");
    await once(sink, "listening");
    const visitors = Array.from({ length: NORMAL }, (_, index) =>
      keep(createVisitor({ name: `n${index}`, relays: [relay.url], random: random.fork(`n${index}`) }), (one) => one.chat.close()),
    );
    const online = (): boolean => visitors.every((visitor) => visitor.chat.getState().connection.status === "online");
    if (!(await until(online, 30_000))) throw new Error("not everybody came online");
    await acksDuring(visitors, random.fork("warm"), new Promise((resolve) => setTimeout(resolve, 3_000)));
    const quiet = await acksDuring(visitors, random.fork("quiet"), flood((sink.address() as AddressInfo).port, ms, 1));
    let disconnects = 0;
    for (const visitor of visitors) visitor.chat.subscribe(({ connection }) => void (connection.status !== "online" && (disconnects += 1)));
    let flooded: Flooded | undefined;
    const busy = await acksDuring(
      visitors,
      random.fork("busy"),
      flood(relay.port, ms, 2).then((result) => (flooded = result)),
    );
    return {
      faults: {
        connects: flooded?.connects ?? 0,
        "slow handshakes": flooded?.slow ?? 0,
        "flooding messages": flooded?.messages ?? 0,
        "flooding links closed": flooded?.linksClosed ?? 0,
      },
      checks: [
        bystanders(form, "normal ack p99, under the flood against the same flood aimed elsewhere", busy, quiet, 2),
        exactly("normal disconnects", disconnects, 0),
        exactly("everybody still online", online() ? "yes" : "no", "yes"),
        atLeast("connects a second", (flooded?.connects ?? 0) / (ms / 1_000), 1_000),
        atLeast("flooding messages", flooded?.messages ?? 0, 1_000),
      ],
      facts: [
        {
          name: "of a normal visitor",
          value: `p50 ${(quantile(busy, 0.5) ?? 0).toFixed(1)} ms under the flood, ${(quantile(quiet, 0.5) ?? 0).toFixed(1)} ms beside it`,
        },
      ],
    };
  });
}

export const scenarios: Scenario[] = [
  {
    id: "P25",
    promise: "Flooding by one address does not hurt others",
    proof: (form) =>
      `2,000 connects and 10,000 messages a second and 200 slow handshakes from one address for ${form === "short" ? 5 : 20} s, beside ${NORMAL} normal visitors`,
    lane: "alone",
    run,
  },
];
