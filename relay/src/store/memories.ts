/** What desks must find again, as records of the store: one kind, named by desk and key. */
import type { Memory } from "../adapters/spec.ts";
import type { Store } from "./store.ts";

const DESK_MEMORY = "desk-memory";
const MOST_CHARS = 1_000;

export function createMemories(
  store: Pick<Store, "record" | "putRecords">,
  now: () => number,
): (regionId: string, deskId: string) => Memory {
  return (regionId, deskId) => ({
    async get(key) {
      const found = await store.record(DESK_MEMORY, regionId, `${deskId}:${key}`);
      return typeof found?.body === "string" ? found.body : undefined;
    },
    async put(key, value) {
      if (key.length + value.length > MOST_CHARS) throw new RangeError(`expected key and value of at most ${MOST_CHARS} characters`);
      await store.putRecords([{ kind: DESK_MEMORY, regionId, id: `${deskId}:${key}`, at: now(), body: value }]);
    },
  });
}
