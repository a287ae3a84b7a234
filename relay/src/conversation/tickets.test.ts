import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { PROTOCOL_VERSION, type Event, type Hello, type Result } from "@allhours/protocol";
import { AdapterError } from "../adapters/errors.ts";
import { HOUR, team } from "../testing/case-room.ts";
import { setUpNotices } from "../testing/notice-room.ts";
import { createErase } from "./erase.ts";
import { createHello, type Opened } from "./hello.ts";
import type { Room } from "./rooms.ts";
import { hashToken, SESSION_MS } from "./session.ts";
import { createTickets, sweepTickets, TICKET, TICKET_MS } from "./tickets.ts";
import { createTurns } from "./turns.ts";

const GRACE = 120_000;
const NO_TICKET = { ok: false, error: { code: "ticket-unknown" } };
const made = (): string => randomBytes(32).toString("base64url");

/** A visitor who left an address, was answered, and got a notice with a link. */
async function left(config: object = {}) {
  const rig = setUpNotices([team("paris", 0, 24)], ["paris"], { config });
  const { contacts, shared, region, site, clock } = rig;
  const tickets = createTickets({ ...shared, contacts });
  const hello = createHello({
    ...shared,
    hub: rig.hub,
    turns: createTurns({ ...shared, report: () => undefined }),
    contacts,
    tickets,
    failover: { left: () => undefined },
    wakeJobs: () => undefined,
  });
  const heard: Event[] = [];
  const say = async (over: Partial<Hello>): Promise<Result<Opened>> => {
    const opened = await hello.open(
      { type: "hello", version: PROTOCOL_VERSION, site: site.id, ...over },
      {},
      { send: (event) => void heard.push(event), close: () => undefined },
    );
    if (opened.ok) opened.value.subscription.release(opened.value.welcome.head);
    return opened;
  };
  const give = async (room: Room, address: string) =>
    contacts.set({ type: "contact-set", conversationId: room.conversation.id, channel: "email", address }, { room, region, site });
  /** Asks, leaves an address, and is told: gives the ticket of the link. */
  async function notified(address: string): Promise<{ talk: Room; ticket: string }> {
    const talk = await rig.ask({ pageUrl: "https://shop.example/lamps" });
    expect(await give(talk, address)).toMatchObject({ ok: true });
    await rig.desk("paris", talk, { type: "message" });
    await clock.advance(GRACE + 10_000);
    const link = rig.notices.at(-1)?.values.link ?? "";
    expect(rig.notices.at(-1)?.to).toBe(address);
    return { talk, ticket: link.split("#allhours=")[1] ?? "" };
  }
  return { ...rig, tickets, say, give, heard, notified, ...(await notified("marie@example.com")) };
}

describe("the ticket of a notice", () => {
  it("opens the conversation on another device, with all that was said, and both hear what comes", async () => {
    const { say, ticket, talk, heard, desk, store } = await left();
    const token = made();
    const opened = await say({ join: { ticket, token } });
    expect(opened).toMatchObject({
      ok: true,
      value: {
        welcome: { conversationId: talk.conversation.id, visitorId: talk.conversation.visitorId, token, resume: "fresh", mode: "agent" },
      },
    });
    expect(JSON.stringify(opened)).toContain("hello");
    await desk("paris", talk, { type: "message" });
    expect(heard.filter(({ type }) => type === "message-added")).toHaveLength(1);
    expect(await store.findSession(hashToken(token))).toMatchObject({ conversationId: talk.conversation.id, siteId: "shop" });
    // The database alone opens nothing.
    expect(JSON.stringify(await store.records(TICKET, "one", 0, 10))).not.toContain(ticket.slice(4));
  });

  it("is good once, also when two come at the same time; who has redeemed it goes on", async () => {
    const { say, ticket, talk, clock } = await left();
    const tokens = [made(), made(), made()];
    const opened = await Promise.all(tokens.map(async (token) => say({ join: { ticket, token } })));
    const firsts = opened.flatMap((each) => (each.ok ? [each.value.welcome.token] : []));
    expect(firsts).toHaveLength(1);
    expect(opened.filter(({ ok }) => !ok)).toMatchObject([NO_TICKET, NO_TICKET]);
    // The answer was lost and the hello is said again; it works as long as the session does.
    const [token = ""] = firsts;
    expect(await say({ join: { ticket, token } })).toMatchObject({ ok: true, value: { welcome: { token } } });
    // The link once more, on the device that has the conversation.
    const again = await say({ token, join: { ticket, token: made() }, cursor: { epoch: "none", seq: 1 } });
    expect(again).toMatchObject({ ok: true, value: { welcome: { token, conversationId: talk.conversation.id, resume: "reset" } } });
    await clock.advance(SESSION_MS + 1);
    expect(await say({ join: { ticket, token } })).toMatchObject(NO_TICKET);
  });

  it("is not spent by a device that has the conversation already", async () => {
    const { say, ticket, talk, store } = await left();
    const own = made();
    const { id: conversationId, visitorId, siteId } = talk.conversation;
    const session = { tokenHash: hashToken(own), visitorId, conversationId, siteId, expiresAt: Number.MAX_SAFE_INTEGER };
    await store.append({ conversationId, entries: [], at: 0, session });
    expect(await say({ token: own, join: { ticket, token: made() } })).toMatchObject({ ok: true, value: { welcome: { token: own } } });
    const token = made();
    expect(await say({ join: { ticket, token } })).toMatchObject({ ok: true, value: { welcome: { token } } });
  });

  it("takes a device out of a conversation of its own, whose cursor means nothing there", async () => {
    const { say, ticket, talk, store } = await left();
    const own = await say({});
    if (!own.ok) throw new Error(own.error.message);
    const { welcome } = own.value;
    const cursor = { epoch: store.epochOf(welcome.conversationId), seq: 1 };
    const opened = await say({ token: welcome.token, cursor, region: "elsewhere", join: { ticket, token: made() } });
    expect(opened).toMatchObject({ ok: true, value: { welcome: { conversationId: talk.conversation.id, resume: "fresh" } } });
    // Its own is still there.
    expect(await say({ token: welcome.token })).toMatchObject({ ok: true, value: { welcome: { conversationId: welcome.conversationId } } });
  });

  it("lasts seven days, and is forgotten after them", async () => {
    const { say, ticket, notified, clock, store } = await left({ againAfterMs: 60_000, keepDays: 60 });
    await clock.advance(TICKET_MS - 1);
    const { ticket: later } = await notified("later@example.com");
    expect(await say({ join: { ticket, token: made() } })).toMatchObject(NO_TICKET);
    await sweepTickets(store, "one", clock.now());
    expect(await store.record(TICKET, "one", hashToken(ticket))).toBeUndefined();
    expect(await say({ join: { ticket: later, token: made() } })).toMatchObject({ ok: true });
  });

  it("works to its last moment, and outlives an address that had its time", async () => {
    const { say, ticket, desk, talk, clock } = await left({ keepDays: 1 });
    await desk("paris", talk, { type: "end" });
    await clock.advance(TICKET_MS - GRACE - HOUR);
    expect(await say({ join: { ticket, token: made() } })).toMatchObject({ ok: true });
  });

  it.each<[string, (rig: Awaited<ReturnType<typeof left>>) => unknown]>([
    ["the address is taken back", ({ give, talk }) => give(talk, "")],
    ["the address is changed", ({ give, talk }) => give(talk, "other@example.com")],
    [
      "the link out was used",
      async ({ contacts, talk }) => contacts.optOut((await contacts.live(talk.conversation.id, "one"))?.token ?? ""),
    ],
    [
      "the address opted out in another conversation",
      async ({ contacts, give, ask }) => {
        const other = await ask();
        await give(other, "marie@example.com");
        await contacts.optOut((await contacts.live(other.conversation.id, "one"))?.token ?? "");
      },
    ],
    ["the conversation is erased", ({ shared, hub, talk, store }) => createErase({ ...shared, store, hub })(talk.conversation.id)],
  ])("is void once %s", async (_what, happens) => {
    const rig = await left();
    await happens(rig);
    expect(await rig.say({ join: { ticket: rig.ticket, token: made() } })).toMatchObject(NO_TICKET);
  });

  it("is nothing for another site, in another region, or with a letter changed; and all of these are answered alike", async () => {
    const { say, ticket, directory, site, region, store, talk } = await left();
    const other = { ...site, id: "other" };
    Object.assign(directory, {
      site: (id: string) => (id === "other" ? other : site),
      region: (id: string) => (id === "one" || id === "two" ? { ...region, id } : undefined),
    });
    const [id = "", letters = ""] = ticket.split(".");
    const changed = `${letters.slice(0, -1)}${letters.endsWith("A") ? "B" : "A"}`;
    const answers = [
      await say({ site: "other", join: { ticket, token: made() } }),
      await say({ join: { ticket: `two.${letters}`, token: made() } }),
      await say({ join: { ticket: `gone.${letters}`, token: made() } }),
      await say({ join: { ticket: `${id}.${changed}`, token: made() } }),
      await say({ join: { ticket: `${ticket}x`, token: made() } }),
      await say({ join: { ticket: "../../../../etc/passwd", token: made() } }),
    ];
    expect(answers).toMatchObject(answers.map(() => NO_TICKET));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    // None of these used it up.
    expect(await store.record(TICKET, "one", hashToken(ticket))).toMatchObject({ body: { used: false } });
    expect(await say({ join: { ticket, token: made() } })).toMatchObject({ value: { welcome: { conversationId: talk.conversation.id } } });
  });

  it("of a region that other relays serve is not looked for: the client is sent there", async () => {
    const { say, ticket, directory, region } = await left();
    const endpoints = ["https://chat-two.example"];
    const choices = { one: region.config, two: { ...region.config, endpoints } };
    Object.assign(directory, { choices: () => choices, region: (id: string) => (id === "one" ? region : undefined) });
    const there = await say({ join: { ticket: `two.${ticket.slice(4)}`, token: made() } });
    expect(there).toMatchObject({ ok: false, error: { code: "elsewhere", endpoints } });
  });

  it("is not made where the config says that the link leads to the page alone", async () => {
    const { notices, store, ticket } = await left({ resume: false });
    expect(notices.map(({ values }) => values.link)).toEqual(["https://shop.example/lamps"]);
    expect([ticket, await store.records(TICKET, "one", 0, 10)]).toEqual(["", []]);
  });

  it("a notice that is tried again has another one, and both are good: the first may have arrived", async () => {
    const rig = await left({ againAfterMs: 60_000 });
    const [{ adapter } = { adapter: undefined }] = rig.region.notices;
    if (adapter === undefined) throw new Error("expected a channel");
    const links: string[] = [];
    const send = adapter.send.bind(adapter);
    adapter.send = async (notice, signal) => {
      links.push(notice.values.link);
      if (links.length === 1) throw new AdapterError("unreachable", "the answer was lost");
      return send(notice, signal);
    };
    await rig.notified("other@example.com");
    expect(new Set(links).size).toBe(2);
    for (const link of links)
      expect(await rig.say({ join: { ticket: link.split("=")[1] ?? "", token: made() } })).toMatchObject({ ok: true });
  });
});
