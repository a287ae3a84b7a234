/** Experts: services that answer where nobody of the shop can. What a config says of them beside their adapter's own options. */
import * as v from "valibot";
import { languageSchema } from "@allhours/protocol";
import { adapterNameSchema, adapterOptions, ms, nameSchema } from "./common.ts";

const amount = v.pipe(v.number("expected an amount"), v.finite("expected an amount"), v.minValue(0, "expected at least 0"));

/** Fields that are the relay's; whatever else an entry has is its adapter's. */
const policy = {
  id: v.optional(nameSchema),
  /** Shown to the visitor who is asked for consent. */
  name: v.pipe(v.string("expected text"), v.minLength(1, "expected text"), v.maxLength(80, "expected at most 80 characters")),
  /** Shown beside the name: what becomes of what is sent. */
  privacyUrl: v.optional(
    v.pipe(
      v.string("expected an https address, or a path of the shop's page"),
      v.check(
        (url) => /^\/(?!\/)/.test(url) || (url.startsWith("https://") && URL.canParse(url)),
        "expected an https address, or a path of the shop's page",
      ),
    ),
  ),
  /** Asked only in these; default all. */
  languages: v.optional(v.array(v.pipe(v.string("expected text"), languageSchema), "expected a list of languages")),
  /** Topics it is asked about (intents or article ids, or the part before their first `.` or `-`); default all. */
  skills: v.optional(v.array(v.string("expected a topic"), "expected a list of topics")),
  /** From the visitor's consent: an answer after that is not shown. */
  withinMs: v.optional(ms(1_000, 3_600_000), 120_000),
  /** One answer may cost this, and all of any 24 hours that, in `currency`. Default: no limit. */
  maxCost: v.optional(amount),
  maxCostPerDay: v.optional(amount),
  currency: v.optional(v.pipe(v.string("expected text"), v.regex(/^[A-Z]{3}$/, "expected an ISO 4217 code, as EUR"))),
};
export const expertSchema = v.looseObject({
  ...policy,
  use: adapterNameSchema,
});
export type ExpertConfig = v.InferOutput<typeof expertSchema>;

/** An entry's options for its adapter. */
export function expertOptions(entry: Record<string, unknown>): Record<string, unknown> {
  return adapterOptions(entry, policy);
}

/** What is wrong with the limits of an entry, with its field. */
export function costIssues({ maxCost, maxCostPerDay, currency }: Partial<ExpertConfig>): { path: string; expected: string }[] {
  if ((maxCost ?? maxCostPerDay) !== undefined && currency === undefined)
    return [{ path: "currency", expected: "expected an ISO 4217 code, as EUR, beside a limit of cost, but it is missing" }];
  // What is running is counted with the most it may cost, so that the day's limit holds.
  if (maxCostPerDay !== undefined && maxCost === undefined)
    return [{ path: "maxCost", expected: "expected the most one answer may cost, beside maxCostPerDay, but it is missing" }];
  if (maxCost !== undefined && maxCostPerDay !== undefined && maxCost > maxCostPerDay)
    return [{ path: "maxCost", expected: `expected at most maxCostPerDay, ${maxCostPerDay}` }];
  return [];
}
