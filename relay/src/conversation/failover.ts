/**
 * Endpoints that visitors had to leave: whoever reaches another one of the region says which did not answer. Told once in a while for each endpoint,
 * however many visitors it had.
 */
import type { Metrics } from "../observe/metrics.ts";
import type { Region } from "../routing/types.ts";
import type { ConversationDeps } from "./place.ts";
import type { Room } from "./rooms.ts";

/** One endpoint is told of again after this, milliseconds. */
const AGAIN_MS = 5 * 60_000;

export function createFailover(
  deps: Pick<ConversationDeps, "publisher" | "clock" | "logger"> & {
    metrics: Pick<Metrics, "failovers">;
    origin: () => string | undefined;
  },
) {
  const toldAt = new Map<string, number>();

  /** A visitor's page says that it left an endpoint of its region for this relay. Anything else it says is nothing. Never rejects. */
  function left(room: Room, region: Region, endpoint: string): void {
    const to = deps.origin();
    if (endpoint === to || !region.config.endpoints.includes(endpoint)) return;
    deps.metrics.failovers.inc({ region: region.id, endpoint });
    const key = `${region.id} ${endpoint}`;
    const now = deps.clock.now();
    if (now - (toldAt.get(key) ?? -Infinity) < AGAIN_MS) return;
    toldAt.set(key, now);
    deps.logger.warn({ region: region.id, endpoint, to }, "an endpoint of the region was left");
    const data = { left: endpoint, ...(to === undefined ? {} : { to }) };
    const signals = [{ type: "region.failover" as const, key: `${key} ${now}`, data }];
    deps.publisher.commit(room, { entries: [], signals }).catch((error: unknown) => {
      deps.logger.warn({ region: region.id, err: error }, "a failover could not be told");
    });
  }
  return { left };
}
export type Failover = ReturnType<typeof createFailover>;
