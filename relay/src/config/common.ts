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
