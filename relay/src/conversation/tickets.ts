/**
 * Tickets: what the link in a notice carries, so that the visitor finds the conversation on another device. Each is good once, for a week, for one
 * conversation and its site, and lies by its hash in the records of the conversation's own region. Owns making and redeeming them; who is told of what
 * is notices.ts's, opening the link hello.ts's.
 */
import { randomBytes } from "node:crypto";
import { refusal, type Hello, type Result } from "@allhours/protocol";
import type { Conversation, Session, Store, StoreRecord } from "../store/store.ts";
import type { Contact, Contacts } from "./contacts.ts";
import type { ConversationDeps } from "./place.ts";
import { hashToken, SESSION_MS } from "./session.ts";

/** Kind of the records, by the hash of the ticket. `at` is when it was made. */
export const TICKET = "ticket";
export const TICKET_MS = 7 * 24 * 3_600_000;
/** Name of the ticket in the fragment of a link; the widget looks for it. */
const FRAGMENT = "allhours";
const SHAPE = /^([a-z0-9][a-z0-9-]{0,62})\.[A-Za-z0-9]{23}$/;

/** `setAt`: of the address that it was sent to. */
type Body = { conversationId: string; siteId: string; setAt: number; used: boolean };

/** Says nothing of which it is: a stranger who tries learns nothing. */
export const NO_TICKET = refusal("ticket-unknown", "join.ticket: unknown, used, too old, or not of this site; say hello without it", {
  path: "join.ticket",
});

/** Of which region a ticket says it is; `undefined` for what is none. Nothing is believed of it. */
export function regionOfTicket(ticket: string): string | undefined {
  return SHAPE.exec(ticket)?.[1];
}

/** 136 random bits, letters and digits alone: programs that make links of text leave signs at the end out. About one try in two is taken. */
function randomLetters(): string {
  for (;;) {
    const letters = randomBytes(17).toString("base64url");
    if (/^[A-Za-z0-9]+$/.test(letters)) return letters;
  }
}

/** A new ticket, the record by which it is found, and the link that carries it: in the fragment, which browsers send to nobody. */
export function makeTicket(
  { id, regionId, siteId }: Pick<Conversation, "id" | "regionId" | "siteId">,
  { setAt }: Pick<Contact, "setAt">,
  nowMs: number,
): { record: StoreRecord; linkFrom: (page: string) => string } {
  const ticket = `${regionId}.${randomLetters()}`;
  const body: Body = { conversationId: id, siteId, setAt, used: false };
  return {
    record: { kind: TICKET, regionId, id: hashToken(ticket), at: nowMs, body },
    linkFrom: (page) => `${page}#${FRAGMENT}=${ticket}`,
  };
}

export type Tickets = ReturnType<typeof createTickets>;

export function createTickets(
  deps: Pick<ConversationDeps, "rooms" | "serial" | "clock" | "logger"> & { store: Store; contacts: Pick<Contacts, "stands"> },
) {
  const { store } = deps;

  async function sessionOf(token: string | undefined, siteId: string): Promise<Session | undefined> {
    const session = token === undefined ? undefined : await store.findSession(hashToken(token));
    return session === undefined || session.expiresAt <= deps.clock.now() || session.siteId !== siteId ? undefined : session;
  }

  /**
   * The token by which this hello goes on: the one it made for the ticket's conversation, also when it says so again; or its own (`own`), where that
   * leads there already, and the ticket stays good. Refuses with `ticket-unknown`. Rejects with `StoreError`.
   */
  async function redeem(
    { ticket, token }: NonNullable<Hello["join"]>,
    ownToken: string | undefined,
    siteId: string,
  ): Promise<Result<{ token: string; own: boolean }>> {
    if ((await sessionOf(token, siteId)) !== undefined) return { ok: true, value: { token, own: false } };
    const regionId = regionOfTicket(ticket);
    if (regionId === undefined) return NO_TICKET;
    const id = hashToken(ticket);
    const found = (await store.record(TICKET, regionId, id))?.body as Body | undefined;
    if (found === undefined || found.siteId !== siteId) return NO_TICKET;
    const { conversationId } = found;
    if (ownToken !== undefined && (await sessionOf(ownToken, siteId))?.conversationId === conversationId)
      return { ok: true, value: { token: ownToken, own: true } };
    // In the conversation's queue: of two that come at once, one is first.
    return deps.serial.run(conversationId, async (): Promise<Result<{ token: string; own: boolean }>> => {
      const now = deps.clock.now();
      if ((await sessionOf(token, siteId)) !== undefined) return { ok: true, value: { token, own: false } };
      const record = await store.record(TICKET, regionId, id);
      const body = record?.body as Body | undefined;
      if (record === undefined || body === undefined || body.used || record.at <= now - TICKET_MS) return NO_TICKET;
      const room = await deps.rooms.get(conversationId);
      if (room === undefined || !(await deps.contacts.stands({ id: conversationId, regionId }, body.setAt))) return NO_TICKET;
      const { visitorId } = room.conversation;
      const session = { tokenHash: hashToken(token), visitorId, conversationId, siteId, expiresAt: now + SESSION_MS };
      await store.append({ conversationId, entries: [], at: now, records: [{ ...record, body: { ...body, used: true } }], session });
      deps.logger.info({ conversation: conversationId, region: regionId }, "a visitor came back by the link of a notice");
      return { ok: true, value: { token, own: false } };
    });
  }

  return { redeem };
}

/** Forgets what nobody can use any more, once a day. */
export async function sweepTickets(store: Pick<Store, "removeRecords">, regionId: string, nowMs: number): Promise<void> {
  await store.removeRecords(TICKET, regionId, nowMs - TICKET_MS);
}
