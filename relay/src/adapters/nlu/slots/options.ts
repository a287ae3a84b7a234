/** What a shop says of the values in its messages, and what that becomes. */
import * as v from "valibot";
import { pathsOption, patternOption } from "../../options.ts";
import { checks } from "./checks.ts";
import { DEFAULT_ORDER_NUMBER, standingAlone } from "./forms.ts";
import { readLists, type ListProblem } from "./lists.ts";
import type { SlotRules } from "./slots.ts";
import { termIndex } from "./terms.ts";

const slotName = v.pipe(
  v.string("expected a name"),
  v.regex(/^[A-Za-z][A-Za-z0-9_-]{0,40}$/, "expected a name of letters, digits and dashes"),
);
const checkNames = Object.keys(checks) as (keyof typeof checks)[];

export const slotOptions = {
  /** A regular expression for the shop's order numbers; default 5 to 8 digits. */
  orderNumber: v.optional(patternOption),
  /** Values of the shop's own by their form, as `{ name: voucher, pattern: "[A-Z]{4}-[0-9]{6}" }`; `check` is the rule of their check digit. */
  patterns: v.optional(
    v.array(
      v.strictObject({
        name: slotName,
        pattern: patternOption,
        check: v.optional(v.picklist(checkNames, `expected one of ${checkNames.join(", ")}`)),
      }),
      "expected a list of patterns",
    ),
    [],
  ),
  /** CSV and YAML files with lists of values and their synonyms. */
  lists: v.optional(pathsOption),
  /** ISO 4217: what `$`, `kr` and other shared signs mean. Default by language. */
  currency: v.optional(v.pipe(v.string("expected a currency, as CAD"), v.regex(/^[A-Z]{3}$/, "expected a currency, as CAD"))),
  /** Countries whose telephone numbers may be written without the country's prefix, most likely first. */
  countries: v.optional(
    v.array(
      v.pipe(v.string("expected a country, as FR"), v.regex(/^[A-Z]{2}$/, "expected an ISO 3166-1 alpha-2 code in capitals, as FR")),
      "expected a list of countries",
    ),
    [],
  ),
};
export type SlotOptions = v.InferOutput<v.StrictObjectSchema<typeof slotOptions, undefined>>;

/** Reads the lists; what is wrong in them is told and left out. */
export async function slotRulesOf(
  options: SlotOptions,
  baseDir: string,
): Promise<{ rules: SlotRules; problems: ListProblem[]; missing: string[] }> {
  const read =
    options.lists === undefined
      ? { lists: new Map<string, [string, string][]>(), problems: [], missing: [] }
      : await readLists(options.lists, baseDir);
  return {
    rules: {
      orderNumber: standingAlone(options.orderNumber ?? DEFAULT_ORDER_NUMBER),
      forms: options.patterns.map(({ name, pattern: source, check }) => ({ name, pattern: standingAlone(source), check })),
      lists: [...read.lists].map(([name, terms]) => ({ name, terms: termIndex(terms) })),
      currency: options.currency,
      countries: options.countries,
    },
    problems: read.problems,
    missing: read.missing,
  };
}
