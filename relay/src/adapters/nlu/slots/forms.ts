/** Values known by their form: order and tracking numbers, bank accounts, e-mail addresses, and the shop's own. Each gives candidates; slots.ts chooses. */
import type { Slot } from "../../spec.ts";
import { checks, type Check } from "./checks.ts";

export const DEFAULT_ORDER_NUMBER = "[0-9]{5,8}";

/** International mail (UPU S10), UPS, DHL parcel, and the long digit rows of other carriers. */
const tracking = /(?<![A-Z0-9])(?:[A-Z]{2}[0-9]{9}[A-Z]{2}|1Z[0-9A-Z]{16}|J[JV]D[0-9]{12,24}|[0-9]{12,22})(?![A-Z0-9])/gi;
const postal = /^[A-Z]{2}[0-9]{9}[A-Z]{2}$/;
const email =
  /[A-Z0-9](?:[A-Z0-9._%+-]{0,62}[A-Z0-9_%+-])?@[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?(?:\.[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?){1,4}/gi;
/** Two letters, two digits, then groups of four or one row. */
const iban = /(?<![A-Z0-9])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Z0-9])/gi;

const anyDigit = /[0-9]/;

/** A shop's own kind of value. `check` refuses what only looks like one. */
export type Form = { name: string; pattern: RegExp; check?: Check | undefined };

/** Compiles a form to stand alone in text: not part of a word, a longer number, an amount, a telephone number or an address. Throws `SyntaxError`. */
export function standingAlone(source: string): RegExp {
  return new RegExp(`(?<![\\p{Script=Latin}0-9@/+.,-])(?:${source})(?![0-9@]|[\\p{Script=Latin}]|[.,-][0-9])`, "giu");
}

const defaultSource = standingAlone(DEFAULT_ORDER_NUMBER).source;

/** A match of nothing is none: a shop's own pattern may allow it. */
function matchesOf(text: string, name: string, pattern: RegExp, normal: (value: string) => string | undefined): Slot[] {
  const slots: Slot[] = [];
  for (const match of text.matchAll(pattern)) {
    const value = match[0] === "" ? undefined : normal(match[0]);
    if (value !== undefined) slots.push({ name, value, start: match.index, end: match.index + match[0].length });
  }
  return slots;
}

/** `digits`: the text with ASCII digits, as long as the text. */
export function emailsIn(digits: string): Slot[] {
  return digits.includes("@") ? matchesOf(digits, "email", email, (value) => value.toLowerCase()) : [];
}

/** A mail item's number whose check digit is wrong was mistyped, and finds nothing: it is no tracking number. */
export function trackingNumbersIn(digits: string): Slot[] {
  if (!anyDigit.test(digits)) return [];
  return matchesOf(digits, "trackingNumber", tracking, (value) => {
    const upper = value.toUpperCase();
    return postal.test(upper) && !checks.s10(upper) ? undefined : upper;
  });
}

export function ibansIn(digits: string): Slot[] {
  if (!anyDigit.test(digits)) return [];
  return matchesOf(digits, "iban", iban, (value) => {
    const compact = value.replaceAll(" ", "").toUpperCase();
    return checks.iban(compact) ? compact : undefined;
  });
}

/** Digits alone: where there is none, nothing need be looked for. A shop's own form may have none. */
export function orderNumbersIn(digits: string, orderNumber: RegExp): Slot[] {
  if (orderNumber.source === defaultSource && !anyDigit.test(digits)) return [];
  return matchesOf(digits, "orderNumber", orderNumber, (value) => value.toUpperCase());
}

export function isDefaultOrderNumber(orderNumber: RegExp): boolean {
  return orderNumber.source === defaultSource;
}

export function ownFormsIn(digits: string, forms: readonly Form[]): Slot[] {
  return forms.flatMap(({ name, pattern, check }) =>
    matchesOf(digits, name, pattern, (value) => {
      const upper = value.toUpperCase();
      return check === undefined || checks[check](upper.replaceAll(/[\s-]/g, "")) ? upper : undefined;
    }),
  );
}
