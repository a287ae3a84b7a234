/**
 * A visitor in Node, for scripts and tests: says hello, sends, waits for acks and events. Speaks the public protocol only and does
 * nothing on its own: no reconnect, no resend, no outbox. Those belong to the widget.
 */
import {
  decodeAck,
  decodeEvent,
  decodeWelcome,
  newId,
  PROTOCOL_VERSION,
  type Ack,
  type Event,
  type EventOf,
  type Hello,
  type MessageReceipt,
  type VisitorPart,
  type Welcome,
} from "@allhours/protocol";
import type { Link } from "./link.ts";
import { createSocketIoLink } from "./socketio-link.ts";
import { createSseLink } from "./sse-link.ts";

/** How long a wait lasts when nothing else is said, milliseconds. */
const WAIT_MS = 10_000;

export type ClientOptions = {
  /** Origin of the relay, as http://127.0.0.1:8787. */
  url: string;
  site: string;
  pipe: "socketio" | "sse";
  /** Extra headers of the handshake. */
  headers?: Record<string, string> | undefined;
};

export type HelloFacts = Omit<Partial<Hello>, "type" | "site">;
type MessageAdded = EventOf<"message-added">;
export type AskResult = {
  id: string;
  ack: Ack<MessageReceipt>;
  answer: MessageAdded;
  /** From the send to the answer, milliseconds. */ ms: number;
};

export interface Client {
  /** Opens the link. A refusal is an ack; rejects when no link came about. Once a client. */
  hello(facts?: HelloFacts): Promise<Ack<Welcome>>;
  /** Any frame, also a wrong one; its ack with the value unread. Rejects when the link ends first. */
  command(frame: unknown): Promise<Ack>;
  /** Sends a message. The id is made here unless given; `acked` rejects when the link ends first. */
  send(content: string | VisitorPart[], options?: { id?: string; language?: string }): { id: string; acked: Promise<Ack<MessageReceipt>> };
  /** Sends a text and waits for its ack and the bot's answer. Rejects on a refusal or after `timeoutMs`. */
  ask(text: string, timeoutMs?: number): Promise<AskResult>;
  /** The first event that matches, among those that came already or later. Rejects after `timeoutMs` or when the link ends. */
  waitFor<Wanted extends Event>(match: (event: Event) => event is Wanted, timeoutMs?: number): Promise<Wanted>;
  waitFor(match: (event: Event) => boolean, timeoutMs?: number): Promise<Event>;
  /** Every event so far, in the order it came; those of the welcome first. */
  readonly events: readonly Event[];
  readonly welcome: Welcome | undefined;
  /** Why the link ended, once it has. */
  readonly closed: string | undefined;
  close(): void;
}

type Waiter = {
  match: (event: Event) => boolean;
  resolve: (event: Event) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout>;
};

export function createClient(options: ClientOptions): Client {
  const events: Event[] = [];
  const waiters = new Set<Waiter>();
  let welcome: Welcome | undefined;
  let closed: string | undefined;

  function take(event: Event): void {
    events.push(event);
    for (const waiter of waiters) {
      if (!waiter.match(event)) continue;
      forget(waiter);
      waiter.resolve(event);
    }
  }
  function forget(waiter: Waiter): void {
    clearTimeout(waiter.timer);
    waiters.delete(waiter);
  }

  const makeLink = options.pipe === "socketio" ? createSocketIoLink : createSseLink;
  const link: Link = makeLink(
    { url: options.url, headers: options.headers ?? {} },
    {
      onEvent(frame) {
        const event = decodeEvent(frame);
        if (event.ok && event.value !== undefined && event.value.type !== "unknown") take(event.value);
      },
      onClose(reason) {
        closed = reason;
        for (const waiter of waiters) {
          forget(waiter);
          waiter.reject(new Error(`the link ended (${reason})`));
        }
      },
    },
  );

  async function waitFor(match: (event: Event) => boolean, timeoutMs = WAIT_MS): Promise<Event> {
    const found = events.find(match);
    if (found !== undefined) return found;
    if (closed !== undefined) throw new Error(`the link ended (${closed})`);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        match,
        resolve,
        reject,
        timer: setTimeout(() => {
          waiters.delete(waiter);
          reject(new Error(`nothing that matches came within ${timeoutMs} ms`));
        }, timeoutMs),
      };
      waiters.add(waiter);
    });
  }

  function send(
    content: string | VisitorPart[],
    { id = newId(), language }: { id?: string; language?: string } = {},
  ): ReturnType<Client["send"]> {
    const parts: VisitorPart[] = typeof content === "string" ? [{ type: "text", text: content }] : content;
    const frame = {
      type: "message-send",
      id,
      conversationId: welcome?.conversationId ?? "",
      parts,
      ...(language === undefined ? {} : { language }),
    };
    const acked = link
      .command(frame)
      .then((ack) => decodeAck<MessageReceipt>(ack, (value) => ({ ok: true, value: value as MessageReceipt })));
    // A caller who waits for the answer only must not die of the ack that never came.
    acked.catch(() => undefined);
    return { id, acked };
  }

  return {
    async hello(facts = {}) {
      const frame = { type: "hello", version: PROTOCOL_VERSION, site: options.site, ...facts };
      const ack = decodeAck<Welcome>(await link.open(frame), decodeWelcome);
      if (ack.ok) {
        welcome = ack.value;
        for (const event of ack.value.events) if (event.type !== "unknown") take(event);
      }
      return ack;
    },
    async command(frame) {
      return decodeAck(await link.command(frame), (value) => ({ ok: true, value }));
    },
    send,
    async ask(text, timeoutMs = WAIT_MS) {
      const from = performance.now();
      const { id, acked } = send(text);
      const answered = waitFor(isAnswerTo(id), timeoutMs).then((event) => ({
        answer: event as MessageAdded,
        ms: performance.now() - from,
      }));
      answered.catch(() => undefined);
      const ack = await acked;
      if (!ack.ok) throw new Error(`the message was refused: ${ack.error.code}`);
      return { id, ack, ...(await answered) };
    },
    waitFor,
    events,
    get welcome() {
      return welcome;
    },
    get closed() {
      return closed;
    },
    close() {
      link.close();
    },
  };
}

function isAnswerTo(id: string): (event: Event) => boolean {
  return (event) => event.type === "message-added" && event.message.inReplyTo === id;
}
