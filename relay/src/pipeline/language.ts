/**
 * Which of the site's languages a message is in, and how tags are matched. The script decides where it can; words only when there are enough
 * of them. A conversation does not change its language for one short word. Pure.
 */
import { baseOf } from "../adapters/words.ts";
import { plainlyIn } from "./common-words.ts";
import { likelyLanguages } from "./likely-languages.ts";

export type LanguageFacts = {
  text: string;
  /** The conversation's language so far. */
  current: string;
  /** The site's own tags, as `zh-Hans`; the answer is one of these. */
  siteLanguages: readonly string[];
  defaultLanguage: string;
  /** Most wanted first. */
  browserLanguages: readonly string[];
  /** True when the visitor has written before, so that `current` was heard and not guessed. Default false. */
  started?: boolean | undefined;
};
export type LanguageChoice = { language: string; reason: "only-one" | "script" | "words" | "short" | "unsure" };

/** Fewer words and fewer characters than these keep the current language. */
const ENOUGH_WORDS = 3;
const ENOUGH_CHARS = 12;
/** How much likelier the words must be in another language before a running conversation changes. */
const PRIOR_CURRENT = 0.12;
const PRIOR_BROWSER = 0.06;
/** Without one of these a text is in Latin letters, or in none. */
const NOT_LATIN = /[\u0370-\u1dff\u1f00-\u1fff\u2126\u2e80-\uffff]/;
const NOT_WORDS = /https?:\/\/[!-~]+|[!-~]+@[!-~]+|#?\p{N}[\p{N}.,:-]*/gu;

const ALL_WORDS = /\p{L}[\p{L}\p{M}]*/gu;
/** Words with the apostrophe inside: don't, qu'est. */
const WORDS = /\p{L}+(?:['\u2019]\p{L}+)?/gu;

/** A script, and the languages written in it; a language may be written in Latin letters too. The first that fits counts: kana before Han. */
const scripts: readonly { name: string; pattern: RegExp; languages: readonly string[] }[] = [
  { name: "kana", pattern: /[\p{Script=Hiragana}\p{Script=Katakana}]/gu, languages: ["ja"] },
  { name: "hangul", pattern: /\p{Script=Hangul}/gu, languages: ["ko"] },
  { name: "thai", pattern: /\p{Script=Thai}/gu, languages: ["th"] },
  { name: "arabic", pattern: /\p{Script=Arabic}/gu, languages: ["ar", "fa", "ur", "ps", "sd", "ug", "ckb", "ku"] },
  { name: "hebrew", pattern: /\p{Script=Hebrew}/gu, languages: ["he", "yi"] },
  { name: "greek", pattern: /\p{Script=Greek}/gu, languages: ["el"] },
  { name: "devanagari", pattern: /\p{Script=Devanagari}/gu, languages: ["hi", "mr", "ne"] },
  {
    name: "cyrillic",
    pattern: /\p{Script=Cyrillic}/gu,
    languages: ["ru", "uk", "bg", "sr", "kk", "mk", "be", "ky", "mn", "tg", "tt", "uz", "bs", "az"],
  },
  { name: "bengali", pattern: /\p{Script=Bengali}/gu, languages: ["bn", "as"] },
  { name: "gurmukhi", pattern: /\p{Script=Gurmukhi}/gu, languages: ["pa"] },
  { name: "gujarati", pattern: /\p{Script=Gujarati}/gu, languages: ["gu"] },
  { name: "oriya", pattern: /\p{Script=Oriya}/gu, languages: ["or"] },
  { name: "tamil", pattern: /\p{Script=Tamil}/gu, languages: ["ta"] },
  { name: "telugu", pattern: /\p{Script=Telugu}/gu, languages: ["te"] },
  { name: "kannada", pattern: /\p{Script=Kannada}/gu, languages: ["kn"] },
  { name: "malayalam", pattern: /\p{Script=Malayalam}/gu, languages: ["ml"] },
  { name: "sinhala", pattern: /\p{Script=Sinhala}/gu, languages: ["si"] },
  { name: "lao", pattern: /\p{Script=Lao}/gu, languages: ["lo"] },
  { name: "khmer", pattern: /\p{Script=Khmer}/gu, languages: ["km"] },
  { name: "myanmar", pattern: /\p{Script=Myanmar}/gu, languages: ["my"] },
  { name: "georgian", pattern: /\p{Script=Georgian}/gu, languages: ["ka"] },
  { name: "armenian", pattern: /\p{Script=Armenian}/gu, languages: ["hy"] },
  { name: "ethiopic", pattern: /\p{Script=Ethiopic}/gu, languages: ["am", "ti"] },
  { name: "han", pattern: /\p{Script=Han}/gu, languages: ["zh", "yue"] },
];
/** Characters only one of the two ways of writing Chinese uses, among the commonest. */
const simplifiedOnly = /[这个们为么来时对会发过还没说请问吗谢订单货运费换后钱灯买卖钟码电话邮险价实开关让坏]/gu;
const traditionalOnly = /[這個們為麼來時對會發過還沒說請問嗎謝訂單貨運費換後錢燈買賣鐘碼電話郵險價實開關讓壞]/gu;

/** Decides the language of a message. Always one of `siteLanguages` (or `current` when the site lists none). */
export function decideLanguage(facts: LanguageFacts): LanguageChoice {
  const { siteLanguages } = facts;
  const current = matchLanguage([facts.current], siteLanguages) ?? facts.defaultLanguage;
  if (siteLanguages.length < 2) return { language: siteLanguages[0] ?? current, reason: "only-one" };
  const text = facts.text.replace(NOT_WORDS, " ").trim();
  const byScript = languageOfScript(text, facts, current);
  if (byScript !== undefined) return byScript;
  const words = text.match(ALL_WORDS) ?? [];
  if (words.length < ENOUGH_WORDS || words.join("").length < ENOUGH_CHARS) return { language: current, reason: "short" };
  const bases = facts.siteLanguages.map(baseOf);
  // The usual case, at a hundredth of the detector's price.
  if (plainlyIn(baseOf(current), text.toLowerCase().match(WORDS) ?? [], bases)) return { language: current, reason: "words" };
  return byWords(text, facts, current, bases);
}

/** `undefined` when the script is Latin, or is none that the site speaks a language in. */
function languageOfScript(text: string, facts: LanguageFacts, current: string): LanguageChoice | undefined {
  const choice = (language: string | undefined): LanguageChoice | undefined =>
    language === undefined ? undefined : { language, reason: "script" };
  if (!NOT_LATIN.test(text)) return undefined;
  const letters = (text.match(/\p{L}/gu) ?? []).length;
  if (letters === 0) return undefined;
  for (const { name, pattern, languages } of scripts) {
    const count = (text.match(pattern) ?? []).length;
    // A brand in Latin letters inside a Chinese sentence is normal; one foreign character in a Latin sentence is not a language.
    if (count === 0 || count < letters * (name === "kana" ? 0.1 : 0.2)) continue;
    const spoken = facts.siteLanguages.filter((tag) => languages.includes(baseOf(tag)));
    if (name === "han" && spoken.length === 0) return choice(facts.siteLanguages.find((tag) => baseOf(tag) === "ja"));
    // Kanji alone are Japanese too: a conversation in Japanese goes on unless a character says otherwise.
    if (name === "han" && facts.started === true && baseOf(current) === "ja" && !text.match(simplifiedOnly)) return choice(current);
    if (name === "han") return choice(chineseOf(text, spoken, facts, current));
    if (spoken.length > 1 && (text.match(ALL_WORDS) ?? []).length >= ENOUGH_WORDS) {
      const among = byWords(text, { ...facts, siteLanguages: spoken }, current, spoken.map(baseOf));
      if (spoken.includes(among.language)) return among;
    }
    if (spoken.length > 0) return choice(spoken.includes(current) ? current : (matchLanguage(facts.browserLanguages, spoken) ?? spoken[0]));
  }
  return undefined;
}

function chineseOf(text: string, spoken: readonly string[], facts: LanguageFacts, current: string): string | undefined {
  const simplified = (text.match(simplifiedOnly) ?? []).length;
  const traditional = (text.match(traditionalOnly) ?? []).length;
  if (simplified !== traditional) return matchLanguage([simplified > traditional ? "zh-Hans" : "zh-Hant"], spoken);
  return spoken.includes(current) ? current : (matchLanguage(facts.browserLanguages, spoken) ?? spoken[0]);
}

function byWords(text: string, facts: LanguageFacts, current: string, siteBases: readonly string[]): LanguageChoice {
  const browser = matchLanguage(facts.browserLanguages, facts.siteLanguages);
  const scored = likelyLanguages(text, siteBases).map(({ base, likelihood }) => {
    const language = tagOf(base, facts, current);
    const prior = (language === current && facts.started === true ? PRIOR_CURRENT : 0) + (language === browser ? PRIOR_BROWSER : 0);
    return { language, score: likelihood + prior };
  });
  scored.sort((one, other) => other.score - one.score);
  const [best] = scored;
  if (best?.language === undefined) return { language: current, reason: "unsure" };
  return { language: best.language, reason: "words" };
}

/** The site's tag for a detected language; among several (pt-BR, pt-PT) the current one, then the browser's. */
function tagOf(base: string, facts: LanguageFacts, current: string): string | undefined {
  const tags = facts.siteLanguages.filter((tag) => baseOf(tag) === base);
  if (tags.includes(current)) return current;
  return matchLanguage(facts.browserLanguages, tags) ?? tags[0];
}

const traditionalRegions = new Set(["tw", "hk", "mo"]);

/** A Chinese tag says its script outright or by its region; other languages have one script here. */
function scriptOf(tag: string): string | undefined {
  const [base, ...rest] = tag.toLowerCase().split("-");
  if (base !== "zh") return undefined;
  const script = rest.find((part) => part.length === 4);
  if (script !== undefined) return script;
  return rest.some((part) => traditionalRegions.has(part)) ? "hant" : rest.length > 0 ? "hans" : undefined;
}

/**
 * The first of `wanted` that `available` can serve, as `available` writes it: the same tag, else the same language and script. A Chinese
 * reader is given the other script rather than another language. `undefined` when nothing fits.
 */
export function matchLanguage(wanted: readonly string[], available: readonly string[]): string | undefined {
  for (const want of wanted) {
    const exact = available.find((tag) => tag.toLowerCase() === want.toLowerCase());
    if (exact !== undefined) return exact;
    const same = available.filter((tag) => baseOf(tag) === baseOf(want));
    const script = scriptOf(want);
    const fitting = same.find((tag) => script === undefined || (scriptOf(tag) ?? script) === script) ?? same[0];
    if (fitting !== undefined) return fitting;
  }
  return undefined;
}
