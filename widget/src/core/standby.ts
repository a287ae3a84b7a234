/**
 * A second link, kept warm and unused, so that the loss of the first costs no handshake. Owns keeping one there; which relay it leads
 * to and when it is taken are connection.ts's. What it hears is dropped until it is in use.
 */
import { fullJitter } from "./backoff.ts";
import { LINK_TIMES } from "./link-times.ts";
import type { Opened } from "./opening.ts";
import type { Clock, Link } from "./ports.ts";

export interface Standby {
  /** Keeps one from now on. Idempotent. */
  keep(): void;
  /** The link, while there is one. */
  readonly link: Link | undefined;
  /** Gives it away, to be used; another is opened by the next `keep`. */
  take(): Opened | undefined;
  /** The link that was given to `open` is gone. */
  lost(link: Link): void;
  /** Lets go of it and keeps none. */
  stop(): void;
}

/** `open`: one try of one link. */
export function createStandby(open: (signal: AbortSignal) => Promise<Opened>, clock: Clock): Standby {
  let held: Opened | undefined;
  let trying: AbortController | undefined;
  let cancel = (): void => {};
  let failures = 0;

  async function attempt(): Promise<void> {
    const control = new AbortController();
    trying = control;
    try {
      const opened = await open(control.signal);
      if (control.signal.aborted) return opened.live.link.close();
      trying = undefined;
      failures = 0;
      held = opened;
    } catch {
      if (control.signal.aborted) return;
      trying = undefined;
      again();
    }
  }
  function again(): void {
    cancel();
    // The first link has the right of way: never at once.
    cancel = clock.after(LINK_TIMES.besideMs + fullJitter(failures, clock.random()), () => void attempt());
    failures += 1;
  }
  return {
    keep() {
      if (held === undefined && trying === undefined) void attempt();
    },
    get link() {
      return held?.live.link;
    },
    take() {
      const given = held;
      held = undefined;
      return given;
    },
    lost(link) {
      if (held?.live.link !== link) return;
      held = undefined;
      again();
    },
    stop() {
      cancel();
      trying?.abort();
      trying = undefined;
      held?.live.link.close();
      held = undefined;
      failures = 0;
    },
  };
}
