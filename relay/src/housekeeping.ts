/**
 * What a relay does by the clock, whoever is there: forgets what has had its time, looks at cases that wait, asks feeds, probes its store. Owns how
 * often; what each of these does is elsewhere.
 */
import { ACTION, ACTION_DAYS } from "./conversation/action-records.ts";
import type { Baton } from "./conversation/baton.ts";
import { CONSULTATION, CONSULTATION_DAYS } from "./conversation/consultations.ts";
import { sweepContacts } from "./conversation/contacts.ts";
import { sweepNotices } from "./conversation/notices.ts";
import type { Offers } from "./conversation/offers.ts";
import type { Rooms } from "./conversation/rooms.ts";
import { sweepTickets } from "./conversation/tickets.ts";
import { DELIVERY } from "./conversation/webhooks.ts";
import type { Limits } from "./gateway/limits.ts";
import { DEAD_LETTER_PAGE } from "./jobs/dead-letters.ts";
import type { Clock } from "./observe/clock.ts";
import type { Logger } from "./observe/logger.ts";
import type { Metrics } from "./observe/metrics.ts";
import type { BuiltDirectory } from "./regions.ts";
import type { Store } from "./store/store.ts";

const SWEEP_MS = 60_000;
/** How often it is asked whether the night's work is due. */
const NIGHTLY_MS = 5 * 60_000;
/** How often it is asked whether somebody has come to work, or has room, for a case that waits. */
const OFFERS_MS = 10_000;
const DAY_MS = 24 * 3_600_000;
/** How long the delivery log goes back. */
const DELIVERY_DAYS = 7;
/** How often feeds of days off are asked. */
const FEEDS_MS = 6 * 3_600_000;
/** Often enough that a full disk shows within five seconds. */
const HEALTH_MS = 4_000;

export type HousekeepingDeps = {
  store: Store;
  directory: () => BuiltDirectory;
  limits: () => Pick<Limits, "sweep">;
  rooms: Pick<Rooms, "sweep">;
  offers: Pick<Offers, "sweep">;
  baton: Pick<Baton, "sweep">;
  nightly: () => Promise<void>;
  probe: () => Promise<unknown>;
  metrics: Pick<Metrics, "deadLetters">;
  clock: Clock;
  logger: Logger;
};

/** Starts all of it; gives how to stop it. */
export function startHousekeeping(deps: HousekeepingDeps): () => void {
  const { store, directory, clock, logger } = deps;
  const timers = new Map<object, () => void>();
  /** `firstMs`: default as long as every other time. */
  function every(ms: number, run: () => void, firstMs = ms): void {
    const again = (): void => {
      run();
      timers.set(run, clock.after(ms, again));
    };
    timers.set(run, clock.after(firstMs, again));
  }

  every(SWEEP_MS, () => {
    deps.limits().sweep();
    for (const { rate } of directory().regions()) rate?.sweep();
    deps.rooms.sweep();
    store.deadJobs(DEAD_LETTER_PAGE).then(
      (jobs) => deps.metrics.deadLetters.set(jobs.length),
      (error: unknown) => logger.warn({ err: error }, "the dead letters could not be counted"),
    );
  });
  every(OFFERS_MS, () => {
    Promise.all([deps.offers.sweep(), deps.baton.sweep()]).catch((error: unknown) =>
      logger.warn({ err: error }, "waiting cases could not be looked at"),
    );
  });
  every(HEALTH_MS, () => void deps.probe());
  every(FEEDS_MS, () => void directory().refreshFeeds());
  // Soon after the start as well: a relay that is started anew each day would forget nothing.
  every(
    DAY_MS,
    () => {
      const now = clock.now();
      for (const { id } of directory().regions())
        for (const swept of [
          store.removeRecords(DELIVERY, id, now - DELIVERY_DAYS * DAY_MS),
          store.removeRecords(CONSULTATION, id, now - CONSULTATION_DAYS * DAY_MS),
          store.removeRecords(ACTION, id, now - ACTION_DAYS * DAY_MS),
          sweepContacts(store, id, now),
          sweepNotices(store, id, now),
          sweepTickets(store, id, now),
        ])
          void swept.catch((error: unknown) => logger.warn({ region: id, err: error }, "what has had its time could not be forgotten"));
    },
    SWEEP_MS,
  );
  every(NIGHTLY_MS, () => void deps.nightly());
  return () => {
    for (const cancel of timers.values()) cancel();
    timers.clear();
  };
}
