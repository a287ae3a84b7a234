/**
 * What an article is, whatever file or page it came from, and what is told of one that was left out. Owns the fields that every format may
 * carry and how ids are made where none is written; reads no files.
 */
import { createHash } from "node:crypto";
import * as v from "valibot";
import type { Phrasing } from "../spec.ts";
import { normalise } from "../words.ts";

export type Article = {
  id: string;
  title: string;
  /** BCP 47. */
  language: string;
  topic?: string | undefined;
  /** A date, as 2026-10-12. */
  updatedAt?: string | undefined;
  /** Other ways visitors ask this. */
  phrasings: readonly Phrasing[];
  /** Intents this article answers besides the one named like its id. */
  intents: string[];
  /** Regions it is for; `undefined` is all. */
  regions?: string[] | undefined;
  /** `agents`: for the desk's eyes, never shown to a visitor. */
  audience: "visitors" | "agents";
  /** Unix milliseconds of the first moment it is valid, and of the first it is not any more. */
  validFromMs?: number | undefined;
  validUntilMs?: number | undefined;
  url?: string | undefined;
  /** Markdown. */
  text: string;
};

/** Why something was left out; the table in docs/knowledge.md says what to do about each. */
export type ProblemCode =
  | "not-readable"
  | "too-large"
  | "no-front-matter"
  | "not-yaml"
  | "not-csv"
  | "not-json"
  | "not-html"
  | "not-pdf"
  | "bad-field"
  | "no-text"
  | "id-taken"
  | "not-sitemap"
  | "host-refused"
  | "redirect-refused"
  | "robots-refused"
  | "robots-unreachable"
  | "not-reached"
  | "http-status"
  | "wrong-type"
  | "noindex"
  | "crawl-limit";
/** What was left out, and why. `file`: a path or an address; `line` counts from 1 in it. */
export type ArticleProblem = { file: string; line: number; code: ProblemCode; problem: string };
/** `derivedFrom`: the id was made from this, not written by anybody, and may be changed when it is taken. */
export type Read = { article: Article; line: number; derivedFrom?: string | undefined } | ArticleProblem;

/** How pages are divided: at their questions (FAQ data, folded answers), or at their headings as well. */
export type Split = "none" | "questions" | "h2" | "h3";
export type ReadOptions = {
  /** Folder that relative paths are resolved against. */
  baseDir: string;
  /** Address of an article that names none, with `{id}` and `{language}` filled in: `/help/{id}`. */
  urlTemplate?: string | undefined;
  /** Language of what names none; default "en". */
  defaultLanguage?: string | undefined;
  /** Of HTML pages and PDF files; default "questions". */
  split?: Split | undefined;
  /**
   * For who compares with what was read before: to parse 100,000 lines takes longer than to see that one has changed. Called with each line; gives
   * who is told what the line says, or `undefined` for a line that need not be read.
   */
  onLine?: ((source: string) => ((article: Article) => void) | undefined) | undefined;
  signal?: AbortSignal | undefined;
};

const DAY_MS = 86_400_000;
const MAX_ID_CHARS = 127;
const text = (what: string): v.GenericSchema<string, string> =>
  v.pipe(v.string(`expected ${what}`), v.trim(), v.minLength(1, `expected ${what}`));
const words = v.array(text("text"), "expected a list of texts");
const date = v.pipe(v.string("expected a date, as 2026-10-12"), v.check(isDate, "expected a date, as 2026-10-12"));
const id = v.pipe(
  v.string("expected an id"),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,126}$/, "expected an id of letters, digits, dots and dashes"),
);
const languagePattern = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/;
const language = v.pipe(v.string("expected a language, as pt-BR"), v.regex(languagePattern, "expected a language, as pt-BR"));
/** A list, or one text for it. */
const listed = v.union(
  [
    v.pipe(
      text("text"),
      v.transform((one) => [one]),
    ),
    words,
  ],
  "expected a list of texts",
);

const plainPhrasing: v.GenericSchema<unknown, Phrasing> = v.pipe(
  v.unknown(),
  text("text, or text, origin and at"),
  v.transform((one): Phrasing => ({ text: one, origin: "author" })),
);
const phrasingWithOrigin: v.GenericSchema<unknown, Phrasing> = v.strictObject({
  text: text("text"),
  origin: v.picklist(["author", "cluster", "agent"], 'expected "author", "cluster" or "agent"'),
  at: v.optional(date),
});
// Not a union: that would tell neither which key is wrong nor its line.
const phrasing = v.lazy((one) => (typeof one === "object" && one !== null ? phrasingWithOrigin : plainPhrasing));

/** What an article may say besides its text, in every format. */
const named = { id, title: text("a title") };
const fields = {
  topic: v.optional(text("a topic")),
  updatedAt: v.optional(date),
  phrasings: v.optional(v.array(phrasing, "expected a list of texts"), []),
  intents: v.optional(listed, []),
  regions: v.optional(listed),
  audience: v.optional(v.picklist(["visitors", "agents"], 'expected "visitors" or "agents"'), "visitors"),
  /** First and last day it is valid, UTC, both included. */
  validFrom: v.optional(date),
  validUntil: v.optional(date),
  url: v.optional(text("an address")),
};
export const frontSchema = v.strictObject({ ...named, language, ...fields });
const recordFields = { ...named, answer: text("an answer"), language: v.optional(language), ...fields };
/** A table may carry columns for others. */
export const rowSchema = v.object(recordFields);
export const lineSchema = v.strictObject(recordFields);

/** Every way to ask for an article: its title first. */
export function questionsOf({ title, phrasings }: Article): string[] {
  return [title, ...phrasings.map((one) => one.text)];
}

/** An article of what somebody wrote about it and its text. */
export function articleOf(said: v.InferOutput<typeof frontSchema>, body: string, options: Pick<ReadOptions, "urlTemplate">): Article {
  const { validFrom, validUntil, url, ...rest } = said;
  return {
    ...rest,
    text: body,
    url: url ?? fillTemplate(options.urlTemplate, rest),
    validFromMs: validFrom === undefined ? undefined : Date.parse(validFrom),
    validUntilMs: validUntil === undefined ? undefined : Date.parse(validUntil) + DAY_MS,
  };
}

export function idTaken({ id, language: tag }: Article, file: string, line: number): ArticleProblem {
  return { file, line, code: "id-taken", problem: `id ${id} exists already in ${tag}` };
}

export function fillTemplate(template: string | undefined, article: { id: string; language: string }): string | undefined {
  return template?.replaceAll("{id}", encodeURIComponent(article.id)).replaceAll("{language}", encodeURIComponent(article.language));
}

export function isDate(day: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day);
}

export function isLanguage(tag: string): boolean {
  return languagePattern.test(tag);
}

/** An id from a path or a title. Letters it cannot carry are stood for by a hash, so that two titles do not become one id. */
export function idFrom(written: string): string {
  const ascii = normalise(written)
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  const lost = /[^\p{ASCII}]/u.test(normalise(written)) || ascii === "" || ascii.length > MAX_ID_CHARS;
  return lost ? withHash(ascii, written) : ascii;
}

/** An id made distinct from others of its name by where it came from; the same at every reading. */
export function withHash(id: string, from: string): string {
  const hash = createHash("sha256").update(from).digest("hex").slice(0, 8);
  return `${id.slice(0, MAX_ID_CHARS - hash.length - 1)}-${hash}`.replace(/^-+/, "");
}

export function wordsFor(issue: v.BaseIssue<unknown>): string {
  if (issue.type === "strict_object" && issue.expected === "never") return "unknown field";
  if (issue.received === "undefined") return "expected, but it is missing";
  return issue.message;
}
