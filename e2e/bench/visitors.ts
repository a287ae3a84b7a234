/**
 * Many visitors in one process, and what each of their messages met: when it was due, acknowledged, answered. Reads frames by
 * searching them, never by parsing: the generator must not be what is measured.
 */
import { randomUUID } from "node:crypto";
import { PROTOCOL_VERSION, SOCKET_PATH } from "@allhours/protocol";
import { openRawLink, type RawLink } from "./raw-link.ts";

/** One message on its way. Times are `performance.now()` milliseconds; 0 until it happened. */
export type Sent = { id: string; dueAt: number; ackedAt: number; answeredAt: number };
export type Visitor = {
  /** Sends the next question. `dueAt` is when it should have left. */
  send: (dueAt: number) => void;
  close: () => void;
  /** Messages that wait for an ack or an answer. */
  readonly pending: number;
};
/** Counts over all visitors of one run. `done`: acknowledged and, where answers are awaited, answered. */
export type Tally = {
  sent: number;
  acked: number;
  done: number;
  refused: number;
  lost: number;
  /** Answers with an article, with buttons, with neither. */
  answered: number;
  askedBack: number;
  other: number;
  onDone: (visitor: Visitor, sent: Sent) => void;
};

export function createTally(onDone: Tally["onDone"] = () => undefined): Tally {
  return { sent: 0, acked: 0, done: 0, refused: 0, lost: 0, answered: 0, askedBack: 0, other: 0, onDone };
}

/** Questions of one language, in the order they are asked; round and round. */
export type Questions = { language: string; texts: readonly string[] };

export type VisitorOptions = {
  port: number;
  questions: Questions;
  /** The relay: say hello, wait for answers. `undefined`: the bare server. */
  site: string | undefined;
  /** Read at every use, so that a run can put a new one in place. */
  tally: () => Tally;
};

const IN_REPLY_TO = '"inReplyTo":"';

export async function openVisitor({ port, questions, site, tally }: VisitorOptions): Promise<Visitor> {
  const unacked = new Map<number, Sent>();
  const unanswered = new Map<string, Sent>();
  let number = 1;
  let question = Math.floor(Math.random() * questions.texts.length);
  let conversationId = randomUUID() as string;
  let welcomed: (json: string) => void = () => undefined;
  const heads = questions.texts.map((text) => JSON.stringify([{ type: "text", text }]));

  const link: RawLink = await openRawLink({
    port,
    path: SOCKET_PATH,
    onAck(ackNumber, json) {
      if (ackNumber === 0) {
        welcomed(json);
        return;
      }
      const sent = unacked.get(ackNumber);
      if (sent === undefined) return;
      unacked.delete(ackNumber);
      sent.ackedAt = performance.now();
      const now = tally();
      now.acked += 1;
      if (json.startsWith('[{"ok":false')) {
        now.refused += 1;
        unanswered.delete(sent.id);
        return;
      }
      if (site === undefined || sent.answeredAt > 0) finish(sent);
    },
    onEvent(json) {
      const at = json.lastIndexOf(IN_REPLY_TO);
      if (at < 0) return;
      const id = json.slice(at + IN_REPLY_TO.length, at + IN_REPLY_TO.length + 36);
      const sent = unanswered.get(id);
      if (sent === undefined) return;
      unanswered.delete(id);
      sent.answeredAt = performance.now();
      const now = tally();
      if (json.includes('"type":"sources"')) now.answered += 1;
      else if (json.includes('"type":"choices"')) now.askedBack += 1;
      else now.other += 1;
      if (sent.ackedAt > 0) finish(sent);
    },
    onClose() {
      tally().lost += 1;
    },
  });

  function finish(sent: Sent): void {
    const now = tally();
    now.done += 1;
    now.onDone(visitor, sent);
  }

  if (site !== undefined) {
    const welcome = await new Promise<string>((resolve) => {
      welcomed = resolve;
      link.command(0, JSON.stringify({ type: "hello", version: PROTOCOL_VERSION, site, languages: [questions.language] }));
    });
    const found = /"conversationId":"([0-9a-f-]{36})"/.exec(welcome)?.[1];
    if (found === undefined) throw new Error(`hello was refused: ${welcome.slice(0, 200)}`);
    conversationId = found;
  }

  const visitor: Visitor = {
    send(dueAt) {
      const id = cheapId();
      const sent: Sent = { id, dueAt, ackedAt: 0, answeredAt: 0 };
      unacked.set(number, sent);
      if (site !== undefined) unanswered.set(id, sent);
      tally().sent += 1;
      link.command(number, `{"type":"message-send","id":"${id}","conversationId":"${conversationId}","parts":${heads[question]}}`);
      number += 1;
      question = (question + 1) % heads.length;
    },
    close: () => link.close(),
    get pending() {
      return Math.max(unacked.size, unanswered.size);
    },
  };
  return visitor;
}

/** Opens many, `atOnce` at a time; each speaks the next of the languages. */
export async function openVisitors(
  count: number,
  options: Omit<VisitorOptions, "questions">,
  languages: readonly Questions[],
  atOnce = 50,
): Promise<Visitor[]> {
  const visitors: Visitor[] = [];
  for (let from = 0; from < count; from += atOnce) {
    const batch = Array.from({ length: Math.min(atOnce, count - from) }, async (_unused, index) => {
      const questions = languages[(from + index) % languages.length];
      if (questions === undefined) throw new Error("expected at least one question");
      return openVisitor({ ...options, questions });
    });
    visitors.push(...(await Promise.all(batch)));
  }
  return visitors;
}

let stamp = "";
let stampMs = 0;
/** A UUIDv7 whose random part is `randomUUID`'s: a tenth of the cost of making one by hand. */
function cheapId(): string {
  const nowMs = Date.now();
  if (nowMs !== stampMs) {
    stampMs = nowMs;
    const hex = nowMs.toString(16).padStart(12, "0");
    stamp = `${hex.slice(0, 8)}-${hex.slice(8)}-7`;
  }
  return stamp + randomUUID().slice(15);
}
