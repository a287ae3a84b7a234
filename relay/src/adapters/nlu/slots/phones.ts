/** Telephone numbers by libphonenumber: in international form everywhere, in national form where the country is known. Values are E.164. */
import { findPhoneNumbersInText, isSupportedCountry } from "libphonenumber-js/min";
import type { Slot } from "../../spec.ts";

/** Shorter ones are order numbers, dates, extensions. */
const LEAST_DIGITS = 7;
const enough = new RegExp(`(?:[0-9][^0-9]{0,3}){${LEAST_DIGITS}}`);

/** `countries`: ISO 3166-1 alpha-2, most likely first; the first that makes a number of it counts. `text` has ASCII digits. */
export function phonesIn(text: string, countries: readonly string[]): Slot[] {
  if (!enough.test(text)) return [];
  const known = countries.flatMap((country) => (isSupportedCountry(country) ? [country] : []));
  const slots: Slot[] = [];
  for (const defaultCountry of known.length === 0 ? [undefined] : known) {
    for (const { number, startsAt, endsAt } of findPhoneNumbersInText(text, defaultCountry)) {
      if (number.nationalNumber.length < LEAST_DIGITS) continue;
      if (!slots.some(({ start, end }) => startsAt < end && start < endsAt))
        slots.push({ name: "phone", value: number.number, start: startsAt, end: endsAt });
    }
  }
  return slots;
}
