/**
 * A visitor without a browser: the widget's own core, outbox and Socket.IO pipe, in this process. Sends ledger messages, remembers what it
 * was promised, and tells what its page shows.
 */
import { textOf } from "@allhours/protocol";
import {
  createHeadlessChat,
  createMemoryStorage,
  type Chat,
  type ChatOptions,
  type ChatPorts,
  type TimelineItem,
} from "@allhours/widget/headless";
import { ledgerText, sightingIn, type Sighting } from "../ledger.ts";
import type { Random } from "../random.ts";
import { SITE } from "./relay.ts";

export interface Visitor {
  readonly name: string;
  readonly chat: Chat;
  /** Messages whose `send` resolved: from then on they are promised. */
  readonly sent: Sighting[];
  /** Writes the next message; resolves with its id once it is saved. */
  say(): Promise<string>;
  /** What the page shows of the visitor's messages, or of the replies, in the order it shows them. */
  shown(author: "visitor" | "bot" | "agent"): Sighting[];
  /** Its session, as a second tab would read it; empty before the first welcome, and with a storage of the caller's. */
  token(): string;
  /** Messages not yet acknowledged. */
  waiting(): number;
  /** Answers that are shown and not whole. */
  growing(): number;
  /** Replies shown. */
  answered(): number;
}

export function createVisitor(options: {
  name: string;
  relays: readonly string[];
  random: Random;
  ports?: Partial<ChatPorts> | undefined;
  chat?: Partial<ChatOptions> | undefined;
}): Visitor {
  const { name, random } = options;
  const memory = createMemoryStorage();
  const chat = createHeadlessChat(
    { site: SITE, relays: options.relays, languages: () => ["en"], ...options.chat },
    { storage: memory, ...options.ports },
  );
  const sent: Sighting[] = [];
  let n = 0;
  const messages = (): Extract<TimelineItem, { kind: "message" }>[] => chat.getState().timeline.filter((item) => item.kind === "message");
  chat.connect();
  return {
    name,
    chat,
    sent,
    async say() {
      const { text, sighting } = ledgerText(name, (n += 1), random);
      const id = await chat.sendText(text);
      sent.push(sighting);
      return id;
    },
    shown: (author) => messages().flatMap((item) => (item.author.kind === author ? (sightingIn(textOf(item.parts)) ?? []) : [])),
    token: () => memory.peek().session?.token ?? "",
    waiting: () => messages().filter((item) => item.delivery === "waiting" || item.delivery === "sending").length,
    growing: () => messages().filter((item) => item.streaming === true).length,
    answered: () => messages().filter((item) => item.author.kind === "bot" && item.inReplyTo !== undefined).length,
  };
}
