/** Fields that several parts of a config have. */
import * as v from "valibot";

/** An id: lower-case letters, digits and dashes, 1 to 63. */
export const nameSchema = v.pipe(
  v.string("expected text"),
  v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "expected lower-case letters, digits and dashes"),
);
export const httpUrlSchema = v.pipe(
  v.string("expected a URL"),
  v.url("expected a URL"),
  v.regex(/^https?:/, "expected a URL of http or https"),
);
/** A time, whole milliseconds. */
export const ms = (least: number, most: number): v.GenericSchema<unknown, number> =>
  v.pipe(
    v.number("expected a number of milliseconds"),
    v.integer("expected whole milliseconds"),
    v.minValue(least, `expected at least ${least} ms`),
    v.maxValue(most, `expected at most ${most} ms`),
  );
/** A whole number. */
export const count = (least: number, most: number): v.GenericSchema<unknown, number> =>
  v.pipe(
    v.number("expected a whole number"),
    v.integer("expected a whole number"),
    v.minValue(least, `expected at least ${least}`),
    v.maxValue(most, `expected at most ${most}`),
  );
