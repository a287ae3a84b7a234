/**
 * What danger, theft and hurry are called, language by language: data only, what follows from a word is triage.ts. A term ends in `*` when
 * any ending may follow; terms are parted by `|`. Written for this project by hand; more languages are more rows.
 */
import { eastern } from "./lexicon-eastern.ts";
import { western } from "./lexicon-western.ts";

/** Enough alone: something is happening to somebody or to their money. */
export const STRONG = ["fire", "smoke", "shock", "gas", "breath", "injury", "poison", "selfHarm", "fraud", "threat"] as const;
/**
 * Say something only beside another: `stolen` + `valuable` or `secret`, `lost` + `valuable` (a lost password is none), `swallowed` +
 * `object`, `hurt` + `person`, `stolen` + `parcel`.
 */
export const PARTS = ["stolen", "lost", "valuable", "secret", "swallowed", "object", "hurt", "person", "parcel"] as const;
/** Not danger, but nobody should wait for it. */
export const HIGH = ["locked", "twice", "legal", "hurry", "wrongAddress"] as const;
/**
 * What takes a meaning back. `not` before it, `notAfter` behind it; `supposed` anywhere in the sentence, `supposedAfter` right behind it; `over` makes it a thing of the
 * past; `harmless` are words that hold a term and mean something else, as a fireplace.
 */
export const CANCEL = ["not", "notAfter", "supposed", "supposedAfter", "over", "harmless"] as const;

export type Group = (typeof STRONG)[number] | (typeof PARTS)[number] | (typeof HIGH)[number] | (typeof CANCEL)[number];
export type Lexicon = Partial<Record<Group, string>>;

/** By BCP 47 language. */
export const lexicons: Readonly<Record<string, Lexicon>> = { ...western, ...eastern };
