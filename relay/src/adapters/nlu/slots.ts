/** Values found by their form: order numbers, tracking numbers, e-mail addresses. No model, no list. */
import { asciiDigits } from "../words.ts";
import type { Slot } from "../spec.ts";

export const DEFAULT_ORDER_NUMBER = "[0-9]{5,8}";

/** International mail (UPU S10), UPS, DHL parcel, and the long digit rows of other carriers. */
const tracking = /(?<![A-Z0-9])(?:[A-Z]{2}[0-9]{9}[A-Z]{2}|1Z[0-9A-Z]{16}|J[JV]D[0-9]{12,24}|[0-9]{12,22})(?![A-Z0-9])/gi;
const email =
  /[A-Z0-9](?:[A-Z0-9._%+-]{0,62}[A-Z0-9_%+-])?@[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?(?:\.[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?){1,4}/gi;

const anyDigit = /[0-9]/;

/** Compiles a shop's own form of order numbers to stand alone in text. Throws `SyntaxError` for a bad pattern. */
export function orderNumberPattern(source: string = DEFAULT_ORDER_NUMBER): RegExp {
  // Not part of a longer number, an amount (12,345.00), a telephone number (+49 ...) or an address in the web.
  return new RegExp(`(?<![\\p{Script=Latin}0-9@/+.,-])(?:${source})(?![0-9@]|[\\p{Script=Latin}]|[.,-][0-9])`, "giu");
}

/** Digits alone: where there is none, nothing need be looked for. A shop's own form may have none. */
const defaultSource = orderNumberPattern().source;

/** Slots in order of place; they do not overlap: what is an e-mail or a tracking number is not an order number too. */
export function findSlots(text: string, orderNumber: RegExp): Slot[] {
  const digits = asciiDigits(text);
  const slots: Slot[] = [];
  const add = (name: string, pattern: RegExp, normal: (value: string) => string): void => {
    for (const match of digits.matchAll(pattern)) {
      const start = match.index;
      const end = start + match[0].length;
      if (!slots.some((slot) => start < slot.end && slot.start < end)) slots.push({ name, value: normal(match[0]), start, end });
    }
  };
  if (digits.includes("@")) add("email", email, (value) => value.toLowerCase());
  if (anyDigit.test(digits)) add("trackingNumber", tracking, (value) => value.toUpperCase());
  if (orderNumber.source !== defaultSource || anyDigit.test(digits)) add("orderNumber", orderNumber, (value) => value.toUpperCase());
  return slots.sort((one, other) => one.start - other.start);
}
