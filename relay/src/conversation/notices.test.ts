import { CONSENT } from "@allhours/protocol";
import { describe, expect, it } from "vitest";
import { AdapterError } from "../adapters/errors.ts";
import type { ExpertAdapter } from "../adapters/spec.ts";
import { bo, HOUR, START, team } from "../testing/case-room.ts";
import { setUpNotices as setUp, type NoticeRoom as Rig } from "../testing/notice-room.ts";
import { hashAddress, type Contact } from "./contacts.ts";
import { linkBack, MOST_NOTICES_A_DAY } from "./notices.ts";
import type { Room } from "./rooms.ts";

const MINUTE = 60_000;
const GRACE = 2 * MINUTE;
const day = [team("paris", 0, 24)];

/** A visitor of Paris who asked for a person, left an address, and went away. Ten in the morning, UTC. */
async function left(room: Rig = setUp(day, ["paris"], {}), over: Parameters<Rig["ask"]>[0] = {}, address = "marie@example.com") {
  const talk = await room.ask({ timezone: "Europe/Paris", ...over });
  expect(await give(room, talk, address)).toMatchObject({ ok: true });
  return { ...room, talk };
}
async function give(room: Rig, talk: Room, address: string): Promise<unknown> {
  const channel = address.startsWith("+") ? ("sms" as const) : ("email" as const);
  const { region, site } = room;
  return room.contacts.set({ type: "contact-set", conversationId: talk.conversation.id, channel, address }, { room: talk, region, site });
}
const toldOf = ({ notices }: Pick<Rig, "notices">): string[] => notices.map(({ to, what }) => `${what} ${to}`);
const outcomes = async ({ metrics }: Pick<Rig, "metrics">): Promise<Record<string, number>> =>
  Object.fromEntries((await metrics.notices.get()).values.map(({ labels, value }) => [String(labels["result"]), value]));
const read = async ({ publisher }: Pick<Rig, "publisher">, talk: Room): Promise<unknown> =>
  publisher.commit(talk, { entries: [], patch: { visitorReadSeq: talk.headSeq } });
const link = { send: () => undefined, close: () => undefined };

describe("a notice", () => {
  it("goes out once the answer has lain unseen for the time of grace: who answered, a way back, a way out, and no word of it", async () => {
    const room = await left(undefined, { pageUrl: "https://shop.example/lamps?id=3#reviews", language: "fr" });
    const { clock, desk, talk, notices } = room;
    await desk("paris", talk, { type: "message" });
    await clock.advance(GRACE - 1);
    expect(notices).toEqual([]);
    await clock.advance(1);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatchObject({
      what: "answered",
      to: "marie@example.com",
      language: "fr",
      subject: "Shop : Ana vous a répondu",
      timestamp: new Date(START).toISOString(),
      values: { shop: "Shop", agent: "Ana" },
    });
    const optout = notices[0]?.values.optout ?? "";
    const back = notices[0]?.values.link ?? "";
    expect(back).toMatch(/^https:\/\/shop\.example\/lamps#allhours=one\.[A-Za-z0-9]{23}$/);
    expect(optout).toMatch(/^https:\/\/chat\.example\/v1\/optout\/one\.[\w-]{43}$/);
    expect(notices[0]?.text).toBe(
      `Ana, de Shop, a répondu à votre message. Lisez la réponse dans le chat : ${back}\n\nNe plus recevoir ces messages : ${optout}`,
    );
    // What was written.
    expect(JSON.stringify(notices)).not.toContain("hello");
  });

  it("tells of an expert's answer too", async () => {
    const room = setUp([team("paris", 20, 22)], ["paris"], {});
    const adapter = { kind: "expert", ask: async () => ({ state: "answered", text: "It is.", sources: [] }) } as unknown as ExpertAdapter;
    room.region.experts = [{ id: "amal", config: { use: "http", name: "Dr. Amal", withinMs: 60_000 }, adapter }];
    const { talk, write, clock, notices } = await left(room);
    await write(talk, "Is the glaze of the lamp safe for a child?");
    await write(talk, { optionId: CONSENT.yes });
    await clock.advance(GRACE);
    expect(notices).toMatchObject([{ what: "answered", values: { agent: "Dr. Amal" } }]);
  });

  it("is one, however many messages; another only after the visitor has been back, or after the pause", async () => {
    const room = await left(setUp(day, ["paris"], { config: { againAfterMs: 6 * HOUR } }));
    const { clock, desk, talk } = room;
    for (let left = 5; left > 0; left -= 1) {
      await desk("paris", talk, { type: "message" });
      await clock.advance(MINUTE);
    }
    await clock.advance(HOUR);
    expect(toldOf(room)).toHaveLength(1);
    // Has been back and read: the next answer is news.
    await read(room, talk);
    await desk("paris", talk, { type: "message" });
    await clock.advance(GRACE);
    expect(toldOf(room)).toHaveLength(2);
    // Was not back: not before the pause is over, counted from the notice.
    await clock.advance(6 * HOUR - GRACE - 1);
    await desk("paris", talk, { type: "message" });
    await clock.advance(GRACE);
    expect(toldOf(room)).toHaveLength(2);
    await desk("paris", talk, { type: "message" });
    await clock.advance(GRACE);
    expect(toldOf(room)).toHaveLength(3);
    expect(await outcomes(room)).toEqual({ sent: 3, told: 5 });
  });

  it("is not sent to who has seen it, who has taken the address back, or who never gave one", async () => {
    const room = await left();
    const { clock, desk, talk, notices } = room;
    await desk("paris", talk, { type: "message" });
    await read(room, talk);
    await clock.advance(GRACE);
    await desk("paris", talk, { type: "message" });
    await give(room, talk, "");
    await clock.advance(GRACE);
    const other = await room.ask();
    await desk("paris", other, { type: "message" });
    await clock.advance(48 * HOUR);
    expect(notices).toEqual([]);
    expect(await outcomes(room)).toEqual({ seen: 1, "no-address": 2 });
  });

  it("waits while a page is open somewhere, and comes when it was closed without the answer being read", async () => {
    const room = await left();
    const { clock, desk, hub, talk } = room;
    const seat = hub.subscribe(talk.conversation.id, link);
    await desk("paris", talk, { type: "message" });
    await clock.advance(20 * MINUTE);
    expect(toldOf(room)).toEqual([]);
    seat.unsubscribe();
    await clock.advance(20 * MINUTE);
    expect(toldOf(room)).toEqual(["answered marie@example.com"]);
    // A page that stays open for days is not asked for ever.
    await read(room, talk);
    hub.subscribe(talk.conversation.id, link);
    await desk("paris", talk, { type: "message" });
    await clock.advance(72 * HOUR);
    expect(await outcomes(room)).toMatchObject({ sent: 1, "too-late": 1 });
    expect(await room.store.nextJobAt()).toBeGreaterThan(clock.now() + HOUR);
  });

  it("tells that a promise was broken, and the answer all the same when it comes", async () => {
    const room = await left(setUp([team("paris", 14, 18)], ["paris"], {}));
    const { clock, desk, talk, notices } = room;
    // Nobody is at work; a person was promised by ten past two.
    await clock.advance(5 * HOUR);
    expect(notices.map(({ what, subject }) => [what, subject])).toEqual([["late", "Shop: your question is still open"]]);
    expect(notices[0]?.values.agent).toBe("");
    await desk("paris", talk, { type: "message", agent: bo });
    await clock.advance(GRACE);
    expect(toldOf(room)).toEqual(["late marie@example.com", "answered marie@example.com"]);
  });

  it("of a broken promise is left out where the channel has no words for it", async () => {
    const room = await left(setUp([team("paris", 14, 18)], ["paris"], { tells: ["answered"] }));
    await room.clock.advance(5 * HOUR);
    expect(room.notices).toEqual([]);
    await room.desk("paris", room.talk, { type: "message" });
    await room.clock.advance(GRACE);
    expect(toldOf(room)).toEqual(["answered marie@example.com"]);
  });

  it("keeps the quiet hours of the visitor's own wall on telephones, and none for e-mail", async () => {
    const room = await left(undefined, { timezone: "Asia/Manila" }, "+639171234567");
    const { clock, desk, talk } = room;
    // 21:30 in Manila.
    await clock.advance(3.5 * HOUR);
    await desk("paris", talk, { type: "message" });
    const mail = await room.ask({ timezone: "Asia/Manila" });
    await give(room, mail, "marie@example.com");
    await desk("paris", mail, { type: "message" });
    await clock.advance(GRACE);
    expect(toldOf(room)).toEqual(["answered marie@example.com"]);
    // Until eight in the morning there: midnight in UTC.
    await clock.advance(START + 14 * HOUR - 1 - clock.now());
    expect(toldOf(room)).toHaveLength(1);
    await clock.advance(1);
    expect(toldOf(room)).toEqual(["answered marie@example.com", "answered +639171234567"]);
  });

  it("that waited through the night is not sent to who came back in it", async () => {
    const room = await left(undefined, { timezone: "Asia/Manila" }, "+639171234567");
    await room.clock.advance(4 * HOUR);
    await room.desk("paris", room.talk, { type: "message" });
    await room.clock.advance(HOUR);
    await read(room, room.talk);
    await room.clock.advance(48 * HOUR);
    expect(room.notices).toEqual([]);
  });

  it("goes by the first team's clock where the visitor's is not known", async () => {
    const room = await left(
      setUp([team("auckland", 0, 24, { timezone: "Pacific/Auckland" })], ["auckland"], {}),
      { timezone: "Mars/Olympus" },
      "+6421555123",
    );
    // Eleven at night there.
    await room.desk("auckland", room.talk, { type: "message" });
    await room.clock.advance(HOUR);
    expect(room.notices).toEqual([]);
    await room.clock.advance(8 * HOUR + GRACE);
    expect(toldOf(room)).toHaveLength(1);
  });

  it("is tried again when the other side was not there, and is the same one", async () => {
    const room = await left();
    const { answers, clock, desk, talk, notices } = room;
    answers.push(new AdapterError("unreachable", "down"), new AdapterError("timeout", "slow"));
    await desk("paris", talk, { type: "message" });
    await desk("paris", talk, { type: "message" });
    await clock.advance(GRACE + MINUTE);
    expect(toldOf(room)).toHaveLength(1);
    await clock.advance(HOUR);
    expect(toldOf(room)).toHaveLength(1);
    expect(notices[0]?.id).toMatch(/^ntc_/);
    expect(await room.store.deadJobs(10)).toEqual([]);
  });

  it("that can never be taken is given up without a dead letter, and the next answer may try anew", async () => {
    const room = await left();
    const { answers, clock, desk, talk } = room;
    answers.push(new AdapterError("failed", "answered 550", { permanent: true }));
    await desk("paris", talk, { type: "message" });
    await clock.advance(HOUR);
    expect([toldOf(room), await outcomes(room)]).toEqual([[], { failed: 1 }]);
    await desk("paris", talk, { type: "message" });
    await clock.advance(GRACE);
    expect(toldOf(room)).toHaveLength(1);
    // One that is a day old is no news.
    await read(room, talk);
    for (let tries = 12; tries > 0; tries -= 1) answers.push(new AdapterError("unreachable", "down"));
    await desk("paris", talk, { type: "message" });
    await clock.advance(96 * HOUR);
    expect([toldOf(room).length, (await outcomes(room))["failed"], await room.store.deadJobs(10)]).toEqual([1, 2, []]);
  });

  it("is sent once though its job runs twice, and though the relay dies between claim and yes", async () => {
    const room = await left();
    const { clock, desk, talk, store, visitorNotices, contacts, notices } = room;
    await desk("paris", talk, { type: "message" });
    await clock.advance(GRACE - 1);
    await room.runner.stop(0);
    await clock.advance(1);
    const [job] = (await store.claimJobs(clock.now(), 10, MINUTE)).filter(({ kind }) => kind === "notice");
    if (job === undefined) throw new Error("expected a job");
    const { signal } = new AbortController();
    await visitorNotices.deliver(job, signal);
    await visitorNotices.deliver(job, signal);
    expect(notices).toHaveLength(1);
    // As the record is when the relay died after the claim: nobody knows whether it was taken. It goes out again, under the same id.
    const { id, regionId } = talk.conversation;
    const contact = (await contacts.live(id, regionId)) as Contact;
    await contacts.putTold(talk.conversation, { ...contact, told: { ...contact.told!, sent: false } });
    await visitorNotices.deliver(job, signal);
    expect(notices).toHaveLength(2);
    expect(notices[0]).toEqual(notices[1]);
    // The second try is not counted as a second notice of the day.
    expect((await store.record("notice-sent", "one", hashAddress("shop", "marie@example.com")))?.body).toHaveLength(1);
  });

  it("comes a few times a day at most to one address, in however many conversations, however it is written", async () => {
    const room = setUp(day, ["paris"], {});
    for (let number = 0; number < MOST_NOTICES_A_DAY + 2; number += 1) {
      const { talk } = await left(room, {}, number % 2 === 0 ? "Marie@Example.com" : "marie@example.com");
      await room.desk("paris", talk, { type: "message" });
      await room.clock.advance(GRACE);
    }
    expect(room.notices).toHaveLength(MOST_NOTICES_A_DAY);
    await room.clock.advance(24 * HOUR);
    const { talk } = await left(room);
    await room.desk("paris", talk, { type: "message" });
    await room.clock.advance(GRACE);
    expect(room.notices).toHaveLength(MOST_NOTICES_A_DAY + 1);
  });

  it("has the merchant's words where there are some, field by field, and the house's elsewhere", async () => {
    const texts = { fr: { subject: "{agent} ({shop})" }, en: { body: "Go to {link}" } };
    const room = setUp(day, ["paris"], { config: { texts, resume: false } });
    for (const language of ["fr-CA", "en", "fi"]) {
      const { talk } = await left(room, { language, pageUrl: "https://shop.example/" }, `${language}@example.com`);
      await room.desk("paris", talk, { type: "message" });
    }
    await room.clock.advance(GRACE);
    expect(room.notices.map(({ subject, text }) => [subject, text.split("\n")[0]])).toEqual([
      ["Ana (Shop)", "Ana, de Shop, a répondu à votre message. Lisez la réponse dans le chat : https://shop.example/"],
      ["Shop: Ana has answered you", "Go to https://shop.example/"],
      ["Shop: Ana has answered you", "Go to https://shop.example/"],
    ]);
  });

  it("is no one region's to send for another", async () => {
    const room = await left();
    const { clock, desk, talk, directory } = room;
    const other = { ...room.region, id: "two" };
    // The conversation's own region is gone from the config; another serves in its place.
    await desk("paris", talk, { type: "message" });
    Object.assign(directory, { region: (id: string) => (id === "two" ? other : undefined), regions: () => [other] });
    Object.assign(room.site, { defaultRegion: "two" });
    await clock.advance(HOUR);
    expect(room.notices).toEqual([]);
  });
});

describe("the way back", () => {
  it.each([
    [["https://shop.example"], "https://shop.example/lamps?to=https://evil.example#x", "https://shop.example/lamps"],
    [["https://shop.example"], "https://user:pass@shop.example/", "https://shop.example/"],
    [["https://shop.example"], "https://evil.example/shop.example", "https://shop.example"],
    [["https://shop.example"], "javascript:alert(1)", "https://shop.example"],
    [["https://shop.example"], undefined, "https://shop.example"],
    [[], "http://localhost:8787/lamps", "http://localhost:8787/lamps"],
    [[], "javascript:alert(1)", ""],
  ])("%j, from %s", (origins, page, expected) => {
    expect(linkBack({ origins }, page)).toBe(expected);
  });
});
