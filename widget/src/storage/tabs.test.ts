import { afterEach, describe, expect, test } from "vitest";
import { createFakeClock } from "../core/testing/fake-clock.ts";
import { createTabs, PING_MS, type TabsEnvironment } from "./tabs.ts";

/** One lock, held by one at a time: what Web Locks does for a single name, `signal` and `steal` included. */
function createFakeLocks(): { tab(): NonNullable<TabsEnvironment["locks"]> } {
  type Claim = { run(): void; taken(): void };
  let holder: Claim | undefined;
  const waiting: Claim[] = [];
  function grant(): void {
    holder = waiting.shift();
    holder?.run();
  }
  function request(_name: string, options: LockOptions, hold: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const aborted = (): void => reject(new DOMException("aborted", "AbortError"));
      const claim: Claim = {
        run() {
          void hold().then(() => {
            resolve();
            if (holder === claim) grant();
          });
        },
        taken: aborted,
      };
      options.signal?.addEventListener("abort", () => {
        const index = waiting.indexOf(claim);
        if (index >= 0) waiting.splice(index, 1);
        aborted();
      });
      if (options.steal === true) {
        holder?.taken();
        holder = claim;
        claim.run();
      } else if (holder === undefined) {
        holder = claim;
        claim.run();
      } else waiting.push(claim);
    });
  }
  return { tab: () => ({ request: request as unknown as LockManager["request"] }) };
}

/** Channels that deliver in a microtask, so that the clock alone decides. A frozen tab hears and says nothing. */
function createFakeChannels(): (frozen: () => boolean) => NonNullable<TabsEnvironment["channel"]> {
  const members = new Set<{ hear: (data: unknown) => void }>();
  return (frozen) => () => {
    let listener: (event: MessageEvent) => void = () => {};
    const me = { hear: (data: unknown) => void (!frozen() && listener({ data } as MessageEvent)) };
    members.add(me);
    return {
      postMessage(data) {
        if (frozen()) return;
        for (const one of members) if (one !== me) queueMicrotask(() => one.hear(data));
      },
      addEventListener: (_type: string, next: unknown) => void (listener = next as typeof listener),
      close: () => void members.delete(me),
    };
  };
}

let closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing) close();
  closing = [];
});

function createWorld() {
  const clock = createFakeClock();
  const locks = createFakeLocks();
  const channels = createFakeChannels();
  function open(patch: Partial<TabsEnvironment> = {}) {
    const tab = { leads: false, times: 0, hints: [] as string[], frozen: false, visible: true, page: new EventTarget() };
    const tabs = createTabs("demo", clock, {
      locks: locks.tab(),
      channel: channels(() => tab.frozen),
      page: tab.page as Window,
      // Timers of a frozen tab do not run; here they do, and find nothing to do.
      visible: () => tab.visible && !tab.frozen,
      ...patch,
    });
    closing.push(() => tabs.close());
    tabs.onHint((hint) => tab.hints.push(hint));
    tabs.elect({
      lead() {
        tab.leads = true;
        tab.times += 1;
      },
      follow: () => void (tab.leads = false),
    });
    return { tab, tabs };
  }
  return { clock, open };
}
const pageEvent = (type: string, persisted: boolean): Event => Object.assign(new Event(type), { persisted });

describe("tabs", () => {
  test("the first leads; the next takes over when it closes", async () => {
    const { clock, open } = createWorld();
    const one = open();
    const two = open();
    await clock.settle();
    expect([one.tab.leads, two.tab.leads]).toEqual([true, false]);
    one.tabs.close();
    await clock.settle();
    expect(two.tab.leads).toBe(true);
  });

  test("hints reach the other tabs only", async () => {
    const { clock, open } = createWorld();
    const one = open();
    const two = open();
    one.tabs.hint("outbox");
    two.tabs.hint("log");
    await clock.settle();
    expect([one.tab.hints, two.tab.hints]).toEqual([["log"], ["outbox"]]);
  });

  test("a page in the back/forward cache does not lead, and queues again when it is shown", async () => {
    const { clock, open } = createWorld();
    const one = open();
    const two = open();
    await clock.settle();
    one.tab.page.dispatchEvent(pageEvent("pagehide", true));
    await clock.settle();
    expect([one.tab.leads, two.tab.leads]).toEqual([false, true]);
    one.tab.page.dispatchEvent(pageEvent("pageshow", true));
    await clock.settle();
    expect([one.tab.leads, two.tab.leads]).toEqual([false, true]);
    expect(one.tab.hints).toEqual(["outbox", "log", "session"]);
    two.tabs.close();
    await clock.settle();
    expect(one.tab.leads).toBe(true);
  });

  test("a frozen leader is replaced within 12 s, and follows when it thaws", async () => {
    const { clock, open } = createWorld();
    const one = open();
    const two = open();
    await clock.advance(20_000);
    expect([one.tab.leads, two.tab.leads]).toEqual([true, false]);
    one.tab.frozen = true;
    await clock.advance(12_000);
    expect(two.tab.leads).toBe(true);
    one.tab.frozen = false;
    await clock.advance(PING_MS * 10);
    expect([one.tab.leads, two.tab.leads]).toEqual([false, true]);
    expect([one.tab.times, two.tab.times]).toEqual([1, 1]);
  });

  test("a hidden tab does not take over from a frozen one", async () => {
    const { clock, open } = createWorld();
    const one = open();
    const two = open();
    one.tab.frozen = true;
    two.tab.visible = false;
    await clock.advance(60_000);
    expect(two.tab.leads).toBe(false);
    two.tab.visible = true;
    await clock.advance(12_000);
    expect(two.tab.leads).toBe(true);
  });

  test("without locks, or where they are refused, every tab leads", async () => {
    const { clock, open } = createWorld();
    const refused = { request: () => Promise.reject(new DOMException("no", "SecurityError")) } as unknown as NonNullable<
      TabsEnvironment["locks"]
    >;
    const tabs = [open({ locks: undefined }), open({ locks: undefined }), open({ locks: refused })];
    await clock.settle();
    expect(tabs.map(({ tab }) => tab.leads)).toEqual([true, true, true]);
  });

  test("without a channel the lock still elects one", async () => {
    const { clock, open } = createWorld();
    const one = open({ channel: undefined });
    const two = open({
      channel() {
        throw new DOMException("no", "SecurityError");
      },
    });
    one.tabs.hint("log");
    await clock.advance(60_000);
    expect([one.tab.leads, two.tab.leads]).toEqual([true, false]);
  });
});
