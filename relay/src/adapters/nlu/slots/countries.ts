/** Names of countries, in the message's language and in English, by the names that ICU has. Values are ISO 3166-1 alpha-2. */
import { baseOf } from "../../words.ts";
import type { Slot } from "../../spec.ts";
import { findTerms, termIndex, type TermIndex } from "./terms.ts";

/** As people write them; ICU's own names are in addition. */
const short: Readonly<Record<string, string>> = {
  uk: "GB",
  "great britain": "GB",
  england: "GB",
  scotland: "GB",
  wales: "GB",
  usa: "US",
  uae: "AE",
  holland: "NL",
  "czech republic": "CZ",
};
/** Shorter names are words: Mali, Oman in other languages; these scripts say in two characters what others say in four. */
const LEAST_CHARS = 4;
const longEnough = /[\u2e80-\uffff]/;

const perLanguage = new Map<string, TermIndex>();

function indexFor(language: string): TermIndex {
  const base = baseOf(language);
  const known = perLanguage.get(base);
  if (known !== undefined) return known;
  const terms: [string, string][] = [];
  for (const one of new Set([base, "en"])) {
    let names: Intl.DisplayNames;
    try {
      names = new Intl.DisplayNames([one], { type: "region", fallback: "none" });
    } catch {
      continue;
    }
    for (const code of regionCodes()) {
      const name = names.of(code);
      if (name !== undefined && (name.length >= LEAST_CHARS || longEnough.test(name))) terms.push([name.replace(/ \(.*\)$/, ""), code]);
    }
  }
  const index = termIndex([...terms, ...Object.entries(short)]);
  perLanguage.set(base, index);
  return index;
}

let codes: string[] | undefined;
/** Two letters of which ICU knows a country, without its groups (EU, UN) and private ones. */
function regionCodes(): string[] {
  if (codes !== undefined) return codes;
  const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
  const letters = Array.from({ length: 26 }, (_, place) => String.fromCharCode(65 + place));
  const notCountries = new Set(["EU", "EZ", "UN", "ZZ", "QO", "XA", "XB", "XX"]);
  codes = letters.flatMap((one) =>
    letters
      .map((other) => one + other)
      .filter(
        (code) => !notCountries.has(code) && names.of(code) !== undefined && new Intl.Locale("und", { region: code }).region === code,
      ),
  );
  return codes;
}

export function countriesIn(text: string, language: string): Slot[] {
  return findTerms(text, indexFor(language)).map((found) => ({ name: "country", ...found }));
}
