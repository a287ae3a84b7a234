/**
 * `allhours explain`: what a visitor gets, and why: the region, its engines in order, the team that would be asked at that moment, and what could be
 * promised. `--down` shows the ladder when engines or desks fail. A dry run: reads the config and the feeds, asks nobody else.
 */
import { defineCommand } from "citty";
import type { LoadedConfig } from "../config/load.ts";
import { adapterId, expertId } from "../config/references.ts";
import type { RegionConfig } from "../config/schema.ts";
import { speaks } from "../routing/languages.ts";
import { chooseRegion, isElsewhere, type RegionChoice } from "../routing/region.ts";
import { createRota, teamOfDesk, type Rota } from "../routing/rota.ts";
import { chooseTeam, hasSkill, isAnybodyOnDuty, nextOnDuty, promiseFor, verdictsOf } from "../routing/tiers.ts";
import { clockAt, isZone, momentOf } from "../routing/wall-clock.ts";
import { rotaOf } from "./coverage.ts";
import { siteOf, type Tools } from "./tools.ts";

export type ExplainAsk = {
  site: string;
  country?: string | undefined;
  timezone?: string | undefined;
  language?: string | undefined;
  topic?: string | undefined;
  /** Unix milliseconds. */
  at: number;
  /** Names of engines and desks that do not answer. */
  down: readonly string[];
};

/** A time as 2026-12-24T22:00: on the wall of `timezone`, else UTC; with an offset, that moment. `undefined`: none. */
export function momentIn(text: string, timezone: string | undefined): number | undefined {
  const bare = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?$/.test(text);
  const at = Date.parse(bare ? `${text.length === 10 ? `${text}T00:00` : text}Z` : text);
  if (Number.isNaN(at)) return undefined;
  return bare && timezone !== undefined ? momentOf(timezone, at) : at;
}

const row = (name: string, text: string): string => `${name.padEnd(11)}${text}`;

export function explain({ config }: LoadedConfig, choice: RegionChoice, rota: Rota, ask: ExplainAsk): string[] {
  const region = config.regions[choice.regionId];
  const site = config.sites[ask.site];
  if (region === undefined || site === undefined) return [];
  const language = ask.language ?? site.defaultLanguage;
  const lines = [row("region", choice.regionId), row("because", `${choice.reason} (${choice.detail})`)];
  const elsewhere = isElsewhere(region, config.server.origin);
  if (region.endpoints.length > 0) lines.push(row("served at", `${region.endpoints.join(", ")}${elsewhere ? ", not here" : ""}`));
  if (region.residency !== undefined) lines.push(row("residency", region.residency));
  const ladder = (kind: Named): string[] => names(region, choice.regionId, kind);
  for (const kind of ["nlu", "knowledge"] as const) {
    const all = ladder(kind);
    const serves = all.find((name) => !isDown(name, ask.down));
    const shown = all.map((name) => (isDown(name, ask.down) ? `${name} (down)` : name)).join(" -> ") || "none";
    lines.push(row(kind, serves === undefined && all.length > 0 ? `${shown}: none answers, ${withoutAnswer(kind, region)}` : shown));
  }
  for (const [index, { id, intents, fields }] of region.actions.entries()) {
    const values = Object.keys(fields).join(", ");
    const by = intents.length === 0 ? "when an engine proposes it" : `for ${intents.join(", ")}, or when an engine proposes it`;
    lines.push(row(index === 0 ? "actions" : "", `${id}${values === "" ? "" : ` (${values})`}: ${by}, once the visitor says yes`));
  }
  const desks = ladder("handoff");
  lines.push(
    row("handoff", desks.map((name) => (isDown(name, ask.down) ? `${name} (down)` : name)).join(", ") || "none: nobody can be asked"),
  );
  if (desks.length === 0) return lines;
  const cut = rota.teams.filter((team) => isDown(team.desk ?? desks[0] ?? "", ask.down)).map(({ id }) => id);
  const topics = ask.topic === undefined ? [] : [ask.topic];
  const asked = { language, topics, at: ask.at, loads: new Map<string, number>(), passed: cut };
  const { team } = chooseTeam(rota, asked);
  const verdicts = verdictsOf(rota, asked);
  lines.push(
    row(
      "at",
      `${new Date(ask.at).toISOString().slice(0, 16)}Z${ask.timezone === undefined ? "" : `, ${clockAt(ask.timezone, ask.at)} ${ask.timezone}`}`,
    ),
  );
  lines.push(row("team", team === undefined ? "nobody can be asked: the case lies as a ticket" : team.id));
  for (const { team: one, fit, why, shift } of verdicts) {
    const until = fit && shift !== undefined && region.teams.length > 0 ? `, until ${clockAt(one.timezone, shift.to)} ${one.timezone}` : "";
    lines.push(row("", `${one === team ? "*" : " "} ${one.id}: ${cut.includes(one.id) ? "its desk is down" : `${why}${until}`}`));
  }
  const { handlingMs, replyWithinMs, offerTimeoutMs } = region;
  const onDuty = isAnybodyOnDuty(rota, language, ask.at);
  const promisedAt = promiseFor(rota, { language, at: ask.at, ahead: 0, handlingMs, replyWithinMs, onDuty });
  const zone = ask.timezone ?? "UTC";
  const by = `a person answers by ${new Date(promisedAt).toISOString().slice(0, 16)}Z (${clockAt(zone, promisedAt)} ${zone})`;
  const next = nextOnDuty(rota, language, ask.at);
  lines.push(...expertRows(region, choice.regionId, { language, topics, down: ask.down }));
  if (team !== undefined) lines.push(row("offer", `holds ${offerTimeoutMs / 1_000} s, then the next team; nobody left: ${by}`));
  else lines.push(row("promise", `${by}${onDuty || next === undefined ? "" : `, when ${next.team.id} has come to work`}`));
  return lines;
}

/** What a turn does when no engine of a kind answers: pipeline/steps/fallback.ts. */
function withoutAnswer(kind: "nlu" | "knowledge", { giveUpsBeforeHandoff: times, handoff }: RegionConfig): string {
  if (kind === "nlu") return "words alone are looked up";
  if (handoff.length === 0) return "the visitor is told";
  if (times === 1) return "a person is asked for at once";
  return `the visitor is told and may ask for a person; the time that makes ${times} in a row one is asked for`;
}

type Named = "nlu" | "knowledge" | "handoff" | "experts";

/** Who is put to the visitor where no team can be asked, and why the others are not. The day's money is the running relay's to know. */
function expertRows(
  { experts }: RegionConfig,
  regionId: string,
  { language, topics, down }: { language: string; topics: readonly string[]; down: readonly string[] },
): string[] {
  let found = false;
  return experts.map((expert, index) => {
    const { languages, skills, name, withinMs, maxCost, currency } = expert;
    const id = expertId(regionId, expert, index);
    const limit = maxCost === undefined ? "" : `, at most ${maxCost} ${currency ?? ""}`;
    const why = isDown(id, down)
      ? "does not answer: the visitor is told, and the next is put to them"
      : languages !== undefined && !speaks({ languages }, language)
        ? `does not speak ${language}`
        : skills !== undefined && !hasSkill({ skills }, topics)
          ? "not about its topics"
          : `${name}: with the visitor's consent, within ${withinMs / 1_000} s${limit}`;
    const fits = why.startsWith(name) && !found;
    found ||= fits;
    return row(index === 0 ? "experts" : "", `${fits ? "*" : " "} ${id}: ${why}`);
  });
}

function names(region: RegionConfig, regionId: string, kind: Named): string[] {
  if (kind === "experts") return region.experts.map((entry, index) => expertId(regionId, entry, index));
  return region[kind].map((entry, index) => (kind === "handoff" || entry.id !== undefined ? adapterId(regionId, entry, index) : entry.use));
}
const isDown = (name: string, down: readonly string[]): boolean => down.includes(name);

export function explainCommand({ config, load, say, fail }: Tools) {
  return defineCommand({
    meta: { name: "explain", description: "say which region, engines, team and promise a visitor gets, and why" },
    args: {
      config,
      site: { type: "string", description: "site id; default: the first" },
      claim: { type: "string", description: "region that a signed claim of the site names" },
      country: { type: "string", description: "ISO 3166-1 alpha-2, as FR" },
      timezone: { type: "string", description: "IANA zone of the visitor, as Asia/Manila" },
      language: { type: "string", description: "BCP 47, as fr-FR" },
      topic: { type: "string", description: "intent or article id the case is about" },
      at: { type: "string", description: "as 2026-12-24T22:00, in --timezone, else UTC; default: now" },
      down: { type: "string", description: "engines, desks and experts that do not answer, separated by commas" },
    },
    run: async ({ args }) => {
      const loaded = await load(args.config);
      const { regions } = loaded.config;
      const found = siteOf(loaded, args.site, fail);
      if (found === undefined) return;
      const { id: siteId, site } = found;
      if (args.country !== undefined && !/^[A-Z]{2}$/.test(args.country))
        return fail("--country: expected an ISO 3166-1 alpha-2 code in capitals, as FR");
      if (args.timezone !== undefined && !isZone(args.timezone))
        return fail(`--timezone: expected an IANA zone, as Asia/Manila; "${args.timezone}" is none`);
      const at = args.at === undefined ? Date.now() : momentIn(args.at, args.timezone);
      if (at === undefined) return fail("--at: expected a time, as 2026-12-24T22:00");
      const languages = args.language === undefined ? [] : [args.language];
      const choice = chooseRegion(site, regions, { claim: args.claim, country: args.country, timezone: args.timezone, languages });
      const region = regions[choice.regionId];
      if (region === undefined) return fail(`no region "${choice.regionId}"`);
      const down = args.down?.split(",").map((name) => name.trim()) ?? [];
      const known = (["nlu", "knowledge", "handoff", "experts"] as const).flatMap((kind) => names(region, choice.regionId, kind));
      const unknown = down.find((name) => !known.includes(name));
      if (unknown !== undefined)
        return fail(`--down: region ${choice.regionId} has no "${unknown}"; it has ${[...new Set(known)].join(", ")}`);
      const warn = (text: string): void => void process.stderr.write(`${text}\n`);
      const desks = names(region, choice.regionId, "handoff");
      const rota = region.teams.length > 0 ? await rotaOf(loaded, choice.regionId, at, warn) : createRota(desks.map(teamOfDesk));
      const ask: ExplainAsk = {
        site: siteId,
        country: args.country,
        timezone: args.timezone,
        language: args.language,
        topic: args.topic,
        at,
        down,
      };
      for (const line of explain(loaded, choice, rota, ask)) say(line);
    },
  });
}
