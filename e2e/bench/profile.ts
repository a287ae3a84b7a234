/**
 * `node --conditions=@allhours/source e2e/bench/profile.ts [--seconds N] [--cheap] [--log LEVEL] [--dir DIR] [--top N]`: where the relay's CPU goes under the
 * closed loop, in microseconds a message, by V8's sampling profiler. Every thread is a table of its own.
 */
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { closedLoop } from "./load.ts";
import { costsOf, type CpuProfile } from "./profile-costs.ts";
import { heldOutQuestions, root, startOurs } from "./servers.ts";
import { createTally, openVisitors } from "./visitors.ts";

const { values: given } = parseArgs({
  options: {
    seconds: { type: "string", default: "15" },
    links: { type: "string", default: "200" },
    log: { type: "string", default: "info" },
    dir: { type: "string", default: `/tmp/allhours-profile-${process.pid}` },
    top: { type: "string", default: "40" },
    cheap: { type: "boolean", default: false },
  },
});
const dir = resolve(given.dir);
await mkdir(dir, { recursive: true });
const questions = given.cheap ? [{ language: "en", texts: ["Thank you!"] }] : await heldOutQuestions();
const server = await startOurs({ log: given.log, nodeArgs: ["--cpu-prof", `--cpu-prof-dir=${dir}`] });
let tally = createTally();
const visitors = await openVisitors(Number(given.links), { port: server.port, site: server.site, tally: () => tally }, questions);
const use = (next: typeof tally): void => {
  tally = next;
};
const warmSeconds = 3;
const window = await closedLoop({ pid: server.pid, visitors, use }, warmSeconds, Number(given.seconds));
for (const visitor of visitors) visitor.close();
await server.stop();

// The profile covers the warm-up and the start too; the start is not ours to count, and its functions are others.
const messages = (window.done / window.seconds) * (window.seconds + warmSeconds);
process.stdout.write(
  `${(window.done / window.seconds).toFixed(0)} messages/s, ${((window.serverCpu / window.done) * 1e6).toFixed(0)} us of CPU each (profiler included)\n`,
);
for (const name of (await readdir(dir)).filter((entry) => entry.endsWith(".cpuprofile"))) {
  const profile = JSON.parse(await readFile(join(dir, name), "utf8")) as CpuProfile;
  const costs = costsOf(profile, root);
  const busy = costs.reduce((sum, cost) => sum + cost.selfUs, 0);
  if (busy / messages < 1) continue;
  process.stdout.write(`\n${join(dir, name)}: ${(busy / messages).toFixed(0)} us a message\n`);
  const top = Number(given.top);
  const us = (value: number): string => (value / messages).toFixed(1).padStart(8);
  process.stdout.write("    self    total\n");
  for (const { where, selfUs, totalUs } of costs.slice(0, top)) process.stdout.write(`${us(selfUs)} ${us(totalUs)}  ${where}\n`);
  process.stdout.write("of our own files, by total:\n");
  const own = costs.filter(({ where }) => / (relay|protocol)\/src\//.test(where)).sort((one, other) => other.totalUs - one.totalUs);
  for (const { where, selfUs, totalUs } of own.slice(0, top)) process.stdout.write(`${us(selfUs)} ${us(totalUs)}  ${where}\n`);
}
