/**
 * Masks payment card numbers: in the page before a message is saved, and in the relay before it is stored. A run of digits counts as a card number when its length, its issuer
 * prefix and its Luhn check digit fit (ISO/IEC 7812-1); order and tracking numbers pass. Pure.
 */

/** Digits with at most one space, dot or dash between them, 13 or more. */
const runs = /\d(?:[ .\-\u00a0\u202f]?\d){12,}/g;
/** Issuer prefixes and lengths: Visa, Mastercard, American Express, Discover, Diners, JCB, UnionPay. */
const issuers: readonly [RegExp, readonly number[]][] = [
  [/^4/, [13, 16, 19]],
  [/^(5[1-5]|2(2[2-9]|[3-6]\d|7[01]|720))/, [16]],
  [/^3[47]/, [15]],
  [/^(6011|65|64[4-9])/, [16, 19]],
  [/^3(0[0-5]|[689])/, [14, 16, 19]],
  [/^35(2[89]|[3-8]\d)/, [16, 19]],
  [/^62/, [16, 17, 18, 19]],
];

export type Redaction = { text: string; masked: number };

/** Replaces each card number by its last four digits, as `•••• 1111`. */
export function redactCards(text: string): Redaction {
  if (text.length < 13) return { text, masked: 0 };
  let masked = 0;
  const clean = text.replace(runs, (run) => {
    const result = redactRun(run);
    masked += result.masked;
    return result.text;
  });
  return { text: masked === 0 ? text : clean, masked };
}

/** A run may hold more than the card ("order 12 4111 ..."): every row of neighbouring groups is looked at, the longest first. */
function redactRun(run: string): Redaction {
  const groups = [...run.matchAll(/\d+/g)].map((match) => ({ digits: match[0], from: match.index, to: match.index + match[0].length }));
  let text = "";
  let done = 0;
  let masked = 0;
  for (let first = 0; first < groups.length; first += 1) {
    const last = lastOfCard(groups, first);
    if (last === undefined) continue;
    text += `${run.slice(done, groups[first]!.from)}•••• ${run.slice(0, groups[last]!.to).replace(/\D/g, "").slice(-4)}`;
    done = groups[last]!.to;
    first = last;
    masked += 1;
  }
  return { text: text + run.slice(done), masked };
}

/** Index of the group a card that begins with group `first` ends with, or `undefined`. */
function lastOfCard(groups: readonly { digits: string }[], first: number): number | undefined {
  let digits = "";
  let found: number | undefined;
  for (let last = first; last < groups.length && digits.length < 19; last += 1) {
    digits += groups[last]!.digits;
    if (isCard(digits)) found = last;
  }
  return found;
}

function isCard(digits: string): boolean {
  return issuers.some(([prefix, lengths]) => lengths.includes(digits.length) && prefix.test(digits)) && luhn(digits);
}

function luhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    let digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    if (index % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}
