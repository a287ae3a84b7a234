/**
 * Going on with the conversation of a notice's link, on a device that has none or another. A chunk of its own, fetched where such a link has led. Owns when
 * the ticket is said, what is kept of the conversation before, and the way back to it; links and storage are chat.ts's. What waits to be sent goes
 * first, into the conversation it was written in.
 */
import type { Hello } from "@allhours/protocol";
import type { StoredSession } from "./ports.ts";
import type { Action } from "./reduce.ts";
import type { ChatState } from "./state.ts";

export type JoiningHost = {
  session: StoredSession | undefined;
  /** This tab has the link. */
  readonly leading: boolean;
  state(): ChatState;
  dispatch(action: Action): void;
  /** Takes it as the session; resolves once it is saved. */
  save(next: StoredSession): Promise<void>;
  /** Lets go of the link, if any, and opens another for the session as it is now. */
  reopen(): void;
  fault(code: string, message: string): void;
};

export interface Joining {
  /** Remembers the ticket, and says it as soon as it may be said. Resolves when it is remembered. */
  join(ticket: string): Promise<void>;
  /** Back to the conversation before, and forth. Not while something waits to be sent. */
  goToOther(): void;
  /** The storage holds this: another tab, or this one before a reload, was led here. */
  found(stored: StoredSession | undefined): void;
  /** The same hello, with the ticket when it may be said. */
  hello(plain: Hello): Hello;
  /** Something of the outbox was sent: perhaps it may be said now. */
  go(): void;
  /** `next` is the session by the welcome, `before` the state without it: the session to keep. */
  joined(next: StoredSession, before: ChatState): StoredSession;
  /** A hello was refused: false when that had nothing to do with a ticket. */
  unknown(code: string): boolean;
}

const NO_SESSION: StoredSession = { token: "", visitorId: "", conversationId: "" };

/** 256 random bits as base64url: the session of this device in the ticket's conversation, so that the same hello can be said until it is answered. */
function newToken(): string {
  const text = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Nothing waits that was written in the conversation of the moment. What was refused for good waits for the visitor alone. */
function isDrained({ timeline }: ChatState): boolean {
  return !timeline.some((item) => item.kind === "message" && (item.delivery === "waiting" || item.delivery === "sending"));
}
function hasWritten({ timeline }: ChatState): boolean {
  return timeline.some((item) => item.kind === "message" && item.author.kind === "visitor");
}
/** As it is kept beside another. */
function alone({ join: _join, linkGone: _linkGone, other: _other, ...session }: StoredSession): StoredSession {
  return session;
}

export function createJoining(host: JoiningHost): Joining {
  function go(): void {
    if (host.leading && host.session?.join !== undefined && isDrained(host.state())) host.reopen();
  }

  return {
    go,
    async join(ticket) {
      host.dispatch({ type: "link", patch: { linkGone: false, hasOther: host.session?.other !== undefined } });
      await host.save({ ...(host.session ?? NO_SESSION), join: { ticket, token: newToken() } });
      go();
    },
    goToOther() {
      const { session } = host;
      if (!host.leading || session?.other === undefined || !isDrained(host.state())) return;
      host.session = { ...session.other, other: alone(session) };
      host.reopen();
    },
    found(stored) {
      const linkGone = stored?.linkGone === true || host.state().linkGone === true;
      host.dispatch({ type: "link", patch: { linkGone, hasOther: stored?.other !== undefined } });
      if (stored?.join === undefined || host.session?.join !== undefined) return;
      host.session = { ...(host.session ?? stored), join: stored.join };
      go();
    },
    hello(plain) {
      const { join, region } = host.session ?? NO_SESSION;
      // What was written before there was a conversation is for the one it leads to.
      if (join === undefined || (plain.token !== undefined && !isDrained(host.state()))) return plain;
      const { token: _token, cursor: _cursor, region: _region, ...bare } = plain;
      // Relays of another region get nothing of this one's.
      return { ...(region === undefined || join.ticket.startsWith(`${region}.`) ? plain : bare), join };
    },
    joined(next, before) {
      const { session } = host;
      const left = session?.token && session.conversationId !== next.conversationId && hasWritten(before) ? session : undefined;
      const other = left === undefined ? next.other : alone(left);
      const said = session?.join === undefined || session.join.token === next.token || isDrained(before);
      host.dispatch({ type: "link", patch: { linkGone: host.state().linkGone === true, hasOther: other !== undefined } });
      return { ...alone(next), ...(other === undefined ? {} : { other }), ...(said ? {} : { join: session.join }) };
    },
    unknown(code) {
      const { session } = host;
      const { join, other } = session ?? NO_SESSION;
      if (code === "session-unknown") {
        host.session = join === undefined ? other : { ...NO_SESSION, join, other };
        return true;
      }
      if (session === undefined || join === undefined) return false;
      void host.save({ ...session, join: undefined, linkGone: true });
      host.dispatch({ type: "link", patch: { linkGone: true, hasOther: other !== undefined } });
      host.fault(code, "the link opens no conversation");
      return true;
    },
  };
}
