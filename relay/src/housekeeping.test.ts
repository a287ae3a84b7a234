import { expect, it } from "vitest";
import { DELIVERY } from "./conversation/webhooks.ts";
import { startHousekeeping, type HousekeepingDeps } from "./housekeeping.ts";
import { createLogger } from "./observe/logger.ts";
import { createMetrics } from "./observe/metrics.ts";
import type { BuiltDirectory } from "./regions.ts";
import { createMemoryStore } from "./store/memory.ts";
import { createFakeClock } from "./testing/fake-clock.ts";

const DAY = 24 * 3_600_000;

function house() {
  const clock = createFakeClock(100 * DAY);
  const store = createMemoryStore();
  const done: string[] = [];
  const note = (what: string) => (): void => void done.push(what);
  const later = (what: string) => async (): Promise<never> => {
    done.push(what);
    return Promise.reject(new Error("down"));
  };
  const directory = { regions: () => [{ id: "eu" }], refreshFeeds: async () => note("feeds")() } as unknown as BuiltDirectory;
  const deps: HousekeepingDeps = {
    store,
    directory: () => directory,
    limits: () => ({ sweep: note("limits") }),
    rooms: { sweep: note("rooms") },
    offers: { sweep: later("offers") },
    baton: { sweep: async () => ({ offered: 0, queued: 0 }) },
    nightly: async () => note("nightly")(),
    probe: async () => note("probe")(),
    metrics: createMetrics(),
    clock,
    logger: createLogger("silent"),
  };
  const put = async (id: string, at: number): Promise<void> => store.putRecords([{ kind: DELIVERY, regionId: "eu", id, at, body: {} }]);
  const kept = async (): Promise<string[]> => (await store.records(DELIVERY, "eu", 0, 10)).map(({ id }) => id);
  return { clock, deps, done, put, kept };
}

it("forgets what has had its time soon after the start, and every day from then on", async () => {
  const { clock, deps, put, kept } = house();
  await put("old", 92 * DAY);
  await put("young", 99 * DAY);
  const stop = startHousekeeping(deps);
  expect(await kept()).toEqual(["young", "old"]);
  await clock.advance(61_000);
  expect(await kept()).toEqual(["young"]);
  await clock.advance(8 * DAY);
  expect(await kept()).toEqual([]);
  stop();
});

it("does each in its own time, whatever fails, until it is stopped", async () => {
  const { clock, deps, done } = house();
  const stop = startHousekeeping(deps);
  await clock.advance(60_000);
  const times = (what: string): number => done.filter((one) => one === what).length;
  expect([times("limits"), times("rooms"), times("offers"), times("probe"), times("nightly")]).toEqual([1, 1, 6, 15, 0]);
  await clock.advance(6 * 3_600_000);
  expect([times("feeds"), times("nightly")]).toEqual([1, 72]);
  stop();
  const before = done.length;
  await clock.advance(DAY);
  expect(done).toHaveLength(before);
});
