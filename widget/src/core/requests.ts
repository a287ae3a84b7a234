/** What the visitor asks of the relay besides sending: a person, a rating, older entries. Each is safe to ask twice. */
import { decodeHistory, newId, type Ack, type Command } from "@allhours/protocol";
import type { Chat } from "./chat-types.ts";
import type { ChatModel } from "./model.ts";
import type { Clock, LogEvent } from "./ports.ts";

/** Entries fetched by one `loadOlder`. */
const OLDER_ENTRIES = 50;

export type RequestOptions = {
  clock: Clock;
  state: () => ChatModel;
  /** Sends with the conversation of the moment; `undefined` when nobody answered. */
  ask: (build: (conversationId: string) => Command) => Promise<Ack | undefined>;
  showOlder: (events: readonly LogEvent[]) => void;
  /** Tells the host page what did not work. */
  fault: (code: string, message: string) => void;
};

export function createRequests({
  clock,
  state,
  ask,
  showOlder,
  fault,
}: RequestOptions): Pick<Chat, "requestHandoff" | "cancelHandoff" | "rate" | "setContact" | "loadOlder"> {
  let older: Promise<boolean> | undefined;

  async function accepted(build: (id: string, conversationId: string) => Command, otherwise: string): Promise<boolean> {
    const id = newId(clock.now());
    const ack = await ask((conversationId) => build(id, conversationId));
    if (ack?.ok !== true) fault(codeOf(ack), otherwise);
    return ack?.ok === true;
  }

  async function fetchOlder(): Promise<boolean> {
    const before = state().firstSeq;
    if (before <= 1) return false;
    const ack = await ask((conversationId) => ({ type: "history-get", conversationId, before, limit: OLDER_ENTRIES }));
    const history = ack?.ok === true ? decodeHistory(ack.value) : undefined;
    if (history?.ok !== true) {
      fault(codeOf(ack), "older entries could not be loaded");
      return false;
    }
    showOlder(history.value.events);
    return state().firstSeq < before;
  }

  return {
    requestHandoff: () => accepted((id, conversationId) => ({ type: "handoff-request", id, conversationId }), "no person could be asked"),
    cancelHandoff: () =>
      accepted((id, conversationId) => ({ type: "handoff-cancel", id, conversationId }), "the assistant could not be asked"),
    async rate(messageId, value) {
      await accepted(
        (id, conversationId) => ({ type: "rating-set", id, conversationId, messageId, value }),
        "the rating did not get through",
      );
    },
    setContact: async (channel, address) => ask((conversationId) => ({ type: "contact-set", conversationId, channel, address })),
    loadOlder() {
      older ??= fetchOlder().finally(() => (older = undefined));
      return older;
    },
  };
}

function codeOf(ack: Ack | undefined): string {
  return ack?.ok === false ? ack.error.code : "no-answer";
}
