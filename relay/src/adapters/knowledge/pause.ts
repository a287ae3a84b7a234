/** Divides long work on the relay's own thread into slices, so that sockets are served in between. Knows nothing of the work. */

/** Longest stretch without letting others run, in milliseconds, when the work looks at the clock often enough. */
const SLICE_MS = 8;

/** Lets others run when the slice is over; else goes on at once. Rejects with the signal's reason when it has fired. */
export type Pause = () => Promise<void>;

export function createPause(signal: AbortSignal | undefined): Pause {
  let sliceEnd = performance.now() + SLICE_MS;
  return async () => {
    if (performance.now() < sliceEnd) return;
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    sliceEnd = performance.now() + SLICE_MS;
  };
}
