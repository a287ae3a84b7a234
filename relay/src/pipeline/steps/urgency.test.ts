import { describe, expect, it } from "vitest";
import { priorityOf } from "./urgency.ts";

describe("priorityOf", () => {
  it.each([
    "My card was stolen and someone is buying lamps",
    "the lamp is on fire",
    "I got an electric shock from the Halo",
    "my account has been hacked",
    "Die Lampe brennt!",
    "meine Karte wurde gestohlen",
    "la lampe a pris feu",
    "me robaron la tarjeta",
    "o abajur pegou fogo",
    "台灯着火了",
    "我的卡被盗刷了",
    "ランプから煙が出ています",
    "المصباح يحترق",
  ])("critical: %s", (text) => {
    expect(priorityOf(text).priority).toBe("critical");
  });
  it.each([
    "Is the lamp child-safe?",
    "Where is my order 10482?",
    "What if my card were stolen?",
    "does the fireplace lamp have a warm colour",
    "Is it OK near a fire place",
    "was wenn meine Karte gestohlen wird",
    "Can I pay by card?",
    "灯可以调光吗",
    "I want a shocking pink shade",
  ])("normal: %s", (text) => {
    expect(priorityOf(text).priority).toBe("normal");
  });
});
