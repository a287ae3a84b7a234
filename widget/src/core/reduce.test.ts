import type { Author, DurableEvent, Event, Welcome } from "@allhours/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { initialState, isAhead, nextExpiry, reduce, STREAM_IDLE_MS, type Action } from "./reduce.ts";
import type { ChatModel } from "./model.ts";
import type { OutboxEntry } from "./ports.ts";

const conversationId = "01890000-0000-7000-8000-000000000001";
const bot: Author = { kind: "bot", name: "Allhours" };
const idOf = (number: number): string => `01890000-0000-7000-8000-${String(number).padStart(12, "0")}`;

function added(seq: number, author: Author = bot, id = idOf(seq)): DurableEvent {
  return {
    type: "message-added",
    conversationId,
    seq,
    at: seq * 1_000,
    message: { id, author, parts: [{ type: "text", text: `text ${seq}` }] },
  };
}
function rated(seq: number, messageId: string, value: "up" | "down"): DurableEvent {
  return { type: "message-rated", conversationId, seq, at: seq * 1_000, messageId, value };
}
function moded(seq: number, mode: "bot" | "queued" | "agent"): DurableEvent {
  return { type: "mode-changed", conversationId, seq, at: seq * 1_000, mode, reason: "requested" };
}
function welcome(patch: Partial<Welcome> = {}): Welcome {
  return {
    version: 1,
    token: "token-token-token-token",
    visitorId: idOf(2),
    conversationId,
    epoch: "one",
    head: 0,
    resume: "fresh",
    events: [],
    more: false,
    mode: "bot",
    receipts: { deliveredSeq: 0, readSeq: 0 },
    region: "eu",
    language: "en",
    site: { name: "Linden & Co", languages: ["en"], defaultLanguage: "en" },
    limits: { frameBytes: 32_768, messageChars: 4_000, partsPerMessage: 5 },
    features: { handoff: true },
    now: 0,
    ...patch,
  };
}
const entry = (number: number, patch: Partial<OutboxEntry> = {}): OutboxEntry => ({
  id: idOf(number),
  order: number,
  parts: [{ type: "text", text: `text ${number}` }],
  createdAt: number,
  attempts: 0,
  ...patch,
});
const run = (actions: readonly Action[], from: ChatModel = initialState()): ChatModel => actions.reduce(reduce, from);
const event = (one: Event): Action => ({ type: "event", event: one, now: 0 });
const joined = run([{ type: "welcome", welcome: welcome() }]);
const shown = (model: ChatModel): string[] => model.timeline.map((item) => `${item.kind}:${item.id}:${item.seq}`);

describe("the log and its cursor", () => {
  /** A log with every kind of durable event; ratings of earlier messages among them. */
  const log = fc.array(fc.constantFrom("bot", "visitor", "mode", "up", "down"), { minLength: 1, maxLength: 30 }).map((kinds) =>
    kinds.map((kind, index): DurableEvent => {
      const seq = index + 1;
      if (kind === "mode") return moded(seq, seq % 2 === 0 ? "bot" : "queued");
      if (kind === "up" || kind === "down") return rated(seq, idOf(Math.ceil(seq / 2)), kind);
      return added(seq, kind === "bot" ? bot : { kind: "visitor" });
    }),
  );
  const straight = (events: readonly DurableEvent[]): ChatModel => run([{ type: "page", events }], joined);

  test("an event twice equals once", () => {
    fc.assert(
      fc.property(log, fc.array(fc.nat(29)), (events, repeats) => {
        const once = straight(events);
        const again = repeats.reduce((model, index) => (events[index] === undefined ? model : reduce(model, event(events[index]))), once);
        expect(again).toBe(once);
      }),
    );
  });

  test("the cursor never falls, whatever arrives, and a state never skips an event", () => {
    fc.assert(
      fc.property(log, fc.array(fc.nat(29), { maxLength: 60 }), (events, order) => {
        let model = joined;
        for (const index of order) {
          const one = events[index];
          if (one === undefined) continue;
          const before = model.seq;
          const ahead = isAhead(model, one);
          model = reduce(model, event(one));
          expect(model.seq).toBe(one.seq === before + 1 ? one.seq : before);
          expect(ahead).toBe(one.seq > before + 1);
        }
      }),
    );
  });

  test("duplicates, gaps that are resumed and pages in any order end in the same timeline", () => {
    const step = fc.record({ kind: fc.constantFrom("live", "page", "older"), at: fc.nat(29), size: fc.integer({ min: 1, max: 8 }) });
    fc.assert(
      fc.property(log, fc.integer({ min: 0, max: 29 }), fc.array(step, { maxLength: 40 }), (events, from, steps) => {
        // A relay may begin with its newest page; what is older comes later, when the visitor scrolls up.
        const first = events.slice(Math.min(from, events.length - 1));
        let model = run([{ type: "welcome", welcome: welcome({ events: first.slice(0, 3), head: events.length, more: true }) }]);
        const act = (kind: string, at: number, size: number): void => {
          if (kind === "live") model = events[at] === undefined ? model : reduce(model, event(events[at]));
          else if (kind === "page") model = reduce(model, { type: "page", events: events.slice(at, at + size) });
          else model = reduce(model, { type: "older", events: events.filter(({ seq }) => seq < model.firstSeq).slice(-size) });
        };
        for (const { kind, at, size } of steps) act(kind, at, size);
        act("page", model.seq, events.length);
        act("older", 0, events.length);
        const expected = straight(events);
        expect(model.timeline).toEqual(expected.timeline);
        expect([model.seq, model.firstSeq, model.unread]).toEqual([expected.seq, 1, expected.unread]);
      }),
    );
  });

  test("an event of a type this page does not know moves the cursor and shows nothing", () => {
    const model = run(
      [event(added(1)), { type: "event", event: { type: "unknown", conversationId, seq: 2, at: 0 }, now: 0 }, event(added(3))],
      joined,
    );
    expect(model.seq).toBe(3);
    expect(shown(model)).toEqual([`message:${idOf(1)}:1`, `message:${idOf(3)}:3`]);
  });

  test("unchanged items keep their identity", () => {
    const before = run([event(added(1)), event(added(2)), event(added(3))], joined);
    const after = reduce(before, event(rated(4, idOf(2), "up")));
    expect(after.timeline[0]).toBe(before.timeline[0]);
    expect(after.timeline[2]).toBe(before.timeline[2]);
    expect(after.timeline[1]).toMatchObject({ id: idOf(2), rating: "up" });
  });

  test("events of another conversation are not ours", () => {
    const foreign = { ...added(1), conversationId: idOf(99) };
    expect(reduce(joined, event(foreign))).toBe(joined);
    expect(isAhead(joined, { ...foreign, seq: 9 })).toBe(false);
  });
});

describe("welcome", () => {
  test("caught-up keeps everything; replayed continues", () => {
    const before = run([event(added(1)), event(added(2))], joined);
    const caughtUp = reduce(before, { type: "welcome", welcome: welcome({ resume: "caught-up", head: 2 }) });
    expect(caughtUp.timeline).toBe(before.timeline);
    const replayed = reduce(before, { type: "welcome", welcome: welcome({ resume: "replayed", events: [added(2), added(3)], head: 3 }) });
    expect(shown(replayed)).toEqual([1, 2, 3].map((seq) => `message:${idOf(seq)}:${seq}`));
  });

  test("reset drops the timeline and keeps the outbox", () => {
    const before = run([event(added(1)), event(added(2)), { type: "seen", seq: 2 }, { type: "outbox", entries: [entry(50)] }], joined);
    const after = reduce(before, {
      type: "welcome",
      welcome: welcome({ resume: "reset", epoch: "two", events: [added(1, bot, idOf(9))], head: 1 }),
    });
    expect(shown(after)).toEqual([`message:${idOf(9)}:1`, `message:${idOf(50)}:0`]);
    expect([after.seq, after.epoch, after.seenSeq]).toEqual([1, "two", 1]);
  });

  test("another conversation starts with nothing seen", () => {
    const before = run([event(added(1)), { type: "seen", seq: 1 }], joined);
    const other = { ...added(1, bot, idOf(9)), conversationId: idOf(7) };
    const after = reduce(before, { type: "welcome", welcome: welcome({ conversationId: idOf(7), events: [other], head: 1 }) });
    expect(shown(after)).toEqual([`message:${idOf(9)}:1`]);
    expect(after.unread).toBe(1);
  });

  test("an acknowledged message that a restored log no longer has is not shown as sent for ever", () => {
    const before = run(
      [
        { type: "outbox", entries: [entry(50)] },
        { type: "acked", id: idOf(50), seq: 9 },
        { type: "outbox", entries: [] },
      ],
      joined,
    );
    expect(before.timeline).toMatchObject([{ id: idOf(50), delivery: "sent" }]);
    expect(reduce(before, { type: "welcome", welcome: welcome({ resume: "reset" }) }).timeline).toEqual([]);
  });
});

describe("streams", () => {
  const delta = (offset: number, text: string): Action =>
    event({ type: "message-delta", conversationId, messageId: idOf(5), offset, text, author: bot });
  const textOfStream = (model: ChatModel): unknown => model.timeline.map((item) => (item.kind === "message" ? item.parts[0] : undefined));

  test("a piece applies only at the end of what is there", () => {
    const model = run([delta(0, "Your "), delta(5, "lamp"), delta(5, "lamp"), delta(12, "late"), delta(0, "Your ")], joined);
    expect(textOfStream(model)).toEqual([{ type: "text", text: "Your lamp", format: "markdown" }]);
    expect(run([delta(3, "middle")], joined)).toBe(joined);
  });

  test("the final message takes its place, and later pieces change nothing", () => {
    const model = run([delta(0, "Your "), event(added(1, bot, idOf(5)))], joined);
    expect(model.timeline).toMatchObject([{ id: idOf(5), seq: 1, parts: [{ text: "text 1" }] }]);
    expect(reduce(model, delta(0, "Your "))).toBe(model);
  });

  test("an abandoned answer goes, and so does one that stalls", () => {
    const streaming = run([delta(0, "Your ")], joined);
    expect(reduce(streaming, event({ type: "message-abandoned", conversationId, messageId: idOf(5) })).timeline).toEqual([]);
    expect(nextExpiry(streaming)).toBe(STREAM_IDLE_MS);
    expect(reduce(streaming, { type: "expire", now: STREAM_IDLE_MS - 1 })).toBe(streaming);
    expect(reduce(streaming, { type: "expire", now: STREAM_IDLE_MS }).timeline).toEqual([]);
  });
});

describe("the outbox on screen", () => {
  test("log by seq, then streams, then the outbox in its order", () => {
    const model = run(
      [
        { type: "outbox", entries: [entry(51), entry(50)] },
        event({ type: "message-delta", conversationId, messageId: idOf(5), offset: 0, text: "x", author: bot }),
        event(added(1)),
      ],
      joined,
    );
    expect(model.timeline.map((item) => item.id)).toEqual([idOf(1), idOf(5), idOf(50), idOf(51)]);
  });

  test("a message that arrived in the log is shown once, whichever came first", () => {
    const visitor: Author = { kind: "visitor" };
    const outbox: Action = { type: "outbox", entries: [entry(50)] };
    const arrival = event(added(1, visitor, idOf(50)));
    const acked: Action = { type: "acked", id: idOf(50), seq: 1 };
    for (const order of [
      [outbox, arrival, acked],
      [outbox, acked, arrival],
      [arrival, outbox, acked],
      [outbox, arrival, outbox, acked],
    ]) {
      expect(shown(run(order, joined))).toEqual([`message:${idOf(50)}:1`]);
    }
  });

  test("a delivery state never moves backwards, but for the visitor's own retry", () => {
    const rank = ["waiting", "sending", "sent", "delivered", "read"];
    const actions = fc.constantFrom<Action>(
      { type: "outbox", entries: [entry(50)] },
      { type: "sending", id: idOf(50) },
      { type: "acked", id: idOf(50), seq: 1 },
      event(added(1, { kind: "visitor" }, idOf(50))),
      event({ type: "receipts", conversationId, deliveredSeq: 1, readSeq: 0 }),
      event({ type: "receipts", conversationId, deliveredSeq: 1, readSeq: 1 }),
      event({ type: "receipts", conversationId, deliveredSeq: 0, readSeq: 0 }),
    );
    fc.assert(
      fc.property(fc.array(actions, { maxLength: 20 }), (steps) => {
        let model = run([{ type: "outbox", entries: [entry(50)] }], joined);
        let reached = 0;
        for (const step of steps) {
          model = reduce(model, step);
          const item = model.timeline.find(({ id }) => id === idOf(50));
          const now = rank.indexOf((item?.kind === "message" ? item.delivery : undefined) ?? "lost");
          expect(now).toBeGreaterThanOrEqual(reached);
          reached = now;
        }
      }),
    );
    const failed = run(
      [
        { type: "outbox", entries: [entry(50)] },
        { type: "failed", id: idOf(50), code: "forbidden" },
      ],
      joined,
    );
    expect(failed.timeline).toMatchObject([{ delivery: "failed", error: "forbidden" }]);
    expect(reduce(failed, { type: "outbox", entries: [entry(50)] }).timeline).toMatchObject([{ delivery: "waiting", error: undefined }]);
  });

  test("an answer is a receipt: for the message it answers, and an agent's for all before it", () => {
    const visitor: Author = { kind: "visitor" };
    const deliveries = (model: ChatModel): unknown[] =>
      model.log.flatMap((item) => (item.kind === "message" && item.delivery !== undefined ? [item.delivery] : []));
    let model = reduce(initialState(), {
      type: "welcome",
      welcome: welcome({ events: [added(1, visitor), added(2, visitor), added(3, visitor)] }),
    });
    expect(deliveries(model)).toEqual(["sent", "sent", "sent"]);
    const answer = added(4, { kind: "bot" });
    if (answer.type !== "message-added") throw new Error("expected a message");
    model = reduce(model, { type: "event", event: { ...answer, message: { ...answer.message, inReplyTo: idOf(2) } }, now: 0 });
    expect(deliveries(model)).toEqual(["delivered", "delivered", "sent"]);
    model = reduce(model, { type: "event", event: added(5, { kind: "agent", id: "ines" }), now: 0 });
    expect(deliveries(model)).toEqual(["delivered", "delivered", "delivered"]);
  });

  test("an entry that another tab discarded goes", () => {
    const model = run(
      [
        { type: "outbox", entries: [entry(50), entry(51)] },
        { type: "outbox", entries: [entry(51)] },
      ],
      joined,
    );
    expect(model.timeline.map(({ id }) => id)).toEqual([idOf(51)]);
  });
});

describe("the rest", () => {
  test("unread counts what others wrote since the visitor looked", () => {
    const model = run([event(added(1)), event(added(2, { kind: "visitor" })), event(moded(3, "queued")), event(added(4))], joined);
    expect(model.unread).toBe(2);
    expect(reduce(model, { type: "seen", seq: 3 }).unread).toBe(1);
    expect(reduce(model, { type: "seen", seq: 99 })).toMatchObject({ unread: 0, seenSeq: 4 });
  });

  test("typing fades by time, by word, and with the message", () => {
    const typing = (on: boolean): Action => event({ type: "typing", conversationId, author: bot, typing: on });
    const model = reduce(joined, typing(true));
    expect(model.typing).toEqual({ author: bot, until: 6_000 });
    expect(reduce(model, typing(false)).typing).toBeUndefined();
    expect(reduce(model, event(added(1))).typing).toBeUndefined();
    expect(reduce(model, { type: "expire", now: 6_000 }).typing).toBeUndefined();
    expect(reduce(joined, event({ type: "typing", conversationId, author: { kind: "visitor" }, typing: true }))).toBe(joined);
  });

  test("the mode and the agent follow the log; the place in the queue leaves with the queue", () => {
    const agent = { id: "a1", name: "Mara" };
    const queued = run([event(moded(1, "queued")), event({ type: "queue-position", conversationId, position: 2 })], joined);
    expect(queued).toMatchObject({ mode: "queued", queue: { position: 2 } });
    const teams = [{ name: "Manila", timezone: "Asia/Manila", atWork: true }];
    const later = run([event({ type: "queue-position", conversationId, position: 1, tier: "ticket", promisedAt: 7, teams })], queued);
    expect(later.queue).toEqual({ position: 1, tier: "ticket", promisedAt: 7, teams, etaMs: undefined });
    const served = run([event({ ...moded(2, "agent"), agent } as DurableEvent)], queued);
    expect(served).toMatchObject({ mode: "agent", agent, queue: undefined });
    // Said to who no longer waits, it is late.
    expect(run([event({ type: "queue-position", conversationId, position: 1 })], served).queue).toBeUndefined();
    expect(run([event(moded(3, "bot"))], served)).toMatchObject({ mode: "bot", agent: undefined });
  });

  test("a stored log of the conversation before lends the next one neither entries nor a cursor", () => {
    const session = { token: "t", visitorId: idOf(2), conversationId: idOf(9) };
    const stored = { session, cursor: { epoch: "one", seq: 2 }, events: [added(1), added(2)], outbox: [] };
    const between = run([{ type: "loaded", snapshot: stored }]);
    expect([between.conversationId, between.epoch, between.seq, between.log]).toEqual([idOf(9), undefined, 0, []]);
    // Its own comes a moment later, and is taken whole.
    const events = [1, 2, 3].map((seq) => ({ ...added(seq), conversationId: idOf(9) }));
    const next = reduce(between, { type: "loaded", snapshot: { ...stored, cursor: { epoch: "one", seq: 3 }, events } });
    expect([next.seq, next.log.length]).toEqual([3, 3]);
  });

  test("what was stored shows again, and a later look at storage adds what another tab received", () => {
    const session = { token: "t", visitorId: idOf(2), conversationId, seenSeq: 1 };
    const cursor = { epoch: "one", seq: 2 };
    const loaded = reduce(initialState(), {
      type: "loaded",
      snapshot: { session, cursor, events: [added(1), added(2)], outbox: [entry(50)] },
    });
    expect(loaded).toMatchObject({ ready: true, seq: 2, unread: 1, conversationId });
    const later = reduce(loaded, {
      type: "loaded",
      snapshot: { session, cursor: { epoch: "one", seq: 3 }, events: [added(2), added(3)], outbox: [] },
    });
    expect(later.timeline.map(({ id }) => id)).toEqual([idOf(1), idOf(2), idOf(3)]);
    expect(later.timeline[0]).toBe(loaded.timeline[0]);
    const restarted = reduce(later, {
      type: "loaded",
      snapshot: { session, cursor: { epoch: "two", seq: 1 }, events: [added(1, bot, idOf(9))], outbox: [] },
    });
    expect(restarted.timeline.map(({ id }) => id)).toEqual([idOf(9)]);
  });
});
