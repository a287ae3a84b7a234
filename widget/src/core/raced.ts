/**
 * Several ways to the same thing: each begins beside those before it when they have been silent for a while, and whichever comes first
 * is kept. A network that swallows connections says nothing for as long as one waits. Knows nothing of links.
 */
import type { Clock } from "./ports.ts";

export type Way<Value> = {
  /** When it begins, milliseconds from the start. */
  afterMs: number;
  /** Begins at once when every way before it has failed. Otherwise a quick failure of those ends the race. */
  eager?: boolean | undefined;
  open(signal: AbortSignal): Promise<Value>;
};
export type RaceOptions<Value> = {
  clock: Clock;
  /** Cuts all. */
  signal: AbortSignal;
  /** Called with what came after another was kept. */
  close: (late: Value) => void;
  /** An error that settles the matter, whoever says it. */
  final: (error: unknown) => boolean;
};

/** Rejects with the first error when all that began have failed and no eager way is left. */
export function raced<Value>(ways: readonly Way<Value>[], { clock, signal, close, final }: RaceOptions<Value>): Promise<Value> {
  const losers = new AbortController();
  const stop = (): void => losers.abort();
  signal.addEventListener("abort", stop);
  const waiting = new Set(ways);
  const cancels: (() => void)[] = [];
  let running = 0;
  let over = false;
  let first: { error: unknown } | undefined;
  return new Promise<Value>((resolve, reject) => {
    function end(settle: () => void): void {
      over = true;
      for (const cancel of cancels) cancel();
      signal.removeEventListener("abort", stop);
      settle();
      losers.abort();
    }
    function failed(error: unknown): void {
      running -= 1;
      first ??= { error };
      if (over) return;
      if (final(error)) return end(() => reject(error));
      if (running > 0) return;
      const next = Array.from(waiting).find((way) => way.eager === true);
      if (next === undefined) end(() => reject(first!.error));
      else begin(next);
    }
    function begin(way: Way<Value>): void {
      if (over || !waiting.delete(way)) return;
      running += 1;
      way.open(losers.signal).then((value) => (over ? close(value) : end(() => resolve(value))), failed);
    }
    for (const way of ways) {
      if (way.afterMs === 0) begin(way);
      else cancels.push(clock.after(way.afterMs, () => begin(way)));
    }
  });
}
