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

/** `use` of an entry whose other fields are partly the relay's. */
export const adapterNameSchema = v.pipe(v.string("expected the name of an adapter"), v.minLength(1, "expected the name of an adapter"));
/** An entry's options for its adapter: what it has beside `use` and the fields of `policy`, which are the relay's. */
export function adapterOptions(entry: Record<string, unknown>, policy: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => key !== "use" && !Object.hasOwn(policy, key)));
}
