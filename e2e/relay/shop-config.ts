/**
 * A small shop for tests of the whole relay: a few articles and examples in a folder, a config as text. Limits are wide, because every
 * test comes from one address; the tests of the limits narrow them.
 */
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

export const ORIGIN = "https://shop.example";
export const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
export const INBOUND_SECRET = "whsec_plJ3nmyCDGBKInavdOK15jsl/jsl0sdkfjDKFJ";

const examples: Record<string, string[]> = {
  "return-window": [
    "how long can I return a lamp",
    "can I send it back after three weeks",
    "return period",
    "what is your return policy",
    "is it too late to return my order",
    "until when may I return",
  ],
  "track-order": [
    "where is my order",
    "track my parcel",
    "has my lamp been shipped",
    "my package has not arrived yet",
    "order 10482 status",
    "when will my parcel arrive",
  ],
  "payment-methods": [
    "can I pay with paypal",
    "which cards do you take",
    "do you accept apple pay",
    "payment options",
    "is klarna available",
    "pay by invoice",
  ],
};
const articles: [id: string, language: string, title: string, body: string][] = [
  ["return-window", "en", "How long do I have to return a lamp?", "You have **30 days** from delivery to return a lamp."],
  [
    "return-window",
    "fr",
    "Combien de temps ai-je pour renvoyer une lampe ?",
    "Vous avez **30 jours** après la livraison pour renvoyer une lampe.",
  ],
  ["track-order", "en", "Where is my order?", "The tracking link is in the e-mail we sent when your parcel left."],
  ["payment-methods", "en", "Which payment methods do you accept?", "Visa, Mastercard, PayPal and Apple Pay."],
];

/** Writes the shop's files into a new folder. */
export async function writeShop(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "allhours-shop-"));
  await mkdir(join(dir, "knowledge"), { recursive: true });
  for (const [id, language, title, body] of articles) {
    await writeFile(join(dir, "knowledge", `${id}.${language}.md`), articleText(id, language, title, body));
  }
  const rows = Object.entries(examples).flatMap(([intent, texts]) => texts.map((text) => `"${text}",${intent}`));
  await writeFile(join(dir, "examples.csv"), `text,intent\n${rows.join("\n")}\n`);
  return dir;
}

export function articleText(id: string, language: string, title: string, body: string): string {
  return `---\nid: ${id}\ntitle: "${title}"\nlanguage: ${language}\nupdatedAt: 2026-10-12\n---\n${body}\n`;
}

type Region = Record<string, unknown>;
export type ShopOptions = {
  dir: string;
  regions?: Record<string, Region>;
  site?: Record<string, unknown>;
  limits?: Record<string, number>;
  server?: Record<string, unknown>;
  store?: Record<string, unknown>;
};

export function embeddedRegion(dir: string, more: Region = {}): Region {
  return {
    nlu: [{ use: "embedded", examples: [join(dir, "examples.csv")] }],
    knowledge: [{ use: "embedded", articles: [join(dir, "knowledge")], urlTemplate: "/help/{id}" }],
    ...more,
  };
}

export function shopConfig(options: ShopOptions): string {
  return stringify({
    server: { port: 0, drainMs: 1000, ...options.server },
    store: { kind: "sqlite", path: "${ALLHOURS_DATA}/allhours.db", ...options.store },
    limits: {
      linksPerAddress: 5000,
      linksPerVisitor: 20,
      newLinksPerAddressPer10s: 100_000,
      messageBurst: 1000,
      messagesPerSecond: 1000,
      ...options.limits,
    },
    sites: {
      linden: {
        name: "Linden & Co",
        origins: [ORIGIN],
        languages: ["en", "fr", "de"],
        defaultLanguage: "en",
        defaultRegion: "eu",
        starters: ["track-order"],
        ...options.site,
      },
    },
    regions: options.regions ?? { eu: embeddedRegion(options.dir) },
  });
}
