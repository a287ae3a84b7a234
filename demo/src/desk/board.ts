/**
 * The cases of all desks while the server runs: the only place that changes them. Every change is told to the open pages and saved;
 * a hook is remembered in the same save as what it changed, so a repeat after a crash is either new or known, never half.
 */
import { createCaseFile } from "./case-file.ts";
import type { Case } from "./cases.ts";

/** Closed cases a desk keeps, the last ones: personal data is not hoarded. */
const CLOSED_KEPT = 20;
/** Hook ids remembered. A relay repeats a delivery for three days at most; a demo desk sees fewer than this in that time. */
const DELIVERIES_KEPT = 5_000;

/** What an open page is told. Whole cases: whoever missed one is right again with the next. */
export type BoardNews = { type: "case"; case: PublicCase } | { type: "typing"; caseId: string; typing: boolean };
/** A case without what a page has no use for. */
export type PublicCase = Omit<Case, "replyPath" | "deskId">;

export type Board = {
  get(deskId: string, caseId: string): Case | undefined;
  list(deskId: string): PublicCase[];
  /** Was this hook taken before? */
  knows(deskId: string, deliveryId: string): boolean;
  /** Keeps a changed case, with the hook that changed it if one did. Resolves when it is on disk. */
  put(item: Case, deliveryId?: string): Promise<void>;
  /** Resolves when everything so far is on disk; tries again if the last write failed. */
  flush(): Promise<void>;
  /** Ephemeral: told, not kept. */
  typing(deskId: string, caseId: string, typing: boolean): void;
  /** Gives the way out. */
  subscribe(deskId: string, listener: (news: BoardNews) => void): () => void;
};

/** `dir` holds the case file and is made when missing. Throws when the file there cannot be read. */
export function createBoard(dir: string): Board {
  const file = createCaseFile(dir, () => ({ version: 1, cases: [...cases.values()], deliveries: [...deliveries] }));
  const saved = file.load();
  const cases = new Map<string, Case>(saved.cases.map((item) => [keyOf(item.deskId, item.caseId), item]));
  const deliveries = new Set<string>(saved.deliveries);
  const listeners = new Map<string, Set<(news: BoardNews) => void>>();
  /** Changes made, and how many of them are known to be on disk. */
  let made = 0;
  let onDisk = 0;

  function tell(deskId: string, news: BoardNews): void {
    for (const listener of listeners.get(deskId) ?? []) listener(news);
  }

  async function flush(): Promise<void> {
    const until = made;
    if (onDisk >= until) return;
    await file.save();
    onDisk = Math.max(onDisk, until);
  }

  function forgetOld(deskId: string): void {
    const over = [...cases.values()].filter((item) => item.deskId === deskId && item.status === "closed").slice(0, -CLOSED_KEPT);
    for (const item of over) cases.delete(keyOf(deskId, item.caseId));
    for (const id of deliveries) {
      if (deliveries.size <= DELIVERIES_KEPT) break;
      deliveries.delete(id);
    }
  }

  return {
    get: (deskId, caseId) => cases.get(keyOf(deskId, caseId)),
    list: (deskId) => [...cases.values()].filter((item) => item.deskId === deskId).map(publicCase),
    knows: (deskId, deliveryId) => deliveries.has(keyOf(deskId, deliveryId)),
    put: async (item, deliveryId) => {
      const key = keyOf(item.deskId, item.caseId);
      // Set anew so that the order is that of the last change.
      cases.delete(key);
      cases.set(key, item);
      if (deliveryId !== undefined) deliveries.add(keyOf(item.deskId, deliveryId));
      forgetOld(item.deskId);
      made += 1;
      tell(item.deskId, { type: "case", case: publicCase(item) });
      await flush();
    },
    flush,
    typing: (deskId, caseId, typing) => tell(deskId, { type: "typing", caseId, typing }),
    subscribe: (deskId, listener) => {
      const set = listeners.get(deskId) ?? new Set();
      listeners.set(deskId, set.add(listener));
      return () => {
        set.delete(listener);
      };
    },
  };
}

function keyOf(deskId: string, id: string): string {
  return `${deskId} ${id}`;
}
function publicCase({ replyPath: _replyPath, deskId: _deskId, ...item }: Case): PublicCase {
  return item;
}
