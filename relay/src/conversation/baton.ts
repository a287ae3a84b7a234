/**
 * The baton: what becomes of open conversations when a shift ends. A little before, the next team is offered each of them while the agent is still
 * there; who accepts takes over, and the visitor sees it. Accepted by nobody when the shift is over and the talk has paused: the case is offered as
 * any other, so that nobody is left with a team that went home.
 */
import type { Team } from "../routing/rota.ts";
import { chooseTeam } from "../routing/tiers.ts";
import type { Region } from "../routing/types.ts";
import type { Job, OpenCase, Route } from "../store/store.ts";
import { asideKey, batonJob, handoffJob, type BatonJob } from "./case-jobs.ts";
import { modeChange, MOST_WAITING, priorityOf, topicsOf, type Change } from "./cases.ts";
import { derivedId } from "./ids.ts";
import { deskOf } from "./offer-event.ts";
import type { Offers } from "./offers.ts";
import { placeOf, type ConversationDeps, type Place } from "./place.ts";
import type { Room } from "./rooms.ts";

/** Nobody is taken out of a talk by the clock for this long. */
const LONGEST_OVERTIME_MS = 60 * 60_000;

/** `endsAt`: of the shift that is on; `ended`: of the last, where none is. Unix milliseconds. */
type Leaving = { team: Team; route: Route; endsAt?: number | undefined; ended?: number | undefined };

export function createBaton(deps: ConversationDeps & { offers: Pick<Offers, "deliver"> }) {
  /** Looks at every conversation that an agent has. Gives how many batons were offered and how many talks went back to the queue. */
  async function sweep(): Promise<{ offered: number; queued: number }> {
    const done = { offered: 0, queued: 0 };
    for (const region of deps.directory().regions()) {
      // Without teams nobody goes home.
      if (region.config.teams.length === 0) continue;
      for (const { conversationId, ...row } of await deps.store.casesIn(region.id, "agent", MOST_WAITING)) {
        // Most have hours to go: their rooms need not be read, and may be dropped.
        if (leaving(region, row) === undefined) continue;
        const place = await placeOf(deps, conversationId);
        const what = place === undefined ? undefined : await deps.serial.run(conversationId, async () => look(place));
        if (what !== undefined) done[what] += 1;
      }
    }
    return done;
  }

  /** Who has a case and soon goes home, or has; `undefined`: nobody does. */
  function leaving(region: Region, { teamId, route }: Pick<OpenCase, "teamId" | "route">): Leaving | undefined {
    const team = region.rota.teams.find(({ id }) => id === teamId);
    if (route === undefined || team === undefined) return undefined;
    const now = deps.clock.now();
    const shift = region.rota.shiftAt(team, now);
    if (shift !== undefined) return shift.to - now > region.config.batonMs ? undefined : { team, route, endsAt: shift.to };
    const ended = region.rota.lastEnd(team, now);
    // Whoever took a case outside their hours knows what they do.
    return ended === undefined || ended <= route.since ? undefined : { team, route, ended };
  }

  async function look(place: Place): Promise<"offered" | "queued" | undefined> {
    const { room, region } = place;
    const { mode, caseId, agent } = room.conversation;
    const who = leaving(region, room.conversation);
    if (mode !== "agent" || caseId === undefined || who === undefined) return undefined;
    const { team, route, ended, endsAt } = who;
    const now = deps.clock.now();
    if (ended !== undefined && (now - ended > LONGEST_OVERTIME_MS || hasPaused(room, now, region.config.batonMs))) {
      const left = modeChange(
        room,
        place.site,
        { type: "leave", caseId, agentId: agent?.id ?? "" },
        { id: derivedId(caseId, "shift", String(route.offer)), reason: "shift-ended", nowMs: now },
      );
      if ("refused" in left) return undefined;
      await deps.publisher.commit(room, {
        ...left.change,
        patch: {
          ...left.change.patch,
          route: { ...(left.change.patch?.route ?? route), baton: undefined, passed: [team.id], leaseUntil: undefined },
          teamId: undefined,
        },
      });
      deps.logger.info({ conversation: room.conversation.id, team: team.id }, "a shift has ended: the case is offered again");
      return "queued";
    }
    if (route.baton !== undefined) return undefined;
    const next = await nextTeam(place, team, endsAt ?? now);
    const desk = next === undefined ? undefined : deskOf(region, next);
    if (next === undefined || desk === undefined) return undefined;
    const offer = route.offer + 1;
    await deps.publisher.commit(room, {
      entries: [],
      patch: { route: { ...route, baton: { teamId: next.id, deskId: desk.id, offer, seq: room.headSeq } } },
      jobs: [batonJob({ conversationId: room.conversation.id, caseId, offer, at: now }, desk.id)],
    });
    deps.logger.info(
      { conversation: room.conversation.id, team: team.id, next: next.id },
      "a shift ends: the next team is asked to take over",
    );
    return "offered";
  }

  /** Of those at work now who still are when the shift has ended. */
  async function nextTeam({ room, region }: Place, from: Team, endsAt: number): Promise<Team | undefined> {
    const { language } = room.conversation;
    const now = deps.clock.now();
    const away = region.rota.teams.filter((team) => {
      const shift = region.rota.shiftAt(team, now);
      return team.id === from.id || shift === undefined || shift.to <= endsAt;
    });
    const loads = await deps.store.teamLoads(region.id);
    return chooseTeam(region.rota, { language, topics: topicsOf(room), at: now, loads, passed: away.map(({ id }) => id) }).team;
  }

  /** Delivers a `baton` job: the desk of the next team is told what it would take over. Throws `AdapterError`: the runner tries again. */
  async function deliver(job: Job, signal: AbortSignal): Promise<void> {
    const { conversationId, caseId, offer } = job.payload as BatonJob;
    const place = await placeOf(deps, conversationId);
    const { route, mode, agent } = place?.room.conversation ?? {};
    if (place === undefined || mode !== "agent" || place.room.conversation.caseId !== caseId || route?.baton?.offer !== offer) return;
    const { baton } = route;
    const desk = place.region.desks.find(({ id }) => id === baton.deskId);
    const team = place.region.rota.teams.find(({ id }) => id === baton.teamId);
    if (desk === undefined) return;
    await deps.offers.deliver(
      place,
      { caseId, reason: "shift-end", at: job.createdAt, id: job.id },
      { desk, team, route: { ...route, offer }, from: agent },
      signal,
    );
  }

  return { sweep, deliver };
}
export type Baton = ReturnType<typeof createBaton>;

/** Neither side has written for a while. */
function hasPaused({ history }: Room, now: number, forMs: number): boolean {
  const last = history.findLast((event) => event.type === "message-added");
  return last === undefined || now - last.at >= forMs;
}

/**
 * What an acceptance of the baton adds: the case is the new team's, and the old desk need not show it any longer. `late`: messages no desk is known to
 * have, written after what the new one was offered. They are its own now; those before are in its transcript, and stay owed to the old desk.
 */
export function takeBaton(
  change: Change,
  { conversation }: Room,
  baton: NonNullable<Route["baton"]>,
  { late, nowMs }: { late: readonly string[]; nowMs: number },
): void {
  const { id: conversationId, caseId, deskId, route } = conversation;
  if (caseId === undefined || route === undefined) return;
  const { deskId: newDesk, teamId, offer, seq } = baton;
  const after: Route = { ...(change.patch?.route ?? route), deskId: newDesk, offer, baton: undefined, since: nowMs };
  change.patch = { ...change.patch, teamId, deskId: newDesk, route: after };
  if (deskId === undefined || deskId === newDesk) return;
  const priority = priorityOf(conversation.caseRank);
  const entryId = derivedId(caseId, "taken", String(offer));
  const withdrawn = {
    conversationId,
    caseId,
    type: "withdrawn",
    entryId,
    reason: "taken-over",
    priority,
    deskId,
    aside: true,
    at: nowMs,
  } as const;
  const told = late.map((id) =>
    handoffJob({ conversationId, caseId, type: "message", entryId: id, reason: "", priority: "normal", deskId: newDesk, at: nowMs }),
  );
  const key = asideKey(conversationId, deskId);
  after.owedSeq = seq ?? after.owedSeq;
  change.jobs = [...(change.jobs ?? []), ...told, { ...handoffJob(withdrawn), key }];
  change.cancelJobs = [...(change.cancelJobs ?? []), ...told.map(({ id }) => id)];
  change.moveJobs = { from: conversationId, to: key, earlier: true };
}
