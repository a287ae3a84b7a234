import { describe, expect, it } from "vitest";
import type { ContactChannel, ContactState, Event } from "@allhours/protocol";
import { StoreError } from "../store/store.ts";
import { HOUR, setUp, team } from "../testing/case-room.ts";
import { setUpNotices, type NoticeRoom as Rig } from "../testing/notice-room.ts";
import { CONTACT, hashAddress, maskAddress, normalAddress, sweepContacts, type Contact } from "./contacts.ts";
import type { Room } from "./rooms.ts";

const DAY = 24 * HOUR;
const GRACE = 120_000;
const open = (channels?: ContactChannel[], config: object = {}): Rig =>
  setUpNotices([team("paris", 0, 24)], ["paris"], { channels, config });

async function set(
  { contacts, region, site }: Pick<Rig, "contacts" | "region" | "site">,
  room: Room,
  address: string,
  channel: ContactChannel = "email",
) {
  const conversationId = room.conversation.id;
  return contacts.set({ type: "contact-set", conversationId, channel, address }, { room, region, site });
}
const body = async ({ store }: Rig, { conversation }: Room): Promise<unknown> =>
  (await store.record(CONTACT, conversation.regionId, conversation.id))?.body;
function listen({ hub }: Rig, { conversation }: Room): ContactState[] {
  const heard: ContactState[] = [];
  const send = (event: Event): void => void (event.type === "contact" && heard.push(event));
  hub.subscribe(conversation.id, { send, close: () => undefined }).release(0);
  return heard;
}

describe("addresses", () => {
  it.each<[ContactChannel, string, string | undefined]>([
    ["email", " Marie.Curie@Example.COM ", "Marie.Curie@example.com"],
    ["email", "marie", undefined],
    ["email", "a@b.example, c@d.example", undefined],
    ["email", "a@b.example\r\nBcc: c@d.example", undefined],
    ["email", "+33612345678", undefined],
    ["sms", "+33612345678", "+33612345678"],
    ["sms", "0612345678", undefined],
    ["sms", "+33 6 12 34 56 78", undefined],
    ["whatsapp", "+0612345678", undefined],
    ["whatsapp", "+1234567890123456", undefined],
    ["whatsapp", "marie@example.com", undefined],
  ])("%s %j", (channel, written, expected) => {
    expect(normalAddress(channel, written)).toBe(expected);
  });
  it("are shown so that one knows one's own, and nobody else's", () => {
    expect([maskAddress("marie@example.com"), maskAddress("+33612345678")]).toEqual(["m…@example.com", "+33…78"]);
  });
});

describe("an address", () => {
  it("is kept in its region's records, comes back masked, and is told to the open pages", async () => {
    const rig = open(["email", "sms"]);
    const talk = await rig.ask();
    const heard = listen(rig, talk);
    const channels = ["email", "sms"];
    expect(await rig.contacts.view(talk.conversation, rig.region)).toEqual({ channels });
    const state = { channels, channel: "email", masked: "m…@example.com" };
    expect(await set(rig, talk, "marie@example.com")).toEqual({ ok: true, value: state });
    expect(await rig.contacts.view(talk.conversation, rig.region)).toEqual(state);
    // The last one counts.
    expect(await set(rig, talk, "+33612345678", "sms")).toMatchObject({ value: { channel: "sms", masked: "+33…78" } });
    expect(await set(rig, talk, "")).toEqual({ ok: true, value: { channels } });
    expect(heard.map(({ masked }) => masked)).toEqual(["m…@example.com", "+33…78", undefined]);
    expect(JSON.stringify(heard)).not.toContain("marie");
    // Nothing of it is left, and taking back twice is no mistake.
    expect(await body(rig, talk)).toEqual({ sets: [expect.any(Number), expect.any(Number)], byHand: true });
    expect(await set(rig, talk, " ")).toMatchObject({ ok: true });
  });

  it("that is wrong, or for a channel that is not there, is refused by name, and the one before stays", async () => {
    const rig = open(["email", "sms"]);
    const talk = await rig.ask();
    await set(rig, talk, "marie@example.com");
    for (const [address, channel, code, path] of [
      ["marie", "email", "bad-email", "address"],
      ["0612345678", "sms", "bad-phone", "address"],
      ["+33612345678", "whatsapp", "channel-not-offered", "channel"],
    ] as const) {
      const refused = await set(rig, talk, address, channel);
      expect(refused).toMatchObject({ ok: false, error: { code, path } });
      expect(JSON.stringify(refused)).not.toContain(address);
    }
    expect(await body(rig, talk)).toMatchObject({ address: "marie@example.com" });
  });

  it("sent again changes nothing, not even the links that are out", async () => {
    const rig = open();
    const talk = await rig.ask();
    await set(rig, talk, "marie@example.com");
    const before = (await body(rig, talk)) as Contact;
    await rig.clock.advance(HOUR);
    await set(rig, talk, "marie@EXAMPLE.com");
    expect(await body(rig, talk)).toEqual(before);
  });

  it("may be changed some times a day, and taken back always", async () => {
    const rig = open();
    const talk = await rig.ask();
    for (let number = 0; number < 10; number += 1) expect(await set(rig, talk, `v${number}@example.com`)).toMatchObject({ ok: true });
    expect(await set(rig, talk, "one@example.com")).toEqual({
      ok: false,
      error: { code: "rate-limited", message: "too many addresses for one day", retryAfterMs: DAY },
    });
    expect(await set(rig, talk, "")).toMatchObject({ ok: true });
    expect(await set(rig, talk, "one@example.com")).toMatchObject({ ok: false });
    await rig.clock.advance(DAY);
    expect(await set(rig, talk, "one@example.com")).toMatchObject({ ok: true });
  });

  it("is not asked for where the region writes to nobody, nor by a region that serves in another's place", async () => {
    const none = setUp([team("paris", 0, 24)], ["paris"]);
    const talk = await none.ask();
    expect(await none.contacts.view(talk.conversation, none.region)).toBeUndefined();
    expect(await set(none, talk, "marie@example.com")).toMatchObject({ error: { code: "channel-not-offered" } });
    const rig = open();
    const stranger = await rig.ask({ regionId: "gone" });
    expect(await rig.contacts.view(stranger.conversation, rig.region)).toBeUndefined();
    expect(await set(rig, stranger, "marie@example.com")).toMatchObject({ error: { code: "channel-not-offered" } });
  });

  it("is forgotten when the case is closed and nobody has said anything for some days, and not before", async () => {
    const rig = open(undefined, { keepDays: 3 });
    const talk = await rig.ask();
    await set(rig, talk, "marie@example.com");
    // Open for longer: somebody may still answer.
    await rig.clock.advance(5 * DAY);
    expect(await body(rig, talk)).toHaveProperty("address");
    await rig.desk("paris", talk, { type: "message" });
    await rig.desk("paris", talk, { type: "end" });
    await rig.clock.advance(2.9 * DAY);
    expect(await body(rig, talk)).toHaveProperty("address");
    await rig.clock.advance(1.2 * DAY);
    expect(await body(rig, talk)).toEqual({ sets: [] });
    expect(await rig.store.nextJobAt()).toBeUndefined();
    // One that came in its place has days of its own.
    const again = await rig.ask();
    await set(rig, again, "marie@example.com");
    await rig.clock.advance(2 * DAY);
    await set(rig, again, "");
    await set(rig, again, "other@example.com");
    await rig.desk("paris", again, { type: "end" });
    await rig.clock.advance(2 * DAY);
    expect(await body(rig, again)).toHaveProperty("address", "other@example.com");
    await rig.clock.advance(2 * DAY);
    expect(await body(rig, again)).toEqual({ sets: [] });
  });

  it("is not kept for ever by a case that nobody closes", async () => {
    const rig = open();
    const talk = await rig.ask();
    await set(rig, talk, "marie@example.com");
    await sweepContacts(rig.store, "one", rig.clock.now() + 89 * DAY);
    expect(await body(rig, talk)).toHaveProperty("address");
    await sweepContacts(rig.store, "one", rig.clock.now() + 91 * DAY);
    expect(await body(rig, talk)).toBeUndefined();
  });
});

describe("opting out", () => {
  const tokenOf = async (rig: Rig, talk: Room): Promise<string> => ((await body(rig, talk)) as Contact).token;

  it("by the link takes the address off, here and in every other conversation of the site, until it is given anew", async () => {
    const rig = open();
    const [one, two] = [await rig.ask(), await rig.ask()];
    await set(rig, one, "Marie@example.com");
    await set(rig, two, "marie@example.com");
    const token = await tokenOf(rig, one);
    const heard = listen(rig, one);
    expect(await rig.contacts.linkOf(token)).toEqual({ siteId: "shop", language: "en", out: false });
    expect([await rig.contacts.optOut(token), await rig.contacts.optOut(token)]).toEqual([true, true]);
    expect(await rig.contacts.linkOf(token)).toMatchObject({ out: true });
    expect(heard).toEqual([expect.not.objectContaining({ masked: expect.anything() })]);
    expect(await body(rig, one)).not.toHaveProperty("address");
    expect(await rig.contacts.view(two.conversation, rig.region)).not.toHaveProperty("masked");
    await rig.desk("paris", two, { type: "message" });
    await rig.clock.advance(GRACE);
    expect(rig.notices).toEqual([]);
    // What is kept of it is a hash.
    const kept = await rig.store.record("optout", "one", hashAddress("shop", "marie@example.com"));
    expect(JSON.stringify(kept)).not.toMatch(/marie|example/i);
    expect(kept?.body).toEqual({ out: true });
    // Given anew.
    await rig.publisher.commit(two, { entries: [], patch: { visitorReadSeq: two.headSeq } });
    expect(await set(rig, two, "marie@example.com")).toMatchObject({ value: { masked: "m…@example.com" } });
    await rig.desk("paris", two, { type: "message" });
    await rig.clock.advance(GRACE);
    expect(rig.notices).toHaveLength(1);
  });

  it("holds for a telephone whatever is sent to it, and for this site alone", async () => {
    const rig = open();
    const talk = await rig.ask();
    await set(rig, talk, "+33612345678", "sms");
    await rig.contacts.optOut(await tokenOf(rig, talk));
    expect(await rig.contacts.isOptedOut({ siteId: "shop", address: "+33612345678" })).toBe(true);
    expect(await rig.contacts.isOptedOut({ siteId: "other", address: "+33612345678" })).toBe(false);
  });

  it("in one region holds for the site's conversations in another, and is undone where it was written", async () => {
    const rig = open();
    const talk = await rig.ask();
    await set(rig, talk, "marie@example.com");
    await rig.contacts.optOut(await tokenOf(rig, talk));
    const two = { ...rig.region, id: "two" };
    Object.assign(rig.directory, { region: (id: string) => (id === "two" ? two : rig.region), regions: () => [rig.region, two] });
    const other = await rig.ask({ regionId: "two" });
    const at = (regionId: string) => rig.store.record("optout", regionId, hashAddress("shop", "marie@example.com"));
    expect(await rig.contacts.isOptedOut({ siteId: "shop", address: "marie@example.com" })).toBe(true);
    // The hash lies where the person said so; the other region has nothing of it, before and after.
    expect([(await at("one"))?.body, await at("two")]).toEqual([{ out: true }, undefined]);
    expect(await set({ ...rig, region: two }, other, "marie@example.com")).toMatchObject({ ok: true });
    expect([(await at("one"))?.body, await at("two")]).toEqual([{ out: false }, undefined]);
    expect(await rig.contacts.isOptedOut({ siteId: "shop", address: "marie@example.com" })).toBe(false);
  });

  it("is shown by the own region's word alone, so that trouble in another keeps nobody from the chat", async () => {
    const rig = open();
    const talk = await rig.ask();
    await set(rig, talk, "marie@example.com");
    const record = rig.store.record.bind(rig.store);
    const two = { ...rig.region, id: "two" };
    Object.assign(rig.directory, { regions: () => [rig.region, two] });
    rig.store.record = async (kind, regionId, id) => {
      if (regionId === "two") throw new StoreError("its file is gone");
      return record(kind, regionId, id);
    };
    expect(await rig.contacts.view(talk.conversation, rig.region)).toMatchObject({ masked: "m…@example.com" });
    // Nobody knows whether it may be written to: not now.
    await rig.desk("paris", talk, { type: "message" });
    await rig.clock.advance(GRACE + 1_000);
    expect(rig.notices).toEqual([]);
    rig.store.record = record;
    await rig.clock.advance(60_000);
    expect(rig.notices).toHaveLength(1);
  });

  it("does not take off the address that was given instead", async () => {
    const rig = open();
    const talk = await rig.ask();
    await set(rig, talk, "marie@example.com");
    const token = await tokenOf(rig, talk);
    await set(rig, talk, "other@example.com");
    expect(await rig.contacts.optOut(token)).toBe(true);
    expect(await body(rig, talk)).toHaveProperty("address", "other@example.com");
  });

  it("needs the link: nothing else is known", async () => {
    const rig = open();
    const talk = await rig.ask();
    await set(rig, talk, "marie@example.com");
    const token = await tokenOf(rig, talk);
    for (const wrong of ["", "one", "one.", token.slice(0, -1), `two.${token.slice(4)}`, `one.${"A".repeat(43)}`, `${token}x`, "../one"]) {
      expect(await rig.contacts.linkOf(wrong), wrong).toBeUndefined();
      expect(await rig.contacts.optOut(wrong), wrong).toBe(false);
    }
    expect(await body(rig, talk)).toHaveProperty("address");
    // The database alone does not give the link away.
    expect(JSON.stringify(await rig.store.records("optout-link", "one", 0, 10))).not.toContain(token.slice(4));
  });
});
