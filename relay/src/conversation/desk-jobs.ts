/**
 * What the jobs of a case do: tell the desk, and tell the visitor when nobody came. Retries and dead letters are the job
 * runner's; a handler only says whether it worked.
 */
import { textOf } from "@allhours/protocol";
import { AdapterError } from "../adapters/errors.ts";
import type { CaseRef, HandoffEvent, TranscriptLine } from "../adapters/spec.ts";
import { phrasesFor, spokenTime } from "../pipeline/phrases.ts";
import type { Logger } from "../observe/logger.ts";
import type { Region } from "../routing/types.ts";
import type { Entry, Job, Store } from "../store/store.ts";
import { botMessage, type HandoffJob } from "./cases.ts";
import { derivedId } from "./ids.ts";
import type { Publisher } from "./publish.ts";
import type { SerialQueue } from "./queue.ts";
import { regionOf, type Directory, type Room, type Rooms } from "./rooms.ts";

/** Lines of a transcript an offer carries at most: the last ones. */
const TRANSCRIPT_LINES = 200;

export function createDeskJobs(deps: {
  store: Store;
  rooms: Rooms;
  serial: SerialQueue;
  publisher: Publisher;
  directory: () => Directory;
  logger: Logger;
}) {
  /** Delivers one `handoff` job. Throws `AdapterError`: the runner decides what follows. */
  async function handoff(job: Job, signal: AbortSignal): Promise<void> {
    const task = job.payload as HandoffJob;
    // A job can be taken before the commit it came with has reached the room, which then still says "bot" and would drop the offer.
    await deps.serial.run(task.conversationId, async () => undefined);
    const room = await deps.rooms.get(task.conversationId);
    if (room === undefined) return;
    const region = deps.directory().region(room.conversation.regionId);
    if (region === undefined) throw new AdapterError("not-ready", `region ${room.conversation.regionId} is not configured`);
    if (task.type === "offered") await offer(room, region, task, job.id, signal);
    else await tell(room, region, task, job.id, signal);
  }

  async function offer(room: Room, region: Region, task: HandoffJob, id: string, signal: AbortSignal): Promise<void> {
    const { conversation } = room;
    if (conversation.caseId !== task.caseId || conversation.mode !== "queued") return;
    const entries = await deps.store.entriesBefore(conversation.id, Number.MAX_SAFE_INTEGER, TRANSCRIPT_LINES);
    const until = entries.findIndex((entry) => entry.event.type === "mode-changed" && entry.event.caseId === task.caseId);
    let failure: unknown;
    for (const desk of region.desks) {
      const event: HandoffEvent = {
        id,
        timestamp: new Date(task.at).toISOString(),
        type: "handoff.offered",
        data: {
          ...refOf(room, task),
          reason: task.reason,
          priority: task.priority,
          visitor: {
            language: conversation.language,
            ...(conversation.timezone === undefined ? {} : { timezone: conversation.timezone }),
            ...(conversation.country === undefined ? {} : { country: conversation.country }),
            ...(conversation.pageUrl === undefined ? {} : { pageUrl: conversation.pageUrl }),
          },
          ...(conversation.understood === undefined ? {} : { understood: conversation.understood }),
          transcript: transcriptOf(task.reason === "agent-left" || until < 0 ? entries : entries.slice(0, until + 1)),
          replyPath: `/v1/inbound/${desk.id}`,
        },
      };
      try {
        await desk.adapter.deliver(event, signal);
        if (conversation.deskId !== desk.id)
          await deps.serial.run(conversation.id, async () => deps.publisher.commit(room, { entries: [], patch: { deskId: desk.id } }));
        return;
      } catch (error) {
        deps.logger.warn({ conversation: conversation.id, desk: desk.id, err: error }, "a desk did not take an offer");
        failure ??= error;
      }
    }
    throw failure;
  }

  async function tell(room: Room, region: Region, task: HandoffJob, id: string, signal: AbortSignal): Promise<void> {
    const { conversation } = room;
    const deskId = task.deskId ?? conversation.deskId;
    const desk = region.desks.find((entry) => entry.id === deskId);
    if (desk === undefined) {
      // Nobody was told of the case, so there is nothing to take back.
      if (task.type === "withdrawn") return;
      // The offer before it is a dead letter, and its transcript ends before this: kept beside it, to be replayed after it.
      throw new AdapterError("refused", "no desk has taken the offer of this case", { permanent: true });
    }
    const ref = refOf(room, task);
    const timestamp = new Date(task.at).toISOString();
    if (task.type === "withdrawn") {
      await desk.adapter.deliver({ id, timestamp, type: "handoff.withdrawn", data: { ...ref, reason: task.reason } }, signal);
      return;
    }
    const entry = await entryOf(conversation.id, task.entryId);
    if (entry === undefined) return;
    const [message] = transcriptOf([entry]);
    if (message === undefined) return;
    await desk.adapter.deliver({ id, timestamp, type: "message.created", data: { ...ref, message } }, signal);
    await delivered(room, entry.seq);
  }

  async function delivered(room: Room, seq: number): Promise<void> {
    const conversationId = room.conversation.id;
    if (seq <= room.conversation.deliveredSeq) return;
    await deps.serial.run(conversationId, async () => deps.publisher.commit(room, { entries: [], patch: { deliveredSeq: seq } }));
    deps.publisher.ephemeral(conversationId, { type: "receipts", conversationId, deliveredSeq: seq, readSeq: room.conversation.readSeq });
  }

  async function entryOf(conversationId: string, entryId: string): Promise<Entry | undefined> {
    const place = await deps.store.placeOf(conversationId, entryId);
    return place === undefined ? undefined : (await deps.store.entriesAfter(conversationId, place.seq - 1, 1))[0];
  }

  /** Nobody accepted in time: says so, once a case, and by when a person answers at the latest. */
  async function offerTimeout(job: Job): Promise<void> {
    const { conversationId, caseId } = job.payload as { conversationId: string; caseId: string };
    const room = await deps.rooms.get(conversationId);
    const site = room === undefined ? undefined : deps.directory().site(room.conversation.siteId);
    const region = room === undefined || site === undefined ? undefined : regionOf(deps.directory(), room.conversation.regionId, site);
    if (room === undefined || site === undefined || region === undefined) return;
    // From when the person was asked for: a relay that was down meanwhile does not move the promise.
    const by = job.createdAt + region.config.replyWithinMs;
    await deps.serial.run(conversationId, async () => {
      const { mode, language, timezone } = room.conversation;
      if (mode !== "queued" || room.conversation.caseId !== caseId) return;
      await deps.publisher.commit(room, {
        entries: [
          botMessage(derivedId(caseId, "nobody-yet"), site, language, [
            { type: "text", text: phrasesFor(language).nobodyYet(spokenTime(by, language, timezone)), format: "plain" },
          ]),
        ],
      });
    });
  }

  return { handoff, offerTimeout };
}

function refOf(room: Room, task: HandoffJob): CaseRef {
  return {
    caseId: task.caseId,
    conversationId: room.conversation.id,
    siteId: room.conversation.siteId,
    regionId: room.conversation.regionId,
  };
}

/** Messages only, as plain lines. */
export function transcriptOf(entries: readonly Entry[]): TranscriptLine[] {
  return entries.flatMap(({ event, seq, at }) =>
    event.type === "message-added"
      ? [{ id: event.message.id, seq, at: new Date(at).toISOString(), author: event.message.author, text: textOf(event.message.parts) }]
      : [],
  );
}
