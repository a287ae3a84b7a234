/**
 * `allhours coverage`: who is on duty in the next two weeks, hour by hour and language by language, and where nobody is; in the terminal and, with
 * `--svg`, as a picture. Reads the config and the feeds of its teams; a running relay is not asked.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { defineCommand } from "citty";
import { createEgress } from "../adapters/egress.ts";
import { cacheOf, type LoadedConfig } from "../config/load.ts";
import { coverageOf, coverageText } from "../routing/coverage.ts";
import { coverageSvg } from "../routing/coverage-svg.ts";
import { refreshFeeds } from "../routing/feeds.ts";
import { createRota, type Rota } from "../routing/rota.ts";
import { dayAt, dayOf, isZone } from "../routing/wall-clock.ts";
import { warningLogger, type Tools } from "./tools.ts";

const FEEDS_MS = 30_000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** The rota of a region as the relay has it, days off included. `warn` is told of feeds that do not answer. */
export async function rotaOf(loaded: LoadedConfig, regionId: string, at: number, warn: (text: string) => void): Promise<Rota> {
  const region = loaded.config.regions[regionId];
  const rota = createRota(region?.teams ?? []);
  const cacheDir = join(cacheOf(loaded), regionId, "feeds");
  const logger = warningLogger(warn);
  const fetchFeed = createEgress({ hosts: region?.egress ?? [] });
  await refreshFeeds(rota, { fetch: fetchFeed, cacheDir, logger, regionId }, at, AbortSignal.timeout(FEEDS_MS));
  return rota;
}

export function coverageCommand({ config, load, say, fail }: Tools) {
  return defineCommand({
    meta: { name: "coverage", description: "show who is on duty in the next 14 days, and where nobody is" },
    args: {
      config,
      region: { type: "string", description: "region id; default: all that have teams" },
      zone: { type: "string", description: "IANA zone the hours are shown in", default: "UTC" },
      from: { type: "string", description: "first day, as 2026-12-24; default: today" },
      days: { type: "string", description: "how many days, 1 to 60", default: "14" },
      language: { type: "string", description: "only this language, as fr; default: all the sites'" },
      svg: { type: "string", description: "write a picture to this file too" },
    },
    run: async ({ args }) => {
      const loaded = await load(args.config);
      const { regions, sites } = loaded.config;
      if (!isZone(args.zone)) return fail(`--zone: expected an IANA zone, as Europe/Paris; "${args.zone}" is none`);
      const days = Number(args.days);
      if (!Number.isInteger(days) || days < 1 || days > 60) return fail("--days: expected a whole number from 1 to 60");
      if (args.from !== undefined && (!DATE.test(args.from) || Number.isNaN(dayOf(args.from))))
        return fail("--from: expected a date, as 2026-12-24");
      const now = Date.now();
      const day = args.from === undefined ? dayAt(args.zone, now) : dayOf(args.from);
      if (args.region !== undefined && regions[args.region] === undefined)
        return fail(`no region "${args.region}"; known: ${Object.keys(regions).join(", ")}`);
      const chosen = Object.entries(regions).filter(([id, { teams }]) =>
        args.region === undefined ? teams.length > 0 : id === args.region,
      );
      if (chosen.every(([, { teams }]) => teams.length === 0)) return fail("no region has teams; see teams in docs/teams.md");
      const languages =
        args.language === undefined ? [...new Set(Object.values(sites).flatMap((site) => site.languages))] : [args.language];
      const pictures = [];
      for (const [id] of chosen) {
        const rota = await rotaOf(loaded, id, now, (text) => void process.stderr.write(`${text}\n`));
        const coverage = coverageOf(rota, languages, args.zone, day, days);
        say(coverageText(`region ${id}`, coverage));
        say("");
        pictures.push({ title: id, coverage });
      }
      if (args.svg === undefined) return;
      await writeFile(args.svg, coverageSvg(pictures));
      say(`picture: ${args.svg}`);
    },
  });
}
