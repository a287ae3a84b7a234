/** What a page says about itself: title, language, date, address, whether it wants to be found, and the questions of its structured data. */
import { isDate, isLanguage } from "../article.ts";
import { elementsBelow, firstBelow, lineAt, rawText, type HtmlElement } from "../../html-tree.ts";
import { plainText } from "./html-blocks.ts";

export type PageFacts = {
  /** The element that is the title too, so that the text need not repeat it. */
  heading: HtmlElement | undefined;
  title: string | undefined;
  language: string | undefined;
  /** A date, as 2026-10-12. */
  updatedAt: string | undefined;
  canonical: string | undefined;
  noindex: boolean;
};
/** `answer`: HTML. */
export type FaqEntry = { question: string; answer: string; anchor: string | undefined };

/** Deeper structured data is not looked into. */
const MAX_DATA_DEPTH = 12;

/** `main`: where the content is. */
export function factsOf(page: HtmlElement, main: HtmlElement): PageFacts {
  const metas = [...elementsBelow(page, ({ name }) => name === "meta")];
  const meta = (...names: string[]): string | undefined => {
    for (const name of names)
      for (const { attributes } of metas) {
        const said = (
          attributes["property"] ??
          attributes["name"] ??
          attributes["itemprop"] ??
          attributes["http-equiv"] ??
          ""
        ).toLowerCase();
        const content = attributes["content"]?.trim() ?? "";
        if (said === name && content !== "") return content;
      }
    return undefined;
  };
  const textOf = (wanted: (one: HtmlElement) => boolean, within: HtmlElement): string | undefined => {
    const found = firstBelow(within, wanted);
    const text = found === undefined ? "" : found.name === "title" ? rawText(found).replace(/\s+/g, " ").trim() : plainText(found);
    return text === "" ? undefined : text;
  };
  const h1 = firstBelow(main, ({ name }) => name === "h1") ?? firstBelow(page, ({ name }) => name === "h1");
  const heading = h1 !== undefined && plainText(h1) !== "" ? h1 : undefined;
  const language = [firstBelow(page, ({ name }) => name === "html")?.attributes["lang"], meta("content-language", "og:locale")]
    .map((tag) => tag?.trim().replaceAll("_", "-"))
    .find((tag) => tag !== undefined && isLanguage(tag));
  const time = firstBelow(main, ({ name, attributes }) => name === "time" && dayOf(attributes["datetime"]) !== undefined);
  const dates = [
    meta("article:modified_time", "og:updated_time", "datemodified", "last-modified", "dcterms.modified"),
    time?.attributes["datetime"],
    meta("article:published_time", "dcterms.date", "date"),
  ];
  const canonical = firstBelow(
    page,
    ({ name, attributes }) => name === "link" && /(?:^|\s)canonical(?:\s|$)/i.test(attributes["rel"] ?? ""),
  );
  return {
    heading,
    title: (heading === undefined ? undefined : plainText(heading)) ?? meta("og:title") ?? textOf(({ name }) => name === "title", page),
    language,
    updatedAt: dates.map(dayOf).find((day) => day !== undefined),
    canonical: canonical?.attributes["href"]?.trim(),
    noindex: metas.some(
      ({ attributes }) => /^(?:robots|allhours)$/i.test(attributes["name"] ?? "") && forbidsIndex(attributes["content"] ?? ""),
    ),
  };
}

/** Of a robots directive: `noindex, follow`. */
export function forbidsIndex(directives: string): boolean {
  return /(?:^|[\s,])(?:noindex|none)(?:$|[\s,])/i.test(directives);
}

/** The day of a date or time, UTC when it says no zone; `undefined` when it is none. */
export function dayOf(written: string | undefined): string | undefined {
  const text = written?.trim() ?? "";
  if (isDate(text.slice(0, 10)) && /^(?:$|[T\s])/.test(text.slice(10))) return text.slice(0, 10);
  const ms = /\d{4}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().slice(0, 10);
}

/** Questions of schema.org FAQPage data (JSON-LD), and the lines of data that is not JSON. */
export function faqOf(page: HtmlElement, source: string): { entries: FaqEntry[]; brokenLines: number[]; dateModified: string | undefined } {
  const entries: FaqEntry[] = [];
  const brokenLines: number[] = [];
  let dateModified: string | undefined;
  for (const script of elementsBelow(
    page,
    ({ name, attributes }) => name === "script" && /^\s*application\/ld\+json\s*(?:;|$)/i.test(attributes["type"] ?? ""),
  )) {
    try {
      visit(JSON.parse(rawText(script)), 0);
    } catch {
      brokenLines.push(lineAt(source, script.at));
    }
  }
  return { entries, brokenLines, dateModified };

  function visit(data: unknown, depth: number): void {
    if (depth > MAX_DATA_DEPTH || typeof data !== "object" || data === null) return;
    if (Array.isArray(data)) {
      for (const one of data) visit(one, depth + 1);
      return;
    }
    const record = data as Record<string, unknown>;
    dateModified ??= typeof record["dateModified"] === "string" ? dayOf(record["dateModified"]) : undefined;
    if (listOf(record["@type"]).includes("FAQPage"))
      for (const one of listOf(record["mainEntity"])) {
        const entry = entryOf(one);
        if (entry !== undefined) entries.push(entry);
      }
    else visit(record["@graph"], depth + 1);
  }
}

function entryOf(data: unknown): FaqEntry | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const { name, acceptedAnswer, url, ...rest } = data as Record<string, unknown>;
  const [first] = listOf(acceptedAnswer);
  const answer = typeof first === "object" && first !== null ? (first as Record<string, unknown>)["text"] : undefined;
  if (typeof name !== "string" || typeof answer !== "string" || name.trim() === "" || answer.trim() === "") return undefined;
  const anchor = [url, rest["@id"]]
    .map((link) => (typeof link === "string" ? /#(.+)$/.exec(link)?.[1] : undefined))
    .find((found) => found !== undefined);
  return { question: name, answer, anchor };
}

function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
