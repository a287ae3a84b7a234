/**
 * The commonest words of the Latin-script languages the widget speaks, for one cheap question: is this plainly still the language of the
 * conversation? Words that two of the languages share are in both lists and speak for neither. No model, no dictionary.
 */

/** Lower case, as written. Base tags; every language that a site may mix with these must be listed, or the question is not asked. */
const lists: Readonly<Record<string, string>> = {
  en: "the and no is are was my i you your to of in it for on with that this have has do does did not can could would will what when where which who how why if be been am an a at by from or but we they me get got please any there about long much many after before still already want need i'm it's don't can't didn't isn't hasn't doesn't there's what's i've i'd",
  es: "el a va la los las un una de del que y en es está estoy están mi mis su me se no por para con cuando cuándo donde dónde como cómo qué cuál cuánto cuánta tarda si ya ha he han hay lo le al pero o quiero puedo puede tengo tiene fue ser más este esta sin sobre desde hasta muy todavía",
  de: "der die das den dem des ein eine einen einem einer und ist sind war ich mir mich mein meine meinen meiner sie ihr es wir nicht kein keine zu von mit für auf in im an am bei nach wie was wo wann warum wer welche wenn kann können habe hat haben noch schon auch wird werden oder aber dass ob bitte aus über bis",
  fr: "le la les l un une de du des d et est sont était je j tu il elle on nous vous mon ma mes votre vos ce cette ces c qui que qu quoi quand où comment combien pourquoi pas ne n plus pour par avec dans sur en au aux à si ou mais y se s suis ai a avez puis peut peux faire être fait sans depuis encore déjà",
  pt: "o a os as um uma de do da dos das que e em no na nos nas é está estou são foi meu minha meus minhas seu sua me se não por para pra com quando onde como qual quanto quanta quantos porque eu você vocês ele ela isso este esta tem tenho ter posso pode quero já ainda mais mas ou ao até sem sobre muito",
};

type Voices = { [base: string]: true };
/** Which languages a word is common in. */
const voices = new Map<string, Voices>();
for (const [base, words] of Object.entries(lists)) {
  for (const word of words.split(" ")) voices.set(word, { ...voices.get(word), [base]: true });
}

/** Bases written in other scripts than Latin: they cannot be confused with these. */
const otherScripts: ReadonlySet<string> = new Set([
  "zh",
  "yue",
  "ja",
  "ko",
  "ar",
  "fa",
  "ur",
  "he",
  "th",
  "el",
  "hi",
  "mr",
  "ne",
  "ru",
  "uk",
  "bg",
  "kk",
]);

/** This many common words, and this share of all words, before words alone are believed. */
const LEAST_COMMON = 2;
const COMMON_SHARE = 0.25;

/**
 * True when `words` (lower case) are beyond doubt in `base`: enough of its commonest words, and more than twice as many as of any other
 * language among `bases`. False says nothing: ask a real detector. Always false when one of `bases` is a Latin-script language not listed here.
 */
export function plainlyIn(base: string, words: readonly string[], bases: Iterable<string>): boolean {
  if (lists[base] === undefined) return false;
  const rivals: string[] = [];
  for (const other of bases) {
    if (other === base || otherScripts.has(other)) continue;
    if (lists[other] === undefined) return false;
    rivals.push(other);
  }
  let mine = 0;
  const theirs = rivals.map(() => 0);
  for (const word of words) {
    const found = voices.get(word);
    if (found === undefined) continue;
    if (found[base] === true) mine += 1;
    for (let index = 0; index < rivals.length; index += 1) if (found[rivals[index]!] === true) theirs[index]! += 1;
  }
  return mine >= LEAST_COMMON && mine >= words.length * COMMON_SHARE && theirs.every((count) => mine > 2 * count);
}
