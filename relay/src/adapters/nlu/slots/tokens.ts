/** A text as the tagger reads it: words, signs, and single characters of scripts that put no spaces. Offsets are those of the text as written. */
export type Token = { text: string; start: number; end: number };

const token =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*|[\p{L}\p{M}]+|\p{N}+|[^\s\p{L}\p{N}\p{M}]/gu;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** A word that runs on into such a script ends where it begins. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(token)) {
    const word = match[0];
    const cut = word.length > 1 ? word.search(unspaced) : -1;
    if (cut <= 0) {
      tokens.push({ text: word, start: match.index, end: match.index + word.length });
      continue;
    }
    let start = match.index;
    for (const part of [word.slice(0, cut), ...word.slice(cut).match(/\P{M}\p{M}*/gu)!]) {
      tokens.push({ text: part, start, end: start + part.length });
      start += part.length;
    }
  }
  return tokens;
}
