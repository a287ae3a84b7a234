/** One conversation, one task at a time, in the order they came. Different conversations do not wait for each other. */
export type SerialQueue = {
  /** Runs `task` after everything queued before it under the same key. Its failure does not stop the next. */
  run<Value>(key: string, task: () => Promise<Value>): Promise<Value>;
  /** Resolves when nothing is queued or running. */
  idle(): Promise<void>;
  readonly size: number;
};

export function createSerialQueue(): SerialQueue {
  const tails = new Map<string, Promise<unknown>>();
  return {
    async run(key, task) {
      const before = tails.get(key);
      const now = before === undefined ? task() : before.then(task, task);
      tails.set(key, now);
      try {
        return await now;
      } finally {
        if (tails.get(key) === now) tails.delete(key);
      }
    },
    async idle() {
      while (tails.size > 0) await Promise.allSettled(tails.values());
    },
    get size() {
      return tails.size;
    },
  };
}
