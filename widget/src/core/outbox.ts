/**
 * The persisted queue of the visitor's messages: saves, sends in order one at a time, decides what a refusal means. The only
 * place that sends a message again. Does not know links: `send` makes one try, and `start`/`stop` say when a try makes sense.
 */
import { policyOf, type MessageReceipt } from "@allhours/protocol";
import { fullJitter } from "./backoff.ts";
import type { Clock, Logger, OutboxEntry, OutboxStorage } from "./ports.ts";

/** `unanswered`: the link lives but the ack did not come, so the same frame goes out again. `interrupted`: no link; wait for `start`. */
export type SendResult =
  | { kind: "acked"; receipt: MessageReceipt }
  | { kind: "refused"; code: string; retryAfterMs?: number | undefined }
  | { kind: "unanswered" }
  | { kind: "interrupted" };

export type OutboxOptions = {
  storage: OutboxStorage;
  clock: Clock;
  logger: Logger;
  /** One try of one entry. Never rejects. */
  send: (entry: OutboxEntry) => Promise<SendResult>;
  on: {
    /** The whole queue after a change made here or found in storage. */
    changed(entries: readonly OutboxEntry[]): void;
    sending(id: string): void;
    acked(id: string, receipt: MessageReceipt): void;
    failed(id: string, code: string): void;
  };
};

export interface Outbox {
  /** Saves at the end; resolves once saved and shown. */
  enqueue(entry: Omit<OutboxEntry, "order">): Promise<OutboxEntry>;
  /** Sends from now on. Idempotent. */
  start(): void;
  /** Sends nothing more; an answer still on its way is taken. */
  stop(): void;
  /** Storage was changed by another tab: reads it again before the next send. */
  refresh(): Promise<void>;
  /** The log holds this message: as good as its ack. */
  confirm(id: string, receipt: MessageReceipt): void;
  /** A failed entry waits again, with the same id and place. */
  retry(id: string): Promise<void>;
  /** Takes an entry out for good. */
  discard(id: string): Promise<void>;
}

/** What a relay may say of a frame that was damaged where no checksum helps: its name, or that of the checksum itself. Ours are well formed. */
const DAMAGE_CODES: readonly string[] = ["bad-frame", "unknown-command"];
const DAMAGE_TRIES = 2;

export function createOutbox({ storage, clock, logger, send, on }: OutboxOptions): Outbox {
  let entries: readonly OutboxEntry[] = [];
  let active = false;
  let draining = false;
  /** Storage may hold something `entries` does not. Entries found later always come later, so one read serves a whole drain. */
  let stale = true;
  let pausedUntil = 0;
  let cancelPause = (): void => {};
  let inFlight: { id: string; confirm: (result: SendResult) => void } | undefined;
  /** Something asked for a send while a drain was about to end. */
  let restart = false;
  /** Done here, but perhaps still in a list that was read before. */
  const done = new Set<string>();
  let changes = 0;

  const set = (next: readonly OutboxEntry[]): void => {
    changes += 1;
    entries = next;
    on.changed(entries);
  };
  const reload = async (): Promise<void> => {
    for (;;) {
      stale = false;
      const before = changes;
      const stored = await storage.outbox();
      // What was enqueued while this list was read may be missing in it.
      if (changes === before) return set(stored.filter((entry) => !done.has(entry.id)));
    }
  };
  const replace = async (entry: OutboxEntry): Promise<void> => {
    await storage.update(entry);
    set(entries.map((one) => (one.id === entry.id ? entry : one)));
  };
  const take = async (id: string): Promise<void> => {
    done.add(id);
    set(entries.filter((entry) => entry.id !== id));
    await storage.remove(id);
  };

  function pause(delayMs: number): void {
    pausedUntil = clock.now() + delayMs;
    cancelPause();
    cancelPause = clock.after(delayMs, () => {
      // A timer may ring a millisecond before the clock says so; asking the clock then would wait for a ring that never comes.
      pausedUntil = 0;
      wake();
    });
  }

  /** Handles one answer. False when the queue has to wait. */
  async function settle(entry: OutboxEntry, result: SendResult): Promise<boolean> {
    if (done.has(entry.id)) return true;
    switch (result.kind) {
      case "acked":
        on.acked(entry.id, result.receipt);
        await take(entry.id);
        return true;
      case "unanswered":
        return true;
      case "interrupted":
        return false;
      default: {
        const policy = policyOf(result.code);
        const perhapsDamaged = DAMAGE_CODES.includes(result.code) && entry.attempts < DAMAGE_TRIES;
        if (!policy.retryable && !perhapsDamaged) {
          await replace({ ...entry, failed: { code: result.code } });
          on.failed(entry.id, result.code);
          return true;
        }
        pause(Math.max(result.retryAfterMs ?? policy.delayMs, fullJitter(entry.attempts, clock.random())));
        await replace({ ...entry, attempts: entry.attempts + 1 });
        return false;
      }
    }
  }

  async function drain(): Promise<void> {
    for (;;) {
      if (!active || clock.now() < pausedUntil) return;
      if (stale) await reload();
      const head = entries.find((entry) => entry.failed === undefined);
      if (!active || head === undefined) {
        if (stale && active) continue;
        return;
      }
      on.sending(head.id);
      const confirmed = new Promise<SendResult>((confirm) => (inFlight = { id: head.id, confirm }));
      const result = await Promise.race([send(head), confirmed]);
      inFlight = undefined;
      // A new link may have come while the answer of the old one was awaited: then go on, else wait for it.
      if (!(await settle(head, result)) && result.kind === "interrupted") return;
    }
  }

  function wake(): void {
    if (draining || !active) return;
    draining = true;
    restart = false;
    drain()
      .catch((error: unknown) => {
        // A storage that fails has already fallen back to memory; what is left is a fault of ours. Do not spin on it.
        logger.warn({ error: String(error) }, "outbox stopped by an error");
        stale = true;
        pause(fullJitter(3, clock.random()));
      })
      .finally(() => {
        draining = false;
        if (restart) wake();
      });
  }
  const request = (): void => {
    restart = draining;
    wake();
  };

  return {
    async enqueue(entry) {
      const saved = await storage.enqueue(entry);
      if (!entries.some((one) => one.id === saved.id) && !done.has(saved.id))
        set([...entries, saved].sort((one, other) => one.order - other.order));
      request();
      return saved;
    },
    start() {
      active = true;
      stale = true;
      request();
    },
    stop() {
      active = false;
    },
    async refresh() {
      stale = true;
      if (active) request();
      else await reload();
    },
    confirm(id, receipt) {
      if (inFlight?.id === id) return inFlight.confirm({ kind: "acked", receipt });
      if (!entries.some((entry) => entry.id === id)) return;
      take(id).catch((error: unknown) => logger.warn({ error: String(error) }, "could not remove a sent entry"));
    },
    async retry(id) {
      const entry = entries.find((one) => one.id === id);
      if (entry?.failed === undefined) return;
      await replace({ ...entry, attempts: 0, failed: undefined });
      request();
    },
    discard: take,
  };
}
