import { expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { decodeModel, encodeModel } from "../model-file.ts";
import { trainIntentModel } from "../intent-model.ts";
import { joinPieces, readAnnotations, type AnnotatedText } from "./annotations.ts";
import { tagSlots } from "./tagger.ts";
import { tokensOf } from "./tokens.ts";
import { scoreOf, TAGGER_FROM_TEXTS, trainTagger } from "./train-tagger.ts";

const random = createRandom(7);
function pick<Value>(list: readonly Value[]): Value {
  const one = list[Math.floor(random() * list.length)];
  if (one === undefined) throw new Error("nothing to pick from");
  return one;
}
const COLOURS = ["red", "sand", "olive", "dark blue", "ivory", "smoke grey", "white", "rust"];
const LAMPS = ["Dune", "Arc", "Mond", "Halo mini", "Tide", "Nest", "Birch XL", "Faro"];
const STREETS = ["Lime Street 4", "Rue Pasteur 12", "Am Markt 9", "Harbour Road 77", "Calle Mayor 3", "Kirkegata 21"];
const FRAMES: readonly ((colour: string, lamp: string, street: string) => [string, string?][])[] = [
  (colour, lamp) => [["do you have the "], [lamp, "model"], [" in "], [colour, "colour"], ["?"]],
  (colour, lamp) => [["I ordered a "], [colour, "colour"], [" "], [lamp, "model"], [" and got another one"]],
  (_, lamp, street) => [["please send the "], [lamp, "model"], [" to "], [street, "street"], [" instead"]],
  (_, __, street) => [["I have moved, my parcel should go to "], [street, "street"]],
  (colour) => [["is there anything in "], [colour, "colour"], [" left"]],
  (_, lamp) => [["my "], [lamp, "model"], [" flickers since yesterday"]],
  () => [["when do you open on Sunday"]],
  () => [["I want to talk to somebody about my order"]],
];
function written(count: number, colours: readonly string[], lamps: readonly string[], streets: readonly string[]): AnnotatedText[] {
  return Array.from({ length: count }, () =>
    joinPieces(pick(FRAMES)(pick(colours), pick(lamps), pick(streets)).map(([text, name]) => ({ text, name }))),
  );
}
const texts = written(900, COLOURS, LAMPS, STREETS);

it("finds values it has never seen by what stands around them", () => {
  const tagger = trainTagger(texts)!;
  expect(tagger.heldOut.texts).toBe(90);
  expect(tagger.heldOut.precision).toBeGreaterThan(0.95);
  const unseen = written(200, ["turquoise", "pale pink", "copper"], ["Orbit", "Kelp duo", "Zenith"], ["Baker Street 221", "Via Roma 8"]);
  const { precision, recall } = scoreOf(tagger, unseen);
  expect(precision).toBeGreaterThan(0.8);
  expect(recall).toBeGreaterThan(0.8);
  // Learnt from marks that lie anywhere, the same texts teach nothing.
  const shuffled = trainTagger(
    texts.map(({ text, slots }) => {
      const tokens = tokensOf(text);
      return { text, slots: slots.slice(0, 1).map(({ name }) => ({ name, start: pick(tokens).start, end: text.length })) };
    }),
  )!;
  expect(scoreOf(shuffled, unseen).precision).toBeLessThan(0.3);
});

it("gives the normal form that an annotation gave, and lies in the model's file", () => {
  const named = texts.map(({ text, slots }) => ({
    text,
    slots: slots.map((slot) => (text.slice(slot.start, slot.end) === "Halo mini" ? { ...slot, value: "halo-mini" } : slot)),
  }));
  const tagger = trainTagger(named)!;
  const model = {
    ...trainIntentModel([
      { text: "a lamp", intent: "a" },
      { text: "open on Sunday", intent: "b" },
    ]),
    tagger,
  };
  const back = decodeModel(encodeModel(model))!.tagger!;
  const text = "I ordered a red HALO MINI and got another one";
  for (const one of [tagger, back])
    expect(tagSlots(one, text)).toEqual([
      { name: "colour", value: "red", start: 12, end: 15 },
      { name: "model", value: "halo-mini", start: 16, end: 25 },
    ]);
  expect(tagSlots(tagger, "  ")).toEqual([]);
});

it("is not learnt from few", () => {
  const marked = texts.filter(({ slots }) => slots.length > 0);
  expect(trainTagger(marked.slice(0, TAGGER_FROM_TEXTS - 1))).toBeUndefined();
  expect(trainTagger(marked.slice(0, TAGGER_FROM_TEXTS))).toBeDefined();
});

it("divides scripts without spaces into characters, and keeps the places", () => {
  const text = "送到Lyon 12号, مرحبا!";
  const tokens = tokensOf(text);
  expect(tokens.map((token) => token.text)).toEqual(["送", "到", "Lyon", "12", "号", ",", "مرحبا", "!"]);
  for (const token of tokens) expect(text.slice(token.start, token.end)).toBe(token.text);
  expect(tokensOf("T恤衫").map((token) => token.text)).toEqual(["T", "恤", "衫"]);
});

it("refuses marks that lie outside the text or upon each other, and says so", () => {
  expect(
    readAnnotations(
      [
        { entity: "a", start: 2, end: 4 },
        { name: "b", start: 0, end: 1, value: "B" },
      ],
      "abcd",
    ),
  ).toEqual([
    { name: "b", start: 0, end: 1, value: "B" },
    { name: "a", start: 2, end: 4 },
  ]);
  expect(readAnnotations([{ name: "a", start: 2, end: 5 }], "abcd")).toBe(
    "slots: expected start and end within the 4 characters of the text",
  );
  expect(
    readAnnotations(
      [
        { name: "a", start: 0, end: 3 },
        { name: "a", start: 2, end: 4 },
      ],
      "abcd",
    ),
  ).toBe("slots: expected values that do not overlap");
  for (const wrong of [{}, [null], [{ name: "", start: 0, end: 1 }], [{ name: "a", start: 0.5, end: 1 }]])
    expect(readAnnotations(wrong, "abcd")).toBe("slots: expected a list of {name, start, end}");
});
