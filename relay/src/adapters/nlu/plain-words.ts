/** The form in which messages and shipped phrases are compared. */
import { normalise } from "../words.ts";

const punctuation = /[^\p{L}\p{N}\p{M}]+/gu;

/** One space between words, nothing else but letters and digits, in the normal form. */
export function plain(text: string): string {
  if (text !== last.text) last = { text, plain: normalise(text).replace(punctuation, " ").trim() };
  return last.plain;
}

/** A message is compared with one list of phrases after the other. */
let last = { text: "", plain: "" };

/** Phrases written several to a line, with " | " between them. */
export function listed(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(" | "));
}
