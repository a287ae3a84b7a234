/** Reads an adapter's options strictly and tells every mistake with its path. The wording is for the person who writes the config. */
import * as v from "valibot";
import type { OptionIssue } from "./spec.ts";

export type ParsedOptions<Options> = { ok: true; options: Options } | { ok: false; issues: OptionIssue[] };

/** A parser for `AdapterDefinition.parseOptions`. Messages of the schema should start with "expected". */
export function optionsReader<Schema extends v.GenericSchema>(schema: Schema): (input: unknown) => ParsedOptions<v.InferOutput<Schema>> {
  return (input) => {
    const parsed = v.safeParse(schema, input ?? {});
    if (parsed.success) return { ok: true, options: parsed.output };
    return { ok: false, issues: parsed.issues.map((issue) => ({ path: v.getDotPath(issue) ?? "", expected: wordsFor(issue) })) };
  };
}

function wordsFor(issue: v.BaseIssue<unknown>): string {
  if (issue.type === "strict_object" && issue.expected === "never") return "expected no key of this name";
  const wanted = issue.message.startsWith("expected") ? issue.message : `expected ${issue.expected ?? "another value"}`;
  return issue.received === "undefined"
    ? `${issue.message.startsWith("expected") ? issue.message : "expected a value"}, but it is missing`
    : wanted;
}

/** One path or a list of them; a folder or a glob may stand for many files. */
export const pathsOption = v.pipe(
  v.union([v.string(), v.array(v.string())], "expected a path or a list of paths"),
  v.transform((paths) => (typeof paths === "string" ? [paths] : paths)),
  v.check((paths) => paths.length > 0 && paths.every((path) => path !== ""), "expected at least one path"),
);

/** Text that is not empty. `what`: as "an access token". */
export const filledOption = (what: string) => v.pipe(v.string(`expected ${what}`), v.minLength(1, `expected ${what}`));

/** An absolute http or https address. */
export const urlOption = v.pipe(
  v.string("expected an address, as https://desk.example/hook"),
  v.check(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    "expected an absolute address, as https://desk.example/hook",
  ),
);

export const headersOption = v.record(v.string(), v.string("expected text"), "expected a map from header names to values");

export const patternOption = v.pipe(
  v.string("expected a regular expression as text"),
  v.check(compiles, "expected a valid regular expression"),
);
function compiles(source: string): boolean {
  try {
    return new RegExp(`(?:${source})`, "iu").source !== "";
  } catch {
    return false;
  }
}
