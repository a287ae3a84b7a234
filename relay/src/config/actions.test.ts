import { expect, it } from "vitest";
import { ConfigError, readConfig } from "./load.ts";

const secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
const config = (actions: string): string => `
mode: dev
server: { port: 1 }
store: { kind: memory }
sites:
  linden: { name: Linden, origins: [], languages: [en], defaultLanguage: en, defaultRegion: eu }
regions:
  eu:
    egress: ["https://shop.example"]
    nlu: []
    knowledge: []
    actions:
${actions}`;
function issuesOf(actions: string): string[] {
  try {
    readConfig(config(actions), "x.yaml", {});
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map(({ path, expected }) => `${path}: ${expected}`);
    throw error;
  }
  return [];
}

it("takes one text for all languages or one a language, and fills in what is left out", () => {
  const read = readConfig(
    config(
      `      - { use: http, id: cancel, title: { en: Cancel, de: Stornieren }, description: d, fields: { order: { label: Number } }, url: "https://shop.example/c", secret: ${secret} }`,
    ),
    "x.yaml",
    {},
  );
  expect(read.regions["eu"]?.actions).toMatchObject([
    {
      title: { en: "Cancel", de: "Stornieren" },
      intents: [],
      confirmWithinMs: 900_000,
      withinMs: 30_000,
      fields: { order: { label: "Number", optional: false, from: "visitor" } },
    },
  ]);
});

it("names every mistake with its place", () => {
  const eight = Array.from({ length: 9 }, (_, index) => `f${index}: { label: x }`).join(", ");
  const place = "regions.eu.actions";
  expect(
    issuesOf(`      - { use: htp, id: Cancel, title: {}, description: "", fields: { "bad name": { label: x } } }
      - { use: http, id: cancel, title: { en: Cancel }, description: d, fields: { order: { label: Number, pattern: "[", values: [], from: model, typo: 1 } }, url: "https://other.example/c", secret: short, colour: red }
      - { use: http, id: cancel, title: Cancel, description: d, fields: { ${eight} }, url: "https://shop.example/c", secret: ${secret} }`),
  ).toEqual([
    `${place}.0.id: expected lower-case letters, digits and dashes`,
    `${place}.0.title: expected text in at least one language`,
    `${place}.0.description: expected text`,
    `${place}.0.fields.bad name: expected a name of letters, digits and _`,
    `${place}.1.fields.order.pattern: expected a valid regular expression`,
    `${place}.1.fields.order.values: expected at least one value`,
    `${place}.1.fields.order.from: expected "visitor" or "engine"`,
    `${place}.1.fields.order.typo: unknown key; expected none of this name here`,
    `${place}.2.fields: expected at most 8 fields`,
    `${place}.0.use: expected the name of a known action adapter: http`,
    `${place}.1.secret: expected whsec_ followed by the base64 of 24 to 64 bytes`,
    `${place}.1.colour: expected no key of this name`,
    `${place}.1.url: expected https://other.example in the region's egress list`,
    `${place}.2.id: expected an id no other action of the region has; "cancel" is taken`,
  ]);
});
