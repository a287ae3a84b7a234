/** The two loads: a closed loop that saturates the server, and an open loop at an offered rate. */
import { setTimeout as wait } from "node:timers/promises";
import { quantile } from "../eval/score.ts";
import { cpuSecondsOf } from "../client/index.ts";
import { createTally, type Sent, type Tally, type Visitor } from "./visitors.ts";

/** Figures of one window. CPU in seconds, all threads of a process. */
export type Window = { seconds: number; done: number; serverCpu: number; generatorCpu: number; tally: Tally };
export type Latency = { p50: number | undefined; p99: number | undefined };
export type OpenResult = Window & { offered: number; ack: Latency; answer: Latency };

type Run = { pid: number; visitors: readonly Visitor[]; use: (tally: Tally) => void };

/** Every visitor has one message on its way and sends the next when it is done. Measured after `warmSeconds`. */
export async function closedLoop({ pid, visitors, use }: Run, warmSeconds: number, seconds: number): Promise<Window> {
  let running = true;
  const again = (visitor: Visitor): void => {
    if (running) visitor.send(0);
  };
  use(createTally(again));
  for (const visitor of visitors) visitor.send(0);
  await wait(warmSeconds * 1_000);
  const tally = createTally(again);
  use(tally);
  const window = await measured(pid, tally, async () => wait(seconds * 1_000));
  running = false;
  await settle(visitors, 5_000);
  return window;
}

/** Messages leave at `rate` a second whether or not earlier ones were answered; latency counts from when each was due. */
export async function openLoop({ pid, visitors, use }: Run, rate: number, seconds: number): Promise<OpenResult> {
  const acks: number[] = [];
  const answers: number[] = [];
  const tally = createTally((_visitor, sent: Sent) => {
    acks.push(sent.ackedAt - sent.dueAt);
    answers.push(Math.max(sent.answeredAt, sent.ackedAt) - sent.dueAt);
  });
  use(tally);
  const offered = rate * seconds;
  const window = await measured(pid, tally, async () => {
    const from = performance.now();
    for (let index = 0; index < offered;) {
      const due = Math.min(offered, Math.floor(((performance.now() - from) / 1_000) * rate) + 1);
      for (; index < due; index += 1) visitors[index % visitors.length]?.send(from + (index / rate) * 1_000);
      await wait(1);
    }
  });
  // What is on its way when the window ends may still arrive: late, and so it counts in the latencies.
  await settle(visitors, 10_000);
  acks.sort((one, other) => one - other);
  answers.sort((one, other) => one - other);
  const latency = (list: number[]): Latency => ({ p50: quantile(list, 0.5), p99: quantile(list, 0.99) });
  return { ...window, offered, ack: latency(acks), answer: latency(answers) };
}

async function measured(pid: number, tally: Tally, run: () => Promise<void>): Promise<Window> {
  const serverFrom = (await cpuSecondsOf(pid)) ?? Number.NaN;
  const generatorFrom = process.cpuUsage();
  const doneFrom = tally.done;
  const from = performance.now();
  await run();
  const seconds = (performance.now() - from) / 1_000;
  const done = tally.done - doneFrom;
  const used = process.cpuUsage(generatorFrom);
  const serverCpu = ((await cpuSecondsOf(pid)) ?? Number.NaN) - serverFrom;
  return { seconds, done, serverCpu, generatorCpu: (used.user + used.system) / 1e6, tally };
}

/** Waits until nothing is on its way, at most `mostMs`. */
async function settle(visitors: readonly Visitor[], mostMs: number): Promise<void> {
  for (const until = performance.now() + mostMs; visitors.some((visitor) => visitor.pending > 0) && performance.now() < until;)
    await wait(20);
}
