/**
 * Telling visitors who left that somebody has answered, or that nobody has in the time they were told. A job is written with the entry; when its
 * time has come it looks whether the visitor has seen the entry meanwhile, and if not, one notice goes out: not one a message. Owns when and what
 * is said; the address is contacts.ts's, the sending an adapter's of the conversation's own region.
 */
import { isAdapterError } from "../adapters/errors.ts";
import type { Notice, NoticeAdapter, NoticeKind } from "../adapters/spec.ts";
import type { Metrics } from "../observe/metrics.ts";
import { fillPlaces, noticeLanguage, noticePhrases, oneLine } from "../pipeline/notice-phrases.ts";
import { matchLanguage } from "../pipeline/language.ts";
import { quietUntil } from "../routing/quiet.ts";
import type { Region, Site } from "../routing/types.ts";
import { isZone } from "../routing/wall-clock.ts";
import type { Conversation, Job, JobDraft, Store, StoreRecord } from "../store/store.ts";
import type { Change } from "./cases.ts";
import { hashAddress, type Contact, type Contacts, type Told } from "./contacts.ts";
import { derivedId } from "./ids.ts";
import { placeOf, type ConversationDeps, type Place } from "./place.ts";
import type { Room } from "./rooms.ts";
import { makeTicket } from "./tickets.ts";

export const NOTICE_JOB = "notice";
/** By the hash of an address: when it was written to in the last day. */
const SENT = "notice-sent";

const DAY_MS = 24 * 3_600_000;
/** Notices one address gets in 24 hours at most, in one region of one site, whatever the number of conversations. */
export const MOST_NOTICES_A_DAY = 3;
/** A page that stays open without the entry being seen is looked at again for so long; and so long a notice is tried. */
const LATEST_MS = DAY_MS;
/** Longest name that stands in a notice, characters. */
const NAME_CHARS = 80;

/** Payload of a `notice` job. Neither address nor words: both are read when it runs. */
export type NoticeJob = { conversationId: string; entryId: string; what: NoticeKind; at: number };

/** Jobs that tell of what a change writes: a person's message or an expert's, and the word that a promise was broken. */
export function noticeJobs(
  region: Region | undefined,
  { id: conversationId, regionId }: Pick<Conversation, "id" | "regionId">,
  { entries, signals = [] }: Pick<Change, "entries" | "signals">,
  at: number,
): JobDraft[] {
  const config = region?.config.visitorNotify;
  if (config === undefined || region?.id !== regionId) return [];
  const broken = signals.some(({ type }) => type === "promise.broken");
  return entries.flatMap(({ id: entryId, event }) => {
    if (event.type !== "message-added") return [];
    const { kind, id } = event.message.author;
    // A machine with an id is an expert, whom the visitor has agreed to ask.
    const what = kind === "agent" || (kind === "bot" && id !== undefined) ? "answered" : kind === "bot" && broken ? "late" : undefined;
    if (what === undefined) return [];
    const payload: NoticeJob = { conversationId, entryId, what, at };
    return [{ kind: NOTICE_JOB, id: `ntc_${derivedId(conversationId, entryId, "notice")}`, dueAt: at + config.graceMs, payload }];
  });
}

/** What became of a job: a closed set of words, for the metric. */
type Outcome = "no-address" | "seen" | "told" | "overtaken" | "too-late" | "opted-out" | "too-many" | "postponed" | "sent" | "failed";
type Decision =
  | { do: "nothing"; why: Exclude<Outcome, "postponed" | "sent" | "failed"> }
  | { do: "wait"; until: number }
  | { do: "send"; contact: Contact; adapter: NoticeAdapter; seq: number; agent: string; link: string };

export function createNotices(
  deps: ConversationDeps & { store: Store; contacts: Pick<Contacts, "live" | "isOptedOut" | "putTold">; metrics: Pick<Metrics, "notices"> },
) {
  const { store, contacts } = deps;

  /** Runs one `notice` job. Throws `AdapterError`: the runner tries again. Nothing of it becomes a dead letter: a notice is news, or nothing. */
  async function deliver(job: Job, signal: AbortSignal): Promise<void> {
    const task = job.payload as NoticeJob;
    const place = await placeOf(deps, task.conversationId);
    // One that was moved to another region by a reload is not that region's to write to.
    if (place === undefined || place.region.id !== place.room.conversation.regionId) return;
    const { conversation } = place.room;
    const count = (result: Outcome): void => deps.metrics.notices.inc({ region: conversation.regionId, result });
    const decision = await deps.serial.run(conversation.id, async () => decide(task, place));
    if (decision.do === "nothing") return count(decision.why);
    if (decision.do === "wait") {
      const again: JobDraft = { kind: NOTICE_JOB, id: `ntc_${derivedId(job.id, "again")}`, dueAt: decision.until, payload: task };
      await deps.publisher.commit(place.room, { entries: [], jobs: [again] });
      return count("postponed");
    }
    const { contact, adapter } = decision;
    try {
      await adapter.send(noticeOf(task, place, decision), signal);
    } catch (error) {
      const hopeless = isAdapterError(error) && (error.permanent || deps.clock.now() - task.at > LATEST_MS);
      if (signal.aborted || !hopeless) throw error;
      // No address, and no text of the other side's: it may have one in it.
      deps.logger.warn(
        { region: conversation.regionId, conversation: conversation.id, channel: contact.channel, code: error.code },
        "a visitor could not be told that somebody has answered",
      );
      // The next message may try anew.
      await settle(task, place, (told) => (told.sent ? told : undefined));
      return count("failed");
    }
    await settle(task, place, (told) => ({ ...told, sent: true }));
    count("sent");
  }

  async function settle({ entryId }: NoticeJob, { room }: Place, change: (told: Told) => Told | undefined): Promise<void> {
    const { conversation } = room;
    await deps.serial.run(conversation.id, async () => {
      const contact = await contacts.live(conversation.id, conversation.regionId);
      if (contact?.told?.entryId === entryId) await contacts.putTold(conversation, { ...contact, told: change(contact.told) });
    });
  }

  /** In the conversation's queue. One that is to be sent is written down first: whoever comes next knows, and a second try of the same may pass. */
  async function decide({ conversationId, entryId, what, at }: NoticeJob, place: Place): Promise<Decision> {
    const nothing = (why: Extract<Decision, { do: "nothing" }>["why"]): Decision => ({ do: "nothing", why });
    const { room, region } = place;
    const { conversation } = room;
    const config = region.config.visitorNotify;
    const contact = await contacts.live(conversationId, conversation.regionId);
    const adapter = region.notices.find((one) => one.adapter.channel === contact?.channel)?.adapter;
    if (contact === undefined || config === undefined || adapter?.tells.includes(what) !== true) return nothing("no-address");
    const found = await store.placeOf(conversationId, entryId);
    const [entry] = found === undefined ? [] : await store.entriesAfter(conversationId, found.seq - 1, 1);
    if (entry?.event.type !== "message-added") return nothing("overtaken");
    const { seq } = entry;
    if (isBackAfter(room, seq)) return nothing("seen");
    if (what === "late" && hasAnsweredAfter(room, seq)) return nothing("overtaken");
    if (await contacts.isOptedOut(contact)) return nothing("opted-out");
    const { told } = contact;
    const again = told?.entryId === entryId;
    const now = deps.clock.now();
    if (told !== undefined && (again ? told.sent : isEnough(told, what, room, now, config.againAfterMs))) return nothing("told");
    if (deps.publisher.isHeard(conversationId)) {
      // Somewhere a page is open, perhaps behind others. A newer message has a job of its own that looks.
      if (hasAnsweredAfter(room, seq)) return nothing("overtaken");
      if (now - at > LATEST_MS) return nothing("too-late");
      return { do: "wait", until: now + Math.max(config.graceMs, now - at) };
    }
    const until = quietUntil(config.quietHours[contact.channel], zoneOf(conversation, region), now);
    if (until !== undefined) return { do: "wait", until };
    const written: StoreRecord[] = [];
    if (!again) {
      const id = hashAddress(contact.siteId, contact.address);
      const before = (await store.record(SENT, conversation.regionId, id))?.body as number[] | undefined;
      const times = (before ?? []).filter((sentAt) => sentAt > now - DAY_MS);
      if (times.length >= MOST_NOTICES_A_DAY) return nothing("too-many");
      written.push({ kind: SENT, regionId: conversation.regionId, id, at: now, body: [...times, now] });
    }
    const claimed: Contact = { ...contact, told: { entryId, seq, what, at: again ? told.at : now, sent: false } };
    let link = linkBack(place.site, conversation.pageUrl);
    if (config.resume && link !== "") {
      // A second try makes a second one: the first is known by its hash alone, and may have arrived.
      const { record, linkFrom } = makeTicket(conversation, contact, now);
      written.push(record);
      link = linkFrom(link);
    }
    await contacts.putTold(conversation, claimed, written);
    const { author } = entry.event.message;
    return { do: "send", contact: claimed, adapter, seq, agent: what === "answered" ? (author.name ?? place.site.name) : "", link };
  }

  return { deliver };
}

/** The visitor has read it, or has written since. */
function isBackAfter({ conversation, history }: Room, seq: number): boolean {
  return (
    conversation.visitorReadSeq >= seq ||
    history.some((event) => event.type === "message-added" && event.message.author.kind === "visitor" && event.seq > seq)
  );
}
function hasAnsweredAfter({ history }: Room, seq: number): boolean {
  return history.some((event) => event.type === "message-added" && event.message.author.kind === "agent" && event.seq > seq);
}
/** One notice is enough until the visitor has been back, or for a while; only the answer itself is news after "nobody has answered". */
function isEnough(told: Told, what: NoticeKind, room: Room, nowMs: number, againAfterMs: number): boolean {
  if (isBackAfter(room, told.seq) || nowMs - told.at >= againAfterMs) return false;
  return what === "late" || told.what === "answered";
}
/** The visitor's; where it is not known, that of the region's first team. */
function zoneOf({ timezone }: Conversation, region: Region): string {
  if (timezone !== undefined && isZone(timezone)) return timezone;
  return region.config.teams[0]?.timezone ?? "UTC";
}

/**
 * The page where the chat was, if it is one of the site's; else the site's first origin. Nothing but origin and path: the rest may be a secret, and a
 * page names itself, so that a redirect of the shop's could be made to lead elsewhere.
 */
export function linkBack({ origins }: Pick<Site, "origins">, pageUrl: string | undefined): string {
  const page = pageUrl !== undefined && URL.canParse(pageUrl) ? new URL(pageUrl) : undefined;
  // Without origins any page may open a chat: dev mode.
  const ours = page !== undefined && /^https?:$/.test(page.protocol) && (origins.length === 0 || origins.includes(page.origin));
  return ours ? `${page.origin}${page.pathname}` : (origins[0] ?? "");
}

function noticeOf(
  { entryId, what, at }: NoticeJob,
  { room, site, region }: Place,
  { contact, agent, link }: Extract<Decision, { do: "send" }>,
): Notice {
  const { conversation } = room;
  const config = region.config.visitorNotify!;
  const { language } = conversation;
  const spoken = noticeLanguage(language);
  const house = noticePhrases(spoken);
  const own = config.texts[matchLanguage([language, spoken], Object.keys(config.texts)) ?? ""];
  const values = {
    shop: oneLine(site.name),
    agent: oneLine(agent).slice(0, NAME_CHARS),
    link,
    optout: `${config.publicUrl.replace(/\/$/, "")}/v1/optout/${contact.token}`,
  };
  const late = what === "late";
  const subject = late ? (own?.lateSubject ?? house.lateSubject) : (own?.subject ?? house.subject);
  const body = late ? (own?.lateBody ?? house.lateBody) : (own?.body ?? house.body);
  return {
    id: `ntc_${derivedId(conversation.id, entryId, "notice")}`,
    timestamp: new Date(at).toISOString(),
    what,
    to: contact.address,
    language,
    subject: fillPlaces(subject, values),
    text: `${fillPlaces(body, values)}\n\n${fillPlaces(house.stop, values)}`,
    values,
    siteId: conversation.siteId,
    regionId: conversation.regionId,
    conversationId: conversation.id,
  };
}

/** Forgets when addresses were written to, once a day. */
export async function sweepNotices(store: Pick<Store, "removeRecords">, regionId: string, nowMs: number): Promise<void> {
  await store.removeRecords(SENT, regionId, nowMs - 2 * DAY_MS);
}
