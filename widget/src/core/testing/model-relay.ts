/**
 * The relay of the tests: sessions, one log a conversation, dedupe by id, resume by cursor. Small enough to be read as the
 * contract; its faults are switched on by the test.
 */
import { decodeCommand, newId, type Ack, type Command, type DurableEvent, type Event, type Hello, type Welcome } from "@allhours/protocol";
import type { LoopbackPeer, LoopbackRelay } from "../../transport/loopback.ts";
import type { Clock } from "../ports.ts";

type Draft = DurableEvent extends infer One ? (One extends unknown ? Omit<One, "seq" | "at" | "conversationId"> : never) : never;
type Conversation = { id: string; visitorId: string; log: DurableEvent[] };
type Page = { event(frame: unknown): void; cut(reason: string): void };

export type ModelRelay = LoopbackRelay & {
  /** Every conversation ever made, oldest first. */
  readonly conversations: readonly Conversation[];
  /** Ids of the messages as they were taken, repeats left out. */
  readonly taken: string[];
  /** Commands received, by type. */
  readonly heard: Command[];
  readonly links: number;
  /** What to do with a command before it is handled. `lost`: the relay never sees it; `ack-lost`: it does, but the answer is. */
  fault: (command: Command) => "lost" | "ack-lost" | { code: string; retryAfterMs?: number; endpoints?: string[] } | undefined;
  /** Refuses to be connected to. */
  down: boolean;
  /** Of links, and where they lead. */
  readonly tickets: Map<string, Conversation>;
  pageSize: number;
  epoch: string;
  /** A conversation that began on another device. */
  begin(): Conversation;
  append(conversationId: string, draft: Draft): DurableEvent;
  /** Appends without telling anybody: what a page misses while events are on their way. */
  appendSilently(conversationId: string, draft: Draft): DurableEvent;
  tell(event: Event): void;
  cut(reason?: string): void;
  forgetSessions(): void;
};

const WELCOME = {
  version: 1,
  mode: "bot",
  receipts: { deliveredSeq: 0, readSeq: 0 },
  region: "eu",
  language: "en",
  limits: { frameBytes: 32_768, messageChars: 8_000, partsPerMessage: 20 },
  features: { handoff: true },
  contact: { channels: ["email"] },
} as const;

export function createModelRelay(clock: Clock): ModelRelay {
  const conversations: Conversation[] = [];
  const sessions = new Map<string, Conversation>();
  const used = new Set<string>();
  const open = new Map<Page, Conversation | undefined>();
  const refuse = (code: string, more: { retryAfterMs?: number; endpoints?: string[] } = {}): Ack => ({
    ok: false,
    error: { code: code as "internal", message: code, ...more },
  });

  function begin(): Conversation {
    const conversation = { id: newId(clock.now()), visitorId: newId(clock.now()), log: [] };
    conversations.push(conversation);
    return conversation;
  }
  function place(conversationId: string, draft: Draft): DurableEvent {
    const conversation = conversations.find((one) => one.id === conversationId)!;
    const event = { ...draft, conversationId, seq: conversation.log.length + 1, at: clock.now() };
    conversation.log.push(event);
    return event;
  }
  function publish(event: Event & { conversationId: string }): void {
    for (const [page, conversation] of open) if (conversation?.id === event.conversationId) page.event(event);
  }

  /** The token by which it goes on: its own, where that leads there already. */
  function join({ ticket, token }: NonNullable<Hello["join"]>, own: string | undefined): string | undefined {
    const conversation = relay.tickets.get(ticket);
    if (conversation === undefined || sessions.has(token)) return sessions.has(token) ? token : undefined;
    if (own !== undefined && sessions.get(own) === conversation) return own;
    if (used.has(ticket)) return undefined;
    used.add(ticket);
    sessions.set(token, conversation);
    return token;
  }
  function welcome(said: Hello, page: Page): Ack {
    let hello = said;
    const joined = said.join === undefined ? undefined : join(said.join, said.token);
    if (said.join !== undefined && joined === undefined) return refuse("ticket-unknown");
    if (joined !== undefined && joined !== said.token) hello = { ...said, token: joined, cursor: undefined };
    let conversation = hello.token === undefined ? undefined : sessions.get(hello.token);
    if (hello.token !== undefined && conversation === undefined) return refuse("session-unknown");
    let token = hello.token;
    if (conversation === undefined || token === undefined) {
      conversation = begin();
      token = `token-${conversations.length}-of-the-model-relay`;
      sessions.set(token, conversation);
    }
    open.set(page, conversation);
    const { cursor } = hello;
    const head = conversation.log.length;
    const there = cursor === undefined ? undefined : conversation.log[cursor.seq - 1];
    const fits =
      cursor !== undefined &&
      cursor.epoch === relay.epoch &&
      cursor.seq <= head &&
      (cursor.at === undefined || there === undefined || there.at === cursor.at);
    const after = fits ? cursor.seq : 0;
    const events = conversation.log.slice(after, after + relay.pageSize);
    const resume = cursor === undefined ? "fresh" : !fits ? "reset" : events.length === 0 ? "caught-up" : "replayed";
    const value: Welcome = {
      ...WELCOME,
      contact: { channels: [...WELCOME.contact.channels] },
      site: { name: "Linden & Co", languages: ["en"], defaultLanguage: "en" },
      token,
      visitorId: conversation.visitorId,
      conversationId: conversation.id,
      epoch: relay.epoch,
      head,
      resume,
      events,
      more: after + events.length < head,
      now: clock.now(),
    };
    return { ok: true, value };
  }

  function handle(command: Exclude<Command, Hello>, conversation: Conversation): Ack {
    if ("conversationId" in command && command.conversationId !== conversation.id) return refuse("forbidden");
    switch (command.type) {
      case "message-send": {
        const known = conversation.log.find((event) => event.type === "message-added" && event.message.id === command.id);
        if (known !== undefined) return { ok: true, value: { seq: known.seq, known: true } };
        const message = { id: command.id, author: { kind: "visitor" as const }, parts: command.parts };
        relay.taken.push(command.id);
        const { seq } = relay.append(conversation.id, { type: "message-added", message });
        return { ok: true, value: { seq, known: false } };
      }
      case "handoff-request":
        return {
          ok: true,
          value: { seq: relay.append(conversation.id, { type: "mode-changed", mode: "queued", reason: "requested" }).seq, known: false },
        };
      case "rating-set": {
        const { messageId, value } = command;
        return { ok: true, value: { seq: relay.append(conversation.id, { type: "message-rated", messageId, value }).seq, known: false } };
      }
      case "history-get": {
        const limit = Math.min(relay.pageSize, command.limit ?? relay.pageSize);
        const { after, before } = command;
        const all = conversation.log;
        const events =
          before === undefined
            ? all.filter(({ seq }) => seq > (after ?? 0)).slice(0, limit)
            : all.filter(({ seq }) => seq < before).slice(-limit);
        const more = before === undefined ? (events.at(-1)?.seq ?? all.length) < all.length : (events[0]?.seq ?? 1) > 1;
        return { ok: true, value: { events, more } };
      }
      case "contact-set": {
        if (command.channel !== "email") return refuse("channel-not-offered");
        const { channel, address } = command;
        const state = { channels: ["email"], ...(address === "" ? {} : { channel, masked: `${address.slice(0, 1)}…` }) };
        relay.tell({ type: "contact", conversationId: conversation.id, ...state });
        return { ok: true, value: state };
      }
      case "probe":
        return { ok: true, value: { head: conversation.log.length } };
      default:
        return { ok: true, value: null };
    }
  }

  const relay: ModelRelay = {
    conversations,
    taken: [],
    heard: [],
    get links() {
      return open.size;
    },
    fault: () => undefined,
    down: false,
    tickets: new Map(),
    pageSize: 200,
    epoch: "first",
    begin,
    appendSilently: place,
    append(conversationId, draft) {
      const event = place(conversationId, draft);
      publish(event);
      return event;
    },
    tell(event) {
      if ("conversationId" in event) publish(event);
      else for (const page of open.keys()) page.event(event);
    },
    cut(reason = "cut") {
      for (const page of Array.from(open.keys())) page.cut(reason);
    },
    forgetSessions: () => sessions.clear(),
    connect(page): LoopbackPeer {
      if (relay.down) throw new Error("down");
      open.set(page, undefined);
      return {
        closed: () => void open.delete(page),
        async command(frame) {
          const decoded = decodeCommand(frame);
          if (!decoded.ok) return decoded;
          const command = decoded.value;
          relay.heard.push(command);
          const fault = relay.fault(command);
          if (fault === "lost") return undefined;
          if (typeof fault === "object") {
            const { code, ...more } = fault;
            return refuse(code, more);
          }
          const conversation = open.get(page);
          const answer =
            command.type === "hello"
              ? welcome(command, page)
              : conversation === undefined
                ? refuse("hello-required")
                : handle(command, conversation);
          return fault === "ack-lost" ? undefined : answer;
        },
      };
    },
  };
  return relay;
}
