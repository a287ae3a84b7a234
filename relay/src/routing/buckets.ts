/** Token buckets: how many of a thing one key may do at once, and in a second from then on. In memory; `now` in Unix milliseconds. */

type Bucket = { tokens: number; at: number };

/** A token bucket per key: `burst` at once, then `perSecond`. Gives 0, or the milliseconds until the next token. */
export function createBuckets(burst: number, perSecond: number, now: () => number) {
  const buckets = new Map<string, Bucket>();
  return {
    take(key: string): number {
      const at = now();
      const bucket = buckets.get(key);
      if (bucket === undefined) {
        buckets.set(key, { tokens: burst - 1, at });
        return 0;
      }
      bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1_000) * perSecond);
      bucket.at = at;
      if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return 0;
      }
      return Math.ceil(((1 - bucket.tokens) / perSecond) * 1_000);
    },
    /** Forgets keys whose bucket is full again: they are as good as new. */
    sweep(): void {
      const at = now();
      for (const [key, bucket] of buckets) if (bucket.tokens + ((at - bucket.at) / 1_000) * perSecond >= burst) buckets.delete(key);
    },
    get size() {
      return buckets.size;
    },
  };
}
export type Buckets = ReturnType<typeof createBuckets>;
