/**
 * Finds the known word that an unknown one was most likely meant to be: one letter too many, too few, wrong, or two exchanged. Owns what counts as
 * near; when to ask is the index's business, for a guess harms a question that was spelt right.
 */

/** Shorter words have too many neighbours that mean something else. */
const LEAST_LETTERS = 5;
/** Letters only: an order number is never a misspelt other one. Without scripts that put no spaces, and Arabic's, whose stems are short. */
const correctable = /^(?:\p{Script=Latin}|\p{Script=Cyrillic}|\p{Script=Greek})+$/u;

export interface NearWords {
  /** A known word, in normal form. */
  add(word: string): void;
  /** The nearest known word; of several the one with the highest `frequency`, then the first by text. */
  nearest(word: string): string | undefined;
}

/** `frequency` says how often a known word occurs. */
export function createNearWords(frequency: (word: string) => number): NearWords {
  // One edit leaves the first or the last letter of a word as it is: two small drawers hold every candidate.
  const drawers = new Map<string, string[]>();
  const put = (key: string, word: string): void => {
    const drawer = drawers.get(key);
    if (drawer === undefined) drawers.set(key, [word]);
    else drawer.push(word);
  };
  return {
    add(word) {
      if (word.length < LEAST_LETTERS - 1 || !correctable.test(word)) return;
      put(`${word[0]}${word.length}`, word);
      put(`${word.length}${word.at(-1)}`, word);
    },
    nearest(word) {
      if (word.length < LEAST_LETTERS || !correctable.test(word)) return undefined;
      let best: string | undefined;
      let most = -1;
      for (let length = word.length - 1; length <= word.length + 1; length += 1) {
        for (const key of [`${word[0]}${length}`, `${length}${word.at(-1)}`]) {
          for (const candidate of drawers.get(key) ?? []) {
            if (!isOneEdit(word, candidate)) continue;
            const often = frequency(candidate);
            if (often < most || (often === most && best !== undefined && candidate >= best)) continue;
            best = candidate;
            most = often;
          }
        }
      }
      return best;
    },
  };
}

/** One letter inserted, removed or replaced, or two neighbours exchanged; the same word is none. */
export function isOneEdit(one: string, other: string): boolean {
  const [long, short] = one.length >= other.length ? [one, other] : [other, one];
  if (long.length - short.length > 1 || long === short) return false;
  let at = 0;
  while (at < short.length && long[at] === short[at]) at += 1;
  if (long.length > short.length) return long.slice(at + 1) === short.slice(at);
  if (long.slice(at + 1) === short.slice(at + 1)) return true;
  return long[at] === short[at + 1] && long[at + 1] === short[at] && long.slice(at + 2) === short.slice(at + 2);
}
