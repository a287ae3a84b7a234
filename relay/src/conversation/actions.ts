/**
 * What follows a visitor's yes or no to something that would be done for them: nothing, or one job that asks the service, and one that ends its time.
 * A yes counts once, in time, and for the newest question only. Retries are the job runner's, always with the same id.
 */
import { CONFIRM, redactCards, type Part, type VisitorPart } from "@allhours/protocol";
import { isAdapterError } from "../adapters/errors.ts";
import type { ActionOutcome } from "../adapters/spec.ts";
import type { Metrics } from "../observe/metrics.ts";
import { actionPhrases } from "../pipeline/action-phrases.ts";
import { fillPlaces } from "../pipeline/notice-phrases.ts";
import { phrasesFor } from "../pipeline/phrases.ts";
import { shownText } from "../pipeline/proposals.ts";
import { OPTION_PERSON } from "../pipeline/steps/fallback.ts";
import type { Action, Region } from "../routing/types.ts";
import type { Job, JobDraft } from "../store/store.ts";
import { actionIdOf, actionRecordOf, type ActionRecord, type KnownAction } from "./action-records.ts";
import { handoffJob } from "./case-jobs.ts";
import { botMessage, openCase, waitingFor, type Change } from "./cases.ts";
import { derivedId } from "./ids.ts";
import { placeOf, type ConversationDeps, type Place } from "./place.ts";
import type { Signal } from "./webhooks.ts";

export const ACTION_JOB = "action";
export const ACTION_TIMEOUT_JOB = "action-timeout";
/** Payload of both. */
export type ActionJob = { conversationId: string; id: string };
/** Messages after a question that are looked at for a newer one. */
const LOOK_AHEAD = 200;

export function isConfirmButton(optionId: string): boolean {
  return ([CONFIRM.yes, CONFIRM.no] as string[]).includes(optionId);
}

/** Not in the order of the conversation's other jobs: a desk that is down holds up no action. */
function actionJobs(payload: ActionJob, deadline: number): JobDraft[] {
  return [
    { kind: ACTION_JOB, id: `act_${payload.id}`, payload },
    { kind: ACTION_TIMEOUT_JOB, id: timeoutId(payload.id), dueAt: deadline, payload },
  ];
}
const timeoutId = (id: string): string => `act_${id}_timeout`;
const actionOf = (region: Region, id: string): Action | undefined => region.actions.find((action) => action.id === id);

type Ended = ActionOutcome | { state: "unsure"; reason: string };

export function createActions(deps: ConversationDeps & { metrics: Pick<Metrics, "actions"> }) {
  /** Adds to what a message writes what its button means; nothing where it is none of a question that is open. Called in the conversation's queue. */
  async function withMessage({ room, site, region }: Place, change: Change, parts: readonly VisitorPart[]): Promise<Change> {
    const button = parts.find((part) => part.type === "choice" && isConfirmButton(part.optionId));
    if (button?.type !== "choice") return change;
    const { id: conversationId } = room.conversation;
    const known = await actionRecordOf(deps.store, region.id, actionIdOf(button.messageId));
    if (known === undefined || known.body.conversationId !== conversationId || known.body.state !== "proposed") return change;
    const { body } = known;
    const nowMs = deps.clock.now();
    const say = (text: string): Change["entries"][number] =>
      botMessage(derivedId(known.id, "said"), site, body.language, [{ type: "text", text, format: "plain" }]);
    const write = (more: Partial<ActionRecord> & Pick<ActionRecord, "state">, text: string, at = known.at): Change => ({
      ...change,
      entries: [...change.entries, say(text)],
      records: [...(change.records ?? []), { ...known, at, body: { ...body, ...more } }],
    });
    const phrases = actionPhrases(body.language);
    if (button.optionId === CONFIRM.no) {
      deps.metrics.actions.inc({ region: region.id, action: body.actionId, result: "refused" });
      return write({ state: "refused", endedAt: nowMs }, phrases.refused);
    }
    const action = actionOf(region, body.actionId);
    if (action === undefined || nowMs > body.until || (await isOvertaken(conversationId, body.messageId)))
      return write({ state: "late", endedAt: nowMs }, phrases.late);
    const deadline = nowMs + action.config.withinMs;
    const running = write({ state: "running", confirmedAt: nowMs, deadline }, phrases.started, nowMs);
    return {
      ...running,
      jobs: [...(change.jobs ?? []), ...actionJobs({ conversationId, id: known.id }, deadline)],
      signals: [...(change.signals ?? []), signalOf("action.confirmed", known)],
    };
  }

  /** Was the visitor asked something newer of this kind? */
  async function isOvertaken(conversationId: string, messageId: string): Promise<boolean> {
    const place = await deps.store.placeOf(conversationId, messageId);
    if (place === undefined) return true;
    const later = await deps.store.entriesAfter(conversationId, place.seq, LOOK_AHEAD);
    return later.some(({ event }) => event.type === "message-added" && event.message.parts.some(({ type }) => type === "confirm"));
  }

  /** Asks the service, or asks it again. Throws a temporary `AdapterError`: the runner tries again until the deadline. */
  async function run(job: Job, signal: AbortSignal): Promise<void> {
    const { conversationId, id } = job.payload as ActionJob;
    // A job can be taken before the commit it came with has reached the room.
    await deps.serial.run(conversationId, async () => undefined);
    const place = await placeOf(deps, conversationId);
    const known = place === undefined ? undefined : await actionRecordOf(deps.store, place.region.id, id);
    if (place === undefined || known === undefined || known.body.state !== "running") return;
    const { actionId, values, language, siteId, confirmedAt = known.at, deadline = known.at } = known.body;
    const action = actionOf(place.region, actionId);
    // Its time is over before long; then the visitor is told.
    if (action === undefined || deps.clock.now() >= deadline) return;
    const iso = (at: number): string => new Date(at).toISOString();
    const data = { action: actionId, values, language, siteId, conversationId, deadline: iso(deadline) };
    try {
      await end(conversationId, id, await action.adapter.run({ id, timestamp: iso(confirmedAt), data }, signal));
    } catch (error) {
      if (!isAdapterError(error) || !error.permanent) throw error;
      deps.logger.warn({ region: place.region.id, action: actionId, code: error.code }, "a service refused to be asked for an action");
      await end(conversationId, id, { state: "unsure", reason: error.code });
    }
  }

  async function timeout(job: Job): Promise<void> {
    const { conversationId, id } = job.payload as ActionJob;
    await end(conversationId, id, { state: "unsure", reason: "timeout" });
  }

  async function end(conversationId: string, id: string, ended: Ended): Promise<void> {
    const place = await placeOf(deps, conversationId);
    if (place === undefined) return;
    await deps.serial.run(conversationId, async () => {
      const { room, region } = place;
      const known = await actionRecordOf(deps.store, region.id, id);
      if (known === undefined || known.body.state !== "running") return;
      const state = ended.state === "refused" ? "not-done" : ended.state;
      const reason = "reason" in ended ? { reason: ended.reason } : {};
      const { actionId } = known.body;
      if (state === "unsure")
        deps.logger.warn({ region: region.id, action: actionId, id, ...reason }, "nobody knows whether an action was done");
      deps.metrics.actions.inc({ region: region.id, action: actionId, result: state });
      const record: KnownAction = { ...known, body: { ...known.body, state, endedAt: deps.clock.now(), ...reason } };
      const written: Change = {
        ...(await told(place, record, ended)),
        records: [record],
        cancelJobs: [timeoutId(id)],
      };
      const event = state === "done" ? "action.done" : "action.failed";
      await deps.publisher.commit(room, { ...written, signals: [...(written.signals ?? []), signalOf(event, record, { state })] });
    });
  }

  /** What the visitor reads of the end, whoever has the conversation now; who has the case reads it too. */
  async function told({ room, site, region }: Place, { id, body }: KnownAction, ended: Ended): Promise<Change> {
    const { language, actionId } = body;
    const { mode, caseId, id: conversationId } = room.conversation;
    const nowMs = deps.clock.now();
    const phrases = actionPhrases(language);
    const title = shownText(actionOf(region, actionId)?.config.title ?? actionId, [language, site.defaultLanguage]);
    const house = fillPlaces(ended.state === "done" ? phrases.done : ended.state === "refused" ? phrases.notDone : phrases.unsure, {
      title,
    });
    const own = "text" in ended ? ended.text : undefined;
    const parts: Part[] = [
      own === undefined
        ? { type: "text", text: house, format: "plain" }
        : { type: "text", text: redactCards(own).text, format: "markdown" },
    ];
    if (ended.state === "refused" && mode === "bot" && region.desks.length > 0)
      parts.push({
        type: "choices",
        options: [{ id: OPTION_PERSON, label: phrasesFor(language).talkToPerson, action: "handoff" }],
      });
    const entry = botMessage(derivedId(id, "ended"), site, language, parts);
    if (caseId !== undefined && (mode === "queued" || mode === "agent")) {
      const message = { conversationId, caseId, type: "message", entryId: entry.id, reason: "", priority: "normal", at: nowMs } as const;
      return { entries: [entry], jobs: [handoffJob(message)] };
    }
    if (ended.state !== "unsure" || mode !== "bot") return { entries: [entry] };
    const waiting = await waitingFor(deps.store, region, { language, nowMs });
    const ask = { requestId: id, reason: "bot-gave-up", priority: "high", language, nowMs, waiting } as const;
    const opened = openCase(room, site, region, ask);
    return { ...opened, entries: [entry, ...opened.entries] };
  }

  return { withMessage, run, timeout };
}
export type Actions = ReturnType<typeof createActions>;

function signalOf(
  type: "action.confirmed" | "action.done" | "action.failed",
  { id, body }: KnownAction,
  more: Record<string, unknown> = {},
): Signal {
  return { type, key: id, data: { actionRunId: id, action: body.actionId, ...more } };
}
