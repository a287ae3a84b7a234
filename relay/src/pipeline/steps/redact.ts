/**
 * Masks payment card numbers before anything is stored. A run of digits counts as a card number when its length, its issuer
 * prefix and its Luhn check digit fit (ISO/IEC 7812-1); order and tracking numbers pass. Pure.
 */

/** Digits with single spaces, dots or dashes between them, 13 to 19 digits. */
const candidates = /(?<![\d])\d(?:[ .\-\u00a0\u202f]?\d){12,18}(?![\d])/g;
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
  const clean = text.replace(candidates, (match) => {
    const digits = match.replace(/\D/g, "");
    if (!isCard(digits)) return match;
    masked += 1;
    return `•••• ${digits.slice(-4)}`;
  });
  return { text: masked === 0 ? text : clean, masked };
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
