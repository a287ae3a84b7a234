/**
 * What a region has learnt: articles and phrasings that somebody approved. Kept in the store, held in memory for the adapters, and never
 * changed in place: a new version is a new record, and what is taken back stays to be seen.
 */
import type { Learned, Phrasing } from "../adapters/spec.ts";
import type { Store } from "../store/store.ts";

export const LEARNED = "learned";
/** More are not read; a region that learns this much has outgrown a list. */
const MOST = 10_000;

/** Body of a record. `version` counts from 1 for one article. */
export type LearnedBody = {
  state: "live" | "reverted";
  articleId: string;
  language: string;
  /** An article of its own; without it the phrasings belong to an article that exists. */
  article?: { title: string; text: string; version: number } | undefined;
  phrasings: string[];
  origin: "cluster" | "agent";
  gapId?: string | undefined;
  /** Who approved it, as the operator's tool says. */
  by?: string | undefined;
};
export type LearnedRecord = LearnedBody & { id: string; at: number };

export type LearnedShelf = {
  /** Reads a region's records; before that it has learnt nothing. */
  load(regionId: string): Promise<void>;
  /** For the adapters of a region: what is live, of an article its newest version. */
  of(regionId: string): Learned;
  /** All records of a region, newest first. */
  list(regionId: string): LearnedRecord[];
  put(regionId: string, record: LearnedRecord): Promise<void>;
};

export function createLearnedShelf(store: Pick<Store, "putRecords" | "records">): LearnedShelf {
  const regions = new Map<string, LearnedRecord[]>();
  const list = (regionId: string): LearnedRecord[] => regions.get(regionId) ?? [];
  return {
    async load(regionId) {
      const found = await store.records(LEARNED, regionId, 0, MOST);
      regions.set(
        regionId,
        found.map(({ id, at, body }) => ({ ...(body as LearnedBody), id, at })),
      );
    },
    of: (regionId) => liveOf(list(regionId)),
    list,
    async put(regionId, record) {
      const { id, at, ...body } = record;
      await store.putRecords([{ kind: LEARNED, regionId, id, at, body }]);
      regions.set(regionId, [record, ...list(regionId).filter((one) => one.id !== id)]);
    },
  };
}

/** What a region's records come to: of an article its newest version, and the phrasings of articles that lie elsewhere. */
export function liveOf(records: readonly LearnedRecord[]): Learned {
  const live = records.filter(({ state }) => state === "live");
  const newest = new Map<string, LearnedRecord>();
  for (const one of live) {
    if (one.article === undefined) continue;
    const key = `${one.articleId} ${one.language}`;
    if ((newest.get(key)?.article?.version ?? 0) < one.article.version) newest.set(key, one);
  }
  return {
    articles: [...newest.values()].flatMap((one) =>
      one.article === undefined
        ? []
        : [
            {
              id: one.articleId,
              title: one.article.title,
              text: one.article.text,
              language: one.language,
              phrasings: phrasingsOf(one),
              updatedAt: dayOf(one.at),
            },
          ],
    ),
    phrasings: live.flatMap((one) =>
      one.article === undefined
        ? phrasingsOf(one).map((phrasing) => ({ articleId: one.articleId, language: one.language, ...phrasing }))
        : [],
    ),
  };
}

function phrasingsOf({ phrasings, origin, at }: LearnedRecord): Phrasing[] {
  return phrasings.map((text) => ({ text, origin, at: dayOf(at) }));
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
