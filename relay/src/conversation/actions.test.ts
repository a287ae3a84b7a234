import { CONFIRM, type Part } from "@allhours/protocol";
import * as v from "valibot";
import { expect, it } from "vitest";
import { AdapterError } from "../adapters/errors.ts";
import { createGuard } from "../adapters/guard.ts";
import type { ActionOutcome, ActionRequest, NluRequest, Understanding } from "../adapters/spec.ts";
import { actionSchema } from "../config/actions.ts";
import { createLogger } from "../observe/logger.ts";
import { bareConversation } from "../testing/bare-shop.ts";
import { seen, setUp, START, team } from "../testing/case-room.ts";
import { ACTION, type ActionRecord } from "./action-records.ts";
import type { Room } from "./rooms.ts";

const config = v.parse(actionSchema, {
  use: "http",
  id: "cancel-order",
  title: { en: "Cancel an order", de: "Eine Bestellung stornieren" },
  description: "Cancels an order that was not sent yet.",
  intents: ["cancel"],
  fields: { order: { label: { en: "Order number", de: "Bestellnummer" }, slot: "orderNumber" } },
});

/** A region with one action; `understands` is its engine, `serves` the service. Both note what they were asked. */
function shop(understands: (request: NluRequest) => Understanding, serves: () => ActionOutcome | Promise<ActionOutcome>) {
  const room = setUp([team("paris", 0, 24)], ["paris"]);
  const asked: ActionRequest[] = [];
  const heard: NluRequest[] = [];
  const { region } = room;
  region.config = { ...region.config, actions: [config] };
  region.actions = [
    {
      id: config.id,
      config,
      adapter: {
        kind: "action",
        run: async (request) => {
          asked.push(request);
          return serves();
        },
      },
    },
  ];
  region.nlu = createGuard({
    adapters: [
      {
        name: "model",
        adapter: {
          kind: "nlu",
          inProcess: true,
          understand: async (request) => {
            heard.push(request);
            return understands(request);
          },
        },
      },
    ],
    logger: createLogger("silent"),
  });
  async function visitor(): Promise<Room> {
    const conversation = bareConversation(room.clock.now());
    await room.store.createConversation(conversation, undefined, undefined);
    return room.rooms.add(conversation, 0);
  }
  const audit = async (): Promise<ActionRecord[]> =>
    (await room.store.records(ACTION, "one", 0, 100)).map(({ body }) => body as ActionRecord).toReversed();
  const parts = async (one: Room): Promise<Part[]> =>
    (await room.store.entriesAfter(one.conversation.id, 0, 200)).flatMap(({ event }) =>
      event.type === "message-added" ? event.message.parts : [],
    );
  const confirms = async (one: Room): Promise<Part[]> => (await parts(one)).filter(({ type }) => type === "confirm");
  return { ...room, asked, heard, visitor, audit, confirms, last: async (one: Room) => (await room.lines(one)).at(-1) };
}
const proposes =
  (values: Record<string, string>, action = "cancel-order") =>
  (): Understanding => ({ intents: [], slots: [], proposal: { action, values } });
const done = (): ActionOutcome => ({ state: "done", text: "Order **10482** is cancelled." });

it("asks the visitor, does nothing before the yes, and does it once", async () => {
  const { visitor, write, confirms, asked, heard, audit, last, lines } = shop(proposes({ order: "10482" }), done);
  const one = await visitor();
  await write(one, "cancel order 10482 please");
  expect(heard[0]?.actions).toMatchObject([{ id: "cancel-order", title: "Cancel an order", fields: [{ name: "order", required: true }] }]);
  const until = START + 15 * 60_000;
  const fields = [{ label: "Order number", value: "10482" }];
  expect(await confirms(one)).toEqual([{ type: "confirm", title: "Cancel an order", fields, until }]);
  expect(asked).toEqual([]);
  // Words are no button.
  await write(one, "yes, order 10482");
  expect(asked).toEqual([]);
  await write(one, { optionId: CONFIRM.yes });
  expect(asked).toHaveLength(1);
  expect(asked[0]?.data).toMatchObject({ action: "cancel-order", values: { order: "10482" }, language: "en", siteId: "shop" });
  expect(await lines(one)).toContain("One moment, I’m doing that now.");
  expect(await last(one)).toBe("Order **10482** is cancelled.");
  await write(one, { optionId: CONFIRM.yes });
  await write(one, { optionId: CONFIRM.no });
  expect(asked).toHaveLength(1);
  const records = await audit();
  expect(records.find(({ state }) => state === "done")).toMatchObject({ confirmedAt: START, endedAt: START, values: { order: "10482" } });
  expect(records.map(({ state }) => state).sort()).toEqual(["done", "proposed"]);
});

it("does nothing after a no, for a question that is too old, or for one that was asked anew", async () => {
  const { visitor, write, asked, audit, last, clock, store } = shop(proposes({ order: "10482" }), done);
  const one = await visitor();
  await write(one, "cancel 10482");
  await write(one, { optionId: CONFIRM.no });
  expect(await last(one)).toBe("All right, nothing was done.");
  await write(one, "cancel 10482 after all");
  const entries = await store.entriesAfter(one.conversation.id, 0, 100);
  const old = entries.flatMap(({ event }) =>
    event.type === "message-added" && event.message.parts.some(({ type }) => type === "confirm") ? [event.message.id] : [],
  );
  await write(one, "cancel 10482 now");
  await write(one, { optionId: CONFIRM.yes, messageId: old.at(-1) ?? "" });
  expect(await last(one)).toContain("out of date");
  await clock.advance(16 * 60_000);
  await write(one, { optionId: CONFIRM.yes });
  expect(await last(one)).toContain("out of date");
  expect(asked).toEqual([]);
  expect((await audit()).map(({ state }) => state).sort()).toEqual(["late", "late", "refused"]);
});

it("asks for what the visitor has not written, whatever the engine says, and proposes nothing it does not know", async () => {
  const { visitor, write, confirms, asked, last } = shop(proposes({ order: "99999" }), done);
  const one = await visitor();
  await write(one, "cancel my order");
  expect(await last(one)).toBe("Cancel an order: please write here what I need for it: Order number.");
  expect(await confirms(one)).toEqual([]);
  const other = shop(proposes({ order: "10482" }, "refund-everything"), done);
  const two = await other.visitor();
  await other.write(two, "cancel 10482");
  expect(await other.confirms(two)).toEqual([]);
  expect([...asked, ...other.asked]).toEqual([]);
});

it("works from intents and slots alone, takes the missing value from the next message, and drops it for another wish", async () => {
  const understands = ({ text }: NluRequest): Understanding => {
    const number = /\d{5}/.exec(text)?.[0];
    const intents = /cancel|where/.test(text) ? [{ name: text.includes("where") ? "track" : "cancel", confidence: 0.9 }] : [];
    return { intents, slots: number === undefined ? [] : [{ name: "orderNumber", value: number, start: 0, end: 5 }] };
  };
  const { visitor, write, confirms, asked } = shop(understands, done);
  const one = await visitor();
  await write(one, "I want to cancel");
  await write(one, "and where is my parcel 10111 now?");
  expect(await confirms(one)).toEqual([]);
  const two = await visitor();
  await write(two, "I want to cancel");
  expect(two.conversation.understood).toEqual({ intent: "cancel", slots: [], action: "cancel-order" });
  await write(two, "it's 10482");
  expect(await confirms(two)).toMatchObject([{ fields: [{ value: "10482" }] }]);
  expect(two.conversation.understood?.action).toBeUndefined();
  await write(two, { optionId: CONFIRM.yes });
  expect(asked).toHaveLength(1);
  // Chosen among the articles that were offered, it is asked about with what was said before.
  const four = await visitor();
  await write(four, "10482, I do not need it");
  expect(await confirms(four)).toEqual([]);
  await write(four, { optionId: "article:cancel" });
  expect(await confirms(four)).toMatchObject([{ fields: [{ value: "10482" }] }]);
  const five = await visitor();
  await write(five, "10482, I do not need it");
  await write(five, { optionId: "article:track" });
  expect(await confirms(five)).toEqual([]);
  // Who denies it is not asked whether to.
  const denies = shop((request) => ({ ...understands(request), denied: true }), done);
  const three = await denies.visitor();
  await denies.write(three, "do not cancel 10482");
  expect(await denies.confirms(three)).toEqual([]);
});

it("tries a service again with the same id, and says so honestly when nobody knows whether it was done", async () => {
  let fails = 1;
  const flaky = (): ActionOutcome => {
    if (fails > 0) {
      fails -= 1;
      throw new AdapterError("unreachable", "down");
    }
    return { state: "done" };
  };
  const first = shop(proposes({ order: "10482" }), flaky);
  const one = await first.visitor();
  await first.write(one, "cancel 10482");
  await first.write(one, { optionId: CONFIRM.yes });
  expect(await first.last(one)).toBe("One moment, I’m doing that now.");
  await first.clock.advance(7_000);
  expect(new Set(first.asked.map(({ id }) => id)).size).toBe(1);
  expect(first.asked).toHaveLength(2);
  expect(await first.last(one)).toBe("Done: Cancel an order.");
  expect(one.conversation.mode).toBe("bot");

  fails = 100;
  const second = shop(proposes({ order: "10482" }), flaky);
  const two = await second.visitor();
  await second.write(two, "cancel 10482");
  await second.write(two, { optionId: CONFIRM.yes });
  await second.clock.advance(31_000);
  expect(await second.lines(two)).toContain("I can’t tell whether this was done: Cancel an order. A colleague has to look at it.");
  expect(two.conversation.mode).toBe("queued");
  expect(seen(second.told)[0]).toBe("paris: bot-gave-up #1 paris");
  expect(await second.audit()).toMatchObject([{ state: "unsure", reason: "timeout" }]);
  const before = second.asked.length;
  await second.clock.advance(600_000);
  expect(second.asked).toHaveLength(before);
});

it("tells the visitor what a service refuses, and a person who has come meanwhile what came of it", async () => {
  const refusing = shop(proposes({ order: "10482" }), () => ({ state: "refused" }));
  const one = await refusing.visitor();
  await refusing.write(one, "cancel 10482");
  await refusing.write(one, { optionId: CONFIRM.yes });
  expect(await refusing.last(one)).toBe("That is not possible, so nothing was done: Cancel an order.");
  expect(await refusing.audit()).toMatchObject([{ state: "not-done" }]);
  expect(one.conversation.mode).toBe("bot");

  let answer: (outcome: ActionOutcome) => void = () => undefined;
  const slow = shop(proposes({ order: "10482" }), async () => new Promise((resolve) => (answer = resolve)));
  const two = await slow.visitor();
  await slow.write(two, "cancel 10482");
  await slow.write(two, { optionId: CONFIRM.yes });
  slow.region.nlu = createGuard({ adapters: [], logger: createLogger("silent") });
  await slow.write(two, "a person please");
  await slow.write(two, "a person please");
  expect(two.conversation.mode).toBe("queued");
  answer(done());
  await slow.clock.advance(1);
  expect(await slow.last(two)).toBe("Order **10482** is cancelled.");
  await slow.desk("paris", two, { type: "accept" });
  expect(slow.told.map(({ type }) => type)).toContain("message.created");
});
