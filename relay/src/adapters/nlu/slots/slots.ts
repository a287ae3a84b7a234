/**
 * Values in a message, in a normal form. Patterns and validators first, then lists, then what the tagger has learnt; a place in the text
 * is one value's only, and the surer kind has it. Pure.
 */
import { asciiDigits } from "../../words.ts";
import type { Slot } from "../../spec.ts";
import { amountsIn } from "./amounts.ts";
import { countriesIn } from "./countries.ts";
import { datesIn, type DateContext } from "./dates.ts";
import { emailsIn, ibansIn, isDefaultOrderNumber, orderNumbersIn, ownFormsIn, trackingNumbersIn, type Form } from "./forms.ts";
import { phonesIn } from "./phones.ts";
import { findTerms, type TermIndex } from "./terms.ts";

/** What the shop has set. */
export type SlotRules = {
  orderNumber: RegExp;
  forms: readonly Form[];
  lists: readonly { name: string; terms: TermIndex }[];
  /** ISO 4217: what `$` and `kr` mean. */
  currency?: string | undefined;
  /** ISO 3166-1 alpha-2: whose telephone numbers are written without their country. */
  countries: readonly string[];
};

/** Longer messages are read to here. */
const MAX_CHARS = 2_000;

/** Slots in order of place; they do not overlap. `more`: of engines that are asked last. */
export function findSlots(text: string, rules: SlotRules, context: DateContext, more: (text: string) => Slot[] = () => []): Slot[] {
  const cut = text.slice(0, MAX_CHARS);
  const digits = asciiDigits(cut);
  const slots: Slot[] = [];
  const take = (found: readonly Slot[]): void => {
    for (const one of found) if (!slots.some((slot) => one.start < slot.end && slot.start < one.end)) slots.push(one);
  };
  take(emailsIn(digits));
  take(ownFormsIn(digits, rules.forms));
  // A shop that says what its numbers look like is believed before anything else.
  if (!isDefaultOrderNumber(rules.orderNumber)) take(orderNumbersIn(digits, rules.orderNumber));
  take(ibansIn(digits));
  take(trackingNumbersIn(digits));
  take(amountsIn(digits, context.language, rules.currency));
  // What is taken already would be read as a year or a prefix.
  const rest = without(digits, slots);
  take(datesIn(rest, context));
  const countries = context.country === undefined ? rules.countries : [context.country, ...rules.countries];
  const phones = phonesIn(without(digits, slots), countries);
  take(phones.filter(({ start, end }) => /[^0-9]/.test(digits.slice(start, end)) || end - start > 8));
  take(orderNumbersIn(digits, rules.orderNumber));
  take(phones);
  for (const { name, terms } of rules.lists) take(findTerms(cut, terms).map((found) => ({ name, ...found })));
  take(countriesIn(cut, context.language));
  take(more(cut));
  return slots.sort((one, other) => one.start - other.start);
}

/** As long as the text, with nothing to be read where a slot lies. */
function without(text: string, slots: readonly Slot[]): string {
  let rest = text;
  for (const { start, end } of slots) rest = rest.slice(0, start) + "|".repeat(end - start) + rest.slice(end);
  return rest;
}
