/**
 * Offers: which team is asked to take a case, until when, and what happens when it does not. Nobody at work: the case lies as a ticket where
 * they will see it first, with the promise the visitor was given. One offer at a time; retries of a delivery are the job runner's.
 */
import { phrasesFor, spokenTime } from "../pipeline/phrases.ts";
import type { Team } from "../routing/rota.ts";
import { chooseTeam, isAnybodyOnDuty, nextOnDuty } from "../routing/tiers.ts";
import type { Region } from "../routing/types.ts";
import type { Job, Route } from "../store/store.ts";
import { handoffJobId, leaseJob, promiseJob, timersOf, type HandoffJob, type LeaseJob } from "./case-jobs.ts";
import { botMessage, firstRoute, promiseSignal, MOST_WAITING, priorityOf, promised, topicsOf, type Change } from "./cases.ts";
import type { Experts } from "./experts.ts";
import { derivedId } from "./ids.ts";
import { undeliveredOf } from "./owed.ts";
import { placeOf, type ConversationDeps, type Place } from "./place.ts";
import { deskOf, expiredJobs, offerEvent, offerJob, offerSignal, type Taken, type Told } from "./offer-event.ts";
import { queueState, showQueue, tellQueue, waitingBefore } from "./queue-view.ts";
import { afterNobody, afterOffer, asked, isTold, nextOf, told, withTurnsOf } from "./rounds.ts";
import type { Room } from "./rooms.ts";
import { createTelling } from "./telling.ts";

/** The more urgent, the sooner the next team is asked. */
const LEASE_SHARES = { normal: 1, high: 1 / 2, critical: 1 / 3 } as const;
const LEAST_LEASE_MS = 1_000;
/** No desk is called so: whoever accepts is refused. */
const NOBODY = "";
/** Who did not hear is asked again after so long for each offer there has been: later and later. */
const HEAR_AGAIN_MS = 60_000;
/** After so many offers of a case no more: it may be this one that the desk does not take. */
const MOST_OFFERS = 20;

export function createOffers(deps: ConversationDeps & { experts: Pick<Experts, "offer"> }) {
  const telling = createTelling(deps.clock);

  /** Without teams there is no capacity either. */
  async function loadsOf(region: Region): Promise<Map<string, number>> {
    return region.config.teams.length === 0 ? new Map() : deps.store.teamLoads(region.id);
  }
  /** Who is asked next. `cut`: not these; `known`: open cases a team, where they were counted a moment ago. */
  async function choose(
    { room, region }: Place,
    route: Route,
    { cut = [], known }: { cut?: readonly string[]; known?: ReadonlyMap<string, number> } = {},
  ): Promise<Team | undefined> {
    const { teamId, language } = room.conversation;
    const loads = known === undefined ? await loadsOf(region) : new Map(known);
    // Its own offer is no load of the team that has it.
    if (teamId !== undefined) loads.set(teamId, (loads.get(teamId) ?? 1) - 1);
    const passed = [...route.passed, ...cut];
    return nextOf(chooseTeam(region.rota, { language, topics: topicsOf(room), at: deps.clock.now(), loads, passed }).fit, route);
  }

  const show = async (place: Place): Promise<void> => showQueue(deps, place);

  /** Makes an offer, or a ticket where nobody can be asked. Throws `AdapterError` of the first desk when none took it. */
  async function offer(job: Job, task: HandoffJob, signal: AbortSignal): Promise<void> {
    const place = await placeOf(deps, task.conversationId);
    if (place === undefined) return;
    const unreachable = new Set<string>();
    let failure: unknown;
    for (;;) {
      const taken = await deps.serial.run(task.conversationId, async () => take(place, task, job.id, unreachable));
      if (taken === undefined) {
        if (failure !== undefined) throw failure;
        return;
      }
      await show(place);
      try {
        await deliver(place, { ...task, id: job.id }, taken, signal);
        await delivered(place.room, taken);
        return;
      } catch (error) {
        deps.logger.warn({ conversation: task.conversationId, desk: taken.desk.id, err: error }, "a desk did not take an offer");
        failure ??= error;
        unreachable.add(taken.desk.id);
      }
    }
  }

  async function deliver(place: Place, about: Told, taken: Taken, signal: AbortSignal): Promise<void> {
    await telling.tell(taken.desk, await offerEvent(deps, place, about, taken), signal);
  }

  /** From now on what the visitor writes goes there; and its team has heard. */
  async function delivered({ conversation }: Room, { desk, team, route: { offer: number } }: Taken): Promise<void> {
    await deps.serial.run(conversation.id, async () => {
      const room = await deps.rooms.get(conversation.id);
      const { route, deskId: known } = room?.conversation ?? {};
      if (room === undefined || route?.deskId !== desk.id || route.offer !== number) return;
      if (known === desk.id && isTold(route, team?.id)) return;
      await deps.publisher.commit(room, { entries: [], patch: { deskId: desk.id, route: { ...route, ...told(route, team?.id) } } });
    });
  }

  /** Writes down who is asked before it is asked. `undefined`: the case is taken or closed, or no desk is left. */
  async function take(place: Place, task: HandoffJob, jobId: string, unreachable: ReadonlySet<string>): Promise<Taken | undefined> {
    const { room, region } = place;
    const { conversation } = room;
    // One that was opened before cases had routes has none.
    const before = conversation.route ?? firstRoute(deps.clock.now());
    if (conversation.caseId !== task.caseId || conversation.mode !== "queued") return undefined;
    const again = before.jobId === jobId;
    const now = deps.clock.now();
    // Run again after a crash or a failed delivery: the same team, for as long as its offer holds.
    const own = again ? region.rota.teams.find(({ id }) => id === conversation.teamId) : undefined;
    const ownDesk = own === undefined ? undefined : deskOf(region, own);
    if (own !== undefined && ownDesk !== undefined && !unreachable.has(ownDesk.id) && (before.leaseUntil ?? 0) > now)
      return { desk: ownDesk, team: own, route: before };
    // Run again so late that another offer holds; or its own has run out, and the next is on its way.
    if (!again && (before.leaseUntil ?? 0) > now) return undefined;
    if (again && before.tier === "team" && (before.leaseUntil ?? 0) <= now) return undefined;
    const cut = region.rota.teams.filter((team) => unreachable.has(deskOf(region, team)?.id ?? "")).map(({ id }) => id);
    const team = await choose(place, before, { cut });
    const desk = team === undefined ? undefined : deskOf(region, team);
    if (team === undefined || desk === undefined) return ticket(place, task, jobId, unreachable);
    const lease = Math.max(LEAST_LEASE_MS, region.config.offerTimeoutMs * LEASE_SHARES[priorityOf(conversation.caseRank)]);
    // A desk that cannot be reached costs the visitor no time: the first lease counts.
    const leaseUntil = again && before.leaseUntil !== undefined ? before.leaseUntil : now + lease;
    const route: Route = {
      ...before,
      tier: "team",
      offer: again ? before.offer : before.offer + 1,
      jobId,
      deskId: desk.id,
      leaseUntil,
      since: now,
      wanted: undefined,
      ...asked(before, team.id, again),
    };
    await deps.publisher.commit(room, {
      entries: [],
      patch: { route, teamId: team.id },
      cancelJobs: timersOf(task.caseId, before, { lease: true, promise: false }),
      jobs: [leaseJob(conversation.id, task.caseId, route.offer, leaseUntil)],
      signals: [offerSignal("handoff.offered", task.caseId, team.id, route.offer)],
    });
    deps.logger.info({ conversation: conversation.id, team: team.id, desk: desk.id, offer: route.offer, leaseUntil }, "a case is offered");
    return { desk, team, route };
  }

  /** Nobody can be asked now: it lies at the desk of those who are at work next. */
  async function ticket(place: Place, task: HandoffJob, jobId: string, unreachable: ReadonlySet<string>): Promise<Taken | undefined> {
    const { room, region } = place;
    const { language, route: before = firstRoute(deps.clock.now()) } = room.conversation;
    const next = nextOnDuty(region.rota, language, deps.clock.now())?.team;
    const desks = [next, ...region.rota.teams].flatMap((team) => (team === undefined ? [] : [deskOf(region, team)]));
    const desk = desks.find((one) => one !== undefined && !unreachable.has(one.id));
    if (desk === undefined) return undefined;
    if (before.jobId === jobId && before.tier === "ticket" && before.deskId === desk.id) return { desk, team: undefined, route: before };
    const turns = before.jobId === jobId && before.tier === "team" ? afterNobody(before) : {};
    const change = await ticketChange(place, task.caseId, { ...before, ...turns });
    const route: Route = { ...change.route, jobId, deskId: desk.id, offer: before.jobId === jobId ? before.offer : before.offer + 1 };
    await deps.publisher.commit(
      room,
      await deps.experts.offer(place, task.caseId, route, { ...change.rest, patch: { teamId: undefined } }),
    );
    return { desk, team: undefined, route };
  }

  /** The visitor is told a time, once; it is kept as a timer. */
  async function ticketChange(
    place: Place,
    caseId: string,
    before: Route,
  ): Promise<{ route: Route; rest: Pick<Change, "entries" | "jobs" | "cancelJobs" | "signals"> }> {
    const { room, site, region } = place;
    const { id: conversationId, language, timezone, caseAt } = room.conversation;
    const nowMs = deps.clock.now();
    const route: Route = { ...before, tier: "ticket", leaseUntil: undefined, since: nowMs };
    const cancelJobs = timersOf(caseId, before, { lease: true, promise: false });
    if (before.promisedAt !== undefined) return { route, rest: { entries: [], cancelJobs } };
    const onDuty = isAnybodyOnDuty(region.rota, language, nowMs);
    // From when the person was asked for: a relay that was down meanwhile does not move the promise.
    const asked = {
      language,
      nowMs: onDuty ? (caseAt ?? nowMs) : nowMs,
      waiting: onDuty ? 0 : await waitingBefore(place, deps.store),
      onDuty,
    };
    const promisedAt = promised(region, asked);
    const by = spokenTime(promisedAt, language, timezone, nowMs);
    const phrases = phrasesFor(language);
    const text = onDuty ? phrases.nobodyYet(by) : phrases.asleep(by);
    const entry = botMessage(derivedId(caseId, "nobody-yet", String(before.offer)), site, language, [
      { type: "text", text, format: "plain" },
    ]);
    return {
      route: { ...route, promisedAt },
      rest: {
        entries: [entry],
        cancelJobs,
        jobs: [promiseJob(conversationId, caseId, promisedAt)],
        signals: [promiseSignal("promise.made", caseId, promisedAt)],
      },
    };
  }

  /** A lease is over: the next team is asked; nobody is left to ask: the visitor is told. */
  async function leaseEnded(job: Job): Promise<void> {
    const { conversationId, caseId, offer: number } = job.payload as LeaseJob;
    const place = await placeOf(deps, conversationId);
    if (place === undefined) return;
    const { room, region } = place;
    await deps.serial.run(conversationId, async () => {
      const { conversation } = room;
      const before = conversation.route;
      if (conversation.mode !== "queued" || conversation.caseId !== caseId || before?.offer !== number || before.leaseUntil === undefined)
        return;
      const { teamId } = conversation;
      const heard = isTold(before, teamId);
      const turns = { ...before, ...afterOffer(before, teamId) };
      const team = await choose(place, turns);
      deps.logger.info({ conversation: conversationId, team: teamId, offer: number, heard, next: team?.id }, "an offer has run out");
      const expired = [offerSignal("handoff.expired", caseId, teamId ?? "", number)];
      const now = deps.clock.now();
      const next = offerJob(conversation, caseId, number + 1, { reason: "offer-expired", at: now });
      // What did not get through by now need not be tried again: the next offer is told instead, and does not wait behind it.
      const cancelJobs = team === undefined && heard ? [] : [before.jobId, ...(await undelivered(conversation))];
      if (team === undefined) {
        const { route: ticket, rest } = await ticketChange(place, caseId, turns);
        // A desk has it and shows it; or none has heard of the case, and it is told until one has.
        const route: Route = heard ? ticket : { ...ticket, offer: number + 1, jobId: next.id };
        const jobs = [...(rest.jobs ?? []), ...(heard ? [] : [next])];
        const change = { ...rest, cancelJobs, jobs, patch: { teamId: undefined }, signals: [...expired, ...(rest.signals ?? [])] };
        await deps.publisher.commit(room, await deps.experts.offer(place, caseId, route, change));
        await show(place);
        return;
      }
      // Only who did not hear is left to ask: the visitor does not wait for a time until they have been asked once more.
      const told = turns.unheard?.includes(team.id) === true ? await ticketChange(place, caseId, turns) : undefined;
      // Nobody's until the next is asked: the desk that had it is told to close it, and the next has not heard yet what was written since.
      const route: Route = { ...turns, promisedAt: told?.route.promisedAt ?? turns.promisedAt, leaseUntil: undefined, deskId: NOBODY };
      await deps.publisher.commit(room, {
        entries: told?.rest.entries ?? [],
        patch: { route, teamId: undefined },
        jobs: [...(told?.rest.jobs ?? []), ...expiredJobs(conversation, caseId, deskOf(region, team)?.id, now), next],
        cancelJobs,
        signals: [...expired, ...(told?.rest.signals ?? [])],
      });
    });
  }
  /** Jobs of messages the desk that had the offer was not told: the next one reads them in its transcript, and does not wait behind them. */
  async function undelivered(conversation: Room["conversation"]): Promise<string[]> {
    const { id: conversationId, route } = conversation;
    const entries = await undeliveredOf(deps.store, conversation, route?.owedSeq);
    return entries.map((entryId) => handoffJobId({ conversationId, entryId, type: "message" }));
  }

  /** Tickets that somebody can be asked about by now: a shift has begun, a team has room or can be reached again. Gives how many were offered. */
  async function sweep(): Promise<number> {
    let offered = 0;
    for (const region of deps.directory().regions()) {
      const waiting = await deps.store.casesIn(region.id, "queued", MOST_WAITING);
      const now = deps.clock.now();
      // Counted once, and kept in step with what is offered: with a thousand that wait it would be asked a thousand times.
      let loads: Map<string, number> | undefined;
      const atWork = region.rota.teams.some((team) => region.rota.shiftAt(team, now) !== undefined);
      for (const [index, { conversationId, route }] of waiting.entries()) {
        const isHeard = deps.publisher.isHeard(conversationId);
        if (!isHeard && (!atWork || route?.tier !== "ticket")) continue;
        const place = await placeOf(deps, conversationId);
        if (place === undefined) continue;
        // Who stood before may be gone.
        if (isHeard) tellQueue(deps.publisher, conversationId, queueState(place, index + 1, { now: deps.clock.now(), pace: deps.pace }));
        loads ??= await loadsOf(region);
        const counted = loads;
        const team = await deps.serial.run(conversationId, async () => offerAgain(place, counted));
        if (team === undefined) continue;
        offered += 1;
        loads.set(team, (loads.get(team) ?? 0) + 1);
      }
    }
    return offered;
  }
  /** Gives the id of the team that will be asked; `undefined` when nobody can be. */
  async function offerAgain(place: Place, known: ReadonlyMap<string, number>): Promise<string | undefined> {
    const { room, region } = place;
    const { mode, caseId, route: before } = room.conversation;
    if (mode !== "queued" || caseId === undefined || before?.tier !== "ticket" || before.offer === 0) return undefined;
    const now = deps.clock.now();
    const { teams } = region.rota;
    const begun = teams.filter((team) => (region.rota.shiftAt(team, now)?.from ?? 0) > before.since);
    // While nobody has taken the ticket, that is tried instead.
    const isTime = isTold(before, undefined) && now - before.since >= before.offer * HEAR_AGAIN_MS;
    const reached = teams.filter((team) => isTime || telling.tookAt(deskOf(region, team)?.id ?? NOBODY) >= before.since);
    const turns = withTurnsOf(before, { anew: begun, reached: before.offer < MOST_OFFERS ? reached : [] });
    const team = await choose(place, { ...before, ...turns }, { known });
    if (team === undefined) return undefined;
    // Not a ticket any more, or the next look would offer it a second time before this offer is made; and nobody's, as when an offer has run out.
    const route: Route = { ...before, ...turns, tier: "team", deskId: NOBODY };
    const jobs = [offerJob(room.conversation, caseId, before.offer + 1, { reason: "at-work", at: now })];
    const cancelJobs = [before.jobId, ...(await undelivered(room.conversation))];
    await deps.publisher.commit(room, { entries: [], patch: { route }, jobs, cancelJobs });
    return team.id;
  }

  return { offer, leaseEnded, sweep, deliver, tell: telling.tell };
}
export type Offers = ReturnType<typeof createOffers>;
