/**
 * One try to open a link: through which transports and to which relays at once. Relays are raced by connecting, and only the first that
 * does is told hello, so that a first visit begins one conversation. Owns no policy of when; connection.ts has that.
 */
import type { Event, Hello, UnknownDurable, Welcome } from "@allhours/protocol";
import type { Clock, Link, Transport } from "./ports.ts";
import { LinkRefused } from "./ports.ts";
import { raced, type Way } from "./raced.ts";
import { LINK_TIMES } from "./link-times.ts";

export type Live = { link: Link; transport: number; relay: string; welcome: Welcome };
/** `use`: from now on its events are told; a loss before that is told again. */
export type Opened = { live: Live; use: () => void };

export type OpeningOptions = {
  transports: readonly (() => Promise<Transport>)[];
  clock: Clock;
  hello: (relay: string) => Hello;
  on: {
    event(live: Live, event: Event | UnknownDurable): void;
    damaged(live: Live): void;
    lost(live: Live, reason: string): void;
  };
};

export interface Opening {
  /** One way: this transport, this relay. `mayHello` is asked once connected; no means that another was first. */
  through(transport: number, relay: string, timeoutMs: number, signal: AbortSignal, mayHello?: () => boolean): Promise<Opened>;
  /** All ways that make sense: the relays with a stagger, and the next transport beside a silent one. */
  race(transport: number, relays: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<Opened>;
}

export function createOpening({ transports, clock, hello, on }: OpeningOptions): Opening {
  async function through(
    transport: number,
    relay: string,
    timeoutMs: number,
    signal: AbortSignal,
    mayHello: () => boolean = () => true,
  ): Promise<Opened> {
    let live: Live | undefined;
    let used = false;
    let lost: string | undefined;
    /** What overtook the caller: handed over at `use`. A link that is kept for later hears nothing. */
    const early: (Event | UnknownDurable)[] = [];
    const pipe = await transports[transport]!();
    const { link, welcome } = await pipe.open(
      relay,
      () => (mayHello() ? hello(relay) : undefined),
      {
        event(event) {
          if (used) on.event(live!, event);
          else if (live === undefined) early.push(event);
        },
        damaged: () => used && on.damaged(live!),
        lost(reason) {
          lost = reason;
          if (live !== undefined) on.lost(live, reason);
        },
      },
      timeoutMs,
      signal,
    );
    live = { link, transport, relay, welcome };
    return {
      live,
      use() {
        used = true;
        for (const event of early.splice(0)) on.event(live, event);
        if (lost !== undefined) on.lost(live, lost);
      },
    };
  }

  function race(transport: number, relays: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<Opened> {
    let taken: string | undefined;
    const ways: Way<Opened>[] = relays.map((relay, index) => ({
      afterMs: index * LINK_TIMES.staggerMs,
      eager: true,
      open: (cut) => through(transport, relay, timeoutMs, cut, () => (taken ??= relay) === relay),
    }));
    const next = transport + 1;
    if (next < transports.length) {
      ways.push({ afterMs: LINK_TIMES.hedgeMs, open: (cut) => through(next, taken ?? relays[0]!, timeoutMs, cut) });
    }
    return raced(ways, {
      clock,
      signal,
      close: (late) => late.live.link.close(),
      final: (error) => error instanceof LinkRefused,
    });
  }

  return { through, race };
}
