/**
 * Opening a link: session, conversation, region, and what the client missed. Joins the hub first and reads the log second, so
 * that nothing falls in between; the gateway sends the welcome and then releases what was held.
 */
import { randomBytes } from "node:crypto";
import {
  LIMITS,
  newId,
  PROTOCOL_VERSION,
  PROTOCOL_VERSION_MIN,
  refusal,
  type ConversationId,
  type Cursor,
  type DurableEvent,
  type Hello,
  type Part,
  type Result,
  type VisitorId,
  type Welcome,
} from "@allhours/protocol";
import { matchLanguage } from "../pipeline/language.ts";
import { phrasesFor } from "../pipeline/phrases.ts";
import { articleOf, knowledgeQuery, OPTION_ARTICLE } from "../pipeline/steps/knowledge.ts";
import { readClaim } from "../routing/claim.ts";
import { chooseRegion } from "../routing/region.ts";
import type { Clock } from "../observe/clock.ts";
import type { Logger } from "../observe/logger.ts";
import type { Region, Site } from "../routing/types.ts";
import type { Conversation, Entry, Session, Store } from "../store/store.ts";
import { botMessage } from "./cases.ts";
import type { Contacts } from "./contacts.ts";
import type { Failover } from "./failover.ts";
import type { Hub, HubLink, Subscription } from "./hub.ts";
import type { Pace } from "./pace.ts";
import { webhookJobs } from "./webhooks.ts";
import { queueOf } from "./queue-view.ts";
import { PAGE, regionOf, remember, type Directory, type Room, type Rooms } from "./rooms.ts";
import { hashToken, SESSION_MS } from "./session.ts";
import { NO_TICKET, regionOfTicket, type Tickets } from "./tickets.ts";
import type { Turns } from "./turns.ts";

/** Time for the titles of the starter buttons; without them the greeting has none. */
const STARTERS_MS = 300;

export type Opened = { welcome: Welcome; session: Session; room: Room; subscription: Subscription };
export type HelloFacts = {
  /** From a trusted proxy. */
  country?: string | undefined;
  /** The page's origin as the browser said, or `undefined` outside browsers. */
  origin?: string | undefined;
};

export function createHello(deps: {
  store: Store;
  rooms: Rooms;
  hub: Hub;
  turns: Turns;
  contacts: Pick<Contacts, "view">;
  tickets: Tickets;
  directory: () => Directory;
  clock: Clock;
  pace: Pace;
  logger: Logger;
  failover: Pick<Failover, "left">;
  /** Jobs were written. */
  wakeJobs: () => void;
}) {
  async function open(hello: Hello, facts: HelloFacts, link: HubLink): Promise<Result<Opened>> {
    if (hello.version < PROTOCOL_VERSION_MIN || hello.version > PROTOCOL_VERSION) {
      return {
        ok: false,
        error: {
          code: "unsupported-version",
          message: `version ${hello.version}; this relay speaks ${PROTOCOL_VERSION_MIN} to ${PROTOCOL_VERSION}`,
          path: "version",
        },
      };
    }
    const directory = deps.directory();
    const site = directory.site(hello.site);
    if (site === undefined)
      return { ok: false, error: { code: "unknown-site", message: `no site "${hello.site}" is configured`, path: "site" } };
    if (facts.origin !== undefined && site.origins.length > 0 && !site.origins.includes(facts.origin)) {
      return { ok: false, error: { code: "origin-refused", message: `origin ${facts.origin} is not one of this site's` } };
    }
    if (hello.join !== undefined) return join(hello, hello.join, link, site, directory);
    return hello.token === undefined ? begin(hello, facts, link, site, directory) : resume(hello, hello.token, link, site, directory);
  }

  async function begin(hello: Hello, facts: HelloFacts, link: HubLink, site: Site, directory: Directory): Promise<Result<Opened>> {
    const languages = hello.languages ?? [];
    const regions = directory.choices();
    const claim = hello.claim === undefined ? undefined : await readClaim(hello.claim, site.claimSecrets, site.id, deps.clock.now());
    // Whoever comes with a bad one is served as anybody else, and somebody is told.
    if (claim?.ok === false)
      deps.logger.warn({ site: site.id, code: "claim-refused", problem: claim.problem }, "a signed claim was not believed");
    const known = { claim: claim?.ok === true ? claim.region : undefined, country: facts.country, timezone: hello.timezone, languages };
    const choice = chooseRegion(site, regions, known);
    // Before anything is written: what is said to this visitor belongs to others.
    const elsewhere = elsewhereOf(directory, choice.regionId);
    if (elsewhere !== undefined) return elsewhere;
    const region = regionOf(directory, choice.regionId, site);
    if (region === undefined) return { ok: false, error: { code: "internal", message: "the site's region is not configured" } };
    const now = deps.clock.now();
    const token = randomBytes(32).toString("base64url");
    const language = matchLanguage(languages, site.languages) ?? site.defaultLanguage;
    const conversation: Conversation = {
      id: newId<ConversationId>(now),
      siteId: site.id,
      regionId: region.id,
      visitorId: newId<VisitorId>(now),
      mode: "bot",
      language,
      timezone: hello.timezone,
      country: facts.country,
      giveUps: 0,
      deliveredSeq: 0,
      readSeq: 0,
      visitorReadSeq: 0,
      pageUrl: hello.page?.url,
      createdAt: now,
    };
    const session: Session = {
      tokenHash: hashToken(token),
      visitorId: conversation.visitorId,
      conversationId: conversation.id,
      siteId: site.id,
      expiresAt: now + SESSION_MS,
    };
    const notice = botMessage(newId(now), site, language, await noticeParts(site, region, language, now));
    const appended = await deps.store.createConversation(conversation, session, {
      conversationId: conversation.id,
      entries: [notice],
      at: now,
      jobs: [
        { signals: [{ type: "conversation.started" as const, key: "start", data: { language } }], entries: [] },
        { entries: [notice] },
      ].flatMap((told) => webhookJobs(region, conversation, told, now)),
    });
    if (region.config.webhooks.length > 0) deps.wakeJobs();
    const room = deps.rooms.add(conversation, appended.entries[0]?.seq ?? 0);
    room.browserLanguages = languages;
    const events: DurableEvent[] = appended.entries.map((place) => ({
      ...notice.event,
      conversationId: conversation.id,
      seq: place.seq,
      at: place.at,
    }));
    for (const event of events) remember(room, event);
    deps.logger.info(
      { conversation: conversation.id, site: site.id, region: region.id, reason: choice.reason, detail: choice.detail, language },
      "conversation started",
    );
    const subscription = deps.hub.subscribe(conversation.id, link);
    return {
      ok: true,
      value: { welcome: await welcome(room, site, region, token, { resume: "fresh", events, more: false }), session, room, subscription },
    };
  }

  /** What is said to a visitor of a region that other relays serve. */
  function elsewhereOf(directory: Directory, regionId: string): Result<never> | undefined {
    const choices = directory.choices();
    const endpoints = Object.hasOwn(choices, regionId) ? choices[regionId]!.endpoints : [];
    if (endpoints.length === 0 || directory.region(regionId) !== undefined) return undefined;
    return refusal("elsewhere", `region ${regionId} is served at ${endpoints.join(", ")}`, { endpoints: [...endpoints] });
  }

  async function noticeParts(site: Site, region: Region, language: string, nowMs: number): Promise<Part[]> {
    const parts: Part[] = [{ type: "text", text: phrasesFor(language).notice(site.name), format: "plain" }];
    if (site.starters.length === 0) return parts;
    const query = knowledgeQuery({ text: "", language, nowMs, site, understanding: undefined });
    try {
      const { value } = await region.knowledge.call(
        async (adapter, signal) => Promise.all(site.starters.map(async (id) => articleOf(adapter, id, query, signal))),
        AbortSignal.timeout(STARTERS_MS),
      );
      const options = value.flatMap((passage) =>
        passage === undefined ? [] : [{ id: `${OPTION_ARTICLE}${passage.articleId}`, label: passage.title }],
      );
      if (options.length > 0) parts.push({ type: "choices", options });
    } catch {
      // A greeting without buttons is still a greeting; the adapter's failure is logged by its guard.
    }
    return parts;
  }

  async function resume(hello: Hello, token: string, link: HubLink, site: Site, directory: Directory): Promise<Result<Opened>> {
    const unknown: Result<Opened> = {
      ok: false,
      error: { code: "session-unknown", message: "this session is unknown or has expired; say hello without a token" },
    };
    const elsewhere = hello.region === undefined ? undefined : elsewhereOf(directory, hello.region);
    if (elsewhere !== undefined) return elsewhere;
    const now = deps.clock.now();
    const session = await deps.store.findSession(hashToken(token));
    if (session === undefined || session.expiresAt <= now || session.siteId !== site.id) return unknown;
    const room = await deps.rooms.get(session.conversationId);
    if (room === undefined) return unknown;
    const region = regionOf(directory, room.conversation.regionId, site);
    if (region === undefined) return unknown;
    // Slide the expiry at most once a day: a write a hello would cost a sync each.
    if (session.expiresAt < now + SESSION_MS - 24 * 3_600_000) await deps.store.touchSession(session.tokenHash, now + SESSION_MS);
    room.browserLanguages = hello.languages ?? room.browserLanguages;
    if (hello.left !== undefined) deps.failover.left(room, region, hello.left);
    const subscription = deps.hub.subscribe(room.conversation.id, link);
    try {
      const missed = await catchUp(room, hello.cursor);
      await deps.turns.recoverRoom(room);
      const value = { welcome: await welcome(room, site, region, token, missed), session, room, subscription };
      if (!room.gone) return { ok: true, value };
      subscription.unsubscribe();
      return unknown;
    } catch (error) {
      subscription.unsubscribe();
      throw error;
    }
  }

  /** By the link in a notice. What the client has of a conversation of its own is of no use in the one the ticket is for. */
  async function join(
    hello: Hello,
    { ticket, token }: NonNullable<Hello["join"]>,
    link: HubLink,
    site: Site,
    directory: Directory,
  ): Promise<Result<Opened>> {
    const regionId = regionOfTicket(ticket) ?? "";
    const elsewhere = elsewhereOf(directory, regionId);
    if (elsewhere !== undefined) return elsewhere;
    // No store is asked for a region that is not this relay's.
    if (directory.region(regionId) === undefined) return NO_TICKET;
    const redeemed = await deps.tickets.redeem({ ticket, token }, hello.token, site.id);
    if (!redeemed.ok) return redeemed;
    const cursor = redeemed.value.own ? hello.cursor : undefined;
    const opened = await resume({ ...hello, region: undefined, cursor }, redeemed.value.token, link, site, directory);
    return opened.ok ? opened : NO_TICKET;
  }

  async function catchUp(room: Room, cursor: Cursor | undefined): Promise<Pick<Welcome, "resume" | "events" | "more">> {
    const { id } = room.conversation;
    const head = room.headSeq;
    const eventsOf = (entries: Entry[]): DurableEvent[] => entries.map((entry) => entry.event);
    const newest = async (): Promise<DurableEvent[]> => eventsOf(await deps.store.entriesBefore(id, head + 1, PAGE));
    if (cursor === undefined) return { resume: "fresh", events: await newest(), more: false };
    const reset = async (): Promise<Pick<Welcome, "resume" | "events" | "more">> => ({
      resume: "reset",
      events: await newest(),
      more: false,
    });
    const { epoch, seq, at } = cursor;
    if (epoch !== deps.store.epochOf(id) || seq > head) return reset();
    const known = room.history.find((event) => event.seq === seq);
    // With the cursor's own entry: a log that was put back to an older copy may hold another one there.
    const read = seq < head || (at !== undefined && known === undefined);
    const entries = read ? eventsOf(await deps.store.entriesAfter(id, Math.max(0, seq - 1), PAGE + 1)) : [];
    const own = known ?? entries.find((event) => event.seq === seq);
    if (at !== undefined && own !== undefined && own.at !== at) return reset();
    const events = entries.filter((event) => event.seq > seq).slice(0, PAGE);
    if (events.length === 0) return { resume: "caught-up", events, more: false };
    return { resume: "replayed", events, more: (events.at(-1)?.seq ?? head) < head };
  }

  async function welcome(
    room: Room,
    site: Site,
    region: Region,
    token: string,
    missed: Pick<Welcome, "resume" | "events" | "more">,
  ): Promise<Welcome> {
    const { conversation } = room;
    const queue = await queueOf({ room, region }, deps);
    const contact = await deps.contacts.view(conversation, region);
    const head = Math.max(room.headSeq, missed.events.at(-1)?.seq ?? 0);
    return {
      version: PROTOCOL_VERSION,
      token,
      visitorId: conversation.visitorId,
      conversationId: conversation.id,
      epoch: deps.store.epochOf(conversation.id),
      head,
      ...missed,
      mode: conversation.mode,
      ...(queue === undefined ? {} : { queue }),
      ...(conversation.agent === undefined ? {} : { agent: conversation.agent }),
      ...(contact === undefined ? {} : { contact }),
      receipts: { deliveredSeq: conversation.deliveredSeq, readSeq: conversation.readSeq },
      region: conversation.regionId,
      ...(region.config.endpoints.length === 0 ? {} : { endpoints: [...region.config.endpoints] }),
      language: conversation.language,
      site: { name: site.name, languages: [...site.languages], defaultLanguage: site.defaultLanguage },
      limits: { frameBytes: LIMITS.frameBytes, messageChars: LIMITS.messageChars, partsPerMessage: LIMITS.partsPerMessage },
      features: { handoff: region.desks.length > 0 },
      now: deps.clock.now(),
    };
  }

  return { open };
}
