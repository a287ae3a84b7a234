/**
 * The door for people: what a desk says, after its signature was verified. Agents' replies enter the log like a bot's. Every
 * delivery is deduplicated by (desk, external id) for the conversation's life; a repeat gets the same answer.
 */
import { redactCards, textOf, type Agent, type Result } from "@allhours/protocol";
import type { DeskCommand } from "../adapters/spec.ts";
import type { Clock } from "../observe/clock.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Region } from "../routing/types.ts";
import type { JobDraft, Store } from "../store/store.ts";
import { takeBaton } from "./baton.ts";
import { teamAt } from "./offer-event.ts";
import type { Place } from "./place.ts";
import { handoffJob, leaseJob, timersOf } from "./case-jobs.ts";
import { modeChange, type Change } from "./cases.ts";
import { derivedId } from "./ids.ts";
import type { ModeAction } from "./mode.ts";
import { undeliveredOf } from "./owed.ts";
import type { Pace } from "./pace.ts";
import { keepPromise } from "./promises.ts";
import type { Publisher } from "./publish.ts";
import { lastQuestion, QUESTION, redactedQuestion, type Question } from "../learning/questions.ts";
import type { Review } from "../learning/review.ts";
import type { SerialQueue } from "./queue.ts";
import { isTold, told } from "./rounds.ts";
import type { Directory, Room, Rooms } from "./rooms.ts";
import type { Signal } from "./webhooks.ts";

/** Entries in which a question that is attached is looked for, and what a desk may not have heard. */
const LOOK_BACK = 200;

export type DeskAnswer = { duplicate: boolean; messageId?: string | undefined };

export function createDeskDoor(deps: {
  store: Pick<Store, "knowsInbound" | "entriesAfter" | "entriesBefore" | "record">;
  review: Pick<Review, "attach">;
  rooms: Rooms;
  serial: SerialQueue;
  publisher: Publisher;
  directory: () => Directory;
  clock: Clock;
  pace: Pick<Pace, "taken">;
  metrics: Pick<Metrics, "promises">;
}) {
  async function receive(deskId: string, region: Region, command: DeskCommand): Promise<Result<DeskAnswer>> {
    const room = await deps.rooms.get(command.conversationId);
    const site = room === undefined ? undefined : deps.directory().site(room.conversation.siteId);
    const unknown: Result<never> = {
      ok: false,
      error: { code: "not-found", message: `conversation ${command.conversationId} is not known here` },
    };
    // A desk of another region must not even learn that the conversation exists.
    if (room === undefined || site === undefined || room.conversation.regionId !== region.id) return unknown;
    if (command.type === "typing" || command.type === "read") return ephemeral(room, command);
    if (command.type === "attach") return attach(deskId, room, command);
    // It may have been erased by the time it is this one's turn.
    return deps.serial.run(room.conversation.id, async () => (room.gone ? unknown : durable(deskId, { room, site, region }, command)));
  }

  async function ephemeral(room: Room, command: Extract<DeskCommand, { type: "typing" | "read" }>): Promise<Result<DeskAnswer>> {
    const { conversation } = room;
    if (conversation.caseId !== command.caseId)
      return { ok: false, error: { code: "not-found", message: `case ${command.caseId} is not open` } };
    const conversationId = conversation.id;
    if (command.type === "typing") {
      deps.publisher.ephemeral(conversationId, {
        type: "typing",
        conversationId,
        author: { kind: "agent", id: command.agent.id, name: command.agent.name },
        typing: command.typing,
      });
      return { ok: true, value: { duplicate: false } };
    }
    const seq = Math.min(command.seq, room.headSeq);
    if (seq > conversation.readSeq) {
      const readSeq = seq;
      const deliveredSeq = Math.max(seq, conversation.deliveredSeq);
      await deps.publisher.commit(room, { entries: [], patch: { readSeq, deliveredSeq } });
      deps.publisher.ephemeral(conversationId, { type: "receipts", conversationId, deliveredSeq, readSeq });
    }
    return { ok: true, value: { duplicate: false } };
  }

  /** What the agent did by hand, the assistant does next time. Harmless twice: the same question gets the same article. */
  async function attach(deskId: string, room: Room, command: Extract<DeskCommand, { type: "attach" }>): Promise<Result<DeskAnswer>> {
    if (await deps.store.knowsInbound(deskId, command.externalId)) return { ok: true, value: { duplicate: true } };
    const { id: conversationId, regionId, siteId, language } = room.conversation;
    const entries = await deps.store.entriesBefore(conversationId, Number.MAX_SAFE_INTEGER, LOOK_BACK);
    const questions = entries.flatMap(({ event, at }) =>
      event.type === "message-added" && event.message.author.kind === "visitor"
        ? [{ message: event.message, at, text: textOf(event.message.parts) }]
        : [],
    );
    const asked =
      command.questionId === undefined ? lastQuestion(questions) : questions.find(({ message }) => message.id === command.questionId);
    if (asked === undefined)
      return { ok: false, error: { code: "not-found", message: "questionId: this conversation has no such message of the visitor's" } };
    const { id } = asked.message;
    if ((await deps.store.record(QUESTION, regionId, id)) === undefined) {
      const body: Question = {
        text: redactedQuestion(asked.text),
        language: asked.message.language ?? language,
        siteId,
        conversationId,
        outcome: "handed-over",
      };
      await deps.publisher.commit(room, { entries: [], records: [{ kind: QUESTION, regionId, id, at: asked.at, body }] });
    }
    const attached = await deps.review.attach(regionId, { articleId: command.articleId, questionId: id, by: command.agent.id });
    if (!attached.ok) return { ok: false, error: { code: attached.error.code, message: attached.error.message } };
    const inbound = { source: deskId, externalId: command.externalId };
    const appended = await deps.publisher.commit(room, { entries: [], inbound, skipIfKnown: false });
    return { ok: true, value: { duplicate: appended.duplicate } };
  }

  async function durable(
    deskId: string,
    { room, site, region }: Place,
    command: Exclude<DeskCommand, { type: "typing" | "read" | "attach" }>,
  ): Promise<Result<DeskAnswer>> {
    const inbound = { source: deskId, externalId: command.externalId };
    const id = derivedId(deskId, command.externalId);
    // The same for a repeat, so that both get the same answer.
    const messageId = command.type === "message" ? derivedId(id, "message") : undefined;
    if (await deps.store.knowsInbound(deskId, command.externalId)) return { ok: true, value: { duplicate: true, messageId } };
    const route = room.conversation.caseId === command.caseId ? room.conversation.route : undefined;
    const takes = command.type === "accept" || command.type === "message";
    const another = room.conversation.mode === "agent" && room.conversation.agent?.id !== command.agent?.id;
    const baton = takes && another && route?.baton?.deskId === deskId ? route.baton : undefined;
    if (baton === undefined && route?.deskId !== undefined && route.deskId !== deskId)
      return { ok: false, error: { code: "conflict", message: `case ${command.caseId} is offered to another desk` } };
    const nowMs = deps.clock.now();
    const change: Change = { entries: [] };
    let result: ReturnType<typeof keepPromise>;
    const apply = (
      action: Exclude<ModeAction, { type: "request" }>,
      reason: string,
      agent = command.agent,
    ): Extract<Result<never>, { ok: false }> | undefined => {
      const result = modeChange(room, site, action, { id, reason, nowMs, agent });
      if ("refused" in result) return { ok: false, error: { code: result.refused.code, message: result.refused.message } };
      change.entries.push(...result.change.entries);
      const { jobs, cancelJobs, moveJobs, patch } = result.change;
      Object.assign(change, { jobs, cancelJobs, moveJobs, patch });
      return undefined;
    };
    const { caseId } = command;
    const { deskId: known, teamId } = room.conversation;
    const unheard = takes && room.conversation.mode === "queued" && (known !== deskId || (route !== undefined && !isTold(route, teamId)));
    const again = unheard ? await toldAgain(room, deskId, nowMs) : [];
    const late = baton === undefined ? [] : await undeliveredOf(deps.store, room.conversation, baton.seq);
    let refused: Extract<Result<never>, { ok: false }> | undefined;
    const accept = (agent: Agent): typeof refused => {
      if (baton === undefined) {
        const taken = apply({ type: "accept", caseId, agent }, "agent-accepted");
        // A ticket was nobody's: it is theirs who took it, so that it does not stay with them when they go home.
        const team = room.conversation.teamId === undefined ? teamAt(region, deskId, nowMs) : undefined;
        if (change.patch?.mode !== "agent") return taken;
        change.patch = { ...change.patch, deskId, ...(team === undefined ? {} : { teamId: team.id }) };
        change.jobs = [...(change.jobs ?? []), ...again];
        return taken;
      }
      const failed = apply({ type: "take-over", caseId, agent }, "shift-changed");
      if (failed === undefined) takeBaton(change, room, baton, { late, nowMs });
      return failed;
    };
    switch (command.type) {
      case "accept":
        refused = accept(command.agent);
        break;
      case "message": {
        // A desk that answers without accepting first has accepted.
        refused = accept(command.agent);
        result = keepPromise(change, room, nowMs);
        const ownId = derivedId(id, "message");
        change.entries.push({
          id: ownId,
          event: {
            type: "message-added",
            message: {
              id: ownId,
              author: { kind: "agent", id: command.agent.id, name: command.agent.name },
              parts: [{ type: "text", text: redactCards(command.text).text, format: "plain" }],
            },
          },
        });
        break;
      }
      case "leave":
        refused = apply({ type: "leave", caseId, agentId: command.agent.id }, "agent-left");
        break;
      case "pass": {
        if (room.conversation.mode === "queued" && route !== undefined) return declined(room, command, inbound);
        refused = apply({ type: "leave", caseId, agentId: command.agent.id }, "agent-passed");
        const before = change.patch?.route;
        const passed = room.conversation.teamId === undefined ? [] : [room.conversation.teamId];
        change.signals = [passSignal(command, room.conversation.teamId)];
        if (before !== undefined) change.patch = { ...change.patch, route: { ...before, passed, wanted: command.to, note: command.note } };
        break;
      }
      case "release":
        refused = apply({ type: "release", caseId }, "agent-released");
        break;
      case "end":
        refused = apply({ type: "end", caseId }, "agent-ended");
        break;
    }
    if (refused !== undefined) return refused;
    const { mode, caseAt } = room.conversation;
    const appended = await deps.publisher.commit(room, { ...change, inbound, skipIfKnown: false });
    if (mode === "queued" && change.patch?.mode === "agent" && caseAt !== undefined && !appended.duplicate)
      deps.pace.taken(region.id, caseAt, nowMs);
    if (result !== undefined && !appended.duplicate) deps.metrics.promises.inc({ region: room.conversation.regionId, result });
    return { ok: true, value: { duplicate: appended.duplicate, messageId } };
  }

  /**
   * Its answer to the offer was lost, or it accepts one it had before: whether it has heard what the visitor wrote in this case is not known, so it
   * is told, under the ids it knows if it has.
   */
  async function toldAgain({ conversation }: Room, deskId: string, at: number): Promise<JobDraft[]> {
    const { id: conversationId, caseId } = conversation;
    if (caseId === undefined) return [];
    const entries = await deps.store.entriesBefore(conversationId, Number.MAX_SAFE_INTEGER, LOOK_BACK);
    const opened = entries.findIndex(({ event }) => event.type === "mode-changed" && event.caseId === caseId);
    return entries.slice(opened + 1).flatMap(({ event }) => {
      if (event.type !== "message-added" || event.message.author.kind !== "visitor") return [];
      const entryId = event.message.id;
      return [handoffJob({ conversationId, caseId, type: "message", entryId, reason: "", priority: "normal", deskId, at })];
    });
  }

  /** An offer that is not wanted has run out. */
  async function declined(
    room: Room,
    command: Extract<DeskCommand, { type: "pass" }>,
    inbound: { source: string; externalId: string },
  ): Promise<Result<DeskAnswer>> {
    const { id: conversationId, caseId, route } = room.conversation;
    const change: Change = { entries: [], inbound, skipIfKnown: false, signals: [passSignal(command, room.conversation.teamId)] };
    // Where nobody is asked just now it lies here as a ticket, and goes on lying.
    if (caseId !== undefined && route?.leaseUntil !== undefined) {
      // It has heard of the offer, whatever became of its answer to it.
      const heard = told(route, room.conversation.teamId);
      change.patch = { route: { ...route, ...heard, wanted: command.to, note: command.note ?? route.note } };
      change.cancelJobs = timersOf(caseId, route, { lease: true, promise: false });
      change.jobs = [leaseJob(conversationId, caseId, route.offer, deps.clock.now())];
    }
    const { duplicate } = await deps.publisher.commit(room, change);
    return { ok: true, value: { duplicate } };
  }

  return { receive };
}

function passSignal({ caseId, externalId, agent, to }: Extract<DeskCommand, { type: "pass" }>, teamId: string | undefined): Signal {
  return { type: "handoff.passed", key: externalId, data: { caseId, teamId, agentId: agent.id, to } };
}
