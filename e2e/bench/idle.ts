/** Memory of links that do nothing: resident memory of a server before and after they are open, garbage collected both times. */
import { setTimeout as wait } from "node:timers/promises";
import { rssBytesOf } from "../client/index.ts";
import type { Memory } from "./report.ts";
import type { ServerUnderLoad } from "./servers.ts";
import { createTally, openVisitors, type Questions } from "./visitors.ts";

const SETTLE_SECONDS = 8;

/** `start` must give its Node the `gcArgs` of servers.ts. Throws when links were lost meanwhile. */
export async function idleMemory(start: () => Promise<ServerUnderLoad>, questions: readonly Questions[], links: number): Promise<Memory> {
  const server = await start();
  try {
    const tally = createTally();
    const options = { port: server.port, site: server.site, tally: () => tally };
    // A few links first, so that what every process needs once is not counted as theirs.
    const first = await openVisitors(20, options, questions);
    const before = await settledRss(server.pid);
    const visitors = await openVisitors(links, options, questions);
    const after = await settledRss(server.pid);
    if (tally.lost > 0) throw new Error(`${tally.lost} idle links were lost`);
    for (const visitor of [...first, ...visitors]) visitor.close();
    return { links: visitors.length, before, after };
  } finally {
    await server.stop();
  }
}

/** Two collections: the first frees what the second can give back. */
async function settledRss(pid: number): Promise<number> {
  for (let round = 0; round < 2; round += 1) {
    await wait(SETTLE_SECONDS * 500);
    process.kill(pid, "SIGUSR2");
  }
  await wait(1_000);
  return (await rssBytesOf(pid)) ?? Number.NaN;
}
