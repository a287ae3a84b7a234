/**
 * What a message says is not wanted: "I do not [want to cancel my order]", "please don't [cancel it]". A thing that has not happened, as "it has
 * not come", is a complaint and no denial: intents of their own are there for those. Pure; what follows from it is message.ts's.
 */
import { baseOf } from "../words.ts";

/** Where the denied words stand: behind the refusal, before it, or on both sides. Expressions of whole words, joined by `|`. */
type Refusals = { behind?: string; before?: string; around?: string };

/** By language; scripts without spaces count characters instead of words. */
const refusals: Readonly<Record<string, Refusals>> = {
  en: {
    behind:
      "(?:don't|dont|do not|didn't|did not|never|wouldn't|would not|not|no longer) (?:really |even |actually |yet )?(?:want|wanted|wanting|need|wish|intend|like|plan|planning|mean|meant|ask|asked|asking|request|looking|trying)(?: to)?|(?:please|just|but) (?:don't|dont|do not)|(?<=^|[.,;!] ?)(?:don't|dont|do not)",
  },
  de: {
    around: `(?:möchte|möchten|will|wollen|wollte|wollten|brauche|brauchen|benötige)(?: [\\p{L}\\p{N}]+){0,5} (?:nicht|kein|keine|keinen|keiner|keines)`,
    behind: "(?:bitte|nur) (?:nicht|keine?n?)",
  },
  fr: {
    behind:
      "(?:ne |n'|n’)?(?:veux|voulons|voulais|souhaite|souhaitons|désire|demande|cherche|voudrais) (?:pas|plus|aucun|aucune)|pas besoin|(?:n'|n’|ne )\\p{L}+ez (?:pas|surtout pas)",
  },
  es: { behind: "(?:no|tampoco) (?:quiero|queremos|quería|quisiera|necesito|necesitamos|deseo|pretendo|pido|busco|hace falta)" },
  pt: { behind: "não (?:quero|queremos|queria|preciso|precisamos|desejo|pretendo|gostaria)" },
  it: { behind: "non (?:voglio|vogliamo|vorrei|desidero|intendo|mi serve|ho bisogno)" },
  nl: { around: "(?:wil|willen|wilde|hoef|hoeven|wens|heb)(?: [\\p{L}\\p{N}]+){0,5} (?:niet|geen)" },
  pl: { behind: "nie (?:chcę|chcemy|chciałem|chciałam|potrzebuję|potrzebujemy|zamierzam|proszę)" },
  ru: { behind: "не (?:хочу|хотим|хотел|хотела|нужно|нужен|нужна|надо|собираюсь|прошу|планирую)" },
  tr: { before: "istemiyorum|istemiyoruz|istemem|gerek yok|lazım değil" },
  id: { behind: "(?:tidak|nggak|gak|bukan) (?:ingin|mau|perlu|butuh|minta)|jangan" },
  vi: { behind: "không (?:muốn|cần|định)|đừng" },
  hi: { before: "नहीं चाहता|नहीं चाहती|नहीं चाहते|नहीं चाहिए|मत करो|मत कीजिए|मत करना" },
  ar: { behind: "(?:لا|لم أعد|لم اعد|ما|مو) (?:أريد|اريد|أرغب|ارغب|أحتاج|احتاج|أنوي|ابغى|أبغى|ابي|نريد)" },
  ko: { before: "고 싶지 않\\p{L}*|필요 ?없\\p{L}*|원하지 않\\p{L}*|하지 마\\p{L}*|하지 말\\p{L}*" },
  zh: { behind: "不想|不要|不需要|不用|不打算|无需|别|不是想|不是要" },
  ja: {
    before:
      "(?:し)?たいわけでは|(?:し)?たいのでは|たくない|たくありません|欲しくない|ほしくない|は不要|は必要ない|は必要ありません|しないで|なくていい|つもりは(?:ない|ありません)",
  },
  th: { behind: "ไม่อยาก|ไม่ต้องการ|ไม่ได้ต้องการ|ไม่ต้อง|อย่า" },
};
/** A question denies nothing: "can't I cancel it?" */
const asks = /[?？؟]|[吗呢嘛]\s*$|か[。\s]*$|(?:ไหม|มั้ย|หรือเปล่า)\s*$|(?:까요|나요|니까)\s*$/u;
const unspaced = new Set(["zh", "ja", "th"]);
/** How far a refusal reaches: to a comma or the end, and no more words or characters than this. */
const WORDS = "(?:\\s+[\\p{L}\\p{M}\\p{N}'\u2019]+){0,6}";
const WORDS_BEFORE = "(?:[\\p{L}\\p{M}\\p{N}'\u2019]+\\s+){0,6}[\\p{L}\\p{M}]*";
const CHARS = "[\\p{L}\\p{M}\\p{N}]{0,12}";

const patterns = new Map<string, RegExp | undefined>();

/** Matches the refusal with what it denies. */
function patternFor(base: string): RegExp | undefined {
  if (patterns.has(base)) return patterns.get(base);
  const terms = refusals[base];
  let pattern: RegExp | undefined;
  if (terms !== undefined) {
    const solid = unspaced.has(base);
    const [left, right] = solid ? ["", ""] : ["(?<![\\p{L}\\p{M}'\u2019])", "(?![\\p{L}\\p{M}'\u2019])"];
    const of = (text: string): string => `(?:${text.replaceAll("'", "['\u2019]")})`;
    const parts = [
      terms.behind === undefined ? [] : `${left}${of(terms.behind)}${right}${solid ? CHARS : WORDS}`,
      terms.around === undefined ? [] : `${left}${of(terms.around)}${right}${WORDS}`,
      terms.before === undefined ? [] : `${solid ? CHARS : WORDS_BEFORE}${of(terms.before)}`,
    ].flat();
    pattern = new RegExp(parts.join("|"), "giu");
  }
  patterns.set(base, pattern);
  return pattern;
}

/** The sentence without what it refuses; `undefined` when it refuses nothing, or the language has no list. */
export function withoutDenied(sentence: string, language: string): string | undefined {
  const pattern = patternFor(baseOf(language));
  if (pattern === undefined || asks.test(sentence)) return undefined;
  const rest = sentence.replaceAll(pattern, " ");
  return rest === sentence ? undefined : rest;
}

/** Every language's reading of a sentence that refuses something in it: for texts whose language nobody has told. */
export function deniedReadings(sentence: string): string[] {
  return Object.keys(refusals).flatMap((language) => withoutDenied(sentence, language) ?? []);
}
