import type { Ack, Command, Hello, Welcome } from "@allhours/protocol";
import { describe, expect, test } from "vitest";
import { createConnection } from "./connection.ts";
import { LINK_TIMES } from "./link-times.ts";
import { LinkFailed, LinkRefused, type LinkHandlers, type Transport } from "./ports.ts";
import type { ConnectionState } from "./state.ts";
import { createFakeNet, silentLogger } from "./testing/chat-harness.ts";
import { createFakeClock } from "./testing/fake-clock.ts";

const hello = { type: "hello", version: 1, site: "demo" } as const satisfies Hello;
const welcome = { region: "eu" } as Welcome;
const ok: Ack = { ok: true, value: null };

type FakeLink = { through: number; relay: string; handlers: LinkHandlers; closed: boolean; hello: Hello; sent: Command[] };

/** Transports whose opening and answering the test decides. */
function setUp(transportCount = 2, relays = ["https://one.test"], standby = false) {
  const clock = createFakeClock();
  const net = createFakeNet();
  const states: ConnectionState[] = [];
  const tries: { at: number; through: number; relay: string }[] = [];
  const links: FakeLink[] = [];
  const told = { lost: 0, unknown: 0, events: 0, welcomes: 0, resumed: 0, head: 0 };
  const world = {
    open: (_through: number, _relay: string): Error | undefined => undefined,
    welcome,
    /** How long a try says nothing before it opens, milliseconds. */
    silentMs: (_through: number, _relay: string): number => 0,
    answer: (_command: Command): Ack | undefined => ok,
    /** How long an answer takes, milliseconds. */
    answerMs: 0,
    /** Links that never answer. */
    dead: new Set<number>(),
  };
  const transports = Array.from({ length: transportCount }, (_, through) => async (): Promise<Transport> => ({
    pipe: "loopback",
    async open(relay, mayHello, handlers, timeoutMs, signal) {
      tries.push({ at: clock.now(), through, relay });
      const error = world.open(through, relay);
      if (error !== undefined) throw error;
      const waitMs = world.silentMs(through, relay);
      if (waitMs > 0) {
        await new Promise<void>((resolve, reject) => {
          signal.addEventListener("abort", () => reject(new LinkFailed("aborted")));
          clock.after(Math.min(waitMs, timeoutMs), () => (waitMs < timeoutMs ? resolve() : reject(new LinkFailed("no welcome in time"))));
        });
      }
      const said = mayHello();
      if (said === undefined) throw new LinkFailed("not wanted any more");
      const link: FakeLink = { through, relay, handlers, closed: false, hello: said, sent: [] };
      links.push(link);
      return {
        welcome: world.welcome,
        link: {
          pipe: "loopback",
          send(command, timeoutMs) {
            link.sent.push(command);
            const ack = world.dead.has(links.indexOf(link)) ? undefined : world.answer(command);
            if (ack !== undefined && world.answerMs > 0) return new Promise((given) => clock.after(world.answerMs, () => given(ack)));
            return ack === undefined || link.closed
              ? new Promise((none) => clock.after(timeoutMs, () => none(undefined)))
              : Promise.resolve(ack);
          },
          close: () => void (link.closed = true),
        },
      };
    },
  }));
  const connection = createConnection({
    transports,
    relays,
    standby,
    clock,
    net,
    logger: silentLogger,
    hello: () => hello,
    on: {
      state: (state) => void states.push(state),
      welcome: () => void (told.welcomes += 1),
      resumed: () => void (told.resumed += 1),
      head: (seq) => void (told.head = seq),
      event: () => void (told.events += 1),
      lost: () => void (told.lost += 1),
      unknown: () => void (told.unknown += 1),
    },
  });
  const open = (): FakeLink[] => links.filter((link) => !link.closed);
  const last = (): ConnectionState => states.at(-1)!;
  return { clock, net, states, tries, links, open, last, told, world, connection };
}
const down = (): Error => new LinkFailed("down");

describe("opening", () => {
  test("connecting, then online; closing is idle and final", async () => {
    const { connection, clock, states, open, links } = setUp();
    connection.open();
    connection.open();
    await clock.settle();
    expect(states.map(({ status }) => status)).toEqual(["connecting", "online"]);
    expect(links).toHaveLength(1);
    connection.close();
    await clock.advance(60_000);
    expect(states.at(-1)).toEqual({ status: "idle" });
    expect(open()).toHaveLength(0);
    expect(links).toHaveLength(1);
  });

  test("waits grow to at most 20 s and never stop; the state says when the next try is", async () => {
    const { connection, clock, tries, world, last } = setUp(1);
    world.open = down;
    connection.open();
    await clock.settle();
    for (let round = 0; round < 15; round += 1) {
      const state = last();
      if (state.status !== "reconnecting" || state.nextAt === undefined) throw new Error(`unexpected ${state.status}`);
      expect(state.attempt).toBe(round + 1);
      expect(state.nextAt - clock.now()).toBeLessThanOrEqual(Math.min(20_000, 500 * 2 ** round));
      await clock.advance(state.nextAt - clock.now());
    }
    expect(tries).toHaveLength(16);
  });

  test("the second transport after two failures of the first, and the first again after a while", async () => {
    const { connection, clock, tries, world, open, last } = setUp();
    world.open = (through) => (through === 0 ? down() : undefined);
    connection.open();
    await clock.advance(60_000);
    expect(tries.map(({ through }) => through)).toEqual([0, 0, 1]);
    expect(last()).toMatchObject({ status: "online" });
    world.open = () => undefined;
    await clock.advance(LINK_TIMES.preferAgainMs);
    expect(open().map(({ through }) => through)).toEqual([0]);
  });

  test("a first transport that is swallowed has the second beside it, and the link that opened is kept", async () => {
    const { connection, clock, tries, links, open, last, world } = setUp();
    world.silentMs = (through) => (through === 0 ? Infinity : 0);
    connection.open();
    await clock.advance(LINK_TIMES.hedgeMs - 1);
    expect(tries.map((one) => one.through)).toEqual([0]);
    await clock.advance(1);
    expect(last().status).toBe("online");
    expect(open().map((link) => link.through)).toEqual([1]);
    await clock.advance(60_000);
    expect(links).toHaveLength(1);
  });

  test("a slow first transport that opens before the second is kept, and only one link stays", async () => {
    const { connection, clock, open, last, world } = setUp();
    world.silentMs = (through) => (through === 0 ? LINK_TIMES.hedgeMs + 100 : 1_000);
    connection.open();
    await clock.advance(LINK_TIMES.hedgeMs + 5_000);
    expect(last().status).toBe("online");
    expect(open().map((link) => link.through)).toEqual([0]);
  });

  test("with both swallowed it tries again later", async () => {
    const { connection, clock, tries, last, world } = setUp();
    world.silentMs = () => Infinity;
    connection.open();
    await clock.advance(LINK_TIMES.openMs + LINK_TIMES.hedgeMs);
    expect(last().status).toBe("reconnecting");
    const before = tries.length;
    await clock.advance(120_000);
    expect(tries.length).toBeGreaterThan(before);
    expect(new Set(tries.map((one) => one.through))).toEqual(new Set([0, 1]));
  });

  test("a second that refuses while the first is silent is believed", async () => {
    const { connection, clock, last, world } = setUp();
    world.silentMs = (through) => (through === 0 ? Infinity : 0);
    world.open = (through) => (through === 1 ? new LinkRefused("origin-refused", "no") : undefined);
    connection.open();
    await clock.advance(LINK_TIMES.hedgeMs + 10);
    expect(last()).toEqual({ status: "refused", code: "origin-refused" });
  });

  test("a preferred transport that still fails leaves the working link alone", async () => {
    const { connection, clock, world, open, states, told } = setUp();
    world.open = (through) => (through === 0 ? down() : undefined);
    connection.open();
    await clock.advance(60_000);
    const before = states.length;
    await clock.advance(LINK_TIMES.preferAgainMs * 3);
    expect(open().map(({ through }) => through)).toEqual([1]);
    expect(states).toHaveLength(before);
    expect(told.lost).toBe(0);
  });

  test("each failure moves on to the next relay", async () => {
    const { connection, clock, tries, world } = setUp(1, ["https://one.test", "https://two.test"]);
    world.open = () => (tries.length < 3 ? down() : undefined);
    connection.open();
    await clock.advance(10_000);
    expect(tries.map(({ relay }) => relay)).toEqual(["https://one.test", "https://two.test", "https://one.test"]);
  });
});

describe("refusals", () => {
  test.each(["origin-refused", "unknown-site", "unsupported-version"])("%s is final until asked again", async (code) => {
    const { connection, clock, tries, world, last } = setUp();
    world.open = () => new LinkRefused(code, code);
    connection.open();
    await clock.advance(120_000);
    expect(tries).toHaveLength(1);
    expect(last()).toEqual({ status: "refused", code });
    world.open = () => undefined;
    connection.open();
    await clock.settle();
    expect(last()).toMatchObject({ status: "online" });
  });

  test("an unknown session is forgotten and the next hello goes out at once", async () => {
    const { connection, clock, tries, world, told, last } = setUp();
    world.open = () => (told.unknown === 0 ? new LinkRefused("session-unknown", "gone") : undefined);
    connection.open();
    await clock.settle();
    expect([told.unknown, tries.length, last().status]).toEqual([1, 2, "online"]);
  });

  test("a relay that knows no session at all is not hammered", async () => {
    const { connection, clock, tries, world } = setUp();
    world.open = () => new LinkRefused("session-unknown", "gone");
    connection.open();
    await clock.settle();
    expect(tries).toHaveLength(2);
    await clock.advance(10_000);
    expect(tries.length).toBeLessThan(20);
  });

  test("retryAfterMs is obeyed, and a refusal is no reason to change the transport", async () => {
    const { connection, clock, tries, world } = setUp();
    world.open = () => (tries.length < 5 ? new LinkRefused("too-many-links", "later", { retryAfterMs: 9_000 }) : undefined);
    connection.open();
    await clock.advance(200_000);
    expect(tries.map(({ through }) => through)).toEqual([0, 0, 0, 0, 0]);
    for (let index = 1; index < tries.length; index += 1)
      expect(tries.at(index)!.at - tries.at(index - 1)!.at).toBeGreaterThanOrEqual(9_000);
  });
});

describe("keeping", () => {
  test("a lost link is replaced; after 30 s of peace the waits start small again", async () => {
    const { connection, clock, links, states, world } = setUp(1);
    connection.open();
    await clock.settle();
    const loseAndRead = async (): Promise<number> => {
      links.at(-1)!.handlers.lost("reset");
      const state = states.at(-1)!;
      if (state.status !== "reconnecting") throw new Error(state.status);
      await clock.advance(20_000);
      return state.attempt;
    };
    world.open = () => undefined;
    expect(await loseAndRead()).toBe(1);
    links.at(-1)!.handlers.lost("reset");
    expect(states.at(-1)).toMatchObject({ attempt: 2 });
    await clock.advance(1_000);
    await clock.advance(LINK_TIMES.stableMs);
    expect(await loseAndRead()).toBe(1);
  });

  test("goaway opens the next link before the old one is let go", async () => {
    const { connection, clock, links, states } = setUp(1);
    connection.open();
    await clock.settle();
    links.at(0)!.handlers.event({ type: "goaway", afterMs: 4_000 });
    await clock.advance(3_999);
    expect(links).toHaveLength(1);
    await clock.advance(1);
    expect(links.map(({ closed }) => closed)).toEqual([true, false]);
    expect(states.filter(({ status }) => status === "reconnecting")).toEqual([]);
  });

  test("events of a link that was replaced are not heard", async () => {
    const { connection, clock, links, told } = setUp(1);
    connection.open();
    await clock.settle();
    connection.renew("test", true);
    await clock.advance(0);
    const event = { type: "unknown", conversationId: "x", seq: 1, at: 0 } as const;
    links.at(0)!.handlers.event(event);
    links.at(0)!.handlers.lost("late");
    expect(told.events).toBe(0);
    links.at(1)!.handlers.event(event);
    expect(told.events).toBe(1);
    expect(links).toHaveLength(2);
  });

  test("a silent link gets a second one beside its probe, and is left for it", async () => {
    const { connection, clock, links, open, world } = setUp(1);
    connection.open();
    await clock.settle();
    expect(await connection.check()).toBe(true);
    world.answer = () => undefined;
    const checked = connection.check();
    await clock.advance(LINK_TIMES.besideMs - 1);
    expect(links).toHaveLength(1);
    await clock.advance(1);
    expect(links.at(0)!.closed).toBe(true);
    expect(open()).toHaveLength(1);
    await clock.advance(3_000);
    expect(await checked).toBe(true);
  });

  test("a slow answer ends the second link that was begun beside it", async () => {
    const { connection, clock, links, world } = setUp(1);
    connection.open();
    await clock.settle();
    world.silentMs = () => 2_000;
    world.answerMs = 800;
    const checked = connection.check();
    await clock.advance(5_000);
    expect(await checked).toBe(true);
    expect([links.length, links.at(0)!.closed]).toEqual([1, false]);
  });

  test("a probe without an answer in 3 s, and no way beside it: a new link at once", async () => {
    const { connection, clock, links, open, world, told } = setUp(1);
    connection.open();
    await clock.settle();
    world.answer = () => undefined;
    world.open = down;
    const checked = connection.check();
    await clock.advance(2_999);
    world.open = () => undefined;
    await clock.advance(1);
    expect(await checked).toBe(false);
    await clock.advance(1);
    expect(open()).toHaveLength(1);
    expect([links.length, told.lost]).toEqual([2, 1]);
  });

  test("an idle link is probed, and an event that cannot be read asks at once how far the log goes", async () => {
    const { connection, clock, links, world, told } = setUp(1);
    world.answer = () => ({ ok: true, value: { head: 7 } });
    connection.open();
    await clock.advance(LINK_TIMES.beatMs + 1);
    expect(told.head).toBe(7);
    world.answer = () => ({ ok: true, value: { head: 9 } });
    links.at(0)!.handlers.damaged();
    await clock.settle();
    expect(told.head).toBe(9);
  });

  test("a wake probes at once, and again only after a second", async () => {
    const { connection, clock, net, links } = setUp(1);
    connection.open();
    await clock.settle();
    const probes = (): number => links.at(0)!.sent.filter(({ type }) => type === "probe").length;
    for (let times = 0; times < 4; times += 1) net.wake();
    await clock.settle();
    expect(probes()).toBe(1);
    await clock.advance(1_000);
    net.wake();
    await clock.settle();
    expect(probes()).toBe(2);
  });

  test("a page that wakes on a dead link has another within 2 s", async () => {
    const { connection, clock, net, open, world, links } = setUp(1);
    connection.open();
    await clock.advance(LINK_TIMES.stableMs);
    world.answer = () => undefined;
    net.wake();
    await clock.advance(2_000);
    expect(links.at(0)!.closed).toBe(true);
    expect(open()).toHaveLength(1);
  });

  test("no network is said at once, and ends the wait when it is back", async () => {
    const { connection, clock, net, open, world, last } = setUp(1);
    connection.open();
    await clock.settle();
    world.open = down;
    net.set(false);
    expect(last()).toEqual({ status: "offline" });
    expect(open()).toHaveLength(0);
    await clock.advance(50_000);
    expect(last()).toEqual({ status: "offline" });
    world.open = () => undefined;
    net.set(true);
    await clock.settle();
    expect(last()).toMatchObject({ status: "online" });
  });
});

describe("ask", () => {
  test("goes out on the next link when there is none, and again when the link dies under it", async () => {
    const { connection, clock, world, links } = setUp(1);
    world.open = () => (clock.now() < 1_800_000_000_400 ? down() : undefined);
    world.answer = ({ type }) =>
      type === "handoff-request" && links.length === 1 ? undefined : type === "probe" && links.length === 1 ? undefined : ok;
    connection.open();
    const asked = connection.ask(() => ({ type: "handoff-request", id: "i", conversationId: "c" }), 12_000);
    await clock.advance(12_000);
    expect(await asked).toEqual(ok);
    expect(links).toHaveLength(2);
  });

  test("gives up in time", async () => {
    const { connection, clock, world } = setUp(1);
    world.open = down;
    connection.open();
    const asked = connection.ask(() => ({ type: "probe" }), 5_000);
    await clock.advance(5_000);
    expect(await asked).toBeUndefined();
  });
});

const relays = ["https://one.test", "https://two.test", "https://three.test"];

describe("several relays", () => {
  test("the first connect is a race with a stagger, and only the winner hears hello", async () => {
    const { connection, clock, tries, links, world } = setUp(1, relays);
    world.silentMs = (_through, relay) => (relay === relays[0] ? 1_000 : 30);
    connection.open();
    await clock.advance(LINK_TIMES.staggerMs + 30);
    expect(tries.map(({ relay, at }) => [relay, at - (tries[0]?.at ?? 0)])).toEqual([
      [relays[0], 0],
      [relays[1], LINK_TIMES.staggerMs],
    ]);
    expect(links.map(({ relay }) => relay)).toEqual([relays[1]]);
    await clock.advance(5_000);
    expect(links).toHaveLength(1);
  });

  test("a relay that fails at once lets the next begin at once", async () => {
    const { connection, clock, links, world } = setUp(1, relays);
    let fails = 2;
    world.open = () => (fails-- > 0 ? down() : undefined);
    connection.open();
    await clock.settle();
    expect(links.map(({ relay }) => relay)).toEqual([relays[2]]);
  });

  test("the one that served is tried alone; when it fails all race again, the next one first", async () => {
    const { connection, clock, tries, links, world } = setUp(1, relays);
    connection.open();
    await clock.settle();
    world.open = down;
    const before = tries.length;
    links.at(0)!.handlers.lost("gone");
    await clock.advance(600);
    world.open = () => undefined;
    await clock.advance(3_000);
    expect(tries.slice(before, before + 3).map(({ relay }) => relay)).toEqual([relays[0], relays[1], relays[2]]);
    expect(tries.slice(before).filter(({ at }) => at === tries[before]?.at)).toHaveLength(1);
  });
});

describe("a standby", () => {
  const withStandby = async () => {
    const setting = setUp(1, relays.slice(0, 2), true);
    setting.connection.open();
    await setting.clock.settle();
    return setting;
  };

  test("is held on the other relay, and heard by nobody", async () => {
    const { links, told } = await withStandby();
    expect(links.map(({ relay }) => relay)).toEqual(relays.slice(0, 2));
    links.at(1)!.handlers.event({ type: "typing", conversationId: "c", author: { kind: "bot" }, typing: true });
    expect([told.events, told.welcomes]).toEqual([0, 1]);
  });

  test("takes over in the moment the link is lost, asks how far the log goes, and is replaced", async () => {
    const { links, told, last, clock, world, open } = await withStandby();
    world.answer = () => ({ ok: true, value: { head: 12 } });
    links.at(0)!.handlers.lost("reset");
    expect(last()).toMatchObject({ status: "online" });
    await clock.settle();
    expect([told.resumed, told.head, told.welcomes]).toEqual([1, 12, 1]);
    await clock.advance(5_000);
    expect(open()).toHaveLength(2);
  });

  test("carries a message again that is not answered in time, and is kept when it answers first", async () => {
    const { connection, links, clock, world, told } = await withStandby();
    world.dead.add(0);
    const acked = connection.send({ type: "message-send", id: "i", conversationId: "c", parts: [] }, 6_000);
    await clock.advance(LINK_TIMES.resendMs - 1);
    expect(links.at(1)!.sent).toEqual([]);
    await clock.advance(1);
    expect(await acked).toEqual(ok);
    expect(links.map(({ sent }) => sent.filter(({ type }) => type === "message-send").length).slice(0, 2)).toEqual([1, 1]);
    expect([links.at(0)!.closed, told.resumed]).toEqual([true, 1]);
  });

  test("stays quiet when the answer comes in time", async () => {
    const { connection, links, clock, world } = await withStandby();
    world.answerMs = LINK_TIMES.resendMs - 10;
    const acked = connection.send({ type: "message-send", id: "i", conversationId: "c", parts: [] }, 6_000);
    await clock.advance(2_000);
    expect(await acked).toEqual(ok);
    expect(links.at(1)!.sent).toEqual([]);
  });

  test("that dies is opened again and changes nothing the page sees", async () => {
    const { links, clock, states, open } = await withStandby();
    const before = states.length;
    links.at(1)!.handlers.lost("reset");
    links.at(1)!.closed = true;
    await clock.advance(5_000);
    expect(states.length).toBe(before);
    expect(open()).toHaveLength(2);
  });

  test("is let go with the connection", async () => {
    const { connection, open, clock } = await withStandby();
    connection.close();
    await clock.advance(60_000);
    expect(open()).toEqual([]);
  });
});

describe("a relay that stops", () => {
  test("a link lost after goaway comes back at the moment it was given, not before", async () => {
    const { links, clock, tries, connection } = setUp(1);
    connection.open();
    await clock.settle();
    links.at(0)!.handlers.event({ type: "goaway", afterMs: 3_000 });
    links.at(0)!.handlers.lost("closed");
    await clock.advance(2_999);
    expect(tries).toHaveLength(1);
    await clock.advance(1);
    expect(tries).toHaveLength(2);
  });

  test("pages whose second link was refused come back spread over seconds, not together", async () => {
    const backAt: number[] = [];
    for (let page = 0; page < 40; page += 1) {
      const { links, clock, tries, world, connection } = setUp(1);
      for (let draws = 0; draws < page; draws += 1) clock.random();
      connection.open();
      await clock.settle();
      world.open = () => new LinkFailed("draining");
      links.at(0)!.handlers.event({ type: "goaway", afterMs: 500 });
      await clock.advance(1_000);
      expect(links.at(0)!.closed).toBe(false);
      links.at(0)!.handlers.lost("closed");
      world.open = () => undefined;
      const lostAt = clock.now();
      await clock.advance(LINK_TIMES.spreadMs + 1);
      expect(links).toHaveLength(2);
      backAt.push(tries.at(-1)!.at - lostAt);
    }
    expect(Math.max(...backAt) - Math.min(...backAt)).toBeGreaterThan(3_500);
  });
});

describe("a region with endpoints of its own", () => {
  const [page, one, two] = ["https://page.test", "https://one.test", "https://two.test"] as const;
  const elsewhere = (...endpoints: string[]): Error => new LinkRefused("elsewhere", "not here", { endpoints });

  test("is gone to at once, and stays the only place: the page's own relay is not asked again", async () => {
    const { connection, clock, tries, world, links, last } = setUp(1, [page]);
    world.open = (_through, relay) => (relay === page ? elsewhere(one, two) : undefined);
    world.welcome = { region: "apac", endpoints: [one, two] } as Welcome;
    connection.open();
    await clock.settle();
    expect(tries.map(({ relay }) => relay)).toEqual([page, one]);
    expect(last()).toMatchObject({ status: "online", region: "apac" });
    world.open = (_through, relay) => (relay === one ? down() : undefined);
    links[0]?.handlers.lost("dark");
    await clock.advance(2_000);
    expect(tries.slice(2).map(({ relay }) => relay)).toEqual([one, two]);
    expect(links.at(-1)).toMatchObject({ relay: two, hello: { left: one } });
  });

  test("is told by a standby's first probe which endpoint was left", async () => {
    const { connection, clock, world, links } = setUp(1, [one, two], true);
    world.welcome = { region: "apac", endpoints: [one, two] } as Welcome;
    connection.open();
    await clock.advance(1_000);
    expect(links.map(({ relay }) => relay)).toEqual([one, two]);
    links[0]?.handlers.lost("dark");
    await clock.settle();
    expect(links[1]?.sent).toContainEqual({ type: "probe", left: one });
    await clock.advance(LINK_TIMES.beatMs + 100);
    expect(links[1]?.sent.at(-1)).toEqual({ type: "probe" });
  });

  test("that sends back and forth is asked a few times, then waited for as any that fails", async () => {
    const { connection, clock, tries, world, last } = setUp(1, [page]);
    world.open = (_through, relay) => elsewhere(relay === one ? two : one);
    connection.open();
    await clock.settle();
    expect(tries.map(({ relay }) => relay)).toEqual([page, one, two, one]);
    expect(last()).toMatchObject({ status: "reconnecting" });
  });

  test("that moved is found again by the relays the page names", async () => {
    const { connection, clock, world, links, tries } = setUp(1, [page]);
    connection.use([one]);
    world.open = (_through, relay) => (relay === page ? elsewhere(two) : relay === one ? down() : undefined);
    connection.open();
    await clock.advance(60_000);
    expect(links.map(({ relay }) => relay)).toEqual([two]);
    expect(tries.filter(({ relay }) => relay === page)).toHaveLength(1);
  });
});
