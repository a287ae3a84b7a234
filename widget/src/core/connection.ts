/**
 * Keeps one link to a relay: when to open, probe, change and give up. The only owner of reconnecting; opens nothing itself
 * (opening.ts), holds the spare one elsewhere (standby.ts), and says which way is next by route.ts. Adds no frames but the
 * hello, the probe, and the copy of a message that a standby carries.
 */
import { LIMITS, type Ack, type Command, type Event, type UnknownDurable } from "@allhours/protocol";
import { BACKOFF, fullJitter } from "./backoff.ts";
import type { Connection, ConnectionOptions } from "./connection-types.ts";
import { sendHedged } from "./hedge.ts";
import { LINK_TIMES } from "./link-times.ts";
import { createOpening, type Live, type Opened } from "./opening.ts";
import { LinkRefused, type Link } from "./ports.ts";
import { createRoute } from "./route.ts";
import { createStandby } from "./standby.ts";
import type { ConnectionState } from "./state.ts";

/** Relays that send a page on to each other: after this many it waits as after any failure. */
const MOST_MOVES = 3;
/** Failures in a row after which the relays the page names are asked as well. */
const LOST_AFTER = 4;
/** Refusals of something that the hello can do without. The last is what a relay says that knows no tickets. */
const FORGET_CODES: readonly string[] = ["session-unknown", "ticket-unknown", "bad-frame"];
/** Refusals that no retry can change. */
const FINAL_CODES: readonly string[] = ["origin-refused", "unknown-site", "unsupported-version"];

export function createConnection({
  transports,
  relays,
  standby: wantsStandby,
  clock,
  net,
  logger,
  hello,
  on,
}: ConnectionOptions): Connection {
  let wanted = false;
  let live: Live | undefined;
  let trying: AbortController | undefined;
  let checking: Promise<boolean> | undefined;
  let state: ConnectionState = { status: "idle" };
  /** In a row; the exponent of the wait. */
  let failures = 0;
  /** The relay in use said it stops: when this page is to come back, Unix milliseconds. */
  let leaveAt: number | undefined;
  const route = createRoute(relays, transports.length);
  /** Sent on to other relays in a row, without having been let in. */
  let moves = 0;
  /** The relay whose link was lost, until another has been told. */
  let left: string | undefined;
  const leftFor = (relay: string): { left?: string } => (left === undefined || left === relay ? {} : { left });
  let unknownSessions = 0;
  let lastWake = -Infinity;
  const none = (): void => {};
  const cancel = { retry: none, stable: none, prefer: none, goaway: none, beat: none };
  const waiters = new Set<() => void>();
  const unlisten: (() => void)[] = [];

  const opening = createOpening({
    transports,
    clock,
    hello: (relay) => ({ ...hello(), ...leftFor(relay) }),
    on: {
      event: (from, event) => from === live && hear(event),
      damaged: (from) => from === live && void check(LIMITS.probeTimeoutMs),
      lost(from, reason) {
        if (from === live) lose(reason, false);
        else standby?.lost(from.link);
      },
    },
  });
  const standby =
    wantsStandby === true
      ? createStandby((signal) => opening.through(live?.transport ?? route.transport, route.other, LINK_TIMES.openMs, signal), clock)
      : undefined;

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
  async function attempt(transport: number = route.transport): Promise<void> {
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
    const timeoutMs = LINK_TIMES.openMs * Math.min(3, 1 + failures);
    try {
      // Beside a link in use there is no hurry, and so no race.
      const opened =
        live === undefined
          ? await opening.race(transport, route.relays, timeoutMs, control.signal)
          : await opening.through(transport, route.relays[0]!, timeoutMs, control.signal);
      if (control.signal.aborted) return opened.live.link.close();
      trying = undefined;
      adopt(opened, true);
    } catch (error) {
      if (control.signal.aborted) return;
      trying = undefined;
      failed(error, transport);
    }
  }

  /** Takes a link into use. `fresh`: its welcome is new and says what was missed; a standby's is old, and a probe tells instead. */
  function adopt({ live: next, use }: Opened, fresh: boolean): void {
    const before = live;
    live = next;
    before?.link.close();
    stopTimers();
    leaveAt = undefined;
    if (next.welcome.endpoints !== undefined && next.welcome.endpoints.length > 0) route.use(next.welcome.endpoints);
    route.opened(next.transport, next.relay);
    unknownSessions = moves = 0;
    if (fresh) left = undefined;
    cancel.stable = clock.after(LINK_TIMES.stableMs, () => (failures = 0));
    preferAgain();
    beat();
    if (fresh) on.welcome(next.welcome);
    else on.resumed();
    say({ status: "online", pipe: next.link.pipe, region: next.welcome.region });
    release();
    use();
    if (live !== next) return;
    standby?.keep();
    if (!fresh) void check(LIMITS.probeTimeoutMs);
  }

  /** On a fallback transport: looks from time to time whether the preferred one works again. */
  function preferAgain(): void {
    cancel.prefer();
    if (live === undefined || live.transport === 0) return;
    cancel.prefer = clock.after(LINK_TIMES.preferAgainMs, () => void attempt(0));
  }

  function beat(): void {
    cancel.beat();
    cancel.beat = clock.after(LINK_TIMES.beatMs, () => void check(LIMITS.probeTimeoutMs));
  }

  function hear(event: Event | UnknownDurable): void {
    if (event.type !== "goaway") return on.event(event);
    leaveAt = clock.now() + event.afterMs;
    route.leave();
    leaveLater(event.afterMs);
  }
  function leaveLater(delayMs: number): void {
    cancel.goaway();
    cancel.goaway = clock.after(delayMs, () => void attempt());
  }
  const spread = (): number => Math.round(clock.random() * LINK_TIMES.spreadMs);

  function failed(error: unknown, through: number): void {
    const refused = error instanceof LinkRefused ? error : undefined;
    logger.debug({ code: refused?.code, error: String(error), transport: through }, "link did not open");
    if (refused !== undefined && FINAL_CODES.includes(refused.code)) {
      giveUp();
      say({ status: "refused", code: refused.code });
      return;
    }
    if (refused !== undefined && FORGET_CODES.includes(refused.code)) {
      on.unknown(refused.code);
      unknownSessions += 1;
      if (unknownSessions === 1) return void attempt(through);
    }
    if (refused?.endpoints !== undefined && moves < MOST_MOVES) {
      moves += 1;
      route.use(refused.endpoints);
      return void attempt(through);
    }
    // The link in use is as good as it was; the better one is tried again later.
    if (live !== undefined) return leaveAt === undefined ? preferAgain() : leaveLater(spread());
    // A refusal shows that the transport works.
    if (refused === undefined) route.failed(through);
    schedule(refused?.retryAfterMs ?? 0, false);
  }

  function schedule(leastMs: number, soon: boolean): void {
    if (!wanted || live !== undefined || trying !== undefined) return;
    // A relay that stops sends everybody away: each comes back at a moment of its own.
    const jitter =
      leaveAt !== undefined
        ? Math.max(0, leaveAt - clock.now()) || spread()
        : soon && failures === 0
          ? 0
          : fullJitter(failures, clock.random());
    // Without a network a try now and then: browsers call a machine offline whose relay is on the same machine.
    const delayMs = net.online ? Math.max(leastMs, jitter) : BACKOFF.capMs;
    failures += 1;
    moves = 0;
    // The region's own may have moved: those the page names know where to.
    if (failures >= LOST_AFTER) route.use(Array.from(new Set([...route.all, ...relays])));
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
    standby?.stop();
    drop();
    failures = 0;
    leaveAt = undefined;
    release();
  }

  function lose(reason: string, soon: boolean): void {
    logger.debug({ reason }, "link lost");
    left = live?.relay;
    const spare = standby?.take();
    const second = trying;
    trying = undefined;
    drop();
    trying = second;
    if (spare !== undefined) return adopt(spare, false);
    if (second === undefined) schedule(0, soon);
    else say({ status: "reconnecting", attempt: failures, nextAt: undefined });
  }

  /** With a standby, on that too when the link in use is silent; a standby that answers first takes its place. */
  async function ask(asked: Live, command: Command, timeoutMs: number): Promise<Ack | undefined> {
    if (standby === undefined) return asked.link.send(command, timeoutMs);
    const spare = (): Link | undefined => (asked === live ? standby.link : undefined);
    const { ack, by } = await sendHedged(command, { first: asked.link, spare, clock, timeoutMs });
    if (by !== undefined && by === spare()) lose("the standby answered first", true);
    return ack;
  }

  /** Silent for a moment already: a second link is opened beside it, so that nobody waits for the end of the probe. */
  async function probe(asked: Live, timeoutMs: number): Promise<Ack | undefined> {
    let beside: AbortController | undefined;
    const stop = clock.after(LINK_TIMES.besideMs, () => {
      if (asked !== live || trying !== undefined) return;
      void attempt();
      beside = trying;
    });
    const ack = await ask(asked, { type: "probe", ...leftFor(asked.relay) }, timeoutMs);
    stop();
    if (ack !== undefined && beside !== undefined && beside === trying) {
      trying.abort();
      trying = undefined;
    }
    return ack;
  }

  function check(timeoutMs: number): Promise<boolean> {
    const asked = live;
    if (asked === undefined) return Promise.resolve(false);
    checking ??= probe(asked, timeoutMs).then((ack) => {
      checking = undefined;
      if (asked !== live) return live !== undefined;
      if (ack === undefined) lose("probe unanswered", true);
      else {
        beat();
        if (asked.relay !== left) left = undefined;
        const head = ack.ok ? (ack.value as { head?: unknown } | null)?.head : undefined;
        if (typeof head === "number") on.head(head);
      }
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
    standby?.stop();
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
    use: (next) => route.use(next),
    close() {
      giveUp();
      if (state.status !== "idle") say({ status: "idle" });
    },
    send: async (command, timeoutMs) =>
      live === undefined ? undefined : command.type === "message-send" ? ask(live, command, timeoutMs) : live.link.send(command, timeoutMs),
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
