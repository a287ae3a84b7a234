/** Cases without a network: real rooms, jobs, offers and the desks' door on a clock that is moved by hand; desks that note what they are told. */
import type { Agent } from "@allhours/protocol";
import { newId, textOf, type VisitorPart } from "@allhours/protocol";
import { AdapterError } from "../adapters/errors.ts";
import type { DeskCommand, HandoffAdapter, HandoffEvent } from "../adapters/spec.ts";
import { createJobRunner } from "../jobs/runner.ts";
import { webhookSchedule } from "../jobs/schedule.ts";
import { createLogger } from "../observe/logger.ts";
import { createMetrics } from "../observe/metrics.ts";
import type { Priority } from "../pipeline/turn.ts";
import { createRota, type Team } from "../routing/rota.ts";
import type { Expert } from "../routing/types.ts";
import { createMemoryStore } from "../store/memory.ts";
import type { Conversation } from "../store/store.ts";
import { bareConversation, bareShop } from "./bare-shop.ts";
import { createFakeClock } from "./fake-clock.ts";
import { BATON_JOB, HANDOFF_JOB, OFFER_TIMEOUT_JOB, PROMISE_JOB } from "../conversation/case-jobs.ts";
import { openCase } from "../conversation/cases.ts";
import { CONTACT_JOB, createContacts } from "../conversation/contacts.ts";
import { ACTION_JOB, ACTION_TIMEOUT_JOB, createActions } from "../conversation/actions.ts";
import { createNotices, NOTICE_JOB, noticeJobs } from "../conversation/notices.ts";
import { createBaton } from "../conversation/baton.ts";
import { createDeskDoor } from "../conversation/desk.ts";
import { createDeskJobs } from "../conversation/desk-jobs.ts";
import { createExpertJobs, EXPERT_JOB, EXPERT_TIMEOUT_JOB } from "../conversation/expert-jobs.ts";
import { createExperts } from "../conversation/experts.ts";
import { createHandle } from "../conversation/handle.ts";
import { createHub } from "../conversation/hub.ts";
import { createOffers } from "../conversation/offers.ts";
import { createPace } from "../conversation/pace.ts";
import { createPromises } from "../conversation/promises.ts";
import { createPublisher } from "../conversation/publish.ts";
import { createSerialQueue } from "../conversation/queue.ts";
import { queueOf } from "../conversation/queue-view.ts";
import { createRooms, type Room } from "../conversation/rooms.ts";
import { createTranscriptLinks } from "../conversation/transcript-links.ts";
import { createTurns } from "../conversation/turns.ts";

export const START = Date.parse("2026-11-30T10:00:00Z"); // a Monday
export const HOUR = 3_600_000;
export const ana: Agent = { id: "ana", name: "Ana" };
export const bo: Agent = { id: "bo", name: "Bo" };

export function team(id: string, from: number, to: number, over: Partial<Team> = {}): Team {
  const hours = Array.from({ length: 7 }, () => [{ from: from * 60, to: to * 60 }]);
  const rest = { timezone: "UTC", languages: ["en"], translates: false, skills: [], capacity: 10, exceptions: [], feeds: [] };
  return { id, desk: id, hours, ...rest, ...over };
}

export type Told = {
  desk: string;
  type: HandoffEvent["type"];
  reason?: string;
  team?: string;
  tier?: string;
  offer?: number;
  text?: string;
};
export function setUp(teams: Team[] | undefined, deskIds: string[], experts: Expert[] = []) {
  const logger = createLogger("silent");
  const clock = createFakeClock(START);
  const told: Told[] = [];
  const down = new Set<string>();
  /** Desks that take what they are told, and whose answer is lost. */
  const mute = new Set<string>();
  const desks = deskIds.map((id) => ({
    id,
    adapter: {
      kind: "handoff",
      deliver: async (event: HandoffEvent) => {
        if (down.has(id)) throw new AdapterError("unreachable", "down");
        const { data } = event;
        const offer = "offer" in data ? { team: data.team?.id ?? "-", tier: data.tier, offer: data.offer } : {};
        const said = "message" in data ? { text: data.message.text } : {};
        told.push({ desk: id, type: event.type, ...said, ...("reason" in data ? { reason: data.reason } : {}), ...offer });
        if (mute.has(id)) throw new AdapterError("unreachable", "the answer was lost");
      },
    } as unknown as HandoffAdapter,
  }));
  const shop = bareShop(logger, desks);
  const { region, site, directory } = shop;
  if (teams !== undefined) {
    region.rota = createRota(teams);
    region.config = { ...region.config, teams };
  }
  region.experts = experts;
  const store = createMemoryStore();
  const rooms = createRooms(store, () => clock.now());
  const serial = createSerialQueue();
  const hub = createHub();
  const publisher = createPublisher({
    store,
    hub,
    now: () => clock.now(),
    wakeJobs: () => runner.wake(),
    follow: ({ conversation }, change, at) => noticeJobs(region, conversation, change, at),
  });
  const shared = {
    store,
    rooms,
    serial,
    publisher,
    directory: () => directory,
    clock,
    pace: createPace(),
    links: createTranscriptLinks({ store, now: () => clock.now(), origin: () => undefined }),
    logger,
  };
  const metrics = createMetrics();
  const consents = createExperts(shared);
  const consultations = createExpertJobs({ ...shared, experts: consents, metrics });
  const actions = createActions({ ...shared, metrics });
  const offers = createOffers({ ...shared, experts: consents });
  const baton = createBaton({ ...shared, offers });
  const promises = createPromises({ ...shared, metrics });
  const contacts = createContacts(shared);
  const visitorNotices = createNotices({ ...shared, contacts, metrics });
  const runner = createJobRunner({
    store,
    clock,
    logger,
    schedule: webhookSchedule,
    handlers: {
      [HANDOFF_JOB]: createDeskJobs({ ...shared, offers }).handoff,
      [OFFER_TIMEOUT_JOB]: offers.leaseEnded,
      [PROMISE_JOB]: promises.due,
      [EXPERT_JOB]: consultations.consult,
      [EXPERT_TIMEOUT_JOB]: consultations.timeout,
      [ACTION_JOB]: actions.run,
      [ACTION_TIMEOUT_JOB]: actions.timeout,
      [BATON_JOB]: baton.deliver,
      [NOTICE_JOB]: visitorNotices.deliver,
      [CONTACT_JOB]: contacts.end,
    },
  });
  runner.start();
  const door = createDeskDoor({ ...shared, review: { attach: async () => Promise.reject(new Error("not asked")) }, metrics });

  async function ask(over: Partial<Conversation> = {}, priority: Priority = "normal"): Promise<Room> {
    const conversation = { ...bareConversation(clock.now()), ...over };
    await store.createConversation(conversation, undefined, undefined);
    const room = rooms.add(conversation, 0);
    const { language } = conversation;
    const waiting = (await store.casesIn(region.id, "queued", 100)).length;
    await serial.run(conversation.id, async () =>
      publisher.commit(
        room,
        openCase(room, site, region, { requestId: newId(), reason: "visitor-asked", priority, language, nowMs: clock.now(), waiting }),
      ),
    );
    await clock.advance(0);
    return room;
  }
  const turns = createTurns({ ...shared, report: () => undefined });
  const handle = createHandle({ ...shared, contacts, turns, actions, experts: consents, failover: { left: () => undefined } });
  /** The visitor writes, or presses a button of the last message that has any. */
  async function write(room: Room, given: string | { optionId: string; messageId?: string } = "hello"): Promise<void> {
    const { id: conversationId, visitorId, siteId } = room.conversation;
    const entries = await store.entriesAfter(conversationId, 0, 200);
    const asked = entries.flatMap(({ event }) =>
      event.type === "message-added" &&
      event.message.parts.some(({ type }) => type === "consent" || type === "confirm" || type === "choices")
        ? [event.message.id]
        : [],
    );
    const part: VisitorPart =
      typeof given === "string"
        ? { type: "text", text: given }
        : { type: "choice", messageId: given.messageId ?? asked.at(-1) ?? newId(), optionId: given.optionId, text: "a button" };
    const session = { tokenHash: "t", visitorId, conversationId, siteId, expiresAt: Number.MAX_SAFE_INTEGER };
    const ack = await handle({ type: "message-send", id: newId(), conversationId, parts: [part] }, session);
    if (!ack.ok) throw new Error(ack.error.message);
    while (turns.running > 0) await new Promise(setImmediate);
    await clock.advance(0);
  }
  let said = 0;
  async function desk(
    id: string,
    room: Room,
    command: { type: "accept" | "message" | "leave" | "pass" | "release" | "end"; agent?: Agent; to?: string; note?: string },
    caseId?: string,
  ): Promise<string> {
    said += 1;
    const base = { externalId: `e${said}`, caseId: caseId ?? room.conversation.caseId ?? "none", conversationId: room.conversation.id };
    const full = { agent: ana, text: "hello", ...command, ...base } as DeskCommand;
    const answer = await door.receive(id, region, full);
    await clock.advance(0);
    return answer.ok ? "ok" : answer.error.code;
  }
  const lines = async (room: Room): Promise<string[]> =>
    (await store.entriesAfter(room.conversation.id, 0, 100)).flatMap(({ event }) =>
      event.type === "message-added" ? [textOf(event.message.parts)] : event.type === "mode-changed" ? [`-> ${event.mode}`] : [],
    );
  return {
    queueOf: async (room: Room) => queueOf({ room, region }, shared),
    baton,
    clock,
    contacts,
    directory,
    hub,
    runner,
    shared,
    visitorNotices,
    write,
    consultations,
    store,
    told,
    down,
    mute,
    ask,
    desk,
    lines,
    offers,
    region,
    site,
    serial,
    publisher,
    rooms,
    metrics,
  };
}
export const seen = (told: readonly Told[]): string[] =>
  told.map(({ desk, type, reason, team: asked, tier, offer }) =>
    type === "handoff.offered"
      ? `${desk}: ${reason} #${offer} ${tier === "ticket" ? "ticket" : asked}`
      : `${desk}: ${type} ${reason ?? ""}`.trim(),
  );
