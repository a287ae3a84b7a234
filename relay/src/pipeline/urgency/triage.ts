/**
 * How urgent a message is, and why. Words of danger, theft and hurry in many languages (lexicon.ts), read sentence by sentence: who asks
 * what would happen, tells of last year, or says that nothing is stolen, is not in danger. Pure, and linear in the length of the text.
 */
import type { Priority } from "../turn.ts";
import { HIGH, STRONG, type Group } from "./lexicon.ts";
import { findTerms, folded, type Hit } from "./matcher.ts";

/** What kind of guidance helps: for bodies, for money and accounts, for who wants to harm himself. */
export type Category = "danger" | "theft" | "self-harm";
export type Triage = {
  priority: Priority;
  category: Category | undefined;
  /** For the log and the desk: rule, language and place, as `theft:stolen+valuable en 3-27`; no word of the visitor's. `undefined`: normal. */
  because: string | undefined;
};

/** Longer messages are read to here: what is urgent is said early. */
const MAX_CHARS = 2_000;
/** How far two words of one thing may lie apart, and how far before a word its "not" may stand; characters. Scripts without spaces are shorter. */
const SPACED = { apart: 40, not: 14, after: 14 } as const;
const UNSPACED = { apart: 14, not: 4, after: 7 } as const;
const unspaced = new Set(["zh", "ja", "th"]);
const sentenceEnd = /[.!?;\n。！？；؟।]+/g;
const comma = /[,，、،:]/;
/** "It does not stop bleeding" takes nothing back. */
const stopping = /stop|auf|cess|arret|deja|para|smett|ophoud|przesta|перест|停|止|हो ही|توقف|หยุด|멈추|berhenti|dur/;
/** Without these letters no Vietnamese was written: its words without their marks are words of other languages. */
const vietnamese = /[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/iu;

/** Their terms say "not" themselves: not breathing, not paid by me. */
const negative: ReadonlySet<Group> = new Set<Group>(["breath", "fraud"]);

type Rule = { category: Category | undefined; level: "critical" | "high"; id: string };
const strongCategory: Record<(typeof STRONG)[number], Category> = {
  fire: "danger",
  smoke: "danger",
  shock: "danger",
  gas: "danger",
  breath: "danger",
  injury: "danger",
  poison: "danger",
  selfHarm: "self-harm",
  fraud: "theft",
  threat: "danger",
};
const pairs: readonly { one: Group; other: Group; rule: Rule }[] = [
  { one: "stolen", other: "valuable", rule: { category: "theft", level: "critical", id: "theft:stolen+valuable" } },
  { one: "stolen", other: "secret", rule: { category: "theft", level: "critical", id: "theft:stolen+secret" } },
  { one: "lost", other: "valuable", rule: { category: "theft", level: "critical", id: "theft:lost+valuable" } },
  { one: "swallowed", other: "object", rule: { category: "danger", level: "critical", id: "danger:swallowed+object" } },
  { one: "hurt", other: "person", rule: { category: "danger", level: "critical", id: "danger:hurt+person" } },
  { one: "stolen", other: "parcel", rule: { category: undefined, level: "high", id: "high:stolen+parcel" } },
];
const isStrong = (group: Group): group is (typeof STRONG)[number] => (STRONG as readonly Group[]).includes(group);
const isHigh = (group: Group): boolean => (HIGH as readonly Group[]).includes(group);

type Finding = { rule: Rule; start: number; end: number; language: string };

/** Pure: the priority of a text, with what decided it. */
export function triageOf(text: string): Triage {
  const cut = text.slice(0, MAX_CHARS);
  const normalised = folded(cut);
  const hits = findTerms(normalised);
  if (
    !hits.some(
      ({ group }) =>
        isStrong(group) || isHigh(group) || group === "stolen" || group === "lost" || group === "swallowed" || group === "hurt",
    )
  )
    return { priority: "normal", category: undefined, because: undefined };
  const isVietnamese = vietnamese.test(cut);
  let best: Finding | undefined;
  for (const [from, to] of sentencesOf(normalised)) {
    const inside = hits.filter(({ start, language }) => start >= from && start < to && (language !== "vi" || isVietnamese));
    for (const language of new Set(inside.map((hit) => hit.language))) {
      for (const finding of findingsOf(
        inside.filter((hit) => hit.language === language),
        normalised,
        language,
      )) {
        if (best === undefined || (finding.rule.level === "critical" && best.rule.level === "high")) best = finding;
      }
    }
  }
  if (best === undefined) return { priority: "normal", category: undefined, because: undefined };
  const { rule, language, start, end } = best;
  return { priority: rule.level, category: rule.category, because: `${rule.id} ${language} ${start}-${end}` };
}

function sentencesOf(text: string): [from: number, to: number][] {
  const list: [number, number][] = [];
  let from = 0;
  for (const match of text.matchAll(sentenceEnd)) {
    list.push([from, match.index + match[0].length]);
    from = match.index + match[0].length;
  }
  list.push([from, text.length + 1]);
  return list;
}

/** What one sentence says in one language, meanings taken back left out. */
function findingsOf(hits: readonly Hit[], text: string, language: string): Finding[] {
  const of = (group: Group): Hit[] => hits.filter((hit) => hit.group === group);
  const reach = unspaced.has(language) ? UNSPACED : SPACED;
  const harmless = of("harmless");
  const supposed = of("supposed");
  const over = of("over").length > 0;
  const covered = (hit: Hit): boolean => harmless.some((other) => other.start < hit.end && hit.start < other.end);
  const within = (hit: Hit, others: readonly Hit[]): boolean => others.some((other) => other.start <= hit.start && hit.end <= other.end);
  const denied = (hit: Hit): boolean =>
    of("not").some(({ start, end }) => {
      if (end > hit.start || hit.start - end > reach.not) return false;
      const between = text.slice(end, hit.start);
      return start < hit.start && !comma.test(between) && !stopping.test(between);
    }) ||
    (!negative.has(hit.group) && of("notAfter").some(({ start }) => start >= hit.end - 3 && start - hit.end <= reach.after));
  const imagined = (hit: Hit): boolean =>
    supposed.some((other) => !within(other, [hit]) && !(other.start < hit.end && hit.start < other.end)) ||
    of("supposedAfter").some(({ start }) => start >= hit.end - 2 && start - hit.end <= reach.after);
  const holds = (hit: Hit): boolean => !covered(hit) && !denied(hit) && !imagined(hit);

  const findings: Finding[] = [];
  const find = (rule: Rule, start: number, end: number): void => {
    // What is over is nobody's danger now, but somebody should know.
    const level = over && rule.level === "critical" ? "high" : rule.level;
    findings.push({ rule: { ...rule, level }, start, end, language });
  };
  for (const hit of hits) {
    if (isStrong(hit.group) && holds(hit))
      find({ category: strongCategory[hit.group], level: "critical", id: `${strongCategory[hit.group]}:${hit.group}` }, hit.start, hit.end);
    else if (isHigh(hit.group) && holds(hit)) find({ category: undefined, level: "high", id: `high:${hit.group}` }, hit.start, hit.end);
  }
  for (const { one, other, rule } of pairs) {
    for (const first of of(one)) {
      if (!holds(first)) continue;
      const second = of(other).find((hit) => !covered(hit) && gapOf(first, hit) <= reach.apart);
      if (second !== undefined) find(rule, Math.min(first.start, second.start), Math.max(first.end, second.end));
    }
  }
  return findings;
}

function gapOf(one: Hit, other: Hit): number {
  return Math.max(0, one.start < other.start ? other.start - one.end : one.start - other.end);
}
