/**
 * A relay whose clock is not the system's: `node clocked-relay.ts CONFIG [READY_FD]` with ALLHOURS_CLOCK_AHEAD_MS (milliseconds ahead, default 0),
 * ALLHOURS_CLOCK_RATE (default 1; 60 lets an hour pass in a minute) and ALLHOURS_CLOCK_SINCE_MS (Unix ms at which both clocks agreed, so that a
 * restart goes on where the one before was). Through the public door only; timers of adapters' own requests stay real.
 */
import { writeSync } from "node:fs";
import { runRelay } from "@allhours/relay";

const [file = "", readyFd = "1"] = process.argv.slice(2);
const aheadMs = Number(process.env["ALLHOURS_CLOCK_AHEAD_MS"] ?? 0);
const rate = Number(process.env["ALLHOURS_CLOCK_RATE"] ?? 1);
const sinceMs = Number(process.env["ALLHOURS_CLOCK_SINCE_MS"] ?? Date.now());

const { host, port, notReady } = await runRelay(file, {
  clock: {
    now: () => Math.round(sinceMs + aheadMs + (Date.now() - sinceMs) * rate),
    random: () => Math.random(),
    after(ms, run) {
      // Far ends are cut at the longest a timer holds: nothing here runs that long.
      const timer = setTimeout(run, Math.min(2 ** 31 - 1, Math.max(0, ms / rate)));
      return () => clearTimeout(timer);
    },
  },
});
writeSync(Number(readyFd), `${JSON.stringify({ host, port, notReady })}\n`);
