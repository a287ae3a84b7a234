import { describe, expect, it } from "vitest";
import { createNearWords, isOneEdit, type NearWords } from "./near-words.ts";

/** Damerau's distance with adjacent exchanges, from its definition: the slow way to check the quick one. */
function distance(one: string, other: string): number {
  if (one === "" || other === "") return one.length + other.length;
  if (one[0] === other[0]) return distance(one.slice(1), other.slice(1));
  const exchanged = one.length > 1 && one[0] === other[1] && one[1] === other[0] ? distance(one.slice(2), other.slice(2)) : Infinity;
  return 1 + Math.min(distance(one.slice(1), other), distance(one, other.slice(1)), distance(one.slice(1), other.slice(1)), exchanged);
}

function nearOf(words: string[], frequency: (word: string) => number): NearWords {
  const near = createNearWords(frequency);
  for (const word of words) near.add(word);
  return near;
}

describe("near words", () => {
  it("agrees with the full table on every pair of words of up to four letters from two", () => {
    let words = [""];
    const all = [...words];
    for (let length = 1; length <= 4; length += 1) {
      words = words.flatMap((word) => [`${word}a`, `${word}b`]);
      all.push(...words);
    }
    for (const one of all) for (const other of all) expect(isOneEdit(one, other), `${one} ${other}`).toBe(distance(one, other) === 1);
  });
  it("finds a word behind each kind of slip, at its first, middle and last letter", () => {
    const near = nearOf(["delivery", "return"], () => 1);
    for (const slip of [
      "elivery",
      "delivry",
      "deliver",
      "xelivery",
      "deliverx",
      "delxvery",
      "deilvery",
      "edlivery",
      "deliveyr",
      "delivvery",
    ])
      expect(near.nearest(slip), slip).toBe("delivery");
    expect(near.nearest("dleivrey")).toBeUndefined();
  });
  it("takes the most frequent of several, and leaves short words, numbers and other scripts alone", () => {
    const often: Record<string, number> = { order: 9, older: 2, ordre: 1 };
    const near = nearOf([...Object.keys(often), "cart", "order1", "配送状況確認"], (word) => often[word] ?? 1);
    expect(near.nearest("orderr")).toBe("order");
    expect(near.nearest("olter")).toBe("older");
    expect(near.nearest("card")).toBeUndefined();
    expect(near.nearest("order2")).toBeUndefined();
    expect(near.nearest("配送状況確忍")).toBeUndefined();
  });
});
