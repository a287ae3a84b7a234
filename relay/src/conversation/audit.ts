/** What an operator can read of what was passed on and done for visitors: the records of one kind, with their moments as ISO 8601. */
import type { Store } from "../store/store.ts";

/** Fields of the bodies that are moments. */
const MOMENTS = new Set(["consentAt", "confirmedAt", "until", "deadline", "endedAt", "lateAt"]);

/** Newest first. `since`: Unix milliseconds. */
export async function listAudit(
  store: Pick<Store, "records">,
  kind: string,
  regionId: string,
  since: number,
  limit: number,
): Promise<object[]> {
  const iso = (at: number): string => new Date(at).toISOString();
  const records = await store.records(kind, regionId, since, limit);
  return records.map(({ id, at, body }) => ({
    id,
    at: iso(at),
    ...Object.fromEntries(
      Object.entries(body as Record<string, unknown>).map(([key, value]) => [
        key,
        MOMENTS.has(key) && typeof value === "number" ? iso(value) : value,
      ]),
    ),
  }));
}
