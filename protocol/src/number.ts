/** A number of the wire. JSON says `1e999`, and parsers read that as Infinity: no position, no time, and no JSON again. */
import * as v from "valibot";

export const numberSchema = v.pipe(v.number(), v.finite());
