/**
 * Text as the embedded engines compare it: one normal form for all scripts, and its division into words. Knows no language and
 * no dictionary: scripts written without spaces are divided by `Intl.Segmenter`. Owns no weights and no index.
 */

/** Marks that writers leave out or put in at will: Latin accents, Arabic vowel signs, the Arabic stretch. */
const looseMarks = /[\u0300-\u036f\u064b-\u065f\u0670\u0640]/g;
const letterForms: Readonly<Record<string, string>> = { ß: "ss", ى: "ي", ة: "ه", ı: "i", "\u2019": "'", "\u02bc": "'" };
const letterFormPattern = /[ßىةı\u2019\u02bc]/g;
const nonAscii = /[^\p{ASCII}]/u;
const digitPattern = /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u0e50-\u0e59\uff10-\uff19]/g;
const unspacedScript =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const runPattern = /[\p{L}\p{N}\p{M}]+/gu;

/** Digits of any script as 0 to 9. Keeps the length, so offsets into the text stay true. */
export function asciiDigits(text: string): string {
  if (!nonAscii.test(text)) return text;
  return text.replace(digitPattern, (digit) => {
    const code = digit.charCodeAt(0);
    const zeros = [0x660, 0x6f0, 0x966, 0xe50, 0xff10];
    const zero = zeros.find((start) => code >= start && code <= start + 9) ?? code;
    return String(code - zero);
  });
}

/** Lower case, compatibility forms folded, accents and loose marks removed, ASCII digits. Idempotent. */
export function normalise(text: string): string {
  if (!nonAscii.test(text)) return text.toLowerCase();
  const folded = text
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFD")
    .replace(looseMarks, "")
    .normalize("NFC")
    .replace(letterFormPattern, (letter) => letterForms[letter] ?? letter);
  return asciiDigits(folded);
}

/** A stretch of letters and digits, with the words in it: itself, or several when its script puts no spaces. */
export type Run = { text: string; words: readonly string[]; unspaced: boolean };

let segmenter: Intl.Segmenter | undefined;

/** Divides normalised text. Punctuation, emoji and spaces end a run and are dropped. */
export function runsOf(normalised: string): Run[] {
  const runs: Run[] = [];
  for (const match of normalised.matchAll(runPattern)) {
    const text = match[0];
    if (!nonAscii.test(text) || !unspacedScript.test(text)) {
      runs.push({ text, words: [text], unspaced: false });
      continue;
    }
    runs.push({ text, words: dividedOf(text), unspaced: true });
  }
  return runs;
}

/** One message is divided by the understanding and by the knowledge, moments apart; longer than that nothing is kept. */
const KEPT_DIVISIONS = 64;
const divisions = new Map<string, string[]>();

function dividedOf(text: string): string[] {
  const known = divisions.get(text);
  if (known !== undefined) return known;
  segmenter ??= new Intl.Segmenter("und", { granularity: "word" });
  const words: string[] = [];
  for (const segment of segmenter.segment(text)) if (segment.isWordLike === true) words.push(segment.segment);
  const [oldest] = divisions.keys();
  if (divisions.size >= KEPT_DIVISIONS && oldest !== undefined) divisions.delete(oldest);
  divisions.set(text, words);
  return words;
}

const arabicScript = /\p{Script=Arabic}/u;
const arabicPrefix = /^(?:[وف])?(?:بال|كال|لل|ال|ب|ل)?(?=.{3})/u;
const arabicSuffix = /(?<=.{3})(?:ها|هم|كم|نا|ات|ين|ون|تي|ه|ي|ك)$/u;

/** A word without what Arabic writes onto it: and, the, with, my. Other words as they are. Light: meaning is not analysed. */
export function stemOf(word: string): string {
  return arabicScript.test(word) ? word.replace(arabicPrefix, "").replace(arabicSuffix, "") : word;
}

/** The words of normalised text, in order. */
export function wordsOf(normalised: string): string[] {
  return runsOf(normalised).flatMap((run) => run.words);
}

/** `de` of the language tag `de-AT`. */
export function baseOf(tag: string): string {
  return tag.toLowerCase().split("-")[0] ?? "";
}
