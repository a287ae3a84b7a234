/** A fetched page as articles: by its type, unless it asks not to be found. Knows no requests and no robots.txt. */
import { idFrom, type Read, type ReadOptions } from "../../article.ts";
import { dayOf, forbidsIndex } from "../html-facts.ts";
import { decodeHtml } from "../../../html-tree.ts";
import { readPage } from "../html.ts";
import { readPdf } from "../pdf.ts";

export type PageAnswer = {
  /** As it was listed. */ file: string;
  address: URL;
  bytes: Uint8Array;
  headers: Headers;
  lastmod: string | undefined;
};

export const ACCEPTED_TYPES = "text/html, application/xhtml+xml, application/pdf";
const pdfType = /^application\/pdf\s*(?:;|$)/i;
const htmlTypes = /^(?:text\/html|application\/xhtml\+xml)\s*(?:;|$)/i;

export function isPdf(headers: Headers): boolean {
  return pdfType.test(headers.get("content-type") ?? "");
}

export async function articlesOfAnswer({ file, address, bytes, headers, lastmod }: PageAnswer, reading: ReadOptions): Promise<Read[]> {
  const type = headers.get("content-type") ?? "text/html";
  if (headerForbids(headers.get("x-robots-tag"))) return [noindexed(file)];
  const source = {
    file,
    id: (language: string) => idOfAddress(address, language),
    derivedFrom: address.href,
    address,
    updatedAt: lastmod ?? dayOf(headers.get("last-modified") ?? undefined),
  };
  if (isPdf(headers)) return readPdf({ ...source, bytes }, reading);
  if (!htmlTypes.test(type))
    return [{ file, line: 1, code: "wrong-type", problem: `expected ${ACCEPTED_TYPES}, found ${type.slice(0, 100)}` }];
  const { reads, noindex } = readPage({ ...source, html: decodeHtml(bytes, type) }, reading);
  return noindex ? [noindexed(file)] : reads;
}

function noindexed(file: string): Read {
  return { file, line: 1, code: "noindex", problem: "the page asks not to be found (noindex)" };
}

/** `noindex`, or one for us alone: `allhours: noindex`. What is said to other crawlers is not for us. */
function headerForbids(header: string | null): boolean {
  let forOthers = false;
  return (header ?? "").split(",").some((part) => {
    const [, agent, directive = part] = /^\s*([\w-]+)\s*:(.*)$/.exec(part) ?? [];
    // A name counts for the directives after it too: `otherbot: noindex, nofollow`.
    if (agent !== undefined && !/^(?:unavailable_after|max-[\w-]+)$/i.test(agent)) forOthers = agent.toLowerCase() !== "allhours";
    return !forOthers && forbidsIndex(directive);
  });
}

/** `help-returns` of `/de/help/returns.html`: one article in two languages when their paths differ in the language alone. */
export function idOfAddress({ pathname, hostname, search }: URL, language: string): string {
  const own = [language.toLowerCase(), language.toLowerCase().split("-")[0]];
  const steps = pathname.split("/").flatMap((step, index, all) => {
    const text = decodedStep(step);
    const name = index === all.length - 1 ? text.replace(/\.(?:html?|php|aspx?|pdf)$/i, "") : text;
    return name === "" || name === "index" || own.includes(name.toLowerCase()) ? [] : [name];
  });
  return idFrom([...(steps.length === 0 ? [hostname] : steps), ...(search === "" ? [] : [search.slice(1)])].join("-"));
}

function decodedStep(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
