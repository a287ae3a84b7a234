/**
 * Citations in an answer that comes piece by piece. Holds back what must not be shown yet: anything before the first true citation, and a
 * bracket that is not closed. Numbers of passages that do not exist are taken out. Pure: pieces in, pieces out.
 */
import { UNSUPPORTED } from "./prompt.ts";

/** Longer without a citation is no supported answer. */
export const UNCITED_CHARS = 600;
/** What may be a citation that is not whole yet. */
const openBracket = /\[[\d,\s]{0,12}$/;
const bracket = /\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\]/g;

export type CitationReader = {
  /** Text that may be shown now; `undefined` once the answer is known to be unsupported. */
  push(piece: string): string | undefined;
  /** What is left, or `undefined` as above: an answer that cited nothing is none. */
  end(): string | undefined;
  /** Numbers from 1, in the order they were first cited. */
  readonly cited: readonly number[];
};

export function createCitationReader(passages: number): CitationReader {
  const cited: number[] = [];
  let held = "";
  let unsupported = false;

  /** Keeps what is right, takes out what is not. */
  function clean(text: string): string {
    return text.replace(bracket, (_whole, list: string) => {
      const numbers = list.split(",").map((one) => Number(one.trim()));
      const real = numbers.filter((number) => number >= 1 && number <= passages);
      for (const number of real) if (!cited.includes(number)) cited.push(number);
      return real.length === 0 ? "" : `[${real.join(", ")}]`;
    });
  }
  function refuse(): undefined {
    unsupported = true;
    held = "";
    return undefined;
  }
  return {
    push(piece) {
      if (unsupported) return undefined;
      held += piece;
      if (cited.length === 0 && held.trimStart().startsWith(UNSUPPORTED)) return refuse();
      const open = openBracket.exec(held);
      const ready = open === null ? held : held.slice(0, open.index);
      if (cited.length === 0) {
        clean(ready.slice(0, UNCITED_CHARS));
        if (cited.length === 0) return held.length > UNCITED_CHARS ? refuse() : "";
      }
      const text = clean(ready);
      held = open === null ? "" : held.slice(open.index);
      return text;
    },
    end() {
      if (unsupported) return undefined;
      const text = clean(held.slice(0, cited.length === 0 ? UNCITED_CHARS : undefined));
      held = "";
      return cited.length === 0 ? refuse() : text;
    },
    get cited() {
      return cited;
    },
  };
}
