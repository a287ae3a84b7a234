/**
 * Which of the languages we have suits a visitor best, and which way it runs. Pure and tiny: the launcher uses it
 * before the translations are loaded.
 */

/** Languages with a complete translation. The first is the fallback. */
export const LOCALES = ["en", "ar", "de", "es", "fr", "ja", "pt-BR", "zh-Hans"] as const;
export type LocaleName = (typeof LOCALES)[number];

const rightToLeft = /^(ar|he|fa|ur)\b/i;

/** Writing direction of a BCP 47 tag. */
export function dirOf(tag: string): "ltr" | "rtl" {
  return rightToLeft.test(tag) ? "rtl" : "ltr";
}

/** Chinese is written in two scripts; a region stands for one of them. Other languages here have one. */
function scriptOf(tag: string): string {
  if (!tag.startsWith("zh")) return "";
  return /-(hant|tw|hk|mo)\b/.test(tag) ? "hant" : "hans";
}

/**
 * The best of `available` for a wish list of BCP 47 tags, best first. A wish is met by the same tag, or by the same
 * language in the same script (`de-AT` by `de`, `pt-PT` by `pt-BR`); another script only when no wish is met that way.
 */
export function matchLocale<Name extends string>(wanted: readonly string[], available: readonly Name[]): Name | undefined {
  const tags = wanted.map((tag) => tag.toLowerCase().replaceAll("_", "-"));
  const meets = (test: (tag: string, have: string) => boolean): Name | undefined => {
    for (const tag of tags) {
      const found = available.find((name) => name.toLowerCase() === tag) ?? available.find((name) => test(tag, name.toLowerCase()));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const sameLanguage = (tag: string, have: string): boolean => tag.split("-")[0] === have.split("-")[0];
  return meets((tag, have) => sameLanguage(tag, have) && scriptOf(tag) === scriptOf(have)) ?? meets(sameLanguage);
}
