/**
 * Kysely as a compiler only: a query is built and compiled once, with named places instead of values, and later run as a
 * prepared statement. Knows no engine and runs nothing.
 */
import type { Compilable } from "kysely";

/** Stands for a value in a query under construction. */
class Place {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** Gives the place of an argument, typed as its value. */
export type Parameter<Args> = <Name extends keyof Args & string>(name: Name) => Args[Name];

/** SQL with its arguments by name. `Row` is what it returns: `never` rows for a statement without `returning`. */
export type Statement<Args, Row> = {
  readonly sql: string;
  /** The values in the order of the SQL's placeholders. */
  values(args: Args): unknown[];
  /** Only for the types: never there. */
  readonly row?: Row;
};

/** Compiles a query. `build` is called once; constants in it stay constants. */
export function statement<Args, Row>(build: (p: Parameter<Args>) => Compilable<Row>): Statement<Args, Row> {
  const { sql, parameters } = build((name) => new Place(name) as never).compile();
  const sources = parameters.map((parameter) =>
    parameter instanceof Place ? { name: parameter.name as keyof Args } : { constant: parameter },
  );
  return { sql, values: (args) => sources.map((source) => ("name" in source ? args[source.name] : source.constant)) };
}
