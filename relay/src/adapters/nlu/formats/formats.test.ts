import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readExampleFile } from "../examples.ts";
import { readDialogflow } from "./dialogflow.ts";
import { readRasa } from "./rasa.ts";

const rasa = `version: "3.1"
nlu:
- intent: track_order
  examples: |
    - where is my order [10482](order_number)
    - has my [lamp]{"entity": "product", "role": "bought"} left [NYC](city:New York)

- synonym: lamp
  examples: |
    - light
- intent: goodbye
  examples: |
    - bye
    no dash
    -
- intent: ""
  examples: |
    - nobody
- intent: listless
`;

describe("readRasa", () => {
  it("takes intents with what their annotations mark, and names the line of what it leaves out", () => {
    const { examples, problems } = readRasa("nlu.yml", rasa);
    expect(examples).toEqual([
      { text: "where is my order 10482", intent: "track_order", slots: [{ name: "order_number", start: 18, end: 23 }] },
      {
        text: "has my lamp left NYC",
        intent: "track_order",
        slots: [
          { name: "product", start: 7, end: 11 },
          { name: "city", start: 17, end: 20, value: "New York" },
        ],
      },
      { text: "bye", intent: "goodbye", slots: [] },
    ]);
    expect(problems).toEqual([
      { file: "nlu.yml", line: 14, problem: "expected a line that begins with -" },
      { file: "nlu.yml", line: 15, problem: "expected a line that begins with -" },
      { file: "nlu.yml", line: 16, problem: "intent: expected a name" },
      { file: "nlu.yml", line: 19, problem: "examples: expected a block of lines that begin with -" },
    ]);
  });
  it("takes nothing from the other files of an assistant, and tells what is no YAML", () => {
    expect(readRasa("domain.yml", "intents: [a]\n")).toEqual({ examples: [], problems: [] });
    expect(readRasa("nlu.yml", "nlu: none\n").problems).toMatchObject([{ line: 1, problem: "nlu: expected a list" }]);
    expect(readRasa("nlu.yml", "nlu:\n  - [secret words\n").problems[0]).toMatchObject({ file: "nlu.yml" });
    expect(JSON.stringify(readRasa("nlu.yml", "nlu:\n  - [secret words\n"))).not.toContain("secret");
  });
});

describe("readDialogflow", () => {
  const es = [{ id: "1", data: [{ text: "where is " }, { text: "10482", meta: "@sys.number", alias: "order" }], isTemplate: false }];
  const parts = {
    trainingPhrases: [{ parts: [{ text: "send it " }, { text: "back", parameterId: "way" }], repeatCount: 1, languageCode: "en" }],
  };
  it("takes phrases of ES and of CX", () => {
    expect(readDialogflow("agent/intents/order.track_usersays_en.json", JSON.stringify(es)).examples).toEqual([
      { text: "where is 10482", intent: "order.track", slots: [{ name: "order", start: 9, end: 14 }] },
    ]);
    expect(readDialogflow("x.json", JSON.stringify({ displayName: "returns", ...parts })).examples).toEqual([
      { text: "send it back", intent: "returns", slots: [{ name: "way", start: 8, end: 12 }] },
    ]);
    expect(readDialogflow("agent/intents/returns/trainingPhrases/en.json", JSON.stringify(parts)).examples).toEqual([
      { text: "send it back", intent: "returns", slots: [{ name: "way", start: 8, end: 12 }] },
    ]);
  });
  it("takes nothing from the other files of an export, and tells what is wrong with its place", () => {
    expect(readDialogflow("agent.json", '{"displayName":"shop"}')).toEqual({ examples: [], problems: [] });
    expect(readDialogflow("a_usersays_en.json", '[{"data":[{"words":"secret"}]}]').problems[0]?.problem).toContain("at 0.data.0.text");
    expect(readDialogflow("a.json", "{secret").problems).toEqual([{ file: "a.json", line: 1, problem: "not JSON" }]);
    expect(readDialogflow("a.json", JSON.stringify(parts)).problems[0]?.problem).toContain("displayName");
  });
});

it("a folder may hold all of them", async () => {
  const folder = await mkdtemp(join(tmpdir(), "allhours-formats-"));
  await mkdir(join(folder, "intents"));
  const files = { "nlu.yml": rasa, "intents/a_usersays_en.json": '[{"data":[{"text":"hi"}]}]', "b.csv": "text,intent\nx,y\n" };
  for (const [name, source] of Object.entries(files)) await writeFile(join(folder, name), source);
  const read = await Promise.all(Object.keys(files).map(async (name) => readExampleFile(join(folder, name))));
  expect(read.map(({ examples }) => examples.length)).toEqual([3, 1, 1]);
  await rm(folder, { recursive: true });
});
