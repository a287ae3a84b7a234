/** One piece of work in a thread of its own, with its progress. Knows nothing of the work. */
import { Worker, type ResourceLimits } from "node:worker_threads";

export type FromThread<Progress, Result> = { type: "progress"; progress: Progress } | { type: "result"; result: Result };
export type ThreadOptions<Progress> = {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  resourceLimits?: ResourceLimits | undefined;
  /** Whether what it prints is thrown away. */
  silent?: boolean | undefined;
};

/** The file of a thread beside `base`: from the sources Node runs the TypeScript file, from dist the built one. */
export function threadFile(name: string, base: string): URL {
  return new URL(`${name}${base.endsWith(".ts") ? ".ts" : ".js"}`, base);
}

/** Rejects with the signal's reason, with what the thread threw, or with `ended without a result`. Ended early only when the signal fires. */
export function runThread<Progress, Result>(
  file: URL,
  request: unknown,
  { signal, onProgress, resourceLimits, silent = false }: ThreadOptions<Progress> = {},
): Promise<Result> {
  signal?.throwIfAborted();
  const worker = new Worker(file, { workerData: request, stdout: silent, stderr: silent, ...(resourceLimits && { resourceLimits }) });
  return new Promise<Result>((resolve, reject) => {
    const stop = (): void => {
      reject(signal?.reason as Error);
      void worker.terminate();
    };
    signal?.addEventListener("abort", stop, { once: true });
    // It ends by itself: `terminate` would wait here, in the thread of the sockets, until its memory is given back.
    worker.on("message", (message: FromThread<Progress, Result>) => {
      if (message.type === "progress") onProgress?.(message.progress);
      else resolve(message.result);
    });
    worker.once("error", reject);
    worker.once("exit", () => {
      signal?.removeEventListener("abort", stop);
      reject(new Error("ended without a result"));
    });
  });
}
