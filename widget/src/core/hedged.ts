/**
 * Two ways to the same thing: the second is tried beside a first one that stays silent, and whichever comes first is kept. A
 * network that swallows WebSockets says nothing for as long as one waits. Knows nothing of links.
 */
import type { Clock } from "./ports.ts";

export type HedgeOptions<Value> = {
  /** Silence of the first after which the second begins, milliseconds. */
  afterMs: number;
  clock: Clock;
  /** Cuts both. */
  signal: AbortSignal;
  /** Called with what came after the other was kept. */
  close: (late: Value) => void;
  /** An error that settles the matter, whoever says it. */
  final: (error: unknown) => boolean;
};

type Way<Value> = (signal: AbortSignal) => Promise<Value>;

/** Rejects with the first one's error: at once when it fails before the second has begun, else when both have failed. */
export async function hedged<Value>(first: Way<Value>, second: Way<Value>, options: HedgeOptions<Value>): Promise<Value> {
  const { signal, final } = options;
  const losers = new AbortController();
  const stop = (): void => losers.abort();
  signal.addEventListener("abort", stop);
  let begun = false;
  let begin: () => void = () => {};
  const beside = new Promise<void>((resolve) => (begin = resolve)).then(() => {
    begun = true;
    return second(losers.signal);
  });
  const cancel = options.clock.after(options.afterMs, begin);
  const alone = first(losers.signal);
  const either = alone.catch((error: unknown) => {
    if (!begun || final(error)) throw error;
    return beside.catch(() => alone);
  });
  try {
    const won = await Promise.race([either, beside.catch((error: unknown) => (final(error) ? Promise.reject(error as Error) : either))]);
    for (const one of [alone, beside]) one.then((value) => value !== won && options.close(value)).catch(() => {});
    return won;
  } finally {
    cancel();
    signal.removeEventListener("abort", stop);
    losers.abort();
  }
}
