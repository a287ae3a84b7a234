import { newId, type Command, type Event } from "@allhours/protocol";
import { expect, it } from "vitest";
import type { HandoffAdapter } from "../adapters/spec.ts";
import { createLogger } from "../observe/logger.ts";
import { createMetrics } from "../observe/metrics.ts";
import type { Step } from "../pipeline/turn.ts";
import { createMemoryStore } from "../store/memory.ts";
import type { Conversation, Session } from "../store/store.ts";
import { bareConversation, bareShop } from "../testing/bare-shop.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { createContacts } from "./contacts.ts";
import { createHandle } from "./handle.ts";
import { createActions } from "./actions.ts";
import { createExperts } from "./experts.ts";
import { createHub } from "./hub.ts";
import { createPace } from "./pace.ts";
import { createPublisher } from "./publish.ts";
import { createSerialQueue } from "./queue.ts";
import { createRooms } from "./rooms.ts";
import { createTranscriptLinks } from "./transcript-links.ts";
import { createTurns } from "./turns.ts";

/** A relay's middle, from a command to its ack, with one step that answers when it is let. */
async function open(maxOpenTurns: number) {
  const clock = createFakeClock(1_700_000_000_000);
  const logger = createLogger("silent");
  const { directory } = bareShop(logger, [{ id: "desk", adapter: {} as HandoffAdapter }]);
  const store = createMemoryStore();
  const hub = createHub();
  const rooms = createRooms(store, () => clock.now());
  const serial = createSerialQueue();
  const publisher = createPublisher({ store, hub, now: () => clock.now(), wakeJobs: () => undefined });
  const waiting: (() => void)[] = [];
  const answer: Step = {
    name: "answer",
    run: async () => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return { next: false, outcome: { kind: "answered", parts: [{ type: "text", text: "Yes." }] } };
    },
  };
  const shared = {
    store,
    rooms,
    serial,
    publisher,
    directory: () => directory,
    clock,
    pace: createPace(),
    links: createTranscriptLinks({ store, now: () => clock.now(), origin: () => undefined }),
    logger,
  };
  const turns = createTurns({ ...shared, report: () => undefined, steps: [answer] });
  const handle = createHandle({
    ...shared,
    turns,
    contacts: createContacts(shared),
    experts: createExperts(shared),
    actions: createActions({ ...shared, metrics: createMetrics() }),
    failover: { left: () => undefined },
    maxOpenTurns,
  });
  async function visitor(mode: Conversation["mode"] = "bot") {
    const conversation = bareConversation(clock.now(), mode);
    const session: Session = {
      tokenHash: conversation.id,
      visitorId: conversation.visitorId,
      conversationId: conversation.id,
      siteId: "shop",
      expiresAt: clock.now() + 1_000_000,
    };
    await store.createConversation(conversation, session, undefined);
    const heard: Event[] = [];
    hub.subscribe(conversation.id, { send: (event) => void heard.push(event), close: () => undefined }).release(0);
    const say = (id: string = newId()) =>
      handle(
        { type: "message-send", id, conversationId: conversation.id, parts: [{ type: "text", text: "Hello?" }] } satisfies Command,
        session,
      );
    const ask = (id: string) => handle({ type: "handoff-request", id, conversationId: conversation.id } satisfies Command, session);
    return { say, ask, heard, conversation };
  }
  return { visitor, turns, waiting, rooms };
}

it("refuses messages beyond the open turns it may hold, and answers every one it took", async () => {
  const { visitor, turns, waiting } = await open(2);
  const last = await visitor();
  const visitors = [await visitor(), await visitor(), last];
  // At the same moment: what is still being stored counts too.
  const acks = await Promise.all(visitors.map(({ say }) => say()));
  expect(acks.map((ack) => ack.ok)).toEqual([true, true, false]);
  expect(acks[2]).toMatchObject({ error: { code: "rate-limited", retryAfterMs: expect.any(Number) as number } });
  expect(turns.running).toBe(2);

  while (turns.running > 0) {
    waiting.splice(0).forEach((go) => go());
    await new Promise((resolve) => setImmediate(resolve));
  }
  const authors = (heard: Event[]) => heard.map((event) => (event.type === "message-added" ? event.message.author.kind : event.type));
  expect(visitors.map(({ heard }) => authors(heard))).toEqual([["visitor", "bot"], ["visitor", "bot"], []]);
  await expect(last.say()).resolves.toMatchObject({ ok: true });
});

it("lets messages to a person through, however many turns are open", async () => {
  const { visitor } = await open(1);
  await expect((await visitor()).say()).resolves.toMatchObject({ ok: true });
  await expect((await visitor()).say()).resolves.toMatchObject({ ok: false });
  await expect((await visitor("agent")).say()).resolves.toMatchObject({ ok: true });
});

it("takes a message said again after the end as known, and does not wake the assistant", async () => {
  const { visitor, waiting, turns, rooms } = await open(5);
  const { say, heard, conversation } = await visitor();
  const id = newId();
  const first = await say(id);
  while (turns.running > 0) {
    waiting.splice(0).forEach((go) => go());
    await new Promise((resolve) => setImmediate(resolve));
  }
  const room = await rooms.get(conversation.id);
  Object.assign(room!.conversation, { mode: "ended" });
  const before = heard.length;
  expect(await say(id)).toEqual({ ok: true, value: { ...(first as { value: object }).value, known: true } });
  expect([room?.conversation.mode, heard.length]).toEqual(["ended", before]);
  expect(await say()).toMatchObject({ ok: true, value: { known: false } });
  expect(room?.conversation.mode).toBe("bot");
});

it("takes a request for a person said again after the end as known, and opens nothing", async () => {
  const { visitor, rooms } = await open(5);
  const { ask, heard, conversation } = await visitor();
  const id = newId();
  expect(await ask(id)).toMatchObject({ ok: true, value: { known: false } });
  const room = await rooms.get(conversation.id);
  Object.assign(room!.conversation, { mode: "ended", caseId: undefined });
  const before = heard.length;
  expect(await ask(id)).toMatchObject({ ok: true, value: { known: true } });
  expect([room?.conversation.mode, heard.length]).toEqual(["ended", before]);
  expect(await ask(newId())).toMatchObject({ ok: true, value: { known: false } });
  expect(room?.conversation.mode).toBe("queued");
});

it("says that an answer will not come when a person was asked for meanwhile", async () => {
  const { visitor, waiting, turns } = await open(5);
  const { say, ask, heard } = await visitor();
  await say();
  await ask(newId());
  while (turns.running > 0) {
    waiting.splice(0).forEach((go) => go());
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(heard.map(({ type }) => type)).toEqual(["message-added", "mode-changed", "message-added", "message-abandoned"]);
});
