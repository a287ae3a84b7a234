/** Which place at a desk is which case, both ways, in the adapter's memory: a thread, a ticket, a conversation of the desk's own. */
import { AdapterError } from "../errors.ts";
import type { AdapterContext } from "../spec.ts";

export type CaseKey = { caseId: string; conversationId: string };
export interface Threads {
  /** The desk's own name for it, `undefined` before the first offer. */
  placeOf(caseId: string): Promise<string | undefined>;
  /** The case of a place, `undefined` for one that is none of ours. */
  caseOf(place: string): Promise<CaseKey | undefined>;
  put(key: CaseKey, place: string): Promise<void>;
}

export function createThreads({ memory, path }: Pick<AdapterContext, "memory" | "path">): Threads {
  if (memory === undefined) throw new AdapterError("failed", `${path}: this adapter needs a memory`, { permanent: true });
  return {
    placeOf: async (caseId) => memory.get(`case:${caseId}`),
    async caseOf(place) {
      const found = await memory.get(`place:${place}`);
      return found === undefined ? undefined : (JSON.parse(found) as CaseKey);
    },
    async put({ caseId, conversationId }, place) {
      await memory.put(`place:${place}`, JSON.stringify({ caseId, conversationId }));
      await memory.put(`case:${caseId}`, place);
    },
  };
}
