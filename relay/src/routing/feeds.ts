/**
 * Fetches the feeds of a region's teams through the region's own `fetch`, and keeps the last copy of each: a feed that does not answer leaves the
 * days off as they were. Never rejects. Who asks again: the relay, every few hours.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { AdapterLogger } from "../adapters/spec.ts";
import { HORIZON_MS, type Calendar } from "./calendar.ts";
import { closuresOf } from "./feed.ts";
import type { Rota } from "./rota.ts";
import { DAY_MS } from "./wall-clock.ts";

/** What became of a feed: `kept`, an older copy serves; `missing`, nothing is known of it. `problem` says why. */
export type FeedState = { team: string; url: string; state: "fresh" | "kept" | "missing"; problem?: string | undefined };

type Deps = { fetch: typeof fetch; cacheDir: string; logger: AdapterLogger; regionId: string };

export async function refreshFeeds(rota: Rota, deps: Deps, nowMs: number, signal: AbortSignal): Promise<FeedState[]> {
  const window = { from: nowMs - 2 * DAY_MS, to: nowMs + 2 * HORIZON_MS };
  const states: FeedState[] = [];
  for (const team of rota.teams) {
    if (team.feeds.length === 0) continue;
    const closures: Calendar["closures"][number][] = [];
    for (const url of team.feeds) {
      const read = await readFeed(url, deps, (source) => closuresOf(source, team.timezone, window), signal);
      closures.push(...read.closures);
      const { state, problem } = read;
      states.push({ team: team.id, url, state, problem });
      if (problem === undefined) continue;
      const fields = { region: deps.regionId, team: team.id, origin: new URL(url).origin, problem, code: `feed-${state}` };
      const rest = state === "kept" ? "its last copy serves" : "nothing is known of it";
      deps.logger.warn(fields, `a feed of days off did not answer; ${rest}`);
    }
    rota.close(
      team.id,
      closures.sort((one, other) => one.from - other.from),
    );
  }
  return states;
}

type Read = { closures: Calendar["closures"] } & Pick<FeedState, "state" | "problem">;
async function readFeed(url: string, deps: Deps, parse: (source: string) => Calendar["closures"], signal: AbortSignal): Promise<Read> {
  const file = join(deps.cacheDir, `${createHash("sha256").update(url).digest("hex").slice(0, 32)}.ics`);
  try {
    const response = await deps.fetch(url, { signal });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const source = await response.text();
    const closures = parse(source);
    await keep(file, source).catch((error: unknown) => deps.logger.warn({ err: error }, "the copy of a feed could not be kept"));
    return { closures, state: "fresh" };
  } catch (error) {
    const problem = error instanceof Error ? error.message : "unknown";
    try {
      return { closures: parse(await readFile(file, "utf8")), state: "kept", problem };
    } catch {
      return { closures: [], state: "missing", problem };
    }
  }
}

async function keep(file: string, source: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, source);
  await rename(`${file}.new`, file);
}
