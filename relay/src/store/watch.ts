/** Keeps what is known of the store's health: asked on a timer, and told at once by a message that was refused. */
import { LIMITS } from "@allhours/protocol";
import type { Logger } from "../observe/logger.ts";
import type { Metrics } from "../observe/metrics.ts";
import { StoreError, type Store } from "./store.ts";

export type StoreWatch = {
  /** The store, with every append watched for a disk that refuses. */
  store: Store;
  /** Why the store does not serve; `undefined` when it does. */
  reason(): string | undefined;
  /** Asks it. Never rejects. */
  probe(): Promise<void>;
};

/** The disk or the file, not the request. */
function isDiskTrouble(error: unknown): boolean {
  const code = error instanceof StoreError ? (error.cause as { code?: unknown } | undefined)?.code : undefined;
  return typeof code === "string" && /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN)/.test(code);
}

export function watchStore(opened: Store, deps: { logger: Logger; metrics: Pick<Metrics, "storeQueued"> }): StoreWatch {
  const { logger, metrics } = deps;
  let trouble: string | undefined;

  /** A message was refused: red at once, and green only when something as large as a message can be written again. */
  function refused(reason: string): void {
    if (trouble === undefined) logger.error({ reason }, "the store refuses to write");
    trouble = reason;
  }
  return {
    store: {
      ...opened,
      append: async (request) =>
        opened.append(request).catch((error: unknown) => {
          if (isDiskTrouble(error)) refused((error as Error).message);
          throw error;
        }),
    },
    reason: () => trouble,
    async probe() {
      const health = await opened
        .health(trouble === undefined ? undefined : LIMITS.frameBytes)
        .catch((error: unknown) => ({ ok: false, reason: String(error), queued: 0 }));
      metrics.storeQueued.set(health.queued);
      if (!health.ok) return refused(health.reason ?? "does not answer");
      if (trouble !== undefined) logger.info({}, "the store answers again");
      trouble = undefined;
    },
  };
}
