import { LIMITS, type Command, type Hello, type VisitorPart } from "@allhours/protocol";
import { describe, expect, test } from "vitest";
import type { Chat } from "./chat-types.ts";
import { createJoining } from "./joining.ts";
import { initialState } from "./reduce.ts";
import { createHarness, type Harness } from "./testing/chat-harness.ts";
import type { ModelRelay } from "./testing/model-relay.ts";

const TICKET = "eu.Vb3kQ9sZr1nXw7TfJm5Yc2a";
const words = (text: string): VisitorPart[] => [{ type: "text", text }];
const texts = (chat: Chat): string[] =>
  chat.getState().timeline.map((item) => (item.kind === "message" && item.parts[0]?.type === "text" ? item.parts[0].text : item.kind));
const logs = ({ conversations }: ModelRelay): string[][] =>
  conversations.map(({ log }) =>
    log.map((event) =>
      event.type === "message-added" && event.message.parts[0]?.type === "text" ? event.message.parts[0].text : event.type,
    ),
  );
const hellos = (relay: ModelRelay): Hello[] => relay.heard.filter((command: Command): command is Hello => command.type === "hello");

/** The conversation of another device, with a question and an answer, and the ticket of a link to it. */
async function elsewhere(harness: Harness = createHarness()): Promise<Harness & { there: string }> {
  const { relay, clock } = harness;
  const theirs = relay.begin();
  for (const [kind, text] of [
    ["visitor", "will it hum?"],
    ["agent", "it will not"],
  ] as const)
    relay.append(theirs.id, { type: "message-added", message: { id: crypto.randomUUID(), author: { kind }, parts: words(text) } });
  relay.tickets.set(TICKET, theirs);
  await clock.settle();
  return { ...harness, there: theirs.id };
}
async function online({ newTab, clock }: Harness): Promise<Chat> {
  const chat = newTab();
  chat.connect();
  await clock.settle();
  expect(chat.getState().connection.status).toBe("online");
  return chat;
}

describe("the ticket of a link", () => {
  test("on a device that has nothing: no conversation is begun, all is there, and what was typed meanwhile goes into it", async () => {
    const rig = await elsewhere();
    const { relay, clock, there } = rig;
    const chat = rig.newTab();
    await chat.join(TICKET);
    await chat.sendText("thanks");
    chat.connect();
    await clock.settle();
    expect(chat.getState()).toMatchObject({ conversationId: there, hasOther: false });
    expect(texts(chat)).toEqual(["will it hum?", "it will not", "thanks"]);
    expect(logs(relay)).toEqual([["will it hum?", "it will not", "thanks"]]);
    const [hello, ...more] = hellos(relay);
    expect([hello?.token, hello?.cursor, more]).toEqual([undefined, undefined, []]);
    expect(hello?.join).toEqual({ ticket: TICKET, token: expect.stringMatching(/^[\w-]{43}$/) });
    // By its own session from then on, and with the cursor that belongs to it.
    relay.cut();
    await clock.advance(60_000);
    const last = hellos(relay).at(-1);
    expect([last?.join, last?.token, last?.cursor?.seq]).toEqual([undefined, hello?.join?.token, 3]);
    chat.close();
    const again = await online(rig);
    expect(texts(again)).toEqual(["will it hum?", "it will not", "thanks"]);
  });

  test("on a device with a conversation of its own: that is kept beside it, and can be gone back to", async () => {
    const rig = await elsewhere();
    const { relay, clock, there, browser } = rig;
    const chat = await online(rig);
    const own = chat.getState().conversationId;
    await chat.sendText("do you ship to Oslo?");
    await clock.settle();
    await chat.join(TICKET);
    await clock.settle();
    expect(chat.getState()).toMatchObject({ conversationId: there, hasOther: true, linkGone: false });
    expect(texts(chat)).toEqual(["will it hum?", "it will not"]);
    relay.append(own!, { type: "message-added", message: { id: crypto.randomUUID(), author: { kind: "agent" }, parts: words("we do") } });
    chat.goToOther();
    await clock.settle();
    expect([chat.getState().conversationId, texts(chat)]).toEqual([own, ["do you ship to Oslo?", "we do"]]);
    await chat.sendText("good");
    await clock.settle();
    chat.goToOther();
    await clock.settle();
    expect(texts(chat)).toEqual(["will it hum?", "it will not"]);
    expect(logs(relay)).toEqual([
      ["will it hum?", "it will not"],
      ["do you ship to Oslo?", "we do", "good"],
    ]);
    // Through a reload, and until the visitor logs out.
    chat.close();
    const again = await online(rig);
    expect([again.getState().hasOther, texts(again)]).toEqual([true, ["will it hum?", "it will not"]]);
    await again.reset();
    expect(await browser.storage.load()).toMatchObject({ session: undefined, outbox: [] });
  });

  test("leaves no way back to a conversation in which nothing was said", async () => {
    const rig = await elsewhere();
    const chat = await online(rig);
    await chat.join(TICKET);
    await rig.clock.settle();
    expect(chat.getState()).toMatchObject({ conversationId: rig.there, hasOther: false });
  });

  test("waits for what was written in the other conversation: that goes there, once", async () => {
    const rig = await elsewhere();
    const { relay, clock, there } = rig;
    const chat = await online(rig);
    let lost = 2;
    relay.fault = ({ type }) => (type === "message-send" && lost-- > 0 ? "ack-lost" : undefined);
    await chat.sendText("one");
    await chat.sendText("two");
    await chat.join(TICKET);
    await clock.settle();
    await clock.advance(LIMITS.ackTimeoutMs * 8);
    expect(chat.getState().conversationId).toBe(there);
    await chat.sendText("three");
    await clock.settle();
    expect(logs(relay)).toEqual([
      ["will it hum?", "it will not", "three"],
      ["one", "two"],
    ]);
  });

  test("waits for them too when the page was reloaded before either was said", async () => {
    const rig = await elsewhere();
    const { relay, clock, there } = rig;
    const first = await online(rig);
    relay.down = true;
    relay.cut();
    await first.sendText("one");
    await first.join(TICKET);
    await clock.advance(5_000);
    first.close();
    relay.down = false;
    const chat = rig.newTab();
    chat.connect();
    await clock.advance(5_000);
    expect(chat.getState().conversationId).toBe(there);
    expect(logs(relay)).toEqual([["will it hum?", "it will not"], ["one"]]);
    expect(relay.taken).toHaveLength(1);
  });

  test("is said again, by the same token, when the answer was lost", async () => {
    const rig = await elsewhere();
    const { relay, clock, there } = rig;
    let lost = 1;
    relay.fault = ({ type }) => (type === "hello" && lost-- > 0 ? "ack-lost" : undefined);
    const chat = rig.newTab();
    await chat.join(TICKET);
    chat.connect();
    await clock.advance(60_000);
    expect(chat.getState()).toMatchObject({ conversationId: there, linkGone: false });
    const said = hellos(relay).map(({ join }) => join?.token);
    expect(said.length).toBeGreaterThan(1);
    expect(new Set(said).size).toBe(1);
  });

  test("that is not spent where the conversation is there already, and works once more for who redeemed it", async () => {
    const rig = await elsewhere();
    const { clock, there } = rig;
    const chat = await online(rig);
    await chat.join(TICKET);
    await clock.settle();
    await chat.join(TICKET);
    await clock.settle();
    expect(chat.getState()).toMatchObject({ conversationId: there, linkGone: false, hasOther: false, seq: 2 });
    expect((await rig.browser.storage.load()).session).not.toHaveProperty("join");
  });

  test.each(["ticket-unknown", "bad-frame"])("that opens nothing (%s) leaves all as it was, and is said to the page", async (code) => {
    const rig = await elsewhere();
    const { relay, clock, browser } = rig;
    const chat = await online(rig);
    const faults: string[] = [];
    chat.on("error", (event) => faults.push(event.code));
    await chat.sendText("mine");
    await clock.settle();
    const before = chat.getState();
    relay.fault = (command) => (command.type === "hello" && command.join !== undefined ? { code } : undefined);
    await chat.join(TICKET);
    await clock.settle();
    expect(chat.getState()).toMatchObject({ conversationId: before.conversationId, linkGone: true, connection: { status: "online" } });
    expect([texts(chat), faults]).toEqual([["mine"], [code]]);
    await chat.sendText("still");
    await clock.settle();
    expect(logs(relay)[1]).toEqual(["mine", "still"]);
    // Said once: nothing of it is left in the storage.
    expect((await browser.storage.load()).session).toEqual({
      ...(await browser.storage.load()).session,
      join: undefined,
      linkGone: undefined,
    });
    const [plain] = hellos(relay).slice(-1);
    expect(plain?.join).toBeUndefined();
  });

  test("that opens nothing on a device without a conversation lets one begin as usual", async () => {
    const rig = createHarness();
    const chat = rig.newTab();
    await chat.join(TICKET);
    await chat.sendText("hello");
    chat.connect();
    await rig.clock.settle();
    expect(chat.getState()).toMatchObject({ linkGone: true, connection: { status: "online" } });
    expect(logs(rig.relay)).toEqual([["hello"]]);
  });

  test("found by a tab that does not lead is said by the one that does, and both go on together", async () => {
    const rig = await elsewhere();
    const { clock, there, relay } = rig;
    const leader = await online(rig);
    await leader.sendText("mine");
    await clock.settle();
    const tab = rig.newTab();
    tab.connect();
    await clock.settle();
    await tab.join(TICKET);
    await clock.settle();
    for (const chat of [leader, tab])
      expect([chat.getState().conversationId, texts(chat)]).toEqual([there, ["will it hum?", "it will not"]]);
    expect(tab.getState()).toMatchObject({ leading: false, hasOther: true });
    await tab.sendText("from the second");
    await clock.settle();
    expect(logs(relay)[0]).toContain("from the second");
    expect(texts(tab)).toEqual(texts(leader));
    // One that opens nothing is told where the visitor looks.
    await tab.join("eu.AAAAAAAAAAAAAAAAAAAAAAA");
    await clock.settle();
    expect([tab.getState().linkGone, tab.getState().conversationId]).toEqual([true, there]);
  });

  test("outlives the session the device had, when that has ended meanwhile", async () => {
    const rig = await elsewhere();
    const first = await online(rig);
    rig.relay.down = true;
    rig.relay.cut();
    await first.sendText("still waiting");
    first.close();
    rig.relay.down = false;
    rig.relay.forgetSessions();
    const chat = rig.newTab();
    await chat.join(TICKET);
    chat.connect();
    await rig.clock.settle();
    await rig.clock.advance(60_000);
    expect(chat.getState()).toMatchObject({ conversationId: rig.there, linkGone: false });
    // Where it was written nobody can go any more.
    expect(logs(rig.relay)[0]).toContain("still waiting");
  });

  test("of another region's conversation is said to that region's relays, and the way back leads to one's own", async () => {
    const rig = await elsewhere();
    const { relay, clock, there } = rig;
    const endpoints = ["https://eu.test"];
    const chat = await online(rig);
    await chat.sendText("mine");
    await clock.settle();
    const tries: string[] = [];
    relay.fault = (command) => {
      if (command.type !== "hello" || command.join === undefined) return undefined;
      tries.push(command.join.token);
      return tries.length === 1 ? { code: "elsewhere", endpoints } : undefined;
    };
    await chat.join(TICKET);
    await clock.settle();
    expect(chat.getState()).toMatchObject({ conversationId: there, hasOther: true, linkGone: false });
    expect([tries.length, new Set(tries).size]).toEqual([2, 1]);
    chat.goToOther();
    await clock.settle();
    expect(texts(chat)).toEqual(["mine"]);
  });

  test("goes to relays of another region without anything of this one's", () => {
    const session = { token: "own", visitorId: "v", conversationId: "c", region: "apac", endpoints: ["https://apac.test"] };
    const join = { ticket: TICKET, token: "new" };
    const plain: Hello = { type: "hello", version: 1, site: "demo", token: "own", cursor: { epoch: "e", seq: 1 }, region: "apac" };
    const hello = (region: string): Hello =>
      createJoining({
        session: { ...session, region, join },
        leading: true,
        state: () => initialState(),
        dispatch() {},
        save: async () => {},
        reopen() {},
        fault() {},
      }).hello(plain);
    expect(hello("apac")).toEqual({ type: "hello", version: 1, site: "demo", join });
    expect(hello("eu")).toEqual({ ...plain, join });
  });
});
