/** One way of telling languages apart, in a process of its own: how often it is right, what it costs, what it holds. Prints JSON. */
import { messagesOnSites } from "@allhours/relay/testing";

export type MeasuredLanguages = {
  right3: number;
  right10: number;
  microseconds: number;
  /** Of the detector; not told of the relay's own way, which comes with the whole relay. */ heapMb: number | undefined;
  loadMs: number | undefined;
};
/** The language of a text, one of `only`; `undefined` when it cannot say. */
type Detect = (text: string, only: readonly string[]) => string | undefined;

const ROUNDS = 20;
const best = (scores: readonly (readonly [language: string, score: number])[]): string | undefined =>
  [...scores].filter(([, score]) => score > 0).sort(([, one], [, other]) => other - one)[0]?.[0];
/** Codes of their own for some languages: those of the messages, theirs. */
const tinyldCodes: Readonly<Record<string, string>> = { nb: "no", fil: "tl" };
const eldCodes: Readonly<Record<string, string>> = { nb: "no", fil: "tl" };

const ways: Readonly<Record<string, () => Promise<Detect>>> = {
  async allhours() {
    const { decideLanguage } = await import("@allhours/relay");
    return (text, only) =>
      decideLanguage({ text, current: "en", siteLanguages: only, defaultLanguage: "en", browserLanguages: ["en"] }).language;
  },
  async tinyld() {
    const { detectAll } = await import("tinyld");
    return (text, only) => {
      const own = new Map(only.map((language) => [tinyldCodes[language] ?? language, language]));
      const found = detectAll(text, { only: [...own.keys()] }).map(({ lang, accuracy }) => [own.get(lang) ?? lang, accuracy] as const);
      return best(found);
    };
  },
  eld: async () => eldWay((await import("eld/small")).eld),
  "eld extrasmall": async () => eldWay((await import("eld/extrasmall")).eld),
};
function eldWay(eld: { detect: (text: string) => { getScores: () => Record<string, number> } }): Detect {
  return (text, only) => {
    const scores = eld.detect(text).getScores();
    return best(only.map((language) => [language, scores[eldCodes[language] ?? language] ?? 0] as const));
  };
}

function share(detect: Detect, size: number): number {
  const asked = messagesOnSites(size);
  return asked.filter(({ text, language, siteLanguages }) => detect(text, siteLanguages) === language).length / asked.length;
}

const way = ways[process.argv[2] ?? ""];
if (way === undefined) throw new TypeError(`expected one of ${Object.keys(ways).join(", ")}`);
const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};
const asked = messagesOnSites(10);
const before = heap();
const from = performance.now();
const detect = await way();
detect("Where is my order now?", ["en", "de", "sw"]);
const loadMs = performance.now() - from;
const heapMb = heap() - before;
const right3 = share(detect, 3);
const right10 = share(detect, 10);
const start = performance.now();
for (let round = 0; round < ROUNDS; round += 1) for (const { text, siteLanguages } of asked) detect(text, siteLanguages);
const microseconds = ((performance.now() - start) * 1_000) / (ROUNDS * asked.length);
const cost = process.argv[2] === "allhours" ? { heapMb: undefined, loadMs: undefined } : { heapMb, loadMs };
process.stdout.write(JSON.stringify({ right3, right10, microseconds, ...cost } satisfies MeasuredLanguages));
