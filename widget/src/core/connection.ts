/**
 * Keeps one link to a relay: when to open, through which transport, when to doubt it, when to give up. The only place that
 * reconnects. Knows nothing of what the frames mean, except the hello, the probe and the goaway.
 */
import { LIMITS, type Event, type UnknownDurable, type Welcome } from "@allhours/protocol";
import { BACKOFF, fullJitter } from "./backoff.ts";
import { hedged } from "./hedged.ts";
import { LinkRefused, type Link } from "./ports.ts";
import type { Connection, ConnectionOptions } from "./connection-types.ts";
import { createRoute } from "./route.ts";
import type { ConnectionState } from "./state.ts";

/** Times of a link, milliseconds. */
export const LINK_TIMES = {
  /** First tries; a try gets longer with each failure, up to three times this. */
  openMs: 5_000,
  /** A first transport that is silent for this long gets the next one beside it. */
  hedgeMs: 2_500,
  /** A link that lasted this long was good: the next loss starts at the shortest wait again. */
  stableMs: 30_000,
  /** Wake-ups within this after one that was acted on are ignored. */
  wakeDebounceMs: 1_000,
  /** A page that wakes wants to know sooner than one that waits for an ack. */
  wakeProbeMs: 1_500,
  /** With a fallback transport in use, the preferred one is tried again after this. */
  preferAgainMs: 5 * 60_000,
} as const;
/** Refusals that no retry can change. */
const FINAL_CODES: readonly string[] = ["origin-refused", "unknown-site", "unsupported-version"];

type Live = { link: Link; transport: number };

export function createConnection({ transports, relays, clock, net, logger, hello, on }: ConnectionOptions): Connection {
  let wanted = false;
  let live: Live | undefined;
  let trying: AbortController | undefined;
  let checking: Promise<boolean> | undefined;
  let state: ConnectionState = { status: "idle" };
  /** In a row; the exponent of the wait. */
  let failures = 0;
  const route = createRoute(relays, transports.length);
  let unknownSessions = 0;
  let lastWake = -Infinity;
  const none = (): void => {};
  const cancel = { retry: none, stable: none, prefer: none, goaway: none };
  const waiters = new Set<() => void>();
  const unlisten: (() => void)[] = [];

  function say(next: ConnectionState): void {
    state = next;
    on.state(next);
  }

  function stopTimers(): void {
    for (const key of Object.keys(cancel) as (keyof typeof cancel)[]) {
      cancel[key]();
      cancel[key] = none;
    }
  }

  function release(): void {
    for (const waiter of Array.from(waiters)) waiter();
  }

  /** Tries once. With a link up this is a second one, opened before the first is let go. */
  async function attempt(through: number = route.transport): Promise<void> {
    if (trying !== undefined || !wanted) return;
    cancel.retry();
    const control = new AbortController();
    trying = control;
    if (live === undefined && net.online) {
      say(
        failures === 0 && state.status !== "reconnecting"
          ? { status: "connecting" }
          : { status: "reconnecting", attempt: failures, nextAt: undefined },
      );
    }
    try {
      const won = await race(through, control.signal);
      if (control.signal.aborted) return won.live.link.close();
      trying = undefined;
      adopt(won.live, won.welcome);
      won.settle();
    } catch (error) {
      if (control.signal.aborted) return;
      trying = undefined;
      failed(error, through);
    }
  }

  type Opened = { live: Live; welcome: Welcome; settle: () => void };

  /** One try through one transport. `settle` is called once the link is in use: what was lost before that is lost then. */
  async function openThrough(through: number, signal: AbortSignal): Promise<Opened> {
    let mine: Live | undefined;
    let early = false;
    const pipe = await transports[through]!();
    const opened = await pipe.open(
      route.relay,
      hello(),
      {
        event: (event) => mine !== undefined && mine === live && hear(event),
        lost: (reason) => {
          if (mine === undefined || mine !== live) early = true;
          else lose(reason, false);
        },
      },
      LINK_TIMES.openMs * Math.min(3, 1 + failures),
      signal,
    );
    mine = { link: opened.link, transport: through };
    return { live: mine, welcome: opened.welcome, settle: () => early && lose("lost at once", false) };
  }

  /** The first link to open; beside one in use, and for the last transport, there is no race. */
  async function race(through: number, signal: AbortSignal): Promise<Opened> {
    const other = (through + 1) % transports.length;
    if (live !== undefined || other <= through) return openThrough(through, signal);
    return hedged(
      (cut) => openThrough(through, cut),
      (cut) => openThrough(other, cut),
      {
        afterMs: LINK_TIMES.hedgeMs,
        clock,
        signal,
        close: (late) => late.live.link.close(),
        final: (error) => error instanceof LinkRefused,
      },
    );
  }

  function adopt(next: Live, welcome: Welcome): void {
    const before = live;
    live = next;
    before?.link.close();
    stopTimers();
    route.opened(next.transport);
    unknownSessions = 0;
    cancel.stable = clock.after(LINK_TIMES.stableMs, () => (failures = 0));
    preferAgain();
    on.welcome(welcome);
    say({ status: "online", pipe: next.link.pipe, region: welcome.region });
    release();
  }

  /** On a fallback transport: looks from time to time whether the preferred one works again. */
  function preferAgain(): void {
    cancel.prefer();
    if (live === undefined || live.transport === 0) return;
    cancel.prefer = clock.after(LINK_TIMES.preferAgainMs, () => {
      void attempt(0);
    });
  }

  function hear(event: Event | UnknownDurable): void {
    if (event.type !== "goaway") return on.event(event);
    cancel.goaway();
    cancel.goaway = clock.after(event.afterMs, () => void attempt());
  }

  function failed(error: unknown, through: number): void {
    const refused = error instanceof LinkRefused ? error : undefined;
    logger.debug({ code: refused?.code, error: String(error), transport: through }, "link did not open");
    if (refused !== undefined && FINAL_CODES.includes(refused.code)) {
      giveUp();
      say({ status: "refused", code: refused.code });
      return;
    }
    if (refused?.code === "session-unknown") {
      on.sessionUnknown();
      unknownSessions += 1;
      if (unknownSessions === 1) return void attempt(through);
    }
    // The link in use is as good as it was; the better one is tried again later.
    if (live !== undefined) return preferAgain();
    // A refusal shows that the transport works.
    if (refused === undefined) route.failed(through);
    schedule(refused?.retryAfterMs ?? 0, false);
  }

  function schedule(leastMs: number, soon: boolean): void {
    if (!wanted || live !== undefined || trying !== undefined) return;
    const jitter = soon && failures === 0 ? 0 : fullJitter(failures, clock.random());
    // Without a network a try now and then: browsers call a machine offline whose relay is on the same machine.
    const delayMs = net.online ? Math.max(leastMs, jitter) : BACKOFF.capMs;
    failures += 1;
    say(net.online ? { status: "reconnecting", attempt: failures, nextAt: clock.now() + delayMs } : { status: "offline" });
    cancel.retry();
    cancel.retry = clock.after(delayMs, () => void attempt());
  }

  /** Lets go of the link and of a try in progress. */
  function drop(): void {
    const before = live;
    live = undefined;
    stopTimers();
    trying?.abort();
    trying = undefined;
    before?.link.close();
    if (before !== undefined) on.lost();
  }

  function giveUp(): void {
    wanted = false;
    for (const stop of unlisten.splice(0)) stop();
    drop();
    failures = 0;
    release();
  }

  function lose(reason: string, soon: boolean): void {
    logger.debug({ reason }, "link lost");
    const second = trying;
    trying = undefined;
    drop();
    trying = second;
    if (second === undefined) schedule(0, soon);
    else say({ status: "reconnecting", attempt: failures, nextAt: undefined });
  }

  function check(timeoutMs: number): Promise<boolean> {
    const asked = live;
    if (asked === undefined) return Promise.resolve(false);
    checking ??= asked.link.send({ type: "probe" }, timeoutMs).then((ack) => {
      checking = undefined;
      if (asked !== live) return live !== undefined;
      if (ack === undefined) lose("probe unanswered", true);
      return ack !== undefined;
    });
    return checking;
  }

  function wake(): void {
    if (!wanted || clock.now() - lastWake < LINK_TIMES.wakeDebounceMs) return;
    lastWake = clock.now();
    if (live !== undefined) void check(LINK_TIMES.wakeProbeMs);
    else void attempt();
  }

  function networkChanged(online: boolean): void {
    if (!wanted) return;
    if (online) {
      if (live === undefined) void attempt();
      return;
    }
    drop();
    schedule(0, false);
  }

  function nextLink(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = clock.after(withinMs, finish);
      function finish(): void {
        stop();
        waiters.delete(finish);
        resolve();
      }
      waiters.add(finish);
    });
  }

  return {
    open() {
      if (wanted) return;
      wanted = true;
      unlisten.push(net.onChange(networkChanged), net.onWake(wake));
      if (net.online) void attempt();
      else schedule(0, false);
    },
    close() {
      giveUp();
      if (state.status !== "idle") say({ status: "idle" });
    },
    send: async (command, timeoutMs) => live?.link.send(command, timeoutMs),
    async ask(command, withinMs) {
      const deadline = clock.now() + withinMs;
      for (;;) {
        const left = deadline - clock.now();
        if (!wanted || left <= 0) return undefined;
        if (live === undefined) await nextLink(left);
        else {
          const ack = await live.link.send(command(), Math.min(left, LIMITS.ackTimeoutMs));
          if (ack !== undefined) return ack;
          await check(LIMITS.probeTimeoutMs);
        }
      }
    },
    check: () => check(LIMITS.probeTimeoutMs),
    renew(reason, soon) {
      if (live !== undefined) lose(reason, soon);
    },
  };
}
