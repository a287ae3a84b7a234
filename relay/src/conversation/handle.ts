/**
 * One function a command: the door for visitors. Every command is checked against the session that sends it, runs in its
 * conversation's queue, and is answered by one ack after its commit.
 */
import { redactCards, refusal, textOf, LIMITS, type Ack, type Command, type CommandOf, type Message } from "@allhours/protocol";
import { QUESTION, redactedQuestion, type Question } from "../learning/questions.ts";
import type { Clock } from "../observe/clock.ts";
import type { Logger } from "../observe/logger.ts";
import type { Region, Site } from "../routing/types.ts";
import { StoreError, type Session, type Store, type StoreRecord } from "../store/store.ts";
import { isConfirmButton, type Actions } from "./actions.ts";
import { caseEntryId, messageForDesk, modeChange, openCase, waitingFor } from "./cases.ts";
import type { Contacts } from "./contacts.ts";
import { isExpertButton } from "./expert-jobs.ts";
import type { Experts } from "./experts.ts";
import type { Failover } from "./failover.ts";
import { derivedId } from "./ids.ts";
import type { Pace } from "./pace.ts";
import type { Publisher } from "./publish.ts";
import type { SerialQueue } from "./queue.ts";
import { showQueue } from "./queue-view.ts";
import { regionOf, type Directory, type Room, type Rooms } from "./rooms.ts";
import type { Turns } from "./turns.ts";

export type HandleDeps = {
  store: Store;
  rooms: Rooms;
  serial: SerialQueue;
  publisher: Publisher;
  turns: Turns;
  contacts: Pick<Contacts, "set">;
  experts: Pick<Experts, "withMessage">;
  actions: Pick<Actions, "withMessage">;
  failover: Pick<Failover, "left">;
  directory: () => Directory;
  clock: Clock;
  pace: Pace;
  logger: Logger;
  /** Turns that may be open at once in this relay, being stored included; default 5,000. Above it messages to the assistant are refused. */
  maxOpenTurns?: number | undefined;
};
/** An open turn is some tens of kilobytes, and at this many a visitor waits for seconds: better to be told than to wait longer. */
const MAX_OPEN_TURNS = 5_000;
/** What a refused sender is asked to wait, milliseconds. */
const CROWDED_MS = 2_000;
type Place = { room: Room; site: Site; region: Region };

export function createHandle(deps: HandleDeps): (command: Exclude<Command, { type: "hello" }>, session: Session) => Promise<Ack> {
  async function placeOf(conversationId: string, session: Session): Promise<Place | Ack> {
    if (conversationId !== session.conversationId) return refusal("forbidden", "this session does not hold that conversation");
    const room = await deps.rooms.get(conversationId);
    const directory = deps.directory();
    const site = directory.site(session.siteId);
    if (room === undefined || site === undefined) return refusal("not-found", "the conversation is gone");
    const region = regionOf(directory, room.conversation.regionId, site);
    return region === undefined ? refusal("internal", "the conversation's region is not configured") : { room, site, region };
  }

  /** A visitor who comes back after the end is with the assistant again. */
  async function reopen(room: Room, site: Site, commandId: string): Promise<void> {
    if (room.conversation.mode !== "ended") return;
    const back = modeChange(
      room,
      site,
      { type: "reopen" },
      { id: derivedId(commandId, "reopen"), reason: "visitor-returned", nowMs: deps.clock.now() },
    );
    if ("change" in back) await deps.publisher.commit(room, back.change);
  }

  const maxOpenTurns = deps.maxOpenTurns ?? MAX_OPEN_TURNS;
  /** Messages on their way to the log: each may open a turn. */
  let storing = 0;

  /** Nothing that was acknowledged is dropped: the message is refused before it is stored. People are not the bottleneck: they go on. */
  async function send(command: CommandOf<"message-send">, place: Place): Promise<Ack> {
    const pause = place.region.rate?.take(command.conversationId) ?? 0;
    if (pause > 0) return refusal("rate-limited", "too many messages at once", { retryAfterMs: pause });
    if (place.room.conversation.mode === "bot" && deps.turns.running + storing >= maxOpenTurns) {
      return refusal("rate-limited", "too many turns are open; send it again", { retryAfterMs: CROWDED_MS });
    }
    storing += 1;
    try {
      return await store(command, place);
    } finally {
      storing -= 1;
    }
  }

  async function store(command: CommandOf<"message-send">, { room, site, region }: Place): Promise<Ack> {
    const parts = command.parts.map((part) => (part.type === "text" ? { ...part, text: redactCards(part.text).text } : part));
    const entry = {
      id: command.id,
      event: {
        type: "message-added" as const,
        message: {
          id: command.id,
          author: { kind: "visitor" as const },
          parts,
          ...(command.language === undefined ? {} : { language: command.language }),
        },
      },
    };
    return deps.serial.run(room.conversation.id, async () => {
      if (room.conversation.mode === "ended") {
        // Said again, perhaps days later: nothing new, and no reason to wake anybody.
        const known = await deps.store.placeOf(room.conversation.id, command.id);
        if (known !== undefined) return { ok: true, value: { seq: known.seq, known: true } };
        await reopen(room, site, command.id);
      }
      const withBot = room.conversation.mode === "bot";
      // An answer to a question of the house, also to one that nobody waits for any more, is no question to the assistant.
      const answers = parts.some((part) => part.type === "choice" && (isExpertButton(part.optionId) || isConfirmButton(part.optionId)));
      const written = withBot
        ? { entries: [entry], ...(answers ? {} : { openTurn: command.id }) }
        : await deps.experts.withMessage(
            { room, site, region },
            messageForDesk(room, region, entry, textOf(parts), deps.clock.now()),
            parts,
          );
      const change = answers ? await deps.actions.withMessage({ room, site, region }, written, parts) : written;
      const appended = await deps.publisher.commit(room, change);
      const place = appended.entries[0];
      if (place === undefined) return refusal("internal", "the log gave no place");
      if (!withBot && answers) await showQueue(deps, { room, region });
      if (withBot && !answers && !place.known) {
        deps.turns.start(room, { ...entry.event, conversationId: room.conversation.id, seq: place.seq, at: place.at });
      }
      return { ok: true, value: { seq: place.seq, known: place.known } };
    });
  }

  async function request(command: CommandOf<"handoff-request">, { room, site, region }: Place): Promise<Ack> {
    return deps.serial.run(room.conversation.id, async () => {
      if (room.conversation.mode === "ended") {
        const known = await deps.store.placeOf(room.conversation.id, caseEntryId(command.id));
        if (known !== undefined) return { ok: true, value: { seq: known.seq, known: true } };
      }
      await reopen(room, site, command.id);
      const change = openCase(room, site, region, {
        requestId: command.id,
        reason: "visitor-asked",
        priority: "normal",
        language: room.conversation.language,
        nowMs: deps.clock.now(),
        waiting: await waitingFor(deps.store, region, { language: room.conversation.language, nowMs: deps.clock.now() }),
      });
      if (change.entries.length === 0) return { ok: true, value: { seq: room.headSeq, known: true } };
      const appended = await deps.publisher.commit(room, change);
      return { ok: true, value: { seq: appended.entries[0]?.seq ?? room.headSeq, known: appended.entries[0]?.known ?? false } };
    });
  }

  async function cancel(command: CommandOf<"handoff-cancel">, { room, site }: Place): Promise<Ack> {
    return deps.serial.run(room.conversation.id, async () => {
      const change = modeChange(room, site, { type: "cancel" }, { id: command.id, reason: "visitor-cancelled", nowMs: deps.clock.now() });
      if ("refused" in change) return refusal(change.refused.code, change.refused.message);
      if (change.unchanged) return { ok: true, value: { seq: room.headSeq, known: true } };
      const appended = await deps.publisher.commit(room, change.change);
      return { ok: true, value: { seq: appended.entries[0]?.seq ?? room.headSeq, known: false } };
    });
  }

  async function rate(command: CommandOf<"rating-set">, { room, region }: Place): Promise<Ack> {
    const records = command.value === "down" && region.config.learning.enabled ? await dislikedQuestion(command, room, region.id) : [];
    const appended = await deps.publisher.commit(room, {
      entries: [{ id: command.id, event: { type: "message-rated", messageId: command.messageId, value: command.value } }],
      records,
    });
    return { ok: true, value: { seq: appended.entries[0]?.seq ?? 0, known: appended.entries[0]?.known ?? false } };
  }

  /** The question that an answer the visitor disliked was given to. */
  async function dislikedQuestion({ messageId }: CommandOf<"rating-set">, room: Room, regionId: string): Promise<StoreRecord[]> {
    const conversationId = room.conversation.id;
    const messageOf = async (id: string): Promise<{ message: Message; at: number } | undefined> => {
      const place = await deps.store.placeOf(conversationId, id);
      const [entry] = place === undefined ? [] : await deps.store.entriesAfter(conversationId, place.seq - 1, 1);
      return entry?.event.type === "message-added" ? { message: entry.event.message, at: entry.at } : undefined;
    };
    const answer = await messageOf(messageId);
    const question = answer?.message.inReplyTo === undefined ? undefined : await messageOf(answer.message.inReplyTo);
    if (question === undefined) return [];
    const text = redactedQuestion(textOf(question.message.parts));
    if (!/\p{L}/u.test(text)) return [];
    const body: Question = {
      text,
      language: question.message.language ?? room.conversation.language,
      siteId: room.conversation.siteId,
      conversationId,
      outcome: "thumbs-down",
    };
    return [{ kind: QUESTION, regionId, id: question.message.id, at: question.at, body }];
  }

  async function history(command: CommandOf<"history-get">, { room }: Place): Promise<Ack> {
    const limit = command.limit ?? LIMITS.pageEntries;
    const { id } = room.conversation;
    const entries =
      command.before === undefined
        ? await deps.store.entriesAfter(id, command.after ?? 0, limit)
        : await deps.store.entriesBefore(id, command.before, limit);
    const first = entries[0]?.seq ?? 1;
    const last = entries.at(-1)?.seq ?? room.headSeq;
    return {
      ok: true,
      value: { events: entries.map((entry) => entry.event), more: command.before === undefined ? last < room.headSeq : first > 1 },
    };
  }

  /** Best effort: a typing sign that does not arrive harms nobody. */
  function typing(command: CommandOf<"typing-set">, { room, site, region }: Place): Ack {
    const { conversation } = room;
    const desk = region.desks.find((entry) => entry.id === conversation.deskId);
    if (conversation.mode === "agent" && conversation.caseId !== undefined && desk !== undefined) {
      const at = deps.clock.now();
      desk.adapter
        .deliver(
          {
            id: `typ_${conversation.id}_${at}`,
            timestamp: new Date(at).toISOString(),
            type: "visitor.typing",
            data: {
              caseId: conversation.caseId,
              conversationId: conversation.id,
              siteId: site.id,
              regionId: region.id,
              typing: command.typing,
            },
          },
          AbortSignal.timeout(LIMITS.typingTtlMs),
        )
        .catch(() => undefined);
    }
    return { ok: true, value: null };
  }

  async function read(command: CommandOf<"read-set">, { room }: Place): Promise<Ack> {
    const seq = Math.min(command.seq, room.headSeq);
    if (seq > room.conversation.visitorReadSeq) await deps.publisher.commit(room, { entries: [], patch: { visitorReadSeq: seq } });
    return { ok: true, value: null };
  }

  /** The link is alive, and the log goes so far: a page that has less has lost something on the way. Costs no read while the room is open. */
  async function probe({ left }: CommandOf<"probe">, session: Session): Promise<Ack> {
    const room = await deps.rooms.get(session.conversationId).catch(() => undefined);
    const region = left === undefined || room === undefined ? undefined : deps.directory().region(room.conversation.regionId);
    if (room !== undefined && region !== undefined && left !== undefined) deps.failover.left(room, region, left);
    return { ok: true, value: room === undefined ? null : { head: room.headSeq } };
  }

  return async (command, session) => {
    try {
      if (command.type === "probe") return await probe(command, session);
      const place = await placeOf(command.conversationId, session);
      if ("ok" in place) return place;
      switch (command.type) {
        case "message-send":
          return await send(command, place);
        case "handoff-request":
          return await request(command, place);
        case "handoff-cancel":
          return await cancel(command, place);
        case "history-get":
          return await history(command, place);
        case "rating-set":
          return await rate(command, place);
        case "read-set":
          return await read(command, place);
        case "contact-set":
          return await deps.contacts.set(command, place);
        case "typing-set":
          return typing(command, place);
      }
    } catch (error) {
      if (error instanceof StoreError) {
        deps.logger.error({ command: command.type, err: error }, "the store refused a command");
        return refusal("store-unavailable", "the message could not be saved; send it again");
      }
      deps.logger.error({ command: command.type, err: error }, "a command failed");
      return refusal("internal", "something went wrong on our side; send it again");
    }
  };
}
