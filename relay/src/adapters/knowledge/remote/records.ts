/** What a search service returns, read by field names of the operator's choice. A record without title or text is no article. Pure. */
import * as v from "valibot";

/** An article, or a part of one, as a service has it. */
export type RemoteRecord = {
  id: string;
  title: string;
  text: string;
  /** `undefined`: the service does not say; the adapter's own language counts. */
  language: string | undefined;
  /** Other ways to ask for it. */
  phrasings: string[];
  url: string | undefined;
  updatedAt: string | undefined;
  /** Unix milliseconds. */
  validFrom: number | undefined;
  validUntil: number | undefined;
  /** Empty: all. */
  regions: string[];
  /** Empty: everybody. */
  audience: string[];
};

const names = [
  "id",
  "title",
  "text",
  "language",
  "phrasings",
  "url",
  "updatedAt",
  "validFrom",
  "validUntil",
  "regions",
  "audience",
] as const;
export type FieldNames = Record<(typeof names)[number], string>;

const name = v.optional(v.pipe(v.string("expected the name of a field"), v.minLength(1, "expected the name of a field")));
/** Names of fields in the service's records; those left out are called as here. A dot leads into an object: `meta.url`. */
export const fieldsOption = v.optional(
  v.pipe(
    v.strictObject({
      id: name,
      title: name,
      text: name,
      language: name,
      phrasings: name,
      url: name,
      updatedAt: name,
      validFrom: name,
      validUntil: name,
      regions: name,
      audience: name,
    }),
    v.transform((given) => Object.fromEntries(names.map((one) => [one, given[one] ?? one])) as FieldNames),
  ),
  {},
);

export function recordOf(raw: unknown, fields: FieldNames): RemoteRecord | undefined {
  const at = (key: keyof FieldNames): unknown =>
    fields[key].split(".").reduce<unknown>((node, part) => (isObject(node) && Object.hasOwn(node, part) ? node[part] : undefined), raw);
  const id = textOf(at("id"));
  const title = plainText(textOf(at("title")) ?? "");
  const text = plainText(textOf(at("text")) ?? "");
  if (id === undefined || title === "" || text === "") return undefined;
  return {
    id,
    title,
    text,
    language: textOf(at("language")),
    phrasings: listOf(at("phrasings")).map(plainText),
    url: addressOf(textOf(at("url"))),
    updatedAt: dayOf(at("updatedAt")),
    validFrom: momentOf(at("validFrom")),
    validUntil: momentOf(at("validUntil")),
    regions: listOf(at("regions")),
    audience: listOf(at("audience")),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "number" && Number.isFinite(value) ? String(value) : undefined;
}
function listOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]).flatMap((one) => textOf(one) ?? []);
}
/** Only what a link may lead to. */
function addressOf(text: string | undefined): string | undefined {
  return text !== undefined && /^(https?:\/\/|\/(?!\/))/i.test(text) ? text : undefined;
}
/** A date as text, or a number of seconds or milliseconds since 1970. */
function momentOf(value: unknown): number | undefined {
  if (typeof value === "number" && Number.isFinite(value)) return value < 1e11 ? value * 1_000 : value;
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
function dayOf(value: unknown): string | undefined {
  const at = momentOf(value);
  return at === undefined || Math.abs(at) > 8.64e15 ? undefined : new Date(at).toISOString().slice(0, 10);
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/** Text of a page: tags go, blocks become lines, scripts and styles go whole. Text without tags stays as it is. */
export function plainText(source: string): string {
  if (!/<[a-z!/]/i.test(source)) return source.trim();
  return source
    .replaceAll(/<(script|style|template)\b[\s\S]*?(<\/\1\s*>|$)/gi, " ")
    .replaceAll(/<(br|\/p|\/div|\/li|\/h[1-6]|\/tr)\b[^>]*>/gi, "\n")
    .replaceAll(/<[^>]*(>|$)/g, " ")
    .replaceAll(/&(#\d{1,6}|#x[0-9a-f]{1,6}|\w{1,8});/gi, (whole, code: string) => {
      const number =
        code.startsWith("#x") || code.startsWith("#X") ? Number.parseInt(code.slice(2), 16) : Number.parseInt(code.slice(1), 10);
      if (code.startsWith("#")) return number > 0 && number <= 0x10ffff ? String.fromCodePoint(number) : "";
      return entities[code.toLowerCase()] ?? whole;
    })
    .replaceAll(/[ \t]+/g, " ")
    .replaceAll(/ ?\n ?/g, "\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}
