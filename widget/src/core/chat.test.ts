import { LINK_TIMES } from "./link-times.ts";
import { LIMITS, newId, type Command, type VisitorPart } from "@allhours/protocol";
import { describe, expect, test } from "vitest";
import type { Chat } from "./chat-types.ts";
import type { DeliveryState } from "./state.ts";
import { createHarness, createMemoryStorage, type Harness } from "./testing/chat-harness.ts";
import type { ModelRelay } from "./testing/model-relay.ts";

const bot = { kind: "bot" as const };
const words = (text: string): VisitorPart[] => [{ type: "text", text }];
let made = 0;
const draft = (text: string) => ({
  type: "message-added" as const,
  message: { id: `01890000-0000-7000-8000-${String((made += 1)).padStart(12, "0")}`, author: bot, parts: words(text) },
});
const texts = (chat: Chat): string[] =>
  chat.getState().timeline.map((item) => (item.kind === "message" && item.parts[0]?.type === "text" ? item.parts[0].text : item.kind));
const deliveries = (chat: Chat): (DeliveryState | undefined)[] =>
  chat.getState().timeline.map((item) => (item.kind === "message" ? item.delivery : undefined));
const heard = (relay: ModelRelay, type: Command["type"]): Command[] => relay.heard.filter((command) => command.type === type);
const log = (relay: ModelRelay): string[] =>
  relay.conversations
    .at(-1)!
    .log.map((event) =>
      event.type === "message-added" && event.message.parts[0]?.type === "text" ? event.message.parts[0].text : event.type,
    );

async function online(harness: Harness = createHarness()): Promise<Harness & { chat: Chat }> {
  const chat = harness.newTab();
  chat.connect();
  await harness.clock.settle();
  expect(chat.getState().connection.status).toBe("online");
  return { ...harness, chat };
}

describe("being told of an answer elsewhere", () => {
  test("what is set shows masked, and is taken back; a refusal comes back by its code, and the address is kept nowhere", async () => {
    const { chat, relay, browser, clock } = await online();
    expect(chat.getState().contact).toEqual({ channels: ["email"] });
    expect(await chat.setContact("sms", "+33612345678")).toMatchObject({ ok: false, error: { code: "channel-not-offered" } });
    expect(await chat.setContact("email", "marie@example.com")).toMatchObject({ ok: true });
    expect(chat.getState().contact).toMatchObject({ channels: ["email"], channel: "email", masked: "m…" });
    expect(JSON.stringify([chat.getState(), await browser.storage.load()])).not.toContain("marie");
    expect(await chat.setContact("email", "")).toMatchObject({ ok: true });
    expect(chat.getState().contact?.masked).toBeUndefined();
    relay.fault = ({ type }) => (type === "contact-set" ? "lost" : undefined);
    const unheard = chat.setContact("email", "marie@example.com");
    await clock.advance(60_000);
    expect(await unheard).toBeUndefined();
  });
});

describe("sending", () => {
  test("typed before anything is connected: shown at once, kept, and sent after the first welcome", async () => {
    const { newTab, relay, clock } = createHarness();
    relay.down = true;
    const chat = newTab();
    await chat.sendText("  where is my order  ");
    await chat.sendText("10482");
    expect(texts(chat)).toEqual(["where is my order", "10482"]);
    expect(deliveries(chat)).toEqual(["waiting", "waiting"]);
    chat.connect();
    await clock.advance(3_000);
    expect(deliveries(chat)).toEqual(["waiting", "waiting"]);
    relay.down = false;
    await clock.advance(20_000);
    expect(log(relay)).toEqual(["where is my order", "10482"]);
    expect(deliveries(chat)).toEqual(["sent", "sent"]);
  });

  test("refuses what cannot be sent, and saves nothing of it", async () => {
    const { chat, browser } = await online();
    await expect(chat.sendText("   ")).rejects.toMatchObject({ code: "empty" });
    await expect(chat.sendText("x".repeat(LIMITS.messageChars + 1))).rejects.toMatchObject({ code: "too-long" });
    await expect(chat.send(Array.from({ length: 21 }, () => ({ type: "text", text: "a" })))).rejects.toMatchObject({
      code: "too-many-parts",
    });
    expect(await browser.storage.outbox()).toEqual([]);
  });

  test("masks a card number before it is saved or shown", async () => {
    const { newTab, browser } = createHarness();
    const chat = newTab();
    await chat.sendText("my card 4111 1111 1111 1111 was declined");
    expect(texts(chat)).toEqual(["my card •••• 1111 was declined"]);
    expect((await browser.storage.outbox()).map((entry) => entry.parts)).toEqual([
      [{ type: "text", text: "my card •••• 1111 was declined" }],
    ]);
  });

  test("the event in the log counts as the ack that was lost", async () => {
    const { chat, relay, clock, browser } = await online();
    relay.fault = ({ type }) => (type === "message-send" ? "ack-lost" : undefined);
    const id = await chat.sendText("once");
    await clock.settle();
    expect(await browser.storage.outbox()).toEqual([]);
    await clock.advance(LIMITS.ackTimeoutMs * 3);
    expect(relay.taken).toEqual([id]);
    expect(heard(relay, "message-send")).toHaveLength(1);
    expect([texts(chat), deliveries(chat)]).toEqual([["once"], ["sent"]]);
  });

  test("a frame that never arrives goes out again after the ack time and a probe", async () => {
    const { chat, relay, clock } = await online();
    let losses = 1;
    relay.fault = ({ type }) => (type === "message-send" && losses-- > 0 ? "lost" : undefined);
    await chat.sendText("again");
    await clock.advance(LIMITS.ackTimeoutMs + 100);
    expect(heard(relay, "probe")).toHaveLength(1);
    expect(log(relay)).toEqual(["again"]);
  });

  test("a dead link: sent over another one within 9 s", async () => {
    const { chat, relay, clock } = await online();
    const from = clock.now();
    relay.fault = ({ type }) => (type === "hello" ? undefined : "lost");
    await chat.sendText("dead link");
    await clock.advance(LIMITS.ackTimeoutMs + LINK_TIMES.besideMs - 1);
    relay.fault = () => undefined;
    await clock.advance(2);
    expect(log(relay)).toEqual(["dead link"]);
    expect(clock.now() - from).toBeLessThan(9_000);
  });

  test("the last event before a silence was lost on a link that lives: the next probe shows it", async () => {
    const { chat, relay, clock } = await online();
    const conversationId = chat.getState().conversationId!;
    relay.appendSilently(conversationId, {
      type: "message-added",
      message: { id: newId(clock.now()), author: { kind: "bot" }, parts: [{ type: "text", text: "lost on its way" }] },
    });
    await clock.advance(LINK_TIMES.beatMs - 1);
    expect(texts(chat)).toEqual([]);
    await clock.advance(2);
    expect(texts(chat)).toEqual(["lost on its way"]);
  });

  test("a refused message fails, the next one goes on, and the visitor retries or discards", async () => {
    const { chat, relay, clock } = await online();
    const failures: string[] = [];
    chat.on("message:failed", ({ code }) => failures.push(code));
    relay.fault = (command) =>
      command.type === "message-send" && JSON.stringify(command.parts).includes("bad") ? { code: "frame-too-large" } : undefined;
    const bad = await chat.sendText("bad");
    const worse = await chat.sendText("bad too");
    await chat.sendText("good");
    await clock.settle();
    expect(failures).toEqual(["frame-too-large", "frame-too-large"]);
    expect(log(relay)).toEqual(["good"]);
    relay.fault = () => undefined;
    await chat.retry(bad);
    await chat.discard(worse);
    await clock.settle();
    expect(log(relay)).toEqual(["good", "bad"]);
    expect(texts(chat)).toEqual(["good", "bad"]);
  });
});

describe("sessions", () => {
  test("a reload shows what was there and continues with session and cursor", async () => {
    const { chat, relay, clock, newTab } = await online();
    await chat.sendText("first");
    relay.append(relay.conversations.at(0)!.id, draft("answer"));
    await clock.settle();
    chat.close();
    await clock.settle();
    relay.append(relay.conversations.at(0)!.id, draft("while away"));
    const again = newTab();
    await again.load();
    expect(texts(again)).toEqual(["first", "answer"]);
    again.connect();
    await clock.settle();
    expect(texts(again)).toEqual(["first", "answer", "while away"]);
    expect(relay.conversations).toHaveLength(1);
    expect(heard(relay, "hello").at(-1)).toMatchObject({ cursor: { epoch: "first", seq: 2 } });
  });

  test("a forgotten session is replaced and the outbox goes to the new conversation", async () => {
    const { chat, relay, clock } = await online();
    await chat.sendText("old");
    await clock.settle();
    relay.down = true;
    relay.cut();
    await chat.sendText("unsent");
    relay.forgetSessions();
    relay.down = false;
    await clock.advance(30_000);
    expect(relay.conversations).toHaveLength(2);
    expect(log(relay)).toEqual(["unsent"]);
    expect(texts(chat)).toEqual(["unsent"]);
  });

  test("a session that ends under a live link does not fail the message", async () => {
    const { chat, relay, clock } = await online();
    relay.fault = ({ type }) => (type === "message-send" && relay.conversations.length === 1 ? { code: "session-unknown" } : undefined);
    relay.forgetSessions();
    await chat.sendText("kept");
    await clock.advance(20_000);
    expect(relay.conversations).toHaveLength(2);
    expect(log(relay)).toEqual(["kept"]);
  });

  test("reset forgets everything on this device", async () => {
    const { chat, clock, browser } = await online();
    await chat.sendText("secret");
    await clock.settle();
    await chat.reset();
    expect(await browser.storage.load()).toEqual({ session: undefined, cursor: undefined, events: [], outbox: [] });
  });

  test("how far the visitor has read outlives the page and is told to the relay", async () => {
    const { chat, relay, clock, newTab } = await online();
    relay.append(relay.conversations.at(0)!.id, draft("one"));
    relay.append(relay.conversations.at(0)!.id, draft("two"));
    await clock.settle();
    expect(chat.getState().unread).toBe(2);
    chat.markSeen();
    relay.append(relay.conversations.at(0)!.id, draft("three"));
    await clock.settle();
    expect(heard(relay, "read-set").at(-1)).toMatchObject({ seq: 2 });
    chat.close();
    await clock.settle();
    const again = newTab();
    await again.load();
    expect(again.getState().unread).toBe(1);
  });
});

describe("the log", () => {
  test("a gap is resumed, in pages, and nothing is shown before what precedes it", async () => {
    const { chat, relay, clock, browser } = await online();
    relay.pageSize = 7;
    const { id } = relay.conversations.at(0)!;
    for (let count = 0; count < 30; count += 1) relay.appendSilently(id, draft(`missed ${count}`));
    relay.append(id, draft("live"));
    expect(texts(chat)).toEqual([]);
    await clock.advance(100);
    expect(texts(chat)).toEqual(log(relay));
    expect(heard(relay, "history-get")).toHaveLength(5);
    const stored = await browser.storage.load();
    expect([stored.cursor?.seq, stored.events.length]).toEqual([31, 31]);
  });

  test("a long absence comes in pages after the welcome", async () => {
    const { chat, relay, clock } = await online();
    relay.pageSize = 10;
    relay.down = true;
    relay.cut();
    for (let count = 0; count < 95; count += 1) relay.appendSilently(relay.conversations.at(0)!.id, draft(`missed ${count}`));
    relay.down = false;
    await clock.advance(30_000);
    expect(texts(chat)).toEqual(log(relay));
  });

  test("a resume that is not answered ends in a new link, not in a hole", async () => {
    const { chat, relay, clock } = await online();
    let broken = true;
    relay.fault = ({ type }) => (type === "history-get" && broken ? "lost" : undefined);
    const { id } = relay.conversations.at(0)!;
    relay.appendSilently(id, draft("missed"));
    relay.append(id, draft("live"));
    await clock.advance(5_000);
    expect(texts(chat)).toEqual([]);
    broken = false;
    await clock.advance(30_000);
    expect(texts(chat)).toEqual(["missed", "live"]);
  });

  test("another epoch replaces the timeline and keeps what waits", async () => {
    const { chat, relay, clock, browser } = await online();
    for (const text of ["one", "two", "three"]) relay.append(relay.conversations.at(0)!.id, draft(text));
    await clock.settle();
    relay.down = true;
    relay.cut();
    await chat.sendText("waits");
    relay.epoch = "second";
    const news: string[] = [];
    chat.on("message:received", ({ text }) => news.push(text));
    relay.conversations.at(0)!.log.length = 0;
    relay.appendSilently(relay.conversations.at(0)!.id, draft("one"));
    for (let count = 0; count < 4; count += 1) relay.appendSilently(relay.conversations.at(0)!.id, draft(`restored ${count}`));
    relay.down = false;
    await clock.advance(30_000);
    expect(texts(chat)).toEqual(["one", "restored 0", "restored 1", "restored 2", "restored 3", "waits"]);
    expect(news).toEqual([]);
    const stored = await browser.storage.load();
    expect([stored.cursor, stored.events.length]).toEqual([{ epoch: "second", seq: 6 }, 6]);
  });

  test("older entries than those kept are put in front until there are none", async () => {
    const { chat, relay, clock, browser, newTab } = await online();
    for (let count = 0; count < 5; count += 1) relay.append(relay.conversations.at(0)!.id, draft(`entry ${count}`));
    await clock.settle();
    chat.close();
    await clock.settle();
    browser.storage.adopt({ events: browser.storage.peek().events.slice(-1) });
    relay.pageSize = 3;
    const again = newTab();
    again.connect();
    await clock.settle();
    expect(texts(again)).toEqual(["entry 4"]);
    const both = await Promise.all([again.loadOlder(), again.loadOlder()]);
    expect(both).toEqual([true, true]);
    expect(texts(again)).toEqual(["entry 1", "entry 2", "entry 3", "entry 4"]);
    expect(await again.loadOlder()).toBe(true);
    expect(await again.loadOlder()).toBe(false);
    expect(texts(again)).toEqual(log(relay));
  });
});

describe("tabs", () => {
  test("one tab connects and sends for all; the others show what it stored", async () => {
    const harness = createHarness();
    const { chat: first, relay, clock, newTab } = await online(harness);
    const second = newTab();
    second.connect();
    await clock.settle();
    expect([relay.links, second.getState().leading]).toEqual([1, false]);
    await second.sendText("from the second");
    await clock.settle();
    expect(log(relay)).toEqual(["from the second"]);
    expect(texts(second)).toEqual(["from the second"]);
    expect(deliveries(second)).toEqual(["sent"]);
    relay.append(relay.conversations.at(0)!.id, draft("answer"));
    await clock.settle();
    expect(texts(second)).toEqual(texts(first));
  });

  test("when the leader goes the next one takes over and loses nothing", async () => {
    const harness = createHarness();
    const { chat: first, relay, clock, newTab } = await online(harness);
    const second = newTab();
    second.connect();
    await clock.settle();
    relay.fault = ({ type }) => (type === "message-send" ? "lost" : undefined);
    await first.sendText("left behind");
    await clock.settle();
    relay.fault = () => undefined;
    first.close();
    await clock.advance(1_000);
    expect(second.getState()).toMatchObject({ leading: true, connection: { status: "online" } });
    expect(log(relay)).toEqual(["left behind"]);
    expect(texts(second)).toEqual(["left behind"]);
    expect(relay.conversations).toHaveLength(1);
  });

  test("order over tabs is the order of typing", async () => {
    const harness = createHarness();
    const { chat: first, relay, clock, newTab } = await online(harness);
    const tabs = [first, newTab(), newTab()];
    for (const tab of tabs.slice(1)) tab.connect();
    await clock.settle();
    const typed: string[] = [];
    for (let count = 0; count < 30; count += 1) {
      if (count === 10) relay.cut();
      typed.push(`typed ${count}`);
      await tabs.at(count % 3)!.sendText(typed.at(-1)!);
    }
    await clock.advance(30_000);
    expect(log(relay)).toEqual(typed);
    for (const tab of tabs) expect(texts(tab)).toEqual(typed);
  });

  test("a tab that does not lead asks for a person over a link of its own", async () => {
    const harness = createHarness();
    const { relay, clock, newTab } = await online(harness);
    const second = newTab();
    second.connect();
    await clock.settle();
    expect(await second.requestHandoff()).toBe(true);
    await clock.settle();
    expect([second.getState().mode, relay.links]).toEqual(["queued", 1]);
  });

  test("a tab whose storage is memory leads for itself: nobody else sees its outbox", async () => {
    const harness = createHarness();
    const { relay, clock, newTab } = await online(harness);
    const alone = newTab({ storage: createMemoryStorage() });
    alone.connect();
    await alone.sendText("only here");
    await clock.settle();
    expect(alone.getState()).toMatchObject({ leading: true, storage: "memory" });
    expect(log(relay)).toEqual(["only here"]);
  });

  test("a log-out in one tab ends the session of the leader too", async () => {
    const harness = createHarness();
    const { chat: first, relay, clock, newTab } = await online(harness);
    await first.sendText("mine");
    await clock.settle();
    const second = newTab();
    await second.load();
    await second.reset();
    await clock.advance(1_000);
    expect(relay.conversations).toHaveLength(2);
    expect(texts(first)).toEqual([]);
  });
});

describe("what the page hears", () => {
  test("each sent and received message once, and no history as news", async () => {
    const { chat, relay, clock, newTab } = await online();
    const news: string[] = [];
    const listen = (from: Chat, name: string): void => {
      from.on("message:sent", () => news.push(`${name} sent`));
      from.on("message:received", ({ text }) => news.push(`${name} received ${text}`));
      from.on("ready", () => news.push(`${name} ready`));
    };
    listen(chat, "first");
    await chat.sendText("hello");
    await clock.settle();
    relay.append(relay.conversations.at(0)!.id, draft("hi"));
    await clock.settle();
    chat.close();
    await clock.settle();
    relay.append(relay.conversations.at(0)!.id, draft("missed"));
    const again = newTab();
    listen(again, "second");
    again.connect();
    await clock.settle();
    expect(news).toEqual(["first sent", "first received hi", "second ready", "second received missed"]);
  });

  test("a listener that throws hurts nobody", async () => {
    const { chat, relay, clock } = await online();
    chat.on("message:received", () => {
      throw new Error("a fault of the page");
    });
    relay.append(relay.conversations.at(0)!.id, draft("hi"));
    await clock.settle();
    expect(texts(chat)).toEqual(["hi"]);
  });

  test("a streamed answer grows, fades when it stalls, and the final message is whole", async () => {
    const { chat, relay, clock } = await online();
    const final = draft("Your lamp is on its way");
    const conversationId = relay.conversations.at(0)!.id;
    const delta = (offset: number, text: string): void =>
      relay.tell({ type: "message-delta", conversationId, messageId: final.message.id, offset, text, author: bot });
    delta(0, "Your ");
    delta(5, "lamp");
    expect(texts(chat)).toEqual(["Your lamp"]);
    await clock.advance(20_000);
    expect(texts(chat)).toEqual([]);
    relay.append(conversationId, final);
    expect(texts(chat)).toEqual(["Your lamp is on its way"]);
  });

  test("typing is told at most every three seconds, and its end once", async () => {
    const { chat, relay, clock } = await online();
    for (let key = 0; key < 10; key += 1) chat.setTyping(true);
    chat.setTyping(false);
    chat.setTyping(false);
    await clock.settle();
    expect(heard(relay, "typing-set").map((command) => command.type === "typing-set" && command.typing)).toEqual([true, false]);
  });
});
