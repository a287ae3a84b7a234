/**
 * What visitors were promised, "a person answers by 08:40": measured, and reported as kept or broken. A broken promise is owned up to, with a new
 * time; three times at most.
 */
import type { Metrics } from "../observe/metrics.ts";
import { phrasesFor, spokenTime } from "../pipeline/phrases.ts";
import { isAnybodyOnDuty } from "../routing/tiers.ts";
import type { Job, StoreRecord } from "../store/store.ts";
import { promiseJob, timersOf, type PromiseJob } from "./case-jobs.ts";
import { botMessage, promised, promiseSignal, type Change } from "./cases.ts";
import { derivedId } from "./ids.ts";
import { placeOf, type ConversationDeps } from "./place.ts";
import type { Room } from "./rooms.ts";

export const PROMISE = "promise";
/** Body of a `promise` record; its id is the case's, its `at` the moment it was kept or broken. */
export type PromiseRecord = { conversationId: string; siteId: string; teamId?: string | undefined; promisedAt: number; kept: boolean };

/** More than these and the visitor is only told again what did not help before. */
const MOST_BROKEN = 3;
/** A new promise is never nearer than this, milliseconds. */
const LEAST_AHEAD_MS = 15 * 60_000;

/** Adds to what an agent's message writes: what was promised is no longer waited for. Says what became of it, the first time it is known. */
export function keepPromise(change: Change, room: Room, nowMs: number): "kept" | "broken" | undefined {
  const { caseId, route } = room.conversation;
  if (caseId === undefined || route?.promisedAt === undefined) return undefined;
  const before = change.patch?.route ?? route;
  change.cancelJobs = [...(change.cancelJobs ?? []), ...timersOf(caseId, route, { lease: false, promise: true })];
  change.patch = { ...change.patch, route: { ...before, promisedAt: undefined } };
  // One that was broken before has been written down as such.
  if ((route.broken ?? 0) > 0) return undefined;
  const kept = nowMs <= route.promisedAt;
  change.records = [...(change.records ?? []), recordOf(room, caseId, route.promisedAt, nowMs, kept)];
  change.signals = [...(change.signals ?? []), promiseSignal(kept ? "promise.kept" : "promise.broken", caseId, route.promisedAt)];
  return kept ? "kept" : "broken";
}

function recordOf({ conversation }: Room, caseId: string, promisedAt: number, at: number, kept: boolean): StoreRecord {
  const { id: conversationId, siteId, regionId, teamId } = conversation;
  const body: PromiseRecord = { conversationId, siteId, promisedAt, kept, ...(teamId === undefined ? {} : { teamId }) };
  return { kind: PROMISE, regionId, id: caseId, at, body };
}

export function createPromises(deps: ConversationDeps & { metrics: Pick<Metrics, "promises"> }) {
  /** The time has come, and no person has written: it is broken. */
  async function due(job: Job): Promise<void> {
    const { conversationId, caseId, promisedAt } = job.payload as PromiseJob;
    const place = await placeOf(deps, conversationId);
    if (place === undefined) return;
    const { room, site, region } = place;
    await deps.serial.run(conversationId, async () => {
      const { conversation } = room;
      const { language, timezone, route } = conversation;
      if (conversation.caseId !== caseId || route?.promisedAt !== promisedAt) return;
      const nowMs = deps.clock.now();
      const broken = (route.broken ?? 0) + 1;
      deps.logger.warn(
        { region: region.id, conversation: conversationId, team: conversation.teamId, broken },
        "a promise to a visitor was broken",
      );
      deps.metrics.promises.inc({ region: region.id, result: "broken" });
      const again = Math.max(
        nowMs + LEAST_AHEAD_MS,
        promised(region, { language, nowMs, onDuty: isAnybodyOnDuty(region.rota, language, nowMs) }),
      );
      const next = broken < MOST_BROKEN ? again : undefined;
      const text = phrasesFor(language).late(spokenTime(again, language, timezone, nowMs));
      const entry = botMessage(derivedId(caseId, "late", String(broken)), site, language, [{ type: "text", text, format: "plain" }]);
      await deps.publisher.commit(room, {
        entries: next === undefined ? [] : [entry],
        patch: { route: { ...route, broken, promisedAt: next }, caseRank: Math.max(1, conversation.caseRank ?? 0) },
        records: [recordOf(room, caseId, promisedAt, nowMs, false)],
        signals: [
          promiseSignal("promise.broken", caseId, promisedAt),
          ...(next === undefined ? [] : [promiseSignal("promise.made", caseId, next)]),
        ],
        jobs: next === undefined ? [] : [promiseJob(conversationId, caseId, next)],
      });
    });
  }
  return { due };
}
