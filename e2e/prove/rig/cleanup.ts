/** What a scenario has opened, closed again in the opposite order however it ends. */
export interface Cleanup {
  /** Remembers how to undo it, and gives it back. */
  keep: <Value>(value: Value, undo: (value: Value) => unknown) => Value;
}

/** Runs `work`; whatever it kept is undone when it returns or throws. */
export async function withCleanup<Result>(work: (cleanup: Cleanup) => Promise<Result>): Promise<Result> {
  const undo: (() => unknown)[] = [];
  try {
    return await work({
      keep: (value, how) => {
        undo.push(() => how(value));
        return value;
      },
    });
  } finally {
    for (const one of undo.reverse()) await one();
  }
}
