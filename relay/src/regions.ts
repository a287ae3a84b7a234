/**
 * From a config to a directory of sites and regions: creates every region's adapters, each with that region's own fetch. Used at
 * start and at every reload; a directory that could not be made leaves the old one in place.
 */
import { join } from "node:path";
import { createEgress } from "./adapters/egress.ts";
import { createEgressList } from "./adapters/egress-list.ts";
import { createGuard } from "./adapters/guard.ts";
import { lookupAdapter } from "./adapters/registry.ts";
import type { AdapterContext, AdapterKind, AdapterKinds, Learned, Lifecycle, Memory } from "./adapters/spec.ts";
import { actionOptions } from "./config/actions.ts";
import { expertOptions } from "./config/experts.ts";
import { adapterId, expertId } from "./config/references.ts";
import type { Config, RegionConfig } from "./config/schema.ts";
import type { Directory } from "./conversation/rooms.ts";
import type { Logger } from "./observe/logger.ts";
import { servedHere } from "./routing/region.ts";
import { refreshFeeds } from "./routing/feeds.ts";
import { createBuckets } from "./routing/buckets.ts";
import { createRota, teamOfDesk } from "./routing/rota.ts";
import type { Expert, Guarded, Region } from "./routing/types.ts";

/** How long one adapter may take to get ready (training included), milliseconds. */
const INIT_MS = 120_000;
/** Time-out of a webhook: docs/handoff.md. */
const DESK_MS = 15_000;
/** For all feeds of a region together; the relay starts without those that are late. */
const FEEDS_MS = 10_000;

export type BuiltDirectory = Directory & {
  /** Readies every adapter; a failure is logged and named, the others serve. Gives the names of those not ready. */
  init(): Promise<string[]>;
  /** What a region has learnt changed: its adapters that read it get ready again. Rejects when one could not; it serves on as before. */
  relearn(regionId: string): Promise<void>;
  /** Asks the feeds of days off again. Never rejects. */
  refreshFeeds(): Promise<void>;
  close(): Promise<void>;
  origins: { allowed: ReadonlySet<string>; dev: boolean };
  /** Adapters by the files they are made from. */
  watched(): { path: string; name: string; init: () => Promise<void> }[];
};

type Made = { name: string; regionId: string; adapter: Lifecycle };

export function buildDirectory(
  config: Config,
  place: {
    baseDir: string;
    cacheDir: string;
    learned?: (regionId: string) => Learned;
    memory?: (regionId: string, deskId: string) => Memory;
  },
  logger: Logger,
  now: () => number = Date.now,
): BuiltDirectory {
  const made: Made[] = [];
  const feeds: (() => Promise<unknown>)[] = [];
  const regions = new Map<string, Region>();
  const desks = new Map<string, { region: Region; desk: Region["desks"][number] }>();
  const experts = new Map<string, { region: Region; expert: Expert }>();

  for (const [regionId, regionConfig] of servedHere(config)) {
    const hosts = [...regionConfig.egress];
    const egress = createEgress({ hosts });
    const resolve = createEgressList(hosts);
    // Whoever is told or asked by a job has longer to answer than a visitor has to wait for an engine.
    const deskEgress = createEgress({ hosts, timeoutMs: DESK_MS });
    const fetchFor = (maxBytes: number | undefined, kind: AdapterKind): typeof fetch => {
      if (maxBytes !== undefined) return createEgress({ hosts, maxBytes });
      return kind === "nlu" || kind === "knowledge" ? egress : deskEgress;
    };
    const make = <Kind extends AdapterKind>(
      kind: Kind,
      { use, options, name, path }: { use: string; options: Record<string, unknown>; name: string; path: string },
    ): AdapterKinds[Kind] => {
      const found = lookupAdapter(kind, use);
      if (!found.ok) throw new Error(found.issue);
      const parsed = found.definition.parseOptions(options);
      if (!parsed.ok) throw new Error(parsed.issues.map((issue) => `${issue.path}: ${issue.expected}`).join("; "));
      const context: AdapterContext = {
        regionId,
        path: `regions.${regionId}.${path}`,
        baseDir: place.baseDir,
        cacheDir: join(place.cacheDir, regionId, ...path.split(".")),
        fetch: fetchFor(found.definition.maxAnswerBytes, kind),
        resolve,
        logger,
        ...(kind === "handoff" && place.memory !== undefined ? { memory: place.memory(regionId, name) } : {}),
        ...(place.learned === undefined ? {} : { learned: () => place.learned?.(regionId) ?? { articles: [], phrasings: [] } }),
      };
      const adapter = found.definition.create(parsed.options as never, context);
      made.push({ name: `${kind}:${name}`, regionId, adapter });
      return adapter;
    };
    const makeAll = <Kind extends "nlu" | "knowledge" | "handoff" | "notify">(
      kind: Kind,
    ): { name: string; adapter: AdapterKinds[Kind]; timing: GuardTiming }[] =>
      regionConfig[kind].map((entry, index) => {
        const { use, id, guard, ...options } = entry;
        const name = adapterId(regionId, { use, id }, index);
        return { name, adapter: make(kind, { use, options, name, path: `${kind}.${index}` }), timing: guard ?? {} };
      });
    const guarded = <Kind extends "nlu" | "knowledge">(kind: Kind): Guarded<AdapterKinds[Kind]> =>
      createGuard({
        adapters: makeAll(kind).map(({ name, adapter, timing }) => ({ name, adapter, ...timing })),
        logger,
      });
    const regionDesks = makeAll("handoff").map(({ name, adapter }) => ({ id: name, adapter }));
    const { limits } = regionConfig;
    const region: Region = {
      id: regionId,
      config: regionConfig,
      nlu: guarded("nlu"),
      knowledge: guarded("knowledge"),
      desks: regionDesks,
      fetch: deskEgress,
      ...(limits === undefined ? {} : { rate: createBuckets(limits.messageBurst, limits.messagesPerSecond, now) }),
      rota: createRota(regionConfig.teams.length > 0 ? regionConfig.teams : regionDesks.map(({ id: desk }) => teamOfDesk(desk))),
      experts: regionConfig.experts.map((entry, index) => {
        const id = expertId(regionId, entry, index);
        const adapter = make("expert", { use: entry.use, options: expertOptions(entry), name: id, path: `experts.${index}` });
        return { id, config: entry, adapter };
      }),
      actions: regionConfig.actions.map((entry, index) => {
        const { id, use } = entry;
        return { id, config: entry, adapter: make("action", { use, options: actionOptions(entry), name: id, path: `actions.${index}` }) };
      }),
      pagers: makeAll("notify").map(({ name, adapter }) => ({ id: name, adapter })),
      notices: (regionConfig.visitorNotify?.channels ?? []).map(({ use, id, ...options }, index) => {
        const name = adapterId(regionId, { use, id }, index);
        return { id: name, adapter: make("notice", { use, options, name, path: `visitorNotify.channels.${index}` }) };
      }),
    };
    regions.set(regionId, region);
    const cacheFeeds = join(place.cacheDir, regionId, "feeds");
    feeds.push(async () =>
      refreshFeeds(region.rota, { fetch: egress, cacheDir: cacheFeeds, logger, regionId }, Date.now(), AbortSignal.timeout(FEEDS_MS)),
    );
    for (const expert of region.experts) experts.set(expert.id, { region, expert });
    for (const desk of region.desks) {
      if (desks.has(desk.id)) throw new Error(`two desks are called "${desk.id}"; give one an id`);
      desks.set(desk.id, { region, desk });
    }
  }

  const sites = new Map(Object.entries(config.sites).map(([id, site]) => [id, { ...site, id }]));
  return {
    site: (id) => sites.get(id),
    region: (id) => regions.get(id),
    choices: () => config.regions,
    desk: (id) => desks.get(id),
    expert: (id) => experts.get(id),
    regions: () => [...regions.values()],
    origins: { allowed: new Set([...sites.values()].flatMap((site) => site.origins)), dev: config.mode === "dev" },
    watched: () =>
      made.flatMap(({ name, adapter }) =>
        (adapter.watchPaths ?? []).map((path) => ({ path, name, init: async () => adapter.init?.(AbortSignal.timeout(INIT_MS)) })),
      ),
    async init() {
      const days = this.refreshFeeds();
      const results = await Promise.allSettled(made.map(async ({ adapter }) => adapter.init?.(AbortSignal.timeout(INIT_MS))));
      await days;
      return results.flatMap((result, index) => {
        if (result.status === "fulfilled") return [];
        const name = made[index]?.name ?? "";
        logger.error({ adapter: name, err: result.reason as unknown }, "an adapter is not ready");
        return [name];
      });
    },
    async refreshFeeds() {
      await Promise.all(feeds.map(async (refresh) => refresh()));
    },
    async relearn(regionId) {
      const learning = made.filter(({ regionId: own, adapter }) => own === regionId && adapter.learns === true);
      await Promise.all(learning.map(async ({ adapter }) => adapter.init?.(AbortSignal.timeout(INIT_MS))));
    },
    async close() {
      await Promise.allSettled(made.map(async ({ adapter }) => adapter.close?.()));
    },
  };
}

type AdapterEntry = RegionConfig["nlu"][number];
type GuardTiming = NonNullable<AdapterEntry["guard"]>;
