/**
 * Which of a site's tabs sends: the one that holds a Web Lock. Hints travel over a BroadcastChannel. Owns taking over from
 * a tab that is gone (the browser frees its lock) and from one that is frozen (it no longer answers, so its lock is taken).
 */
import type { Clock, Tabs } from "../core/ports.ts";

type Hint = Parameters<Tabs["hint"]>[0];
type Word = Hint | "ping" | "pong";
const HINTS: readonly Hint[] = ["outbox", "log", "session"];

/** A follower asks the leader for a sign of life this often, milliseconds; two missed answers in a row and it takes over. */
export const PING_MS = 2_000;
const MISSES = 2;

/** What of the browser is used. Left out: the globals. */
export type TabsEnvironment = {
  locks: Pick<LockManager, "request"> | undefined;
  channel: ((name: string) => Pick<BroadcastChannel, "postMessage" | "close" | "addEventListener">) | undefined;
  page: Pick<Window, "addEventListener" | "removeEventListener">;
  /** Is this tab shown? Only a tab in use takes over from a frozen one. */
  visible: () => boolean;
};

export function browserTabsEnvironment(): TabsEnvironment {
  return {
    // Absent on plain http and in old browsers.
    locks: (navigator as { locks?: LockManager }).locks,
    channel: typeof BroadcastChannel === "undefined" ? undefined : (name) => new BroadcastChannel(name),
    page: window,
    visible: () => document.visibilityState === "visible",
  };
}

/** The tabs of one site. Without locks every tab leads: ids keep a double send harmless. */
export function createTabs(site: string, clock: Clock, environment: TabsEnvironment = browserTabsEnvironment()): Tabs {
  const { locks, page, visible } = environment;
  const name = `allhours:${site}`;
  let channel: ReturnType<NonNullable<TabsEnvironment["channel"]>> | undefined;
  let onHint: ((hint: Hint) => void) | undefined;
  let handlers: { lead(): void; follow(): void } | undefined;
  let leading = false;
  /** Ends the present claim: frees the lock, or stops waiting for it. */
  let release = (): void => {};
  let cancelPing = (): void => {};
  let misses = 0;

  function hear(word: Word): void {
    if (word === "ping") {
      if (leading) say("pong");
    } else if (word === "pong") misses = 0;
    else if (HINTS.includes(word)) onHint?.(word);
  }

  function say(word: Word): void {
    try {
      channel?.postMessage(word);
    } catch {
      // A closed channel: the tab is on its way out, and hints are only hints.
    }
  }

  function listen(): void {
    if (channel !== undefined) return;
    try {
      channel = environment.channel?.(name);
    } catch {
      return; // Not allowed in an opaque origin.
    }
    channel?.addEventListener("message", ({ data }: MessageEvent<Word>) => hear(data));
  }

  function lead(): void {
    cancelPing();
    if (leading) return;
    leading = true;
    handlers?.lead();
  }

  function follow(): void {
    if (!leading) return;
    leading = false;
    handlers?.follow();
  }

  /** Waits for the lock and holds it; with `steal` takes it at once. */
  function claim(steal: boolean): void {
    release();
    if (locks === undefined) return lead();
    const waiting = new AbortController();
    let letGo = (): void => {};
    let over = false;
    release = () => {
      over = true;
      waiting.abort();
      letGo();
    };
    const hold = (): Promise<void> =>
      new Promise((resolve) => {
        letGo = resolve;
        if (over) resolve();
        else lead();
      });
    watch();
    locks.request(name, steal ? { steal } : { signal: waiting.signal }, hold).catch((error: unknown) => {
      if (over) return;
      // Taken from us by a tab that thought we were gone: queue again. Any other failure means locks do not work here.
      if ((error as { name?: unknown }).name !== "AbortError") return lead();
      follow();
      claim(false);
    });
  }

  /** While following: is the leader alive? */
  function watch(): void {
    cancelPing();
    misses = 0;
    if (channel === undefined) return;
    const ask = (): void => {
      if (leading) return;
      if (!visible()) misses = 0;
      else if (misses >= MISSES) return claim(true);
      else {
        misses += 1;
        say("ping");
      }
      cancelPing = clock.after(PING_MS, ask);
    };
    cancelPing = clock.after(PING_MS, ask);
  }

  const leave = (): void => {
    cancelPing();
    follow();
    release();
    // An open channel or lock keeps a page out of the back/forward cache.
    channel?.close();
    channel = undefined;
  };
  const comeBack = (event: Event): void => {
    listen();
    if (!(event as PageTransitionEvent).persisted) return;
    if (handlers !== undefined) claim(false);
    // What other tabs did meanwhile was not heard.
    for (const hint of HINTS) onHint?.(hint);
  };

  listen();
  page.addEventListener("pagehide", leave);
  page.addEventListener("pageshow", comeBack);

  return {
    elect(next) {
      handlers = next;
      claim(false);
    },
    hint: say,
    onHint(listener) {
      onHint = listener;
    },
    close() {
      page.removeEventListener("pagehide", leave);
      page.removeEventListener("pageshow", comeBack);
      handlers = undefined;
      leave();
    },
  };
}
