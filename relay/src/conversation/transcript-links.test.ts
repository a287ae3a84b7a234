import { expect, it } from "vitest";
import { createMemoryStore } from "../store/memory.ts";
import { bareConversation } from "../testing/bare-shop.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { createTranscriptLinks } from "./transcript-links.ts";

const START = Date.parse("2026-11-30T10:00:00Z");
const DAY = 24 * 3_600_000;
const here = (): boolean => true;

function setUp(store = createMemoryStore()) {
  const clock = createFakeClock(START);
  const links = createTranscriptLinks({ store, now: () => clock.now(), origin: () => "https://chat.shop.example" });
  return { store, clock, links };
}
const tokenOf = (path: string): string => path.replace("/v1/transcript/", "");

it("is the same each time, over a restart, and opens its conversation alone", async () => {
  const { store, links } = setUp();
  const conversation = { ...bareConversation(START), caseAt: START };
  // Two first ones at once have one key.
  const [one, other] = await Promise.all([links.linkOf(conversation), links.linkOf(conversation)]);
  expect(one).toEqual(other);
  expect(one.url).toBe(`https://chat.shop.example${one.path}`);
  const again = setUp(store).links;
  expect(await again.linkOf(conversation)).toEqual(one);
  expect(await again.read(tokenOf(one.path), here)).toEqual({ conversationId: conversation.id, regionId: "one" });
});

it("opens nothing when it is forged, of another region, or a month old", async () => {
  const { clock, links } = setUp();
  const conversation = { ...bareConversation(START), caseAt: START };
  const token = tokenOf((await links.linkOf(conversation)).path);
  const [region = "", id = "", until = "", mac = ""] = token.split(".");
  const stranger = bareConversation(START).id;
  const later = (Number.parseInt(until, 36) + 86_400).toString(36);
  for (const forged of [
    [region, stranger, until, mac],
    [region, id, later, mac],
    ["two", id, until, mac],
    [region, id, until, `${mac.startsWith("A") ? "B" : "A"}${mac.slice(1)}`],
    [region, id, until],
    ["../one", id, until, mac],
  ])
    expect(await links.read(forged.join("."), here), forged.join(".")).toBeUndefined();
  expect(await links.read(token, () => false)).toBeUndefined();
  expect(await links.read(token, here)).toBeDefined();
  await clock.advance(30 * DAY - 1_000);
  expect(await links.read(token, here)).toBeDefined();
  await clock.advance(1_000);
  expect(await links.read(token, here)).toBeUndefined();
});
