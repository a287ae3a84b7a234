/**
 * Keeps the log whole and saved: pages through what is missing, and writes events with the cursor that covers them, in
 * order, one write at a time. Asks for a new link when a page does not come; waiting is the connection's.
 */
import { LIMITS, decodeHistory, type Ack, type Command } from "@allhours/protocol";
import type { LogEvent, Logger, OutboxStorage, StoredSession } from "./ports.ts";
import type { ChatModel } from "./model.ts";

export type SyncOptions = {
  storage: OutboxStorage;
  logger: Logger;
  state: () => ChatModel;
  send: (command: Command, timeoutMs: number) => Promise<Ack | undefined>;
  /** Applies a page of history to the state. */
  apply: (events: readonly LogEvent[]) => void;
  /** The page did not come: this link is no good for a resume. */
  giveUp: () => void;
  /** Something new is in storage. */
  saved: (what: "log" | "session") => void;
};

export interface Sync {
  /** Saves what the state now covers. `reset`: the stored log is replaced. */
  save(events: readonly LogEvent[], reset: boolean): void;
  saveSession(session: StoredSession): void;
  /** Pages until the state has everything up to `seq`, and on while the relay says there is more. Runs once at a time. */
  catchUp(seq: number): void;
  /** A link is gone or new: pages asked for on the one before are of no use. */
  restart(): void;
  /** Resolves when every save asked for so far is done. */
  idle(): Promise<void>;
}

export function createSync({ storage, logger, state, send, apply, giveUp, saved }: SyncOptions): Sync {
  let chain: Promise<void> = Promise.resolve();
  let batch: { events: LogEvent[]; reset: boolean } | undefined;
  let generation = 0;
  let paging = false;
  let target = 0;

  function queue(write: () => Promise<void>, what: "log" | "session"): void {
    chain = chain
      .then(write)
      .then(() => saved(what))
      .catch((error: unknown) => logger.warn({ error: String(error), what }, "could not save"));
  }

  function save(events: readonly LogEvent[], reset: boolean): void {
    if (events.length === 0 && !reset) return;
    if (batch !== undefined && !reset) {
      batch.events.push(...events);
      return;
    }
    // A write that has not begun takes what comes meanwhile: one transaction for a burst.
    const mine = { events: [...events], reset };
    const { epoch = "" } = state();
    batch = mine;
    queue(() => {
      if (batch === mine) batch = undefined;
      return storage.saveEvents(mine.events, { epoch, seq: mine.events.at(-1)?.seq ?? 0 }, reset);
    }, "log");
  }

  async function page(mine: number): Promise<void> {
    for (;;) {
      const before = state();
      if (before.conversationId === undefined) return;
      const ack = await send(
        { type: "history-get", conversationId: before.conversationId, after: before.seq, limit: LIMITS.pageEntries },
        LIMITS.ackTimeoutMs,
      );
      const history = ack?.ok === true ? decodeHistory(ack.value) : undefined;
      if (mine !== generation) return;
      if (history?.ok !== true) {
        logger.warn({ code: ack?.ok === false ? ack.error.code : undefined }, "could not resume");
        return giveUp();
      }
      apply(history.value.events);
      const moved = state().seq > before.seq;
      if (!history.value.more && state().seq >= target) return;
      if (!moved) {
        logger.warn({ seq: before.seq, target }, "a page of history did not continue the log");
        return giveUp();
      }
    }
  }

  return {
    save,
    saveSession(session) {
      queue(() => storage.saveSession(session), "session");
    },
    catchUp(seq) {
      target = Math.max(target, seq);
      if (paging) return;
      paging = true;
      const mine = generation;
      page(mine)
        .catch((error: unknown) => {
          logger.warn({ error: String(error) }, "could not resume");
          giveUp();
        })
        .finally(() => {
          if (mine === generation) paging = false;
        });
    },
    restart() {
      generation += 1;
      paging = false;
      target = 0;
    },
    idle: () => chain,
  };
}
