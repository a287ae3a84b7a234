/** Check digits: whether a number was written without a slip. Pure; each takes capitals and digits without spaces. */

const S10_WEIGHTS = [8, 6, 4, 2, 3, 5, 9, 7] as const;

function digitsOf(text: string): number[] {
  return Array.from(text, Number);
}

/** ISO/IEC 7812-1: cards, IMEI, many vouchers. */
function luhn(number: string): boolean {
  if (!/^[0-9]{2,}$/.test(number)) return false;
  const sum = digitsOf(number)
    .reverse()
    .reduce((total, digit, place) => total + (place % 2 === 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2), 0);
  return sum % 10 === 0;
}

/** ISO 13616: the rest of the division by 97 is 1. */
function iban(account: string): boolean {
  if (!/^[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}$/.test(account)) return false;
  let rest = 0;
  for (const sign of account.slice(4) + account.slice(0, 4)) {
    const value = Number.parseInt(sign, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** UPU S10, of an item as RR123456785CN. */
function s10(item: string): boolean {
  if (!/^[A-Z]{2}[0-9]{9}[A-Z]{2}$/.test(item)) return false;
  const sum = S10_WEIGHTS.reduce((total, weight, place) => total + weight * Number(item[place + 2]), 0);
  const rest = 11 - (sum % 11);
  return Number(item[10]) === (rest === 10 ? 0 : rest === 11 ? 5 : rest);
}

/** GS1, of 8, 12, 13 or 14 digits: the bar code of a product. */
function ean(code: string): boolean {
  if (!/^(?:[0-9]{8}|[0-9]{12,14})$/.test(code)) return false;
  const sum = digitsOf(code)
    .reverse()
    .reduce((total, digit, place) => total + digit * (place % 2 === 1 ? 3 : 1), 0);
  return sum % 10 === 0;
}

export const checks = { luhn, iban, s10, ean } as const;
export type Check = keyof typeof checks;
