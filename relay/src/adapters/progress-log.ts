/** Tells in the log how far something is that takes long. */
import type { AdapterContext } from "./spec.ts";

/** Between two lines, and before the first, milliseconds. */
const PROGRESS_MS = 5_000;

export function progressLog({ path, logger }: AdapterContext, message: string): (progress: object) => void {
  let last = performance.now();
  return (progress) => {
    if (performance.now() - last < PROGRESS_MS) return;
    last = performance.now();
    logger.info({ adapter: path, ...progress }, message);
  };
}
