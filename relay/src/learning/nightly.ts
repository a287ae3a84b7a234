/** When the night's work is done: once a day and region, after its hour, also by a relay that was down then. Kept in the store. */
import type { Clock } from "../observe/clock.ts";
import type { Logger } from "../observe/logger.ts";
import type { Region } from "../routing/types.ts";
import type { Store } from "../store/store.ts";
import type { Review } from "./review.ts";

const RUN = "learning-run";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Call it now and then; never rejects, and does nothing while it runs. */
export function createNightly(deps: {
  store: Pick<Store, "record" | "putRecords">;
  review: Pick<Review, "run" | "check">;
  regions: () => readonly Region[];
  clock: Pick<Clock, "now">;
  logger: Logger;
}): () => Promise<void> {
  let running = false;
  async function nightOf(region: Region): Promise<void> {
    const { enabled, hourUtc } = region.config.learning;
    if (!enabled) return;
    const now = deps.clock.now();
    // The night that began last: today's hour, or yesterday's before it.
    const today = Math.floor(now / DAY_MS) * DAY_MS + hourUtc * HOUR_MS;
    const due = today <= now ? today : today - DAY_MS;
    const last = await deps.store.record(RUN, region.id, "nightly");
    if (last !== undefined && last.at >= due) return;
    // Written before: a night that fails is not tried every five minutes, but the next night.
    await deps.store.putRecords([{ kind: RUN, regionId: region.id, id: "nightly", at: now, body: null }]);
    // A region's first night would find nothing.
    if (last === undefined) return;
    const closed = await deps.review.check(region.id);
    if (closed.ok && closed.value.gaps.length > 0) {
      const of = (state: string): number => closed.value.gaps.filter((gap) => gap.state === state).length;
      deps.logger.info(
        { region: region.id, closed: of("closed"), shrinking: of("shrinking"), open: of("open") },
        "approved gaps looked at",
      );
    }
    await deps.review.run(region.id);
  }
  return async () => {
    if (running) return;
    running = true;
    try {
      for (const region of deps.regions())
        await nightOf(region).catch((error: unknown) =>
          deps.logger.error({ region: region.id, err: error }, "the night's look at gaps failed"),
        );
    } finally {
      running = false;
    }
  };
}
