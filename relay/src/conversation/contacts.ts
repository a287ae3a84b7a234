/**
 * Where visitors want to be told that somebody has answered: one address a conversation, in the records of the conversation's own region, and
 * nowhere else. Owns what is an address, who has opted out, and when an address is forgotten. The address leaves this room only towards the
 * region's notice adapter (notices.ts); clients see it masked, desks, engines and webhooks never.
 */
import { hash, randomBytes } from "node:crypto";
import * as v from "valibot";
import { refusal, type Ack, type CommandOf, type ContactChannel, type ContactState } from "@allhours/protocol";
import type { Region } from "../routing/types.ts";
import type { Conversation, Job, JobDraft, Store, StoreRecord } from "../store/store.ts";
import { derivedId } from "./ids.ts";
import { hashToken } from "./session.ts";
import { placeOf, type ConversationDeps, type Place } from "./place.ts";

/** Kind of the records, by conversation. */
export const CONTACT = "contact";
/** By the hash of an opt-out link's token: whom it takes off. */
const OPT_OUT_LINK = "optout-link";
/** By the hash of an address: it is not written to by a site. */
const OPT_OUT = "optout";
export const CONTACT_JOB = "contact-end";

const DAY_MS = 24 * 3_600_000;
/** Addresses one conversation may give in a day: enough for slips of the finger, too few to try out other people's. */
const MOST_SETS = 10;
/** However long a case stays open, an address that has not been used is not kept longer. */
const LONGEST_DAYS = 90;
/** Old mails are found again: their links work this long. */
const LINK_DAYS = 400;

/** What was told last: which entry, when it was sent or first tried, and whether the other side has taken it. */
export type Told = { entryId: string; seq: number; what: "answered" | "late"; at: number; sent: boolean };
/** Body of a `contact` record. */
export type Contact = {
  siteId: string;
  channel: ContactChannel;
  /** Normalised. */
  address: string;
  /** Of the links by which it is taken off. */
  token: string;
  setAt: number;
  /** When addresses were given in the last day, Unix milliseconds. */
  sets: number[];
  told?: Told | undefined;
};
/** What is left of one that is no longer kept. `byHand`: it was taken back or opted out, and had not merely had its time. */
type Gone = { sets: number[]; byHand?: true };
type Link = { siteId: string; addressHash: string; conversationId: string; language: string };
type EndJob = { conversationId: string; regionId: string; setAt: number };

const email = v.pipe(v.string(), v.email());
/** E.164. */
const PHONE = /^\+[1-9]\d{6,14}$/;

/** As it is kept and sent to; `undefined` when it is none. The part before the @ stays as written: some servers care. */
export function normalAddress(channel: ContactChannel, written: string): string | undefined {
  const text = written.trim();
  if (channel !== "email") return PHONE.test(text) ? text : undefined;
  const at = text.lastIndexOf("@");
  return v.is(email, text) ? `${text.slice(0, at)}${text.slice(at).toLowerCase()}` : undefined;
}

/** Enough to know one's own by: `m\u2026@example.com`, `+33\u202678`. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf("@");
  return at < 0 ? `${address.slice(0, 3)}\u2026${address.slice(-2)}` : `${address.slice(0, 1)}\u2026${address.slice(at)}`;
}

/** An address as it is remembered after an opt-out: who guesses it can make the same hash, who has the hash cannot read it. */
export function hashAddress(siteId: string, address: string): string {
  return hash("sha256", `${siteId}\u0000${address.toLowerCase()}`, "base64url");
}

export type Contacts = ReturnType<typeof createContacts>;

export function createContacts(deps: ConversationDeps) {
  const { store } = deps;

  async function read(conversationId: string, regionId: string): Promise<Contact | Gone | undefined> {
    return (await store.record(CONTACT, regionId, conversationId))?.body as Contact | Gone | undefined;
  }
  /** `undefined`: none was given, or it was taken back. Says nothing of an opt-out. */
  async function live(conversationId: string, regionId: string): Promise<Contact | undefined> {
    const found = await read(conversationId, regionId);
    return found !== undefined && "address" in found ? found : undefined;
  }
  function recordOf({ id, regionId }: Pick<Conversation, "id" | "regionId">, body: Contact | Gone, at: number): StoreRecord {
    return { kind: CONTACT, regionId, id, at, body };
  }

  /**
   * An opt-out holds for the whole site: it is looked for wherever the site's visitors are. Only the answer leaves a region. Rejects when one cannot
   * say: then nobody knows.
   */
  async function optOutsOf(addressHash: string): Promise<StoreRecord[]> {
    const found = await Promise.all(
      deps
        .directory()
        .regions()
        .map(async ({ id }) => optOutIn(addressHash, id)),
    );
    return found.filter((record) => record !== undefined);
  }
  async function optOutIn(addressHash: string, regionId: string): Promise<StoreRecord | undefined> {
    const record = await store.record(OPT_OUT, regionId, addressHash);
    return (record?.body as { out: boolean } | undefined)?.out === true ? record : undefined;
  }
  async function isOptedOut({ siteId, address }: Pick<Contact, "siteId" | "address">): Promise<boolean> {
    return (await optOutsOf(hashAddress(siteId, address))).length > 0;
  }

  /** Channels of the conversation's own region; of another that serves in its place, none. */
  function offered({ regionId }: Conversation, region: Region | undefined): ContactChannel[] {
    return region?.id === regionId ? region.notices.map(({ adapter }) => adapter.channel) : [];
  }
  function stateOf(channels: ContactChannel[], contact: Contact | undefined): ContactState {
    return contact === undefined ? { channels } : { channels, channel: contact.channel, masked: maskAddress(contact.address) };
  }

  /** For the welcome; `undefined` where nothing is on offer. */
  async function view(conversation: Conversation, region: Region): Promise<ContactState | undefined> {
    const channels = offered(conversation, region);
    if (channels.length === 0) return undefined;
    const contact = await live(conversation.id, conversation.regionId);
    // The own region's word is enough to show it: another's trouble must not keep anybody from the chat.
    const out =
      contact !== undefined && (await optOutIn(hashAddress(contact.siteId, contact.address), conversation.regionId)) !== undefined;
    return stateOf(channels, out ? undefined : contact);
  }

  function tell({ room, region }: Pick<Place, "room" | "region">, contact: Contact | undefined): ContactState {
    const state = stateOf(offered(room.conversation, region), contact);
    deps.publisher.ephemeral(room.conversation.id, { type: "contact", conversationId: room.conversation.id, ...state });
    return state;
  }

  /** Answers `contact-set`. Rejects with `StoreError`. */
  async function set({ channel, address }: CommandOf<"contact-set">, place: Place): Promise<Ack> {
    const { conversation } = place.room;
    return deps.serial.run(conversation.id, async () => {
      const now = deps.clock.now();
      const before = await read(conversation.id, conversation.regionId);
      const sets = (before?.sets ?? []).filter((at) => at > now - DAY_MS);
      // Taking back is always possible, whatever is on offer now.
      if (address.trim() === "") {
        if (before !== undefined && "address" in before) await store.putRecords([recordOf(conversation, { sets, byHand: true }, now)]);
        return { ok: true, value: tell(place, undefined) };
      }
      const channels = offered(conversation, place.region);
      if (!channels.includes(channel))
        return refusal("channel-not-offered", `channel: expected one of ${channels.join(", ") || "(none)"}`, { path: "channel" });
      const normal = normalAddress(channel, address);
      if (normal === undefined)
        return channel === "email"
          ? refusal("bad-email", "address: expected an e-mail address, as me@example.com", { path: "address" })
          : refusal("bad-phone", "address: expected a telephone number in E.164, as +33612345678", { path: "address" });
      const { siteId } = conversation;
      const addressHash = hashAddress(siteId, normal);
      const outs = await optOutsOf(addressHash);
      const same = before !== undefined && "address" in before && before.channel === channel && before.address === normal;
      if (same && outs.length === 0) return { ok: true, value: tell(place, before) };
      const [oldest = now] = sets;
      if (sets.length >= MOST_SETS)
        return refusal("rate-limited", "too many addresses for one day", { retryAfterMs: oldest + DAY_MS - now });
      const token = `${conversation.regionId}.${randomBytes(32).toString("base64url")}`;
      const contact: Contact = { siteId, channel, address: normal, token, setAt: now, sets: [...sets, now] };
      const link: Link = { siteId, addressHash, conversationId: conversation.id, language: conversation.language };
      await deps.publisher.commit(place.room, {
        entries: [],
        records: [
          recordOf(conversation, contact, now),
          { kind: OPT_OUT_LINK, regionId: conversation.regionId, id: hashToken(token), at: now, body: link },
        ],
        jobs: [endJob(conversation, now, now + keepMs(place.region), `${conversation.id} ${now}`)],
      });
      // Each in its own region. If this is lost, the address stays off, and is given again.
      if (outs.length > 0) await store.putRecords(outs.map((out) => ({ ...out, at: now, body: { out: false } })));
      return { ok: true, value: tell(place, contact) };
    });
  }

  function keepMs(region: Region | undefined): number {
    return (region?.config.visitorNotify?.keepDays ?? 7) * DAY_MS;
  }
  function endJob({ id, regionId }: Pick<Conversation, "id" | "regionId">, setAt: number, dueAt: number, seed: string): JobDraft {
    const payload: EndJob = { conversationId: id, regionId, setAt };
    return { kind: CONTACT_JOB, id: `ctx_${derivedId(seed, "contact")}`, dueAt, payload };
  }
  /** Looks whether an address has had its time: no case is open, and nobody has said anything for `keepDays`. Runs a `contact-end` job. */
  async function end(job: Job): Promise<void> {
    const { conversationId, regionId, setAt } = job.payload as EndJob;
    const place = await placeOf(deps, conversationId);
    await deps.serial.run(conversationId, async () => {
      const contact = await live(conversationId, regionId);
      if (contact?.setAt !== setAt) return;
      const now = deps.clock.now();
      const { mode } = place?.room.conversation ?? { mode: "ended" };
      const open = mode === "queued" || mode === "agent";
      const [last] = await store.entriesBefore(conversationId, Number.MAX_SAFE_INTEGER, 1);
      const due = Math.max(last?.at ?? 0, setAt) + keepMs(place?.region);
      if (place === undefined || (!open && due <= now)) {
        await store.putRecords([recordOf({ id: conversationId, regionId }, { sets: [] }, now)]);
        if (place !== undefined) tell(place, undefined);
        return;
      }
      await deps.publisher.commit(place.room, {
        entries: [],
        jobs: [endJob({ id: conversationId, regionId }, setAt, open ? now + DAY_MS : due, job.id)],
      });
    });
  }

  /** Does what was sent to the address given at `setAt` still stand? Not once that was changed, taken back, or opted out; having had its time is no harm. */
  async function stands({ id, regionId }: Pick<Conversation, "id" | "regionId">, setAt: number): Promise<boolean> {
    const found = await read(id, regionId);
    if (found === undefined || !("address" in found)) return found?.byHand !== true;
    return found.setAt === setAt && (await optOutIn(hashAddress(found.siteId, found.address), regionId)) === undefined;
  }

  /** Writes down what was told. */
  async function putTold(conversation: Conversation, contact: Contact, more: readonly StoreRecord[] = []): Promise<void> {
    await store.putRecords([recordOf(conversation, contact, deps.clock.now()), ...more]);
  }

  /** What an opt-out link is about; `undefined` for one that is not known. `out`: it has been used. */
  async function linkOf(token: string): Promise<{ siteId: string; language: string; out: boolean } | undefined> {
    const found = await findLink(token);
    if (found === undefined) return undefined;
    const { siteId, language, addressHash } = found.link;
    return { siteId, language, out: (await optOutIn(addressHash, found.regionId)) !== undefined };
  }
  async function findLink(token: string): Promise<{ regionId: string; link: Link } | undefined> {
    const [, regionId] = /^([a-z0-9][a-z0-9-]{0,62})\.[A-Za-z0-9_-]{43}$/.exec(token) ?? [];
    // A region that is gone writes to nobody.
    if (regionId === undefined || deps.directory().region(regionId) === undefined) return undefined;
    const found = await store.record(OPT_OUT_LINK, regionId, hashToken(token));
    return found === undefined ? undefined : { regionId: found.regionId, link: found.body as Link };
  }
  /** Takes an address off: this site does not write to it again until it is given anew. False for a link that is not known. Harmless twice. */
  async function optOut(token: string): Promise<boolean> {
    const found = await findLink(token);
    if (found === undefined) return false;
    const { regionId, link } = found;
    const { addressHash, conversationId } = link;
    const now = deps.clock.now();
    await store.putRecords([{ kind: OPT_OUT, regionId, id: addressHash, at: now, body: { out: true } }]);
    const place = await placeOf(deps, conversationId);
    await deps.serial.run(conversationId, async () => {
      const contact = await live(conversationId, regionId);
      if (contact === undefined || hashAddress(contact.siteId, contact.address) !== addressHash) return;
      await store.putRecords([recordOf({ id: conversationId, regionId }, { sets: contact.sets, byHand: true }, now)]);
      if (place !== undefined) tell(place, undefined);
    });
    return true;
  }

  return { view, set, live, isOptedOut, stands, putTold, end, linkOf, optOut };
}

/** Forgets what has had its time, once a day. Opt-outs stay. */
export async function sweepContacts(store: Pick<Store, "removeRecords">, regionId: string, nowMs: number): Promise<void> {
  await store.removeRecords(CONTACT, regionId, nowMs - LONGEST_DAYS * DAY_MS);
  await store.removeRecords(OPT_OUT_LINK, regionId, nowMs - LINK_DAYS * DAY_MS);
}
