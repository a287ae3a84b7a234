/** The composition root: config to regions, store to conversations, gateways in front. Everything is made here and nowhere else. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { cacheOf, ConfigError, loadConfig, type LoadedConfig } from "./config/load.ts";
import { startDeskPolls, type DeskPolls } from "./conversation/desk-polls.ts";
import { createDoor } from "./gateway/door.ts";
import { createHttp, type FallbackHandler } from "./gateway/http.ts";
import { createLimits } from "./gateway/limits.ts";
import { guardDoorstep, HANDSHAKE_TIMES } from "./gateway/doorstep.ts";
import { createPeerReader, createTrust } from "./gateway/origin.ts";
import { attachSocketIo } from "./gateway/socketio.ts";
import type { SseDeps } from "./gateway/sse.ts";
import { loadAssets } from "./gateway/static.ts";
import { createDeadLetters } from "./jobs/dead-letters.ts";
import { systemClock, type Clock } from "./observe/clock.ts";
import { createLogger, type Logger } from "./observe/logger.ts";
import { createMetrics } from "./observe/metrics.ts";
import { buildDirectory, type BuiltDirectory } from "./regions.ts";
import { residencyOf } from "./routing/region.ts";
import { createLearnedShelf } from "./learning/learned.ts";
import { createNightly } from "./learning/nightly.ts";
import { createMemories } from "./store/memories.ts";
import { startHousekeeping } from "./housekeeping.ts";
import { createService } from "./service.ts";
import { groupFiles, openStore } from "./store/open.ts";
import { watchStore } from "./store/watch.ts";
import { watchFiles } from "./watch.ts";

/** On a stop, clients are told to leave within this. */
const SPREAD_MS = 5_000;

export type RelayOptions = {
  loaded: LoadedConfig;
  /** Environment for a reload's `${NAME}`s. */
  env?: Record<string, string | undefined> | undefined;
  clock?: Clock | undefined;
  logger?: Logger | undefined;
  /** Watch config and knowledge for changes (default true). */
  watch?: boolean | undefined;
  /** Serves what the relay has no route for. */
  fallback?: FallbackHandler | undefined;
  /** The relay cannot go on: its store died. The process should end, so that what supervises it starts another. Default: only logged. */
  onFatal?: ((error: Error) => void) | undefined;
};

export interface Relay {
  /** Listens; resolves with the port once every adapter had its chance to get ready. */
  listen(): Promise<{ host: string; port: number; notReady: string[] }>;
  /** Reads the config again. Sockets stay. Rejects with `ConfigError` and changes nothing when it has mistakes. */
  reload(): Promise<void>;
  /** Graceful stop: no new links, running turns and webhooks end (at most `server.drainMs`), then the store closes. */
  close(): Promise<void>;
}

export async function createRelay(options: RelayOptions): Promise<Relay> {
  let { config } = options.loaded;
  const { baseDir, file } = options.loaded;
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? createLogger(config.log);
  const now = (): number => clock.now();
  const metrics = createMetrics();
  const cacheDir = cacheOf(options.loaded);
  if (config.mode === "dev") logger.warn({}, "dev mode: sites without origins accept any page");

  const files = groupFiles(config, baseDir);
  const opened = await openStore(config, baseDir, {
    groupOf: (regionId) => (Object.hasOwn(config.regions, regionId) ? residencyOf(regionId, config.regions[regionId]!) : undefined),
    logger,
    onDeath: (error) => {
      logger.error({ err: error }, "the store died: nothing can be promised until the relay starts again");
      options.onFatal?.(error);
    },
  });
  const storeWatch = watchStore(opened, { logger, metrics });
  const { store } = storeWatch;
  await store.releaseLeases();
  const shelf = createLearnedShelf(store);
  const place = { baseDir, cacheDir, learned: (regionId: string) => shelf.of(regionId), memory: createMemories(store, now) };
  let directory: BuiltDirectory = buildDirectory(config, place, logger, now);
  for (const { id } of directory.regions()) await shelf.load(id);

  const { hub, rooms, serial, links, turns, contacts, offers, baton, webhooks, expertJobs, jobs, review, hello, handle, deskDoor, erase } =
    createService({ store, shelf, directory: () => directory, clock, logger, metrics, origin: () => config.server.origin });
  let limits = createLimits(config.limits, now);
  let draining = false;
  let notReady: string[] = ["starting"];
  const door = createDoor({ hello, handle, limits: () => limits, metrics, draining: () => draining, now: () => performance.now() });

  const peer = createPeerReader(config.server.trustedProxies, config.server.countryHeader);
  const origins = (): BuiltDirectory["origins"] => directory.origins;
  const open: SseDeps["open"] = new Map();
  const widgetDir = config.server.widgetDir === undefined ? undefined : resolve(baseDir, config.server.widgetDir);
  let assets = await loadAssets(widgetDir ?? "");
  const app = createHttp({
    door,
    store,
    limits: () => limits,
    metrics,
    now,
    open,
    assets: (path, acceptEncoding, ifNoneMatch) => assets(path, acceptEncoding, ifNoneMatch),
    inbound: { directory: () => directory, receive: deskDoor.receive, receiveExpert: expertJobs.receive, metrics, logger, now },
    peer,
    origins,
    adminToken: () => config.server.adminToken,
    ready: () => ({
      reasons: [
        ...notReady.map((name) => `not ready: ${name}`),
        ...(storeWatch.reason() === undefined ? [] : [`store: ${storeWatch.reason()}`]),
      ],
    }),
    draining: () => draining,
    review,
    transcripts: {
      links,
      store,
      serves: (id) => directory.region(id) !== undefined,
      siteName: (id) => directory.site(id)?.name ?? id,
    },
    webhooks: {
      ...webhooks,
      hasRegion: (id) => directory.region(id) !== undefined,
      now,
      wake: () => jobs.wake(),
    },
    optOut: { contacts, site: (id) => directory.site(id) },
    deadLetters: createDeadLetters({ store, now, wake: () => jobs.wake() }),
    erase,
    beforeMetrics: () => {
      metrics.storeUp.set(storeWatch.reason() === undefined ? 1 : 0);
    },
    fallback: options.fallback,
  });
  const listener = getRequestListener(app.fetch);
  const server: Server = createServer(HANDSHAKE_TIMES, (incoming, outgoing) => void listener(incoming, outgoing));
  guardDoorstep(server, {
    most: () => config.limits.linksPerAddress,
    trusted: createTrust(config.server.trustedProxies),
    refused: () => metrics.refused.inc({ reason: "too-many-sockets" }),
  });
  const sockets = attachSocketIo(server, { door, limits: () => limits, peer, origins, metrics, clock, draining: () => draining });

  let stopHousekeeping = (): void => undefined;
  const nightly = createNightly({ store, review, regions: () => directory.regions(), clock, logger });

  let deskPolls: DeskPolls | undefined;
  function askDesks(): void {
    deskPolls?.stop();
    deskPolls = startDeskPolls(directory.regions(), { receive: deskDoor.receive, clock, logger });
  }

  let watcher: ReturnType<typeof watchFiles> | undefined;
  async function watchAll(): Promise<void> {
    if (options.watch === false) return;
    await watcher?.close();
    const ofWidget =
      widgetDir === undefined
        ? []
        : [
            {
              name: "widget",
              path: widgetDir,
              changed: async () => {
                assets = await loadAssets(widgetDir);
              },
            },
          ];
    const ofAdapters = directory.watched().map(({ name, path, init }) => ({
      name,
      path,
      changed: async () => {
        await init();
        logger.info({ adapter: name }, "reloaded after a change of its files");
      },
    }));
    watcher = watchFiles([{ name: "config", path: resolve(file), changed: reload }, ...ofWidget, ...ofAdapters], { clock, logger });
  }

  async function reload(): Promise<void> {
    const loaded = await loadConfig(file, options.env ?? process.env);
    const unopened = groupFiles(loaded.config, baseDir).filter(
      ({ group, path }) => !files.some((one) => one.group === group && one.path === path),
    );
    if (unopened.length > 0)
      throw new ConfigError(
        file,
        unopened.map(({ group, regionIds }) => ({
          path: `regions.${regionIds[0] ?? ""}.residency`,
          expected: `expected groups as they were at the start; "${group}" needs a store of its own: restart the relay`,
        })),
      );
    const fresh = buildDirectory(loaded.config, place, logger, now);
    const missing = await fresh.init();
    const before = directory;
    const fixed = ["server", "store"] as const;
    for (const key of fixed)
      if (JSON.stringify(loaded.config[key]) !== JSON.stringify(config[key]))
        logger.warn({ key }, "this part of the config takes effect at the next start");
    config = loaded.config;
    directory = fresh;
    notReady = missing;
    limits = createLimits(config.limits, now);
    logger.info({ sites: Object.keys(config.sites), regions: Object.keys(config.regions), notReady }, "config reloaded");
    for (const { id } of fresh.regions()) await shelf.load(id);
    askDesks();
    await watchAll();
    // Turns that run hold adapters of the old directory; they get their time.
    clock.after(config.server.drainMs, () => void before.close());
  }

  return {
    async listen() {
      const address = await new Promise<AddressInfo>((done, failed) => {
        server.once("error", failed);
        server.listen(config.server.port, config.server.host, () => done(server.address() as AddressInfo));
      });
      notReady = await directory.init();
      const recovered = await turns.recover();
      if (recovered > 0) logger.info({ conversations: recovered }, "open turns run again");
      jobs.start();
      askDesks();
      stopHousekeeping = startHousekeeping({
        store,
        directory: () => directory,
        limits: () => limits,
        rooms,
        offers,
        baton,
        nightly,
        probe: () => storeWatch.probe(),
        metrics,
        clock,
        logger,
      });
      await watchAll();
      logger.info(
        { host: config.server.host, port: address.port, sites: Object.keys(config.sites), regions: Object.keys(config.regions), notReady },
        "listening",
      );
      return { host: config.server.host, port: address.port, notReady };
    },
    reload,
    async close() {
      if (draining) return;
      draining = true;
      const { drainMs } = config.server;
      logger.info({ links: hub.size, turns: turns.running }, "draining");
      stopHousekeeping();
      deskPolls?.stop();
      await watcher?.close();
      // Spread the reconnects: every client is told another moment.
      const spreadMs = Math.min(SPREAD_MS, drainMs);
      hub.broadcast(() => ({ type: "goaway", afterMs: Math.floor(clock.random() * spreadMs) }));
      const until = clock.now() + spreadMs;
      while (hub.size > 0 && clock.now() < until) await new Promise<void>((done) => clock.after(50, done));
      await serial.idle();
      await turns.drain(drainMs);
      await jobs.stop(drainMs);
      hub.closeAll("draining");
      await sockets.close();
      await new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      });
      await directory.close();
      await store.close();
      logger.info({}, "stopped");
    },
  };
}
