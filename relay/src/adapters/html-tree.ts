/**
 * HTML as a plain tree of elements and texts, and its bytes as text. The parser repairs what authors forget to close. Knows no articles; never
 * gives markup back: whoever reads the tree gets names, attributes and text.
 */
import { Parser } from "htmlparser2";

/** `at`: offset in the source. `holdsBlock`: a paragraph, list, heading or the like is somewhere below. */
export type HtmlElement = {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: HtmlNode[];
  at: number;
  holdsBlock: boolean;
};
export type HtmlNode = HtmlElement | string;

/** No page a person wrote is nested deeper; the parser's time grows with the square of it. */
const MAX_DEPTH = 1_000;
const blockNames =
  /^(?:address|article|aside|blockquote|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul)$/;

export function isBlock(name: string): boolean {
  return blockNames.test(name);
}

/** The root of the tree; `undefined` when elements are nested more than 1,000 deep. `xml` keeps the case of names and knows no HTML. */
export function parseHtml(source: string, { xml = false } = {}): HtmlElement | undefined {
  const root: HtmlElement = { name: "", attributes: {}, children: [], at: 0, holdsBlock: false };
  const open = [root];
  let deepest = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const element: HtmlElement = { name, attributes, children: [], at: parser.startIndex, holdsBlock: false };
        if (isBlock(name)) for (let up = open.length - 1; up >= 0 && !open[up]!.holdsBlock; up -= 1) open[up]!.holdsBlock = true;
        open.at(-1)!.children.push(element);
        open.push(element);
        deepest = Math.max(deepest, open.length);
        if (deepest > MAX_DEPTH) parser.pause();
      },
      ontext(text) {
        open.at(-1)!.children.push(text);
      },
      onclosetag() {
        open.pop();
      },
    },
    { xmlMode: xml, decodeEntities: true },
  );
  for (let from = 0; from < source.length; from += PIECE) {
    parser.write(source.slice(from, from + PIECE));
    if (deepest > MAX_DEPTH) return undefined;
  }
  parser.end();
  return root;
}

/** The parser looks at its pause between two pieces. */
const PIECE = 16_384;

/** Every element below, in order, that `wanted` accepts. */
export function* elementsBelow(element: HtmlElement, wanted: (one: HtmlElement) => boolean): Generator<HtmlElement, void> {
  for (const child of element.children) {
    if (typeof child === "string") continue;
    if (wanted(child)) yield child;
    yield* elementsBelow(child, wanted);
  }
}

export function firstBelow(element: HtmlElement, wanted: (one: HtmlElement) => boolean): HtmlElement | undefined {
  return elementsBelow(element, wanted).next().value ?? undefined;
}

/** All text below, scripts too, as it is written. */
export function rawText(element: HtmlElement): string {
  return element.children.map((child) => (typeof child === "string" ? child : rawText(child))).join("");
}

/** From 1. */
export function lineAt(source: string, offset: number): number {
  let line = 1;
  for (let at = source.indexOf("\n"); at >= 0 && at < offset; at = source.indexOf("\n", at + 1)) line += 1;
  return line;
}

/** Text of a page's bytes: by its byte order mark, the header's charset, its own `<meta charset>`, else UTF-8 (HTML standard 13.2.3.2). */
export function decodeHtml(bytes: Uint8Array, contentType = ""): string {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decoderFor("utf-16be").decode(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decoderFor("utf-16le").decode(bytes);
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return decoderFor("utf-8").decode(bytes);
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 1_024));
  const named = charsetPattern.exec(contentType)?.[1] ?? /<meta[^>]{1,200}?charset\s*=\s*["']?([\w-]+)/i.exec(head)?.[1];
  return decoderFor(named ?? "utf-8").decode(bytes);
}

const charsetPattern = /charset\s*=\s*["']?([\w-]+)/i;

function decoderFor(label: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(label);
  } catch {
    return new TextDecoder("utf-8");
  }
}
