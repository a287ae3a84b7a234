/**
 * One store made of several: one for each residency group, so that what is said in one group never lies in the file of another. Owns the way from a
 * conversation, a region or a job to its store; each store keeps all its own promises.
 */
import { StoreError, type Appended, type AppendRequest, type Job, type Session, type Store } from "./store.ts";

/** Conversations whose store is remembered: one that is forgotten is looked for again. */
const MOST_REMEMBERED = 100_000;

/** `groupOf`: of a region; asked anew each time, since a reload may change it. `undefined` for a region that is not configured. */
export function createGroupedStore(stores: ReadonlyMap<string, Store>, groupOf: (regionId: string) => string | undefined): Store {
  const all = [...stores.values()];
  /** By conversation. */
  const known = new Map<string, Store>();
  /** By job, while somebody works on it. */
  const claimed = new Map<string, Store>();
  let turn = 0;

  function remember(conversationId: string, store: Store): Store {
    if (known.size >= MOST_REMEMBERED) for (const oldest of known.keys()) if (known.delete(oldest) && known.size < MOST_REMEMBERED) break;
    known.set(conversationId, store);
    return store;
  }
  function ofRegion(regionId: string): Store {
    const store = stores.get(groupOf(regionId) ?? "");
    if (store === undefined) throw new StoreError(`No store is open for region ${regionId}`);
    return store;
  }
  async function holding(conversationId: string): Promise<Store | undefined> {
    const remembered = known.get(conversationId);
    if (remembered !== undefined) return remembered;
    const found = await firstOf(async (store) => ((await store.conversation(conversationId)) === undefined ? undefined : store));
    return found === undefined ? undefined : remember(conversationId, found);
  }
  /** At once where the store is known, so that what is asked in an order is done in it. */
  async function within<Value>(conversationId: string, run: (store: Store) => Promise<Value>): Promise<Value | undefined> {
    const remembered = known.get(conversationId);
    if (remembered !== undefined) return run(remembered);
    const store = await holding(conversationId);
    return store === undefined ? undefined : run(store);
  }
  /** Asks all at once: one group's trouble is not another's. Rejects when none answers. */
  async function asked<Value>(ask: (store: Store) => Promise<Value>): Promise<{ values: Value[]; failure: unknown }> {
    const results = await Promise.allSettled(all.map(ask));
    const values = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    const failed = results.find((result) => result.status === "rejected");
    if (values.length === 0 && failed !== undefined) throw failed.reason;
    return { values, failure: failed?.reason as unknown };
  }
  /** At most one has it. Where one that may have it does not answer, it is not said that none has. */
  async function firstOf<Value>(ask: (store: Store) => Promise<Value | undefined>): Promise<Value | undefined> {
    const { values, failure } = await asked(ask);
    const found = values.find((value) => value !== undefined);
    if (found === undefined && failure !== undefined) throw failure;
    return found;
  }
  async function joined<Value>(ask: (store: Store) => Promise<Value[]>): Promise<Value[]> {
    return (await asked(ask)).values.flat();
  }
  async function settle(id: string, run: (store: Store) => Promise<void>): Promise<void> {
    const store = claimed.get(id);
    claimed.delete(id);
    // Claimed by an earlier life of this object: whoever does not know it does nothing.
    await Promise.all((store === undefined ? all : [store]).map(run));
  }
  /** Records of another group's region, which would come with a conversation, are never written beside it. */
  function isForeign({ records = [] }: AppendRequest, own: Store): boolean {
    return records.some(({ regionId }) => ofRegion(regionId) !== own);
  }

  return {
    epochOf: (conversationId) => (known.get(conversationId) ?? all[0])?.epochOf(conversationId) ?? "",
    async createConversation(conversation, session, first): Promise<Appended> {
      const store = ofRegion(conversation.regionId);
      remember(conversation.id, store);
      return store.createConversation(conversation, session, first);
    },
    async findSession(tokenHash): Promise<Session | undefined> {
      const found = await firstOf(async (store) => {
        const session = await store.findSession(tokenHash);
        return session === undefined ? undefined : { session, store };
      });
      if (found !== undefined) remember(found.session.conversationId, found.store);
      return found?.session;
    },
    async touchSession(tokenHash, expiresAt) {
      const store = await firstOf(async (one) => ((await one.findSession(tokenHash)) === undefined ? undefined : one));
      await store?.touchSession(tokenHash, expiresAt);
    },
    async conversation(id) {
      return within(id, async (store) => store.conversation(id));
    },
    async append(request) {
      const appended = await within(request.conversationId, async (store) => {
        if (isForeign(request, store)) throw new StoreError("Records of another residency group's region");
        return store.append(request);
      });
      if (appended === undefined) throw new StoreError("Unknown conversation");
      return appended;
    },
    async eraseConversation(id) {
      const erased = (await within(id, async (store) => store.eraseConversation(id))) ?? false;
      known.delete(id);
      return erased;
    },
    knowsInbound: async (source, externalId) =>
      (await firstOf(async (store) => ((await store.knowsInbound(source, externalId)) ? true : undefined))) === true,
    placeOf: async (conversationId, entryId) => within(conversationId, async (store) => store.placeOf(conversationId, entryId)),
    entriesAfter: async (conversationId, after, limit) =>
      (await within(conversationId, async (store) => store.entriesAfter(conversationId, after, limit))) ?? [],
    entriesBefore: async (conversationId, before, limit) =>
      (await within(conversationId, async (store) => store.entriesBefore(conversationId, before, limit))) ?? [],
    openTurns: async (limit) =>
      (await joined(async (store) => store.openTurns(limit))).sort((one, other) => one.at - other.at).slice(0, limit),
    openTurnsOf: async (conversationId) => (await within(conversationId, async (store) => store.openTurnsOf(conversationId))) ?? [],
    async claimJobs(nowMs, limit, leaseMs) {
      const jobs: Job[] = [];
      // Another goes first each time, so that a group with much to do does not keep the others waiting.
      turn += 1;
      let failure: unknown;
      for (let place = 0; place < all.length && jobs.length < limit; place += 1) {
        const store = all[(turn + place) % all.length]!;
        try {
          for (const job of await store.claimJobs(nowMs, limit - jobs.length, leaseMs)) {
            claimed.set(job.id, store);
            jobs.push(job);
          }
        } catch (error) {
          failure ??= error;
        }
      }
      if (jobs.length === 0 && failure !== undefined) throw failure;
      return jobs;
    },
    async nextJobAt() {
      const times = (await asked(async (store) => store.nextJobAt())).values.filter((at) => at !== undefined);
      return times.length === 0 ? undefined : Math.min(...times);
    },
    finishJob: async (id) => settle(id, async (store) => store.finishJob(id)),
    failJob: async (id, error, dueAt) => settle(id, async (store) => store.failJob(id, error, dueAt)),
    async putRecords(records) {
      await Promise.all(
        all.map(async (store) => {
          const own = records.filter(({ regionId }) => ofRegion(regionId) === store);
          if (own.length > 0) await store.putRecords(own);
        }),
      );
    },
    record: async (kind, regionId, id) => ofRegion(regionId).record(kind, regionId, id),
    records: async (kind, regionId, since, limit) => ofRegion(regionId).records(kind, regionId, since, limit),
    removeRecords: async (kind, regionId, before) => ofRegion(regionId).removeRecords(kind, regionId, before),
    teamLoads: async (regionId) => ofRegion(regionId).teamLoads(regionId),
    casesIn: async (regionId, mode, limit) => ofRegion(regionId).casesIn(regionId, mode, limit),
    deadJobs: async (limit, where) =>
      (await joined(async (store) => store.deadJobs(limit, where))).sort((one, other) => one.createdAt - other.createdAt).slice(0, limit),
    async replayJob(id, nowMs) {
      for (const store of all) if (await store.replayJob(id, nowMs)) return true;
      return false;
    },
    releaseLeases: async () => void (await Promise.all(all.map(async (store) => store.releaseLeases()))),
    async health(sizeBytes) {
      const each = await Promise.all([...stores].map(async ([group, store]) => ({ group, health: await store.health(sizeBytes) })));
      const ill = each.filter(({ health }) => !health.ok);
      const sum = (of: "queued" | "commits" | "entries"): number => each.reduce((total, { health }) => total + health[of], 0);
      return {
        ok: ill.length === 0,
        ...(ill.length === 0
          ? {}
          : { reason: ill.map(({ group, health }) => `${group}: ${health.reason ?? "does not answer"}`).join("; ") }),
        queued: sum("queued"),
        commits: sum("commits"),
        entries: sum("entries"),
      };
    },
    close: async () => void (await Promise.all(all.map(async (store) => store.close()))),
  };
}
