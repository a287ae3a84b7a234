/**
 * Dead letters: jobs that are not tried again by themselves, seen and put back by an operator. Owns what is shown of one (never its payload)
 * and the order of a replay; the rows are the store's, running them again is the runner's.
 */
import type { DeadJobFilter, Job, Store } from "../store/store.ts";

/** What an operator sees. Times are ISO 8601. `conversation` is the one it is about, where it had an order. */
export type DeadLetter = {
  id: string;
  kind: string;
  conversation: string | null;
  attempts: number;
  createdAt: string;
  lastError: string | null;
};
/** Which: these ids, or those that fit the filter. */
export type DeadLetterChoice = { ids: readonly string[] } | DeadJobFilter;
export type Replayed = { replayed: string[]; /** Asked for by id, but not among the dead letters. */ unknown: string[] };

/** Most that one list shows, and one replay puts back. */
export const DEAD_LETTER_PAGE = 1_000;

export type DeadLetters = {
  /** In order of creation. */
  list(where: DeadJobFilter, limit: number): Promise<DeadLetter[]>;
  /** Puts them back, due now, each under its old id, in order of creation. At most `DEAD_LETTER_PAGE`. */
  replay(choice: DeadLetterChoice): Promise<Replayed>;
};

export function createDeadLetters(deps: {
  store: Pick<Store, "deadJobs" | "replayJob">;
  now: () => number;
  wake: () => void;
}): DeadLetters {
  async function replay(choice: DeadLetterChoice): Promise<Replayed> {
    const ids = "ids" in choice ? choice.ids : (await deps.store.deadJobs(DEAD_LETTER_PAGE, choice)).map((job) => job.id);
    const at = deps.now();
    // All at once: the store keeps the order and commits them together.
    const back = await Promise.all(ids.map(async (id) => ({ id, found: await deps.store.replayJob(id, at) })));
    const replayed = back.filter(({ found }) => found).map(({ id }) => id);
    if (replayed.length > 0) deps.wake();
    return { replayed, unknown: back.filter(({ found }) => !found).map(({ id }) => id) };
  }
  return {
    list: async (where, limit) => (await deps.store.deadJobs(Math.min(limit, DEAD_LETTER_PAGE), where)).map(letterOf),
    replay,
  };
}

function letterOf({ id, kind, key, attempts, createdAt, lastError }: Job): DeadLetter {
  return {
    id,
    kind,
    // A key of its own, of a receiver or a desk, begins with it.
    conversation: key?.split(/[ /]/, 1)[0] ?? null,
    attempts,
    createdAt: new Date(createdAt).toISOString(),
    lastError: lastError ?? null,
  };
}
