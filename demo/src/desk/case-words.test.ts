/** The page's ranking of cases: a plain module of the browser, loaded as one. */
import { expect, test } from "vitest";

type Line = { id: string; at: string; author: { kind: string }; text: string; seq?: number };
type Item = {
  caseId: string;
  priority: string;
  status: string;
  offeredAt: string;
  readSeq: number;
  lines: Line[];
  visitor: { language: string; country?: string; timezone?: string };
  closed?: { at: string };
};
const words = (await import(new URL("../../desk/case-words.js", import.meta.url).href)) as {
  compareCases: (a: Item, b: Item) => number;
  waitingSince(item: Item): number | undefined;
  unreadOf(item: Item): number;
  duration(ms: number): string;
  languageName(tag: string): string;
  titleOf(item: Item): string;
  piecesOf(text: string): { words: string; strong: boolean }[];
};

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 23, 10, minute)).toISOString();
const by = (kind: string, minute: number, seq?: number): Line => ({
  id: `${kind}${minute}`,
  at: at(minute),
  author: { kind },
  text: "words",
  ...(seq === undefined ? {} : { seq }),
});
const item = (caseId: string, more: Partial<Item> = {}): Item => ({
  caseId,
  priority: "normal",
  status: "waiting",
  offeredAt: at(5),
  readSeq: 0,
  lines: [],
  visitor: { language: "en" },
  ...more,
});

test("urgent cases come first, then whoever waits longest, then whoever waits for nothing", () => {
  const answered = item("answered", { status: "open", lines: [by("visitor", 6, 3), by("agent", 7)] });
  const cases = [
    answered,
    item("late", { offeredAt: at(9) }),
    item("early"),
    item("high", { priority: "high", offeredAt: at(10) }),
    item("critical", { priority: "critical", offeredAt: at(11) }),
  ];
  expect(cases.sort(words.compareCases).map(({ caseId }) => caseId)).toEqual(["critical", "high", "early", "late", "answered"]);
});

test("an open case waits from the first message nobody has answered", () => {
  const open = item("open", { status: "open", lines: [by("visitor", 3, 1), by("agent", 6), by("visitor", 8, 5), by("visitor", 9, 6)] });
  expect(words.waitingSince(open)).toBe(Date.parse(at(8)));
  expect(words.waitingSince({ ...open, lines: open.lines.slice(0, 2) })).toBeUndefined();
});

test("unread are the visitor's messages past what an agent has seen", () => {
  const lines = [by("visitor", 1, 1), by("bot", 2, 2), by("visitor", 3, 3), by("visitor", 4, 4)];
  expect([0, 1, 3, 4].map((readSeq) => words.unreadOf(item("a", { lines, readSeq })))).toEqual([3, 2, 1, 0]);
});

test("words for times, languages and visitors, also for what is not known", () => {
  expect([0, 59_000, 60_000, 3_600_000, 4_320_000].map((ms) => words.duration(ms))).toEqual([
    "just now",
    "just now",
    "1 min",
    "1 h",
    "1 h 12 min",
  ]);
  expect(["fr", "zh-Hans", "not a tag"].map((tag) => words.languageName(tag))).toEqual(["French", "Simplified Chinese", "not a tag"]);
  const visitor = { language: "fr" };
  expect(
    [{ ...visitor, country: "fr" }, { ...visitor, timezone: "America/Sao_Paulo" }, visitor].map((one) =>
      words.titleOf(item("case-42ab", { visitor: one })),
    ),
  ).toEqual(["Visitor from France", "Visitor near Sao Paulo", "Visitor 42ab"]);
});

test("the assistant's Markdown is read as words: strong pieces, and links without their address", () => {
  expect(words.piecesOf("Within **7 days**, see [returns](/help/return-how).")).toEqual([
    { words: "Within ", strong: false },
    { words: "7 days", strong: true },
    { words: ", see returns.", strong: false },
  ]);
});
