/** Actions: what services of the shop can do for a visitor who agrees. What a config says of them beside their adapter's own options. */
import * as v from "valibot";
import { LIMITS, languageSchema } from "@allhours/protocol";
import { patternOption } from "../adapters/options.ts";
import { adapterNameSchema, adapterOptions, ms, nameSchema } from "./common.ts";

const words = (most: number) =>
  v.pipe(v.string("expected text"), v.minLength(1, "expected text"), v.maxLength(most, `expected at most ${most} characters`));
/** Text for visitors: one for all, or one a language. */
const shown = v.union(
  [
    words(LIMITS.labelChars),
    v.pipe(
      v.record(v.pipe(v.string("expected a language"), languageSchema), words(LIMITS.labelChars)),
      v.check((texts) => Object.keys(texts).length > 0, "expected text in at least one language"),
    ),
  ],
  "expected text, or texts by language",
);
export type ShownText = v.InferOutput<typeof shown>;

const fieldSchema = v.strictObject({
  label: shown,
  /** For a model: what it is. */
  description: v.optional(words(500)),
  /** Regular expression for the whole value, whatever its case. */
  pattern: v.optional(v.pipe(patternOption, v.maxLength(200, "expected at most 200 characters"))),
  /** The only values there are. */
  values: v.optional(v.pipe(v.array(words(100), "expected a list of values"), v.minLength(1, "expected at least one value"))),
  /** Slot of the engine that holds it; default the field's own name. */
  slot: v.optional(words(60)),
  optional: v.optional(v.boolean("expected true or false"), false),
  /** `visitor`: a value counts only if the visitor wrote it. `engine`: an engine may make it, as a date of "tomorrow". */
  from: v.optional(v.picklist(["visitor", "engine"], 'expected "visitor" or "engine"'), "visitor"),
});

/** Fields that are the relay's; whatever else an entry has is its adapter's. */
const policy = {
  /** Names it to engines and to the service. */
  id: nameSchema,
  /** Shown to the visitor who is asked: what would be done. */
  title: shown,
  /** For a model: what it does, and when it is wanted. */
  description: words(1_000),
  /** Intents that ask for it, at `answerAt`. Default none: only an engine that proposes it does. */
  intents: v.optional(v.array(v.string("expected an intent"), "expected a list of intents"), []),
  fields: v.optional(
    v.pipe(
      v.record(v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/, "expected a name of letters, digits and _")), fieldSchema),
      v.check((fields) => Object.keys(fields).length <= 8, "expected at most 8 fields"),
    ),
    {},
  ),
  /** How long the visitor may take to agree. */
  confirmWithinMs: v.optional(ms(10_000, 24 * 3_600_000), 15 * 60_000),
  /** From the visitor's yes: then they are told that it is not known whether it was done, and a person is asked for. */
  withinMs: v.optional(ms(1_000, 600_000), 30_000),
};
export const actionSchema = v.looseObject({
  ...policy,
  use: adapterNameSchema,
});
export type ActionConfig = v.InferOutput<typeof actionSchema>;

/** An entry's options for its adapter. */
export function actionOptions(entry: Record<string, unknown>): Record<string, unknown> {
  return adapterOptions(entry, policy);
}
