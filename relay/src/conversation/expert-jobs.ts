/**
 * What follows a visitor's consent: the expert is asked, heard, and given up when the time is over. Each of these may come twice, late, or after a
 * person took the case; what is shown is decided in one place, from the state of the case. Retries are the job runner's.
 */
import { CONSENT, LIMITS, redactCards, type Part, type Result } from "@allhours/protocol";
import { isAdapterError } from "../adapters/errors.ts";
import type { ExpertOutcome, ExpertRequest } from "../adapters/spec.ts";
import type { WebhookEvent } from "../config/webhooks.ts";
import type { Metrics } from "../observe/metrics.ts";
import { phrasesFor } from "../pipeline/phrases.ts";
import type { Region } from "../routing/types.ts";
import type { Job, JobDraft, Route, StoreRecord } from "../store/store.ts";
import { handoffJob } from "./case-jobs.ts";
import { botMessage, type Change } from "./cases.ts";
import { consultationOf, type Consultation } from "./consultations.ts";
import type { DeskAnswer } from "./desk.ts";
import type { Experts } from "./experts.ts";
import { derivedId } from "./ids.ts";
import { placeOf, type ConversationDeps, type Place } from "./place.ts";
import { showQueue } from "./queue-view.ts";
import type { Signal } from "./webhooks.ts";

export type ExpertAsk = NonNullable<Route["expert"]>;
/** Buttons under an expert's answer. */
export const SOLVED = "expert:solved";
export const WAIT = "expert:wait";

export function isExpertButton(optionId: string): boolean {
  return ([CONSENT.yes, CONSENT.no, SOLVED, WAIT] as string[]).includes(optionId);
}

export const EXPERT_JOB = "expert";
export const EXPERT_TIMEOUT_JOB = "expert-timeout";
/** Payload of an `expert` job. `ref`: what the expert gave to ask again by; `round` counts these. */
export type ExpertJob = { conversationId: string; id: string; ref?: string | undefined; round: number };
/** Payload of an `expert-timeout` job. */
export type ExpertTimeoutJob = { conversationId: string; id: string };

/** The question, and the end of its time. Not in the order of the conversation's other jobs: a desk that is down holds up no expert. */
export function expertJobsOf(conversationId: string, id: string, until: number): JobDraft[] {
  const timeout: ExpertTimeoutJob = { conversationId, id };
  return [
    expertJob({ conversationId, id, round: 0 }),
    { kind: EXPERT_TIMEOUT_JOB, id: `exp_${id}_timeout`, dueAt: until, payload: timeout },
  ];
}
function expertJob(payload: ExpertJob, dueAt?: number): JobDraft {
  return { kind: EXPERT_JOB, id: `exp_${payload.id}_${payload.round}`, payload, ...(dueAt === undefined ? {} : { dueAt }) };
}
export function expertSignal(
  type: Extract<WebhookEvent, `expert.${string}`>,
  { id, expertId }: Pick<ExpertAsk, "id" | "expertId">,
  caseId: string,
  more: Record<string, unknown> = {},
): Signal {
  return { type, key: id, data: { caseId, consultationId: id, expertId, ...more } };
}

type Ended =
  | Exclude<ExpertOutcome, { state: "pending" }>
  | { state: "timed-out"; cost?: undefined }
  | { state: "failed"; reason: string; cost?: undefined };
type Known = StoreRecord & { body: Consultation };

export function createExpertJobs(deps: ConversationDeps & { experts: Pick<Experts, "offer">; metrics: Pick<Metrics, "experts"> }) {
  async function find(conversationId: string, id: string): Promise<{ place: Place; known: Known } | undefined> {
    const place = await placeOf(deps, conversationId);
    const known = place === undefined ? undefined : await consultationOf(deps.store, place.region.id, id);
    return place === undefined || known === undefined ? undefined : { place, known };
  }

  function requestOf(known: Known): ExpertRequest {
    const { question, language, siteId, topic, expertId, consentAt = known.at, until = known.at, reserved, currency } = known.body;
    return {
      id: known.id,
      timestamp: new Date(consentAt).toISOString(),
      data: {
        question,
        language,
        siteId,
        ...(topic === undefined ? {} : { topic }),
        deadline: new Date(until).toISOString(),
        ...(reserved === undefined || currency === undefined ? {} : { limit: { amount: reserved, currency } }),
        replyPath: `/v1/inbound/${expertId}`,
      },
    };
  }

  /** Asks, or asks again. Throws `AdapterError` where that may help: the runner tries again until the consultation's time is over. */
  async function consult(job: Job, signal: AbortSignal): Promise<void> {
    const { conversationId, id, ref, round } = job.payload as ExpertJob;
    // A job can be taken before the commit it came with has reached the room.
    await deps.serial.run(conversationId, async () => undefined);
    const found = await find(conversationId, id);
    if (found === undefined || found.known.body.state !== "consulting") return;
    const { place, known } = found;
    const expert = place.region.experts.find((one) => one.id === known.body.expertId);
    // Its time is over before long; then the visitor is told.
    if (expert === undefined || deps.clock.now() >= (known.body.until ?? 0)) return;
    let outcome: ExpertOutcome;
    try {
      outcome = await (ref === undefined
        ? expert.adapter.ask(requestOf(known), signal)
        : expert.adapter.poll(ref, requestOf(known), signal));
    } catch (error) {
      if (!isAdapterError(error) || !error.permanent) throw error;
      deps.logger.warn({ region: place.region.id, expert: expert.id, code: error.code }, "an expert refused to be asked");
      await end(conversationId, id, { state: "failed", reason: error.code });
      return;
    }
    if (outcome.state !== "pending") {
      await end(conversationId, id, outcome);
      return;
    }
    const { poll } = outcome;
    if (poll === undefined) return;
    const again = expertJob({ conversationId, id, ref: poll.ref, round: round + 1 }, deps.clock.now() + poll.afterMs);
    await deps.serial.run(conversationId, async () => deps.publisher.commit(place.room, { entries: [], jobs: [again] }));
  }

  async function timeout(job: Job): Promise<void> {
    const { conversationId, id } = job.payload as ExpertTimeoutJob;
    await end(conversationId, id, { state: "timed-out" });
  }

  /** What an expert says by itself, once it was verified. A repeat gets the same answer; what comes too late is written down and not shown. */
  async function receive(
    expertId: string,
    region: Region,
    { id, outcome }: { id: string; outcome: Exclude<ExpertOutcome, { state: "pending" }> },
  ): Promise<Result<DeskAnswer>> {
    const known = await consultationOf(deps.store, region.id, id);
    if (known === undefined || known.body.expertId !== expertId || known.body.consentAt === undefined)
      return { ok: false, error: { code: "not-found", message: `consultation ${id} is not known here` } };
    const ended = await end(known.body.conversationId, id, outcome);
    if (ended === outcome.state) return { ok: true, value: { duplicate: false } };
    if (known.body.state === outcome.state) return { ok: true, value: { duplicate: true } };
    return { ok: false, error: { code: "conflict", message: `consultation ${id} is over: ${known.body.state}` } };
  }

  /** Gives what it has ended as by this call; `undefined` when it was over before. */
  async function end(conversationId: string, id: string, ended: Ended): Promise<Ended["state"] | undefined> {
    const place = await placeOf(deps, conversationId);
    if (place === undefined) return undefined;
    return deps.serial.run(conversationId, async () => {
      const { room, region } = place;
      const known = await consultationOf(deps.store, region.id, id);
      if (known === undefined) return undefined;
      const nowMs = deps.clock.now();
      const { body } = known;
      if (body.state !== "consulting") {
        // Late, and perhaps billed all the same.
        if (ended.cost !== undefined && body.cost === undefined)
          await deps.store.putRecords([{ ...known, body: { ...body, cost: ended.cost, lateAt: nowMs } }]);
        return undefined;
      }
      const { route, mode, caseId } = room.conversation;
      const asked = route?.expert;
      const waits = mode === "queued" && caseId === body.caseId && route !== undefined && asked?.id === id;
      const over = ended.cost !== undefined && body.reserved !== undefined && ended.cost > body.reserved;
      if (over) deps.logger.warn({ region: region.id, expert: body.expertId, consultation: id }, "an expert took more than it was allowed");
      const record: Known = {
        ...known,
        body: {
          ...body,
          state: ended.state,
          endedAt: nowMs,
          shown: waits && ended.state === "answered",
          ...(ended.cost === undefined ? {} : { cost: ended.cost }),
          ...(over ? { over } : {}),
          ...("reason" in ended && ended.reason !== undefined ? { reason: ended.reason } : {}),
        },
      };
      deps.metrics.experts.inc({ region: region.id, expert: body.expertId, result: ended.state });
      const told = ended.state === "answered" ? "expert.answered" : "expert.failed";
      const signals = [expertSignal(told, { id, expertId: body.expertId }, body.caseId, { state: ended.state })];
      const written: Change = { entries: [], records: [record], signals, cancelJobs: [`exp_${id}_timeout`] };
      await deps.publisher.commit(room, waits ? await spoken(place, written, body, route, asked, ended) : written);
      if (waits) await showQueue(deps, place);
      return ended.state;
    });
  }

  /** What the visitor who waits gets: the answer, with a way on; or that there is none, and the next expert, if there is one. */
  async function spoken(place: Place, change: Change, body: Consultation, route: Route, asked: ExpertAsk, ended: Ended): Promise<Change> {
    const { room, site, region } = place;
    const { id: conversationId, language } = room.conversation;
    const phrases = phrasesFor(language);
    const name = region.experts.find(({ id }) => id === body.expertId)?.config.name ?? body.expertId;
    if (ended.state !== "answered") {
      const entry = botMessage(derivedId(asked.id, "none"), site, language, [
        { type: "text", text: phrases.expertNone(name), format: "plain" },
      ]);
      const over: Route = { ...route, expert: { ...asked, state: "over" } };
      return deps.experts.offer(place, body.caseId, over, { ...change, entries: [entry] });
    }
    const entryId = derivedId(asked.id, "answer");
    const items = ended.sources.map(({ title, url }, index) => ({
      id: `${asked.id}-${index + 1}`,
      title,
      ...(url === undefined ? {} : { url }),
    }));
    const parts: Part[] = [
      { type: "text", text: redactCards(ended.text).text, format: "markdown" },
      ...(items.length === 0 ? [] : [{ type: "sources" as const, items: items.slice(0, LIMITS.sourcesPerPart) }]),
      {
        type: "choices",
        options: [
          { id: SOLVED, label: phrases.expertSolved },
          { id: WAIT, label: phrases.expertWait },
        ],
      },
    ];
    const answer = botMessage(entryId, site, language, parts);
    // Signed: it is not the shop's own assistant that says this.
    if (answer.event.type === "message-added") answer.event.message.author = { kind: "bot", id: body.expertId, name };
    return {
      ...change,
      entries: [answer],
      patch: { route: { ...route, expert: { ...asked, messageId: entryId, state: "answered" } } },
      jobs: [
        handoffJob({ conversationId, caseId: body.caseId, type: "message", entryId, reason: "", priority: "normal", at: deps.clock.now() }),
      ],
    };
  }

  return { consult, timeout, receive };
}
export type ExpertJobs = ReturnType<typeof createExpertJobs>;
