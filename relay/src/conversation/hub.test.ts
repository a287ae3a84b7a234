import type { Event } from "@allhours/protocol";
import { expect, it } from "vitest";
import { createHub } from "./hub.ts";

const conversationId = "018f6b1c-7a10-7c3e-9a51-0d6c1f2e3a4b";
const rated = (seq: number): Event => ({ type: "message-rated", conversationId, seq, at: 0, messageId: conversationId, value: "up" });

it("holds what arrives between joining and the welcome, and hands over only what the welcome did not carry", () => {
  const hub = createHub();
  const got: Event[] = [];
  const link = { send: (event: Event) => void got.push(event), close: () => undefined };
  const seat = hub.subscribe(conversationId, link);
  for (const seq of [1, 2, 3]) hub.publish(conversationId, rated(seq));
  expect(got).toEqual([]);
  seat.release(2);
  expect(got).toEqual([rated(3)]);
  hub.publish(conversationId, rated(4));
  expect(got).toEqual([rated(3), rated(4)]);
  seat.unsubscribe();
  seat.unsubscribe();
  hub.publish(conversationId, rated(5));
  expect([got.length, hub.size]).toEqual([2, 0]);
});
