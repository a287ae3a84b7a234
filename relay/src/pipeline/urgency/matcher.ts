/**
 * Finds the terms of all languages in one pass over a text. Each place is looked up by its first two letters, so that the work grows with
 * the text and hardly with the number of terms. Pure.
 */
import { normalise } from "../../adapters/words.ts";
import { lexicons, type Group } from "./lexicon.ts";

/** `start` and `end` are places in the folded text. */
export type Hit = { group: Group; language: string; start: number; end: number };

/** Letters that have no mark to take off. */
const barred: Readonly<Record<string, string>> = { ł: "l", đ: "d", ø: "o", "\u2019": "'" };
/** The form in which terms and texts are compared: `normalise`, and a few letters more. Keeps no places of the text as written. */
export function folded(text: string): string {
  return normalise(text).replaceAll(/[łđø\u2019]/g, (one) => barred[one] ?? one);
}

type Term = { text: string; pattern: RegExp | undefined; group: Group; language: string; whole: boolean };

const letter = /[\p{L}\p{M}\p{N}]/u;
/** Scripts without spaces, and those that write small words onto the next: a term may begin and end inside a word. */
const joined = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Hangul}]/u;
const arabic = /\p{Script=Arabic}/u;
/** Written onto Arabic words: and, so, with, like, to, the. */
const arabicPrefixes = ["و", "ف", "ب", "ل", "ك", "ال", "وال", "بال", "لل"];
const KEY_CHARS = 2;

const compiled = compile();

function compile(): Map<string, Term[]> {
  const terms = new Map<string, Term[]>();
  for (const [language, lexicon] of Object.entries(lexicons))
    for (const [group, list] of Object.entries(lexicon))
      for (const raw of list.split("|")) {
        // `*` is no letter, so that it survives.
        const text = folded(raw);
        const open = text.endsWith("*");
        const inner = open ? text.slice(0, -1) : text;
        const pattern = inner.includes("*") ? new RegExp(inner.split("*").map(escaped).join("[\\p{L}\\p{M}]*"), "uy") : undefined;
        const term: Term = { text: inner, pattern, group: group as Group, language, whole: !open && !joined.test(inner) };
        const key = inner.slice(0, KEY_CHARS);
        const known = terms.get(key);
        if (known === undefined) terms.set(key, [term]);
        else if (!known.some((other) => other.text === term.text && other.group === term.group && other.language === language))
          known.push(term);
      }
  return terms;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** A place where a term may begin. */
function begins(text: string, at: number): boolean {
  const here = text[at]!;
  if (!letter.test(here)) return false;
  if (at === 0 || joined.test(here) || !letter.test(text[at - 1]!)) return true;
  if (!arabic.test(here)) return false;
  let from = at;
  while (from > 0 && arabic.test(text[from - 1]!)) from -= 1;
  return arabicPrefixes.includes(text.slice(from, at));
}

/** Every term in the text, in order of place. `text` must be `folded`. */
export function findTerms(text: string): Hit[] {
  const hits: Hit[] = [];
  for (let at = 0; at + 1 <= text.length; at += 1) {
    const long = compiled.get(text.slice(at, at + KEY_CHARS));
    const short = compiled.get(text[at]!);
    if ((long === undefined && short === undefined) || !begins(text, at)) continue;
    for (const { text: term, pattern, group, language, whole } of [...(long ?? []), ...(short ?? [])]) {
      let end: number;
      if (pattern === undefined) {
        if (!text.startsWith(term, at)) continue;
        end = at + term.length;
      } else {
        pattern.lastIndex = at;
        if (!pattern.test(text)) continue;
        end = pattern.lastIndex;
      }
      if (whole && end < text.length && letter.test(text[end]!)) continue;
      hits.push({ group, language, start: at, end });
    }
  }
  return hits;
}
