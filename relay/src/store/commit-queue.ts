/**
 * Self-clocked group commit: while the engine commits one batch, the next one collects here. No timer: a batch leaves when
 * the one before has returned. Owns order, the two bounds and who is told; knows nothing of SQL or threads.
 */
import {
  rowsOf,
  type BatchReply,
  type Operation,
  type OperationOf,
  type OperationType,
  type OutcomeOf,
  type Failure,
} from "./operations.ts";
import { StoreError } from "./store.ts";

export type CommitQueueOptions = {
  /** Takes a batch away; its answer comes by `settle`. Never called while another is out. */
  send: (operations: Operation[]) => void;
  /** A batch ends with the operation that reaches this many rows. */
  maxBatchRows: number;
  /** More operations than this do not wait: they are rejected at once. */
  maxQueued: number;
};

export interface CommitQueue {
  /** Resolves after the commit. Rejects with `StoreError`; nothing is tried again. */
  submit<Type extends OperationType>(operation: OperationOf<Type> & { type: Type }): Promise<OutcomeOf<Type>>;
  /** The answer to the batch that is out. */
  settle(reply: BatchReply): void;
  /** Rejects everything, waiting or out, and whatever comes later. */
  fail(error: StoreError): void;
  /** Refuses what comes later; resolves when nothing waits any more. */
  drain(): Promise<void>;
  /** Operations that wait or are out. */
  queued(): number;
  /** Transactions committed so far. */
  commits(): number;
}

type Waiting = { operation: Operation; resolve: (value: never) => void; reject: (error: StoreError) => void };

export function createCommitQueue({ send, maxBatchRows, maxQueued }: CommitQueueOptions): CommitQueue {
  let waiting: Waiting[] = [];
  let out: Waiting[] = [];
  let scheduled = false;
  let commits = 0;
  let refusal: StoreError | undefined;
  let drained: (() => void) | undefined;

  // After the current turn of the event loop, so that everything one read of the sockets brought goes together.
  function schedule(): void {
    if (scheduled || out.length > 0 || waiting.length === 0) return;
    scheduled = true;
    setImmediate(flush);
  }

  function flush(): void {
    scheduled = false;
    if (waiting.length === 0) return;
    let rows = 0;
    let end = 0;
    while (end < waiting.length && rows < maxBatchRows) {
      rows += rowsOf(waiting[end]!.operation);
      end += 1;
    }
    out = waiting.slice(0, end);
    waiting = waiting.slice(end);
    send(out.map((one) => one.operation));
  }

  return {
    submit: (operation) =>
      new Promise((resolve, reject) => {
        if (refusal !== undefined) return reject(refusal);
        if (waiting.length >= maxQueued) return reject(new StoreError(`The store is ${maxQueued} operations behind`));
        waiting.push({ operation, resolve, reject });
        schedule();
      }),
    settle: (reply) => {
      const batch = out;
      out = [];
      commits += reply.commits;
      batch.forEach((one, index) => {
        const settled = reply.settled[index]!;
        if (settled.ok) one.resolve(settled.value as never);
        else one.reject(storeErrorOf(settled.failure));
      });
      if (waiting.length === 0) drained?.();
      else schedule();
    },
    fail: (error) => {
      refusal = error;
      const abandoned = [...out, ...waiting];
      out = [];
      waiting = [];
      for (const one of abandoned) one.reject(error);
      drained?.();
    },
    drain: () => {
      refusal ??= new StoreError("The store is closed");
      if (waiting.length === 0 && out.length === 0) return Promise.resolve();
      return new Promise((resolve) => {
        drained = resolve;
      });
    },
    queued: () => waiting.length + out.length,
    commits: () => commits,
  };
}

/** The engine's error as it was on the other thread, wrapped. */
export function storeErrorOf(failure: Failure): StoreError {
  const cause = Object.assign(new Error(failure.message), failure.code === undefined ? {} : { code: failure.code });
  return new StoreError(`The store did not do it: ${failure.message}`, { cause });
}
