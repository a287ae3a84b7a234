/**
 * Words that mean the same, as a merchant lists them, put into a question one for the other. The index stays as it is: a question with synonyms is
 * asked several times, once in each wording. Owns the wordings; files are read by sources/synonym-files.ts.
 */
import { normalise, stemOf, wordsOf } from "../words.ts";

/** `language`: BCP 47; what counts is its first part. */
export type SynonymGroup = { language: string; words: readonly string[] };
export type Swap = { written: string; meant: string };
/** `text`: normalised, unless nothing was swapped. `share`: what its score counts, 0 to 1. */
export type Wording = { text: string; swaps: readonly Swap[]; share: number };
export interface Synonyms {
  /** The question as it was written, then its other wordings: those with one word swapped first, at most 12. */
  wordings(text: string, language: string): Wording[];
}

/** The visitor's own words count a little more than ours for them: 1 stays a question an article carries word for word. */
const SYNONYM_SHARE = 0.95;
/** Each wording is one more search. */
const MAX_WORDINGS = 12;
/** A question is cut here, as the index does. */
const MAX_TEXT_CHARS = 1_000;
const runPattern = /[\p{L}\p{N}\p{M}]+/gu;
const unspacedScript =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** A word or phrase of a group. `steps`: its words; empty where its script puts no spaces between them. */
type Member = { text: string; steps: readonly string[]; group: readonly string[] };
type Shelf = { byFirst: Map<string, Member[]>; unspaced: Member[] };
type Place = { start: number; end: number; member: Member };

export function createSynonyms(groups: readonly SynonymGroup[]): Synonyms {
  const shelves = new Map<string, Shelf>();
  for (const { language, words } of groups) {
    const base = baseOf(language);
    const shelf = shelves.get(base) ?? { byFirst: new Map<string, Member[]>(), unspaced: [] };
    shelves.set(base, shelf);
    const group = [...new Set(words.map((word) => normalise(word).trim()))];
    for (const text of group) addMember(shelf, text, group);
  }
  return {
    wordings(text, language) {
      const asWritten: Wording = { text, swaps: [], share: 1 };
      const shelf = shelves.get(baseOf(language));
      if (shelf === undefined) return [asWritten];
      const normalised = normalise(text.slice(0, MAX_TEXT_CHARS));
      return [asWritten, ...otherWordings(normalised, placesOf(normalised, shelf))];
    },
  };
}

function baseOf(language: string): string {
  return language.toLowerCase().split("-")[0] ?? "";
}

function addMember(shelf: Shelf, text: string, group: readonly string[]): void {
  if (unspacedScript.test(text)) {
    shelf.unspaced.push({ text, steps: [], group });
    return;
  }
  const steps = wordsOf(text).map(stemOf);
  const [first] = steps;
  if (first === undefined) return;
  const same = shelf.byFirst.get(first) ?? [];
  same.push({ text, steps, group });
  shelf.byFirst.set(first, same);
}

/** Where words of a group stand, from left to right; of several at one place the longest. */
function placesOf(text: string, { byFirst, unspaced }: Shelf): Place[] {
  const runs = [...text.matchAll(runPattern)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    word: stemOf(match[0]),
  }));
  const found: Place[] = [];
  for (const [at, { start, word }] of runs.entries())
    for (const member of byFirst.get(word) ?? [])
      if (member.steps.every((step, next) => runs[at + next]?.word === step))
        found.push({ start, end: runs[at + member.steps.length - 1]!.end, member });
  for (const member of unspaced)
    for (let start = text.indexOf(member.text); start >= 0; start = text.indexOf(member.text, start + member.text.length))
      found.push({ start, end: start + member.text.length, member });
  found.sort((one, other) => one.start - other.start || other.end - one.end);
  const places: Place[] = [];
  for (const place of found) {
    const last = places.at(-1);
    const same = last?.start === place.start && last.end === place.end;
    if (last === undefined || place.start >= last.end || same) places.push(place);
  }
  return places;
}

/** Breadth first: every wording with one swap comes before any with two. */
function otherWordings(text: string, places: readonly Place[]): Wording[] {
  type Started = { chosen: readonly { place: Place; meant: string }[]; next: number };
  const wordings: Wording[] = [];
  let started: Started[] = [{ chosen: [], next: 0 }];
  while (started.length > 0 && wordings.length < MAX_WORDINGS) {
    const further: Started[] = [];
    for (const { chosen, next } of started)
      for (let index = next; index < places.length && wordings.length < MAX_WORDINGS; index += 1) {
        const place = places[index]!;
        if (chosen.some((one) => one.place.end > place.start)) continue;
        for (const meant of place.member.group) {
          if (meant === place.member.text || wordings.length >= MAX_WORDINGS) continue;
          const swapped = [...chosen, { place, meant }];
          wordings.push(wordingOf(text, swapped));
          further.push({ chosen: swapped, next: index + 1 });
        }
      }
    started = further;
  }
  return wordings;
}

function wordingOf(text: string, chosen: readonly { place: Place; meant: string }[]): Wording {
  let result = "";
  let from = 0;
  for (const { place, meant } of chosen) {
    result += text.slice(from, place.start) + meant;
    from = place.end;
  }
  const swaps = chosen.map(({ place, meant }) => ({ written: place.member.text, meant }));
  return { text: result + text.slice(from), swaps, share: SYNONYM_SHARE };
}
