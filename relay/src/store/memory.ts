/**
 * The store in plain arrays: nothing survives the process. For tests, and the readable reference of what every store does;
 * the contract suite holds the others to it.
 */
import { randomBytes } from "node:crypto";
import type { DurableEvent } from "@allhours/protocol";
import { casesOf, isJobOf, isKeyOf, isRecordOf } from "./erase.ts";
import {
  StoreError,
  type Appended,
  type AppendRequest,
  type Conversation,
  type Draft,
  type Entry,
  type Job,
  type JobDraft,
  type Session,
  type Store,
  type StoreRecord,
} from "./store.ts";

type Line = { id: string; seq: number; at: number; draft: Draft; turnOpen: boolean };
type StoredJob = Job & { dead: boolean; leasedUntil: number | undefined };

/** Rejects with `StoreError` for an unknown conversation, a second conversation of one id, and after `close`. */
export function createMemoryStore(): Store {
  const conversations = new Map<string, { conversation: Conversation; log: Line[] }>();
  const sessions = new Map<string, Session>();
  /** Dedupe key to conversation. */
  const inbound = new Map<string, string>();
  const records = new Map<string, StoreRecord>();
  const keyOf = ({ kind, regionId, id }: Pick<StoreRecord, "kind" | "regionId" | "id">): string => JSON.stringify([kind, regionId, id]);
  const put = (list: readonly StoreRecord[]): void => {
    for (const record of list) records.set(keyOf(record), copy(record));
  };
  /** In order of creation. */
  let jobs: StoredJob[] = [];
  const epoch = randomBytes(12).toString("base64url");
  let commits = 0;
  let entries = 0;
  let closed = false;

  /** Runs at once, so nothing can come between; a promise, so that callers cannot tell it from a disk. */
  async function answer<Value>(run: () => Value): Promise<Value> {
    if (closed) throw new StoreError("The store is closed");
    return run();
  }
  function commit<Value>(run: () => Value): Promise<Value> {
    return answer(() => {
      const value = run();
      commits += 1;
      return value;
    });
  }

  function append(request: AppendRequest): Appended {
    const found = conversations.get(request.conversationId);
    if (found === undefined) throw new StoreError("Unknown conversation");
    const delivery = request.inbound === undefined ? undefined : JSON.stringify([request.inbound.source, request.inbound.externalId]);
    if (delivery !== undefined && inbound.has(delivery)) return { entries: [], duplicate: true };
    if (delivery !== undefined) inbound.set(delivery, request.conversationId);

    const places = request.entries.map(({ id, event }) => {
      const known = found.log.find((line) => line.id === id);
      if (known !== undefined) return { id, seq: known.seq, at: known.at, known: true };
      const line = { id, seq: found.log.length + 1, at: request.at, draft: copy(event), turnOpen: id === request.openTurn };
      found.log.push(line);
      entries += 1;
      return { id, seq: line.seq, at: line.at, known: false };
    });

    for (const line of found.log) if (line.id === request.closeTurn) line.turnOpen = false;
    if (places[0]?.known === true && request.skipIfKnown !== false) return { entries: places, duplicate: false };
    if (request.patch !== undefined) found.conversation = copy({ ...found.conversation, ...request.patch });
    jobs = jobs.filter((job) => job.dead || !request.cancelJobs?.includes(job.id));
    const { moveJobs: move } = request;
    const moveAll = (): void => {
      for (const job of jobs) if (move !== undefined && !job.dead && job.key === move.from) job.key = move.to;
    };
    if (move?.earlier === true) moveAll();
    for (const draft of request.jobs ?? []) if (!jobs.some((job) => job.id === draft.id)) jobs.push(newJob(draft, request.at));
    if (move?.earlier !== true) moveAll();
    put(request.records ?? []);
    if (request.session !== undefined) sessions.set(request.session.tokenHash, copy(request.session));
    return { entries: places, duplicate: false };
  }

  function erase(id: string): boolean {
    const found = conversations.get(id);
    if (found === undefined) return false;
    const names = new Set([id, ...casesOf([found.conversation, ...found.log.map(({ draft }) => draft)])]);
    conversations.delete(id);
    for (const [token, session] of sessions) if (session.conversationId === id) sessions.delete(token);
    for (const [delivery, conversationId] of inbound) if (conversationId === id) inbound.delete(delivery);
    for (const [key, record] of records) if (isRecordOf(id, names, record)) records.delete(key);
    jobs = jobs.filter((job) => !isJobOf(id, job));
    return true;
  }

  /** The first unfinished job of its key, and nobody works on a later one. */
  function isHead(job: StoredJob, nowMs: number): boolean {
    if (job.key === undefined) return true;
    const ofKey = jobs.filter((other) => !other.dead && other.key === job.key);
    return ofKey[0] === job && !ofKey.some((other) => other.leasedUntil !== undefined && other.leasedUntil > nowMs);
  }

  function entriesOf(conversationId: string, keep: (line: Line) => boolean): Entry[] {
    const lines = conversations.get(conversationId)?.log.filter(keep) ?? [];
    return lines.map(({ seq, at, draft }) => ({ seq, at, event: copy<DurableEvent>({ ...draft, conversationId, seq, at }) }));
  }

  function openCases(regionId: string): Conversation[] {
    const all = [...conversations.values()].map(({ conversation }) => conversation);
    return all.filter((one) => one.regionId === regionId && (one.mode === "queued" || one.mode === "agent"));
  }

  function openTurns(of?: string) {
    const turns = [...conversations].flatMap(([conversationId, { log }]) =>
      of === undefined || of === conversationId
        ? log.filter((line) => line.turnOpen).map(({ id, seq, at }) => ({ conversationId, entryId: id, seq, at }))
        : [],
    );
    return turns.sort((left, right) => left.at - right.at || left.seq - right.seq);
  }

  return {
    epochOf: () => epoch,
    createConversation: (conversation, session, first) =>
      commit(() => {
        if (conversations.has(conversation.id)) throw new StoreError("This conversation exists");
        conversations.set(conversation.id, { conversation: copy(conversation), log: [] });
        if (session !== undefined) sessions.set(session.tokenHash, copy(session));
        return first === undefined ? { entries: [], duplicate: false } : append(first);
      }),
    append: (request) => commit(() => append(request)),
    eraseConversation: (id) => commit(() => erase(id)),
    findSession: (tokenHash) => answer(() => copy(sessions.get(tokenHash))),
    touchSession: (tokenHash, expiresAt) =>
      commit(() => {
        const session = sessions.get(tokenHash);
        if (session !== undefined) session.expiresAt = expiresAt;
      }),
    conversation: (id) =>
      answer(() => {
        const found = conversations.get(id);
        return found === undefined ? undefined : { ...copy(found.conversation), headSeq: found.log.length };
      }),
    knowsInbound: (source, externalId) => answer(() => inbound.has(JSON.stringify([source, externalId]))),
    placeOf: (conversationId, id) =>
      answer(() => {
        const line = conversations.get(conversationId)?.log.find((one) => one.id === id);
        return line === undefined ? undefined : { seq: line.seq, at: line.at };
      }),
    entriesAfter: (conversationId, after, limit) => answer(() => entriesOf(conversationId, (line) => line.seq > after).slice(0, limit)),
    entriesBefore: (conversationId, before, limit) => answer(() => entriesOf(conversationId, (line) => line.seq < before).slice(-limit)),
    openTurns: (limit) => answer(() => openTurns().slice(0, limit)),
    openTurnsOf: (conversationId) => answer(() => openTurns(conversationId)),
    claimJobs: (nowMs, limit, leaseMs) =>
      commit(() => {
        const free = jobs.filter((job) => !job.dead && job.dueAt <= nowMs && (job.leasedUntil ?? 0) <= nowMs && isHead(job, nowMs));
        const taken = free.sort((left, right) => left.dueAt - right.dueAt).slice(0, limit);
        for (const job of taken) job.leasedUntil = nowMs + leaseMs;
        return taken.map(jobOf);
      }),
    nextJobAt: () =>
      answer(() => {
        const times = jobs.filter((job) => !job.dead && isHead(job, Infinity)).map((job) => job.leasedUntil ?? job.dueAt);
        return times.length === 0 ? undefined : Math.min(...times);
      }),
    finishJob: (id) =>
      commit(() => {
        jobs = jobs.filter((job) => job.dead || job.id !== id);
      }),
    failJob: (id, error, dueAt) =>
      commit(() => {
        const job = jobs.find((one) => one.id === id && !one.dead);
        if (job === undefined) return;
        Object.assign(job, {
          attempts: job.attempts + 1,
          lastError: error,
          leasedUntil: undefined,
          dead: dueAt === undefined,
          dueAt: dueAt ?? job.dueAt,
        });
      }),
    deadJobs: (limit, { key, since = 0, until = Infinity } = {}) =>
      answer(() =>
        jobs
          .filter((job) => job.dead && (key === undefined || isKeyOf(key, job.key)) && job.createdAt >= since && job.createdAt < until)
          .slice(0, limit)
          .map(jobOf),
      ),
    replayJob: (id, nowMs) =>
      commit(() => {
        const job = jobs.find((one) => one.id === id && one.dead);
        if (job === undefined) return false;
        Object.assign(job, { dead: false, dueAt: nowMs, attempts: 0 });
        return true;
      }),
    teamLoads: (regionId) =>
      answer(() => {
        const loads = new Map<string, number>();
        for (const { teamId } of openCases(regionId)) if (teamId !== undefined) loads.set(teamId, (loads.get(teamId) ?? 0) + 1);
        return loads;
      }),
    casesIn: (regionId, mode, limit) =>
      answer(() =>
        openCases(regionId)
          .filter((one) => one.mode === mode)
          .sort(
            (one, other) =>
              (other.caseRank ?? 0) - (one.caseRank ?? 0) || (one.caseAt ?? 0) - (other.caseAt ?? 0) || (one.id < other.id ? -1 : 1),
          )
          .slice(0, limit)
          .map(({ id, teamId, caseAt = 0, route }) => copy({ conversationId: id, caseAt, teamId, route })),
      ),
    putRecords: (list) => commit(() => put(list)),
    record: (kind, regionId, id) => answer(() => copy(records.get(keyOf({ kind, regionId, id })))),
    records: (kind, regionId, since, limit) =>
      answer(() =>
        [...records.values()]
          .filter((record) => record.kind === kind && record.regionId === regionId && record.at >= since)
          .sort((left, right) => right.at - left.at || (left.id < right.id ? 1 : -1))
          .slice(0, limit)
          .map(copy),
      ),
    removeRecords: (kind, regionId, before) =>
      commit(() => {
        const old = [...records].filter(([, record]) => record.kind === kind && record.regionId === regionId && record.at < before);
        for (const [key] of old) records.delete(key);
        return old.length;
      }),
    releaseLeases: () =>
      commit(() => {
        for (const job of jobs) job.leasedUntil = undefined;
      }),
    health: async () => ({ ok: !closed, ...(closed ? { reason: "The store is closed" } : {}), queued: 0, commits, entries }),
    close: async () => {
      closed = true;
    },
  };
}

function newJob({ id, kind, key, dueAt, payload }: JobDraft, at: number): StoredJob {
  return {
    id,
    kind,
    ...(key === undefined ? {} : { key }),
    payload: copy(payload ?? null),
    dueAt: dueAt ?? at,
    attempts: 0,
    createdAt: at,
    dead: false,
    leasedUntil: undefined,
  };
}
function jobOf({ dead: _dead, leasedUntil: _leasedUntil, ...job }: StoredJob): Job {
  return copy(job);
}
/** As a database would give it back: detached, and without fields that are `undefined`. */
function copy<Value>(value: Value): Value {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as Value);
}
