/**
 * Asks desks that say nothing by themselves what was said there: each by itself, one question at a time, again after its own interval, later and
 * later while it does not answer. What it says enters by the same door as a signed delivery.
 */
import type { DeskCommand, HandoffAdapter } from "../adapters/spec.ts";
import type { Result } from "@allhours/protocol";
import { isAdapterError } from "../adapters/errors.ts";
import type { Clock } from "../observe/clock.ts";
import type { Logger } from "../observe/logger.ts";
import type { Region } from "../routing/types.ts";
import type { DeskAnswer } from "./desk.ts";

const LONGEST_PAUSE_MS = 60_000;
/** For one look, however much there is to read. */
const LOOK_MS = 60_000;
const TELL_MS = 5_000;

export type DeskPolls = { stop(): void };

export function startDeskPolls(
  regions: readonly Region[],
  deps: {
    receive: (deskId: string, region: Region, command: DeskCommand) => Promise<Result<DeskAnswer>>;
    clock: Clock;
    logger: Logger;
  },
): DeskPolls {
  const stopped = new AbortController();
  const timers = new Set<() => void>();

  async function look(
    region: Region,
    deskId: string,
    adapter: HandoffAdapter,
    polls: NonNullable<HandoffAdapter["polls"]>,
    failures: number,
  ): Promise<void> {
    let failed = failures;
    try {
      await polls.hear(
        async (command) => {
          const answer = await deps.receive(deskId, region, command);
          if (answer.ok) return;
          deps.logger.warn({ desk: deskId, code: answer.error.code }, "what a desk said was refused");
          await adapter.refused?.(command, answer.error, AbortSignal.timeout(TELL_MS)).catch(() => undefined);
        },
        AbortSignal.any([stopped.signal, AbortSignal.timeout(LOOK_MS)]),
      );
      failed = 0;
    } catch (error) {
      if (stopped.signal.aborted) return;
      failed += 1;
      deps.logger.warn(
        { desk: deskId, code: isAdapterError(error) ? error.code : "failed", failures: failed },
        "a desk did not say what was said there",
      );
    }
    if (stopped.signal.aborted) return;
    const pause = Math.min(LONGEST_PAUSE_MS, polls.everyMs * 2 ** failed);
    const cancel = deps.clock.after(Math.max(polls.everyMs, pause), () => {
      timers.delete(cancel);
      void look(region, deskId, adapter, polls, failed);
    });
    timers.add(cancel);
  }

  for (const region of regions)
    for (const { id, adapter } of region.desks) if (adapter.polls !== undefined) void look(region, id, adapter, adapter.polls, 0);
  return {
    stop() {
      stopped.abort(new DOMException("The relay stops asking", "AbortError"));
      for (const cancel of timers) cancel();
    },
  };
}
