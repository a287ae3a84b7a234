/**
 * What the jobs of a case tell a desk: the offer (offers.ts), what the visitor writes, and that it is no longer wanted. Retries and dead
 * letters are the job runner's; a handler only says whether it worked.
 */
import { AdapterError } from "../adapters/errors.ts";
import type { Clock } from "../observe/clock.ts";
import type { Region } from "../routing/types.ts";
import type { Entry, Job, Store } from "../store/store.ts";
import { asideDesk, asideJob, type HandoffJob } from "./case-jobs.ts";
import type { Offers } from "./offers.ts";
import type { Publisher } from "./publish.ts";
import type { SerialQueue } from "./queue.ts";
import type { Directory, Room, Rooms } from "./rooms.ts";
import { refOf, transcriptOf } from "./transcript.ts";

export function createDeskJobs(deps: {
  store: Store;
  rooms: Rooms;
  serial: SerialQueue;
  publisher: Publisher;
  directory: () => Directory;
  clock: Pick<Clock, "now">;
  offers: Pick<Offers, "offer" | "tell">;
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
    if (task.type === "offered") await deps.offers.offer(job, task, signal);
    else await tell(room, region, task, job, signal);
  }

  async function tell(room: Room, region: Region, task: HandoffJob, job: Job, signal: AbortSignal): Promise<void> {
    const { conversation } = room;
    const { id } = job;
    const isOpen = conversation.caseId === task.caseId;
    // A message goes to who has the case now; to who had it when that is over, or when it was left aside for them. The next case is another's.
    const aside = asideDesk(job, conversation.id);
    const holder = isOpen ? (aside ?? conversation.deskId) : aside;
    const deskId = isOpen && task.type === "message" ? (holder ?? task.deskId) : (task.deskId ?? holder);
    const desk = region.desks.find((entry) => entry.id === deskId);
    if (desk === undefined) {
      // Nobody was told of the case, so there is nothing to take back; nor to add, once it is over before any desk took it.
      if (task.type === "withdrawn" || deskId === "") return;
      // The first offer ran out before its desk was known to have it: the transcript of the next one has this.
      const { mode, route } = conversation;
      const isOver = route?.tier === "team" && route.offer > 0 && (route.leaseUntil ?? 0) <= deps.clock.now();
      if (mode === "queued" && isOpen && isOver) return;
      // The offer before it is a dead letter, and its transcript ends before this: kept beside it, to be replayed after it. Where the case has ended
      // since this was taken, it has moved aside, and is looked at there.
      throw new AdapterError("refused", "no desk has taken the offer of this case", { permanent: isOpen || job.attempts > 0 });
    }
    const ref = refOf(room, task.caseId);
    const timestamp = new Date(task.at).toISOString();
    if (task.type === "withdrawn") {
      // It has come back to this desk by now: nothing to close.
      if (conversation.caseId === task.caseId && conversation.route?.deskId === desk.id) return;
      try {
        await deps.offers.tell(desk, { id, timestamp, type: "handoff.withdrawn", data: { ...ref, reason: task.reason } }, signal);
      } catch (error) {
        if (task.aside === true) throw error;
        // Whoever is asked next does not wait until this desk is back.
        await deps.publisher.commit(room, { entries: [], jobs: [asideJob({ ...task, deskId: desk.id })] });
      }
      return;
    }
    const entry = await entryOf(conversation.id, task.entryId);
    if (entry === undefined) return;
    const [message] = transcriptOf([entry]);
    if (message === undefined) return;
    await deps.offers.tell(desk, { id, timestamp, type: "message.created", data: { ...ref, message } }, signal);
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

  return { handoff };
}
