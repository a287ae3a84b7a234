/**
 * From a file to a `Config`, or one error that lists every mistake with its path, its line and what was expected. Reads files
 * and the environment it is given; starts nothing.
 */
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document } from "yaml";
import * as v from "valibot";
import { referenceIssues, recordOf } from "./references.ts";
import { configSchema, type Config } from "./schema.ts";

export type ConfigIssue = { path: string; expected: string; line?: number | undefined };

/** Everything wrong with a config. `message` is one line an issue, ready to print. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly file: string;
  readonly issues: ConfigIssue[];
  constructor(file: string, issues: ConfigIssue[]) {
    super(
      issues
        .map((issue) => `${file}${issue.line === undefined ? "" : `:${issue.line}`} ${issue.path || "(top level)"}: ${issue.expected}`)
        .join("\n"),
    );
    this.file = file;
    this.issues = issues;
  }
}

export type LoadedConfig = { config: Config; file: string; baseDir: string };

/** Where the relay of a config keeps what it can make again. */
export function cacheOf({ config, baseDir }: LoadedConfig): string {
  return join(dirname(resolve(baseDir, config.store.path)), "cache");
}

/** Reads a YAML config. `${NAME}` in a text is replaced from `env`. Throws `ConfigError`. */
export async function loadConfig(file: string, env: Record<string, string | undefined>): Promise<LoadedConfig> {
  const path = resolve(file);
  let source: string;
  try {
    source = await readFile(path, "utf8");
  } catch (cause) {
    throw new ConfigError(file, [
      { path: "", expected: `expected a readable file (${(cause as NodeJS.ErrnoException).code ?? "unreadable"})` },
    ]);
  }
  return { config: readConfig(source, file, env), file: path, baseDir: dirname(path) };
}

/** The same from text: for tests and for `allhours check` on standard input. */
export function readConfig(source: string, file: string, env: Record<string, string | undefined>): Config {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, strict: true, uniqueKeys: true });
  if (document.errors.length > 0) {
    throw new ConfigError(
      file,
      document.errors.map((error) => ({
        path: "",
        expected: `expected YAML 1.2: ${error.message.split("\n")[0] ?? ""}`,
        line: error.linePos?.[0].line,
      })),
    );
  }
  const issues: ConfigIssue[] = [];
  const input = fillIn(document.toJS() as unknown, env, [], issues);
  const config = checkConfig(input, issues);
  if (issues.length > 0 || config === undefined) {
    throw new ConfigError(
      file,
      issues.map((issue) => ({ ...issue, line: lineOf(document, lines, issue.path) })),
    );
  }
  return config;
}

/** Checks a config that is already data (from code). Adds every mistake to `issues`; gives the config when there is none. */
export function checkConfig(input: unknown, issues: ConfigIssue[]): Config | undefined {
  const parsed = v.safeParse(configSchema, input ?? {});
  if (!parsed.success) {
    for (const issue of parsed.issues) issues.push({ path: v.getDotPath(issue) ?? "", expected: expectedOf(issue) });
  }
  // Adapters and references are looked at even when something else is wrong, so that one run shows every mistake.
  referenceIssues(recordOf(input), issues);
  return parsed.success && issues.length === 0 ? parsed.output : undefined;
}

function expectedOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type === "strict_object") {
    const missing = issue.expected !== "never" && issue.received === "undefined";
    if (missing) return "expected, but it is missing";
    return "unknown key; expected none of this name here";
  }
  if (issue.received === "undefined")
    return `${issue.message.startsWith("expected") ? issue.message : "expected a value"}, but it is missing`;
  return issue.message;
}

/** Replaces `${NAME}` in every text; one that stands alone and is all digits becomes a number. A name not set is an issue at its path. */
function fillIn(value: unknown, env: Record<string, string | undefined>, path: string[], issues: ConfigIssue[]): unknown {
  if (typeof value === "string") {
    const alone = /^\$\{([A-Z0-9_]+)\}$/.exec(value)?.[1];
    const number = alone === undefined ? undefined : env[alone];
    if (number !== undefined && /^\d{1,15}$/.test(number)) return Number(number);
    return value.replace(/\$\{([A-Z0-9_]+)\}/g, (_match, key: string) => {
      const found = env[key];
      if (found === undefined) issues.push({ path: path.join("."), expected: `expected the environment variable ${key} to be set` });
      return found ?? "";
    });
  }
  if (Array.isArray(value)) return value.map((item, index) => fillIn(item, env, [...path, String(index)], issues));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, env, [...path, key], issues)]));
  }
  return value;
}

/** The line of the deepest node of `path` that exists in the document. */
function lineOf(document: Document, lines: LineCounter, path: string): number | undefined {
  let node: unknown = document.contents;
  let offset = (document.contents as { range?: [number, number, number] } | null)?.range?.[0];
  for (const step of path === "" ? [] : path.split(".")) {
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === step);
      if (pair === undefined) break;
      offset = (pair.key as { range?: [number, number, number] }).range?.[0] ?? offset;
      next = pair.value;
    } else if (isSeq(node)) {
      next = node.items[Number(step)];
      if (next === undefined) break;
      offset = (next as { range?: [number, number, number] }).range?.[0] ?? offset;
    } else break;
    node = next;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}
