/**
 * How long a piece of a streamed answer takes from the adapter that writes it to the client that reads it, with many answers at once; beside
 * the same service read by bare HTTP clients in the same process. All on one machine: one clock.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createClient } from "../client/index.ts";
import { quantile } from "../eval/score.ts";
import { createRelayRig, SITE } from "../prove/rig/relay.ts";

/** Milliseconds from the write of a piece to its arrival. */
export type StreamTimes = { pieces: number; p50: number; p99: number };
export type StreamReport = { streams: number; bare: StreamTimes; relay: StreamTimes; whole: number };

const now = (): number => performance.timeOrigin + performance.now();
/** Answers begin within this, so that their pieces do not all fall on the same moment. */
const SPREAD_MS = 1_000;

function timesOf(taken: number[]): StreamTimes {
  taken.sort((one, other) => one - other);
  return { pieces: taken.length, p50: quantile(taken, 0.5) ?? Number.NaN, p99: quantile(taken, 0.99) ?? Number.NaN };
}

/** Every stamp in what came, against now. */
function note(text: string, taken: number[]): void {
  const at = now();
  for (const [stamp] of text.matchAll(/\d+\.\d\d/g)) taken.push(at - Number(stamp));
}

async function readBare(url: string, streams: number): Promise<StreamTimes> {
  const taken: number[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: streams });
  await Promise.all(
    Array.from({ length: streams }, async (_, index) => {
      await wait((index / streams) * SPREAD_MS);
      await new Promise<void>((done, failed) => {
        const ask = request(url, { method: "POST", agent }, (response) => {
          response.setEncoding("utf8");
          response.on("data", (piece: string) => note(piece, taken));
          response.once("end", done);
        });
        ask.once("error", failed);
        ask.end("{}");
      });
    }),
  );
  agent.destroy();
  return timesOf(taken);
}

async function readThroughRelay(url: string, streams: number): Promise<{ times: StreamTimes; whole: number }> {
  const taken: number[] = [];
  let whole = 0;
  const clients = await Promise.all(
    Array.from({ length: streams }, async (_, index) => {
      const client = createClient({ url, site: SITE, pipe: index % 2 === 0 ? "socketio" : "sse" });
      await client.hello();
      // Never matches: it is shown every event the moment it comes.
      client
        .waitFor((event) => {
          if (event.type === "message-delta") note(event.text, taken);
          return false;
        }, 120_000)
        .catch(() => undefined);
      return client;
    }),
  );
  await Promise.all(
    clients.map(async (client, index) => {
      await wait((index / streams) * SPREAD_MS);
      const { answer } = await client.ask("tell me", 60_000);
      if (answer.message.parts.length > 0) whole += 1;
    }),
  );
  for (const client of clients) client.close();
  return { times: timesOf(taken), whole };
}

/** `whole`: answers that came to their end. */
export async function measureStreams(streams: number): Promise<StreamReport> {
  const stub = spawn(process.execPath, [fileURLToPath(new URL("stream-stub.ts", import.meta.url))], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = (await once(stub.stdout.setEncoding("utf8"), "data")) as [string];
    const url = `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}/nlu`;
    const bare = await readBare(url, streams);
    const rig = await createRelayRig({ nluUrl: url });
    try {
      const { times, whole } = await readThroughRelay(rig.url, streams);
      return { streams, bare, relay: times, whole };
    } finally {
      await rig.close();
    }
  } finally {
    stub.kill();
  }
}

export function streamsAsMarkdown({ streams, bare, relay, whole }: StreamReport): string {
  const row = (name: string, { pieces, p50, p99 }: StreamTimes): string =>
    `| ${name} | ${pieces.toLocaleString("en")} | ${p50.toFixed(1)} ms | ${p99.toFixed(1)} ms |`;
  return [
    `### A streamed answer, ${streams} at once`,
    "",
    "From the moment the service writes a piece to the moment a client reads it. Half of the clients are on Socket.IO, half on SSE.",
    "",
    "| | pieces | p50 | p99 |",
    "| --- | --- | --- | --- |",
    row("bare HTTP client", bare),
    row("through the relay", relay),
    "",
    `p99 ratio ${(relay.p99 / bare.p99).toFixed(1)}; ${whole} of ${streams} answers came to their end.`,
  ].join("\n");
}
