/**
 * Articles from an HTML page: its readable part as Markdown, divided at its questions or headings. The same for a file and for a page that was
 * fetched; who fetches, and whether a page wants to be found, is the crawl's business.
 */
import { readFile } from "node:fs/promises";
import { basename, dirname, relative } from "node:path";
import { normalise } from "../../words.ts";
import { fillTemplate, idFrom, type Article, type ArticleProblem, type Read, type ReadOptions, type Split } from "../article.ts";
import { blocksOf, markdownOf, plainText, type Block, type LinkTo } from "./html-blocks.ts";
import { factsOf, faqOf, type FaqEntry, type PageFacts } from "./html-facts.ts";
import { decodeHtml, elementsBelow, firstBelow, lineAt, parseHtml, type HtmlElement } from "../../html-tree.ts";

export type PageSource = {
  /** Path or address, for problems. */
  file: string;
  html: string;
  id: (language: string) => string;
  /** What the id was made from, in full. */
  derivedFrom: string;
  /** Where it was fetched; `undefined` for a file. */
  address?: URL | undefined;
  /** When it says no date itself. */
  updatedAt?: string | undefined;
};
/** A piece of a page that answers something of its own. */
type Piece = {
  title: string;
  text: string;
  anchor: string | undefined;
  /** Undefined: the page itself. */ name: string | undefined;
  at: number;
};

/** A file larger than this is no page; reading 8 MiB takes about half a second. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;

export async function readHtmlFile(file: string, options: ReadOptions): Promise<Read[]> {
  const bytes = await readFile(file);
  if (bytes.length > MAX_FILE_BYTES)
    return [{ file, line: 1, code: "too-large", problem: `expected at most ${MAX_FILE_BYTES} bytes, found ${bytes.length}` }];
  const derivedFrom = relative(options.baseDir, file);
  return readPage({ file, html: decodeHtml(bytes), id: () => idFrom(nameOf(file)), derivedFrom }, options).reads;
}

/** `returns` of `returns.html` and of `returns/index.html`. */
export function nameOf(file: string): string {
  const stem = basename(file).replace(/\.\w+$/, "");
  return stem === "index" ? basename(dirname(file)) || stem : stem;
}

/** `noindex`: the page asks not to be found. Its articles are given all the same. */
export function readPage(source: PageSource, options: ReadOptions): { reads: Read[]; noindex: boolean } {
  const { file, html } = source;
  const page = parseHtml(html);
  if (page === undefined)
    return { reads: [{ file, line: 1, code: "not-html", problem: "elements are nested more than 1,000 deep" }], noindex: false };
  const main = mainOf(page);
  const facts = factsOf(page, main);
  const split = options.split ?? "questions";
  const linkTo = linksFrom(source.address);
  const faq = split === "none" ? { entries: [], brokenLines: [], dateModified: undefined } : faqOf(page, html);
  const broken = faq.brokenLines.map((line): ArticleProblem => ({
    file,
    line,
    code: "not-json",
    problem: "structured data that is not JSON",
  }));
  if (facts.title === undefined)
    return {
      reads: [{ file, line: 1, code: "bad-field", problem: "title: expected an h1 or a title element" }, ...broken],
      noindex: facts.noindex,
    };
  const pieces = piecesOf(blocksOf(main, linkTo, facts.heading), faq.entries, facts.title, split, linkTo);
  if (pieces.length === 0) broken.push({ file, line: 1, code: "no-text", problem: "expected a text in the page" });
  const reads = pieces.map((piece, index): Read => {
    const article = articleOfPiece(piece, source, facts, faq.dateModified, options);
    return { article, line: lineAt(html, piece.at), derivedFrom: `${source.derivedFrom}#${piece.name ?? ""} ${index}` };
  });
  return { reads: [...reads, ...broken], noindex: facts.noindex };
}

/** The `main` element, else the only `article`, else the whole body. */
function mainOf(page: HtmlElement): HtmlElement {
  const main = firstBelow(page, ({ name, attributes }) => name === "main" || attributes["role"] === "main");
  if (main !== undefined) return main;
  const articles = [...elementsBelow(page, ({ name }) => name === "article")];
  return articles.length === 1 ? articles[0]! : (firstBelow(page, ({ name }) => name === "body") ?? page);
}

function articleOfPiece(
  piece: Piece,
  source: PageSource,
  facts: PageFacts,
  dateModified: string | undefined,
  options: ReadOptions,
): Article {
  const language = facts.language ?? options.defaultLanguage ?? "en";
  const pageId = source.id(language);
  const id = piece.name === undefined ? pageId : idFrom(`${pageId}-${piece.name}`);
  const updatedAt = facts.updatedAt ?? dateModified ?? source.updatedAt;
  const page =
    canonicalOf(facts.canonical, source.address) ?? source.address?.href ?? fillTemplate(options.urlTemplate, { id: pageId, language });
  const url = page === undefined || piece.anchor === undefined ? page : `${page.replace(/#.*$/, "")}#${encodeURI(decoded(piece.anchor))}`;
  return {
    id,
    title: piece.title,
    language,
    phrasings: [],
    intents: [],
    audience: "visitors",
    text: piece.text,
    url,
    ...(updatedAt === undefined ? {} : { updatedAt }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A file may name any https page or a path of the shop; a fetched page only one of its own origin. */
function canonicalOf(canonical: string | undefined, address: URL | undefined): string | undefined {
  if (canonical === undefined || canonical === "") return undefined;
  if (address === undefined) return /^\/(?!\/)\S*$/.test(canonical) || /^https?:\/\/\S+$/i.test(canonical) ? canonical : undefined;
  if (!URL.canParse(canonical, address.href)) return undefined;
  const url = new URL(canonical, address);
  return url.origin === address.origin ? url.href : undefined;
}

/** Links a visitor may follow: of a fetched page made absolute, of a file as they are when they do not depend on where it lies. */
function linksFrom(address: URL | undefined): LinkTo {
  return (written) => {
    const href = written.trim();
    if (address === undefined && !/^(?:https?:\/\/|mailto:|tel:|\/(?!\/))/i.test(href)) return undefined;
    if (address === undefined && href.startsWith("/")) return safeInMarkdown(href);
    if (href.startsWith("#") || !URL.canParse(href, address?.href)) return undefined;
    const url = new URL(href, address);
    return /^(?:https?|mailto|tel):$/.test(url.protocol) && url.username === "" ? safeInMarkdown(url.href) : undefined;
  };
}

function safeInMarkdown(href: string): string | undefined {
  if (/[\s<>"`\\]/.test(href)) return undefined;
  return href.replaceAll("(", "%28").replaceAll(")", "%29");
}

function piecesOf(blocks: readonly Block[], entries: readonly FaqEntry[], title: string, split: Split, linkTo: LinkTo): Piece[] {
  const pieces: Piece[] = [];
  const said = new Set<string>();
  const ask = (question: string, answer: readonly Block[], anchor: string | undefined, at: number): void => {
    const text = markdownOf(answer);
    if (text === "" || said.has(lettersOf(question))) return;
    said.add(lettersOf(question));
    pieces.push({ title: question, text, anchor, name: anchor ?? question, at });
  };
  for (const { question, answer, anchor } of entries) {
    const [asked, answered] = [parseHtml(question), parseHtml(answer)];
    if (asked !== undefined && answered !== undefined) ask(plainText(asked), blocksOf(answered, linkTo), anchor, 0);
  }
  const faqText = pieces.map((piece) => lettersOf(`${piece.title} ${piece.text}`)).join(" ");
  // One fold is a part of its page's text; several are a list of questions.
  const folded = blocks.filter((block) => block.kind === "question");
  const rest = blocks.flatMap((block): Block[] => {
    if (block.kind !== "question") return entries.length > 0 && faqText.includes(lettersOf(markdownOf([block]))) ? [] : [block];
    if (split === "none" || (folded.length < 2 && entries.length === 0)) return [block];
    ask(block.title, block.blocks, block.anchor, block.at);
    return [];
  });
  return [...sectionsOf(rest, title, split), ...pieces];
}

/** The page itself, and with h2 or h3 each of its sections. A heading above nothing gives no article. */
function sectionsOf(blocks: readonly Block[], title: string, split: Split): Piece[] {
  const deepest = split === "h2" ? 2 : split === "h3" ? 3 : 0;
  const sections: { heading: Extract<Block, { kind: "heading" }> | undefined; blocks: Block[] }[] = [{ heading: undefined, blocks: [] }];
  for (const block of blocks) {
    if (block.kind === "heading" && block.level <= deepest) sections.push({ heading: block, blocks: [] });
    else sections.at(-1)!.blocks.push(block);
  }
  return sections.flatMap(({ heading, blocks: own }): Piece[] => {
    if (own.every(({ kind }) => kind === "heading")) return [];
    const text = markdownOf(own);
    if (heading === undefined) return [{ title, text, anchor: undefined, name: undefined, at: own[0]?.at ?? 0 }];
    const asks = /[?？؟;]\s*$/.test(heading.title);
    return [
      {
        title: asks ? heading.title : `${title}: ${heading.title}`,
        text,
        anchor: heading.anchor,
        name: heading.anchor ?? heading.title,
        at: heading.at,
      },
    ];
  });
}

/** What two texts have in common when they say the same: letters and digits. */
function lettersOf(text: string): string {
  return normalise(text).replace(/[^\p{L}\p{N}]+/gu, "");
}
