/**
 * The words of one widget: one i18next instance, each language imported when it is wanted. Also times and dates in that
 * language. Knows nothing of the view; a language that fails to load leaves the one before.
 */
import { createInstance } from "i18next";
import type { ConsentKey } from "./consent-words.ts";
import type { ContactKey } from "./contact-words.ts";
import type { ExtraKey } from "./extra-words.ts";
import type { AnyLocale, PluralKey, TextKey } from "./locales/en.ts";
import type { VoiceKey } from "./voice-words.ts";
import { LOCALES, dirOf, matchLocale, type LocaleName } from "./match-locale.ts";

export type { ContactKey, ExtraKey, PluralKey, TextKey, VoiceKey };
/** Words that come with what shows them. */
export type LaterKey = ConsentKey | ContactKey | ExtraKey | VoiceKey;

export interface I18n {
  readonly locale: LocaleName;
  readonly dir: "ltr" | "rtl";
  /** A `LaterKey` has its words once they were added. */
  t(key: TextKey | LaterKey, values?: Record<string, string | number>): string;
  /** Text that depends on a number; one of the forms the language has. */
  plural(key: PluralKey | "consentWithin", count: number): string;
  /** Hours and minutes. `at` is Unix milliseconds, `timezone` an IANA zone; an unknown zone gives `undefined`. */
  time(at: number, timezone?: string): string | undefined;
  /** A date or time in other fields. Unix milliseconds. */
  format(at: number, fields: Intl.DateTimeFormatOptions): string;
  /** "Today", "Yesterday", or a date; `now` decides. Unix milliseconds. */
  day(at: number, now: number): string;
  /** Adds words of a language that came later. */
  add(locale: LocaleName, words: Record<string, string>): void;
  /** Changes the language to the best for `wanted` (BCP 47, best first). Resolves when the words are there. */
  setLocale(wanted: readonly string[]): Promise<void>;
}

const load: Record<LocaleName, () => Promise<{ locale: AnyLocale }>> = {
  en: () => import("./locales/en.ts"),
  ar: () => import("./locales/ar.ts"),
  de: () => import("./locales/de.ts"),
  es: () => import("./locales/es.ts"),
  fr: () => import("./locales/fr.ts"),
  ja: () => import("./locales/ja.ts"),
  "pt-BR": () => import("./locales/pt-BR.ts"),
  "zh-Hans": () => import("./locales/zh-Hans.ts"),
};

/** The flat table i18next reads: a plural form lies under `key_form`. */
export function flatten(locale: AnyLocale): Record<string, string> {
  const table: Record<string, string> = { ...locale.text };
  for (const [key, forms] of Object.entries(locale.plurals)) {
    for (const [form, words] of Object.entries(forms)) table[`${key}_${form}`] = words;
  }
  return table;
}

/** Local calendar day of a time, as a key to compare. */
function dayKey(at: number): string {
  return new Date(at).toDateString();
}

const dayMs = 86_400_000;

/**
 * Creates the words for the best language of `wanted` (BCP 47, best first), or English if that one cannot be loaded.
 * Rejects when neither can; the caller may try again.
 */
export async function createI18n(wanted: readonly string[]): Promise<I18n> {
  const words = createInstance();
  await words.init({
    lng: "en",
    fallbackLng: "en",
    // What is added after the start, beside what a language comes with.
    fallbackNS: "later",
    // Given, if empty: there is no backend to ask, and the build leaves the asking out.
    resources: {},
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  let locale: LocaleName = "en";
  let formats = new Map<string, Intl.DateTimeFormat>();

  /** Formatters are dear to make (the first takes tens of milliseconds on a phone), so they are made when used and kept. */
  const format = (at: number, options: Intl.DateTimeFormatOptions): string => {
    const key = JSON.stringify(options);
    let made = formats.get(key);
    if (made === undefined) {
      // Order numbers and prices come in these digits too; two kinds of digits in one sentence are hard to read.
      made = new Intl.DateTimeFormat(`${locale}-u-nu-latn`, options);
      formats.set(key, made);
    }
    return made.format(at);
  };
  const time = (at: number, timezone?: string): string | undefined => {
    try {
      return format(at, {
        hour: "2-digit",
        minute: "2-digit",
        hourCycle: "h23",
        ...(timezone === undefined ? {} : { timeZone: timezone }),
      });
    } catch {
      return undefined; // The zone came over the wire; one this browser does not know is no reason to fail.
    }
  };
  /** Languages are complete, so that none needs another behind it once it is there. */
  const use = async (next: LocaleName): Promise<void> => {
    if (!words.hasResourceBundle(next, "translation")) words.addResourceBundle(next, "translation", flatten((await load[next]()).locale));
    await words.changeLanguage(next);
    locale = next;
    formats = new Map();
  };
  const best = (tags: readonly string[]): LocaleName => matchLocale(tags, LOCALES) ?? "en";
  await use(best(wanted)).catch(() => use("en"));

  return {
    get locale() {
      return locale;
    },
    get dir() {
      return dirOf(locale);
    },
    t: (key, values) => words.t(key, values ?? {}),
    plural: (key, count) => words.t(key, { count }),
    time,
    format,
    day(at, now) {
      if (dayKey(at) === dayKey(now)) return words.t("today");
      if (dayKey(at) === dayKey(now - dayMs)) return words.t("yesterday");
      const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
      return format(at, { day: "numeric", month: "short", ...(sameYear ? { weekday: "short" } : { year: "numeric" }) });
    },
    add: (name, more) => void words.addResourceBundle(name, "later", more),
    // Offline or blocked: the words we have are better than none.
    setLocale: (tags) => use(best(tags)).catch(() => {}),
  };
}
