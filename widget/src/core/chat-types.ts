/** The public face of the core: what `createChat` takes and gives. The view and the element build on this alone. */
import type { Ack, ContactChannel, VisitorPart } from "@allhours/protocol";
import type { Clock, Logger, Net, OutboxStorage, Tabs, Transport } from "./ports.ts";
import type { ChatState } from "./state.ts";

export type ChatOptions = {
  site: string;
  /** Origins of relays, best first: `https://chat.example`. At least one. */
  relays: readonly string[];
  /** Keep a second, warm link to the next relay (or the same): a lost link is then replaced within 300 ms. Costs a second link. Default false. */
  standby?: boolean | undefined;
  /** Interface language first, then what the browser accepts; read at each hello. */
  languages: () => readonly string[];
  timezone?: string | undefined;
  /** What the site's own server has signed for this visitor. */
  claim?: string | undefined;
  page?: (() => { url: string; title?: string | undefined } | undefined) | undefined;
};
export type ChatPorts = {
  /** Tried in order: the next one after two failures of the one before, the first one again from time to time. */
  transports: readonly (() => Promise<Transport>)[];
  storage: OutboxStorage;
  tabs: Tabs;
  clock: Clock;
  net: Net;
  logger: Logger;
};

/** Events a host page can hear. Each carries an id and a time (Unix ms). */
export type ChatEvents = {
  ready: Record<string, never>;
  "message:sent": { messageId: string };
  "message:received": { messageId: string; author: string; text: string };
  "message:failed": { messageId: string; code: string };
  unread: { count: number };
  connection: { status: ChatState["connection"]["status"]; region?: string | undefined };
  handoff: { mode: ChatState["mode"]; agent?: string | undefined };
  error: { code: string; message: string };
};
export type ChatEvent<Name extends keyof ChatEvents = keyof ChatEvents> = { id: string; type: Name; ts: number } & ChatEvents[Name];

export interface Chat {
  getState(): ChatState;
  /** Called after every change. Returns unsubscribe. */
  subscribe(listener: (state: ChatState) => void): () => void;
  on<Name extends keyof ChatEvents>(name: Name, listener: (event: ChatEvent<Name>) => void): () => void;
  /** Loads what is stored (timeline and outbox show at once). Does not connect. */
  load(): Promise<void>;
  /** Opens the link and keeps it. Idempotent. */
  connect(): void;
  /** Saves to the outbox, then shows, then sends when it can. Resolves with the message id once saved. Rejects only when a text is empty or over the limit. */
  send(parts: VisitorPart[]): Promise<string>;
  sendText(text: string, options?: { voice?: boolean }): Promise<string>;
  choose(messageId: string, option: { id: string; label: string; action?: "reply" | "handoff" | undefined }): Promise<void>;
  retry(messageId: string): Promise<void>;
  discard(messageId: string): Promise<void>;
  /** Ephemeral; throttled in here. */
  setTyping(typing: boolean): void;
  /** The visitor has seen everything up to the newest entry. */
  markSeen(): void;
  requestHandoff(): Promise<boolean>;
  cancelHandoff(): Promise<boolean>;
  rate(messageId: string, value: "up" | "down"): Promise<void>;
  /**
   * Where the visitor wants to be told that somebody has answered; an empty address takes it back. Resolves with the relay's ack, or `undefined` when
   * nobody answered. What is set shows in the state, masked.
   */
  setContact(channel: ContactChannel, address: string): Promise<Ack | undefined>;
  /**
   * Goes on with the conversation of a notice's link, once what waits in the outbox is sent in its own. Resolves when that is remembered, which outlives
   * the page. A ticket that opens nothing leaves all as it is: `linkGone` in the state, an `error` event with `ticket-unknown`.
   */
  join(ticket: string): Promise<void>;
  /** Back to the conversation this device had before it joined one (`hasOther`), and forth. Only in the leading tab, and when nothing waits to be sent. */
  goToOther(): void;
  /** Loads older entries than the first shown; false when there are none. */
  loadOlder(): Promise<boolean>;
  /** Closes link, tabs and storage; keeps what is stored. */
  close(): void;
  /** Forgets session, log and outbox of this site on this device, then closes. */
  reset(): Promise<void>;
}
