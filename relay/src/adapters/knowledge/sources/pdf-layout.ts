/**
 * A PDF's pieces of text as the HTML of a page: lines, paragraphs, list items, and headings by the size and the kind of their letters. What stands at
 * the top or bottom of most pages is left out. Pure; who takes the file apart is pdf-worker.ts.
 */

/** As PDF.js gives them: `height` of the letters, `y` from the bottom of the page, both in points. */
export type PdfPiece = { text: string; font: string; height: number; y: number; endsLine: boolean };
export type PdfFacts = {
  title?: string | undefined;
  language?: string | undefined;
  /** A date, as 2026-10-12. */ updatedAt?: string | undefined;
};

type Line = { text: string; size: number; font: string; y: number; page: number };
type Block = { kind: "h1" | "h2" | "h3" | "p" | "li"; text: string; page: number };

/** Letters this much larger than those of the text are a heading's. */
const LARGER = 1.15;
/** More is a sentence in large letters. */
const MOST_HEADING_CHARS = 120;
/** Lines further apart than this many of their heights belong to two paragraphs. */
const PARAGRAPH_GAP = 1.75;
/** A line that stands at the edge of so many pages, and of half of them, is no text. */
const RUNNING_PAGES = 3;

const bullet = /^\s*(?:[•◦▪‣·●○■–—*-]|\(?\d{1,2}[.)])\s+/u;
const sentenceEnd = /[.!;:,。！；：，、؛،]["'”’»)]*$/u;
const question = /[?？؟]["'”’»)]*$/u;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** `folded`: headings that ask become `details`, which the page reader takes as questions with their answers. */
export function htmlOfPdf(pages: readonly (readonly PdfPiece[])[], facts: PdfFacts, folded: boolean): string {
  const lines = withoutRunning(pages.map((pieces, index) => linesOf(pieces, index + 1)));
  const blocks = blocksOf(lines);
  const title = blocks.find(({ kind }) => kind === "h1")?.text ?? facts.title ?? blocks.find(({ kind }) => kind !== "li")?.text ?? "";
  const meta = facts.updatedAt === undefined ? "" : `<meta property="article:modified_time" content="${facts.updatedAt}">`;
  const lang = facts.language === undefined ? "" : ` lang="${escaped(facts.language)}"`;
  const body = [...htmlOf(blocks, folded)].join("\n");
  return `<html${lang}><head><title>${escaped(title.slice(0, 300))}</title>${meta}</head><body><main>${body}</main></body></html>`;
}

function linesOf(pieces: readonly PdfPiece[], page: number): Line[] {
  const lines: Line[] = [];
  let line: Line | undefined;
  for (const { text, font, height, y, endsLine } of pieces) {
    // PDF.js puts NUL where a font does not say which letter it draws.
    // oxlint-disable-next-line no-control-regex
    const said = text.replaceAll(/[\u0000-\u001f]+/g, " ").normalize("NFKC");
    if (line !== undefined && Math.abs(line.y - y) > Math.max(height, line.size) * 0.6 && said.trim() !== "") line = undefined;
    if (line === undefined) {
      if (said.trim() === "") continue;
      line = { text: "", size: height, font, y, page };
      lines.push(line);
    }
    line.text += said;
    line.size = Math.max(line.size, said.trim() === "" ? 0 : height);
    if (endsLine) line = undefined;
  }
  return lines.map((one) => ({ ...one, text: one.text.replaceAll(/\s+/g, " ").trim() })).filter(({ text }) => text !== "");
}

/** Page numbers, and what is the same at the edge of most pages. */
function withoutRunning(pages: readonly Line[][]): Line[][] {
  const plain = (line: Line): string => line.text.replaceAll(/\d+/g, "#");
  const edges = (lines: Line[]): Set<Line> => new Set([...lines.slice(0, 2), ...lines.slice(-2)]);
  const counts = new Map<string, number>();
  for (const lines of pages) for (const text of new Set([...edges(lines)].map(plain))) counts.set(text, (counts.get(text) ?? 0) + 1);
  const running = (text: string): boolean => (counts.get(text) ?? 0) >= Math.max(RUNNING_PAGES, pages.length / 2);
  return pages.map((lines) => {
    const outer = edges(lines);
    return lines.filter(
      (line) => !outer.has(line) || !(running(plain(line)) || /^(?:\D{0,8}\d{1,4}(?:\D{1,6}\d{1,4})?|[ivxlc]+)$/i.test(line.text)),
    );
  });
}

function blocksOf(pages: readonly Line[][]): Block[] {
  const lines = pages.flat();
  const usual = commonest(lines, ({ size }) => Math.round(size * 2) / 2);
  const usualFont = commonest(lines, ({ font }) => font);
  const heads = lines.filter((line) => isHeading(line, usual, usualFont));
  const sizes = [...new Set(heads.filter(({ size }) => size > usual * LARGER).map(({ size }) => Math.round(size)))].sort((a, b) => b - a);
  // One line alone in the largest letters is the title; when there are several, they are sections.
  const single = heads.filter(({ size }) => Math.round(size) === sizes[0]).length === 1;
  const levels: Block["kind"][] = single ? ["h1", "h2"] : ["h2"];
  const kindOf = (line: Line): Block["kind"] => levels[sizes.indexOf(Math.round(line.size))] ?? (sizes.length === 0 ? "h2" : "h3");
  const headSet = new Set(heads);

  const blocks: Block[] = [];
  let before: Line | undefined;
  for (const line of lines) {
    const last = blocks.at(-1);
    const near =
      before !== undefined && before.page === line.page && Math.abs(before.y - line.y) <= Math.max(line.size, before.size) * PARAGRAPH_GAP;
    // A sentence goes on over the end of a page.
    const goesOn =
      near || (before !== undefined && before.page !== line.page && !sentenceEnd.test(before.text) && /^\p{Ll}/u.test(line.text));
    if (headSet.has(line)) {
      const kind = kindOf(line);
      if (last?.kind === kind && near && before !== undefined && headSet.has(before)) last.text = joined(last.text, line.text);
      else blocks.push({ kind, text: line.text, page: line.page });
    } else if (bullet.test(line.text)) blocks.push({ kind: "li", text: line.text.replace(bullet, ""), page: line.page });
    else if (last !== undefined && goesOn && (last.kind === "p" || last.kind === "li")) last.text = joined(last.text, line.text);
    else blocks.push({ kind: "p", text: line.text, page: line.page });
    before = line;
  }
  return blocks;
}

/** Larger letters than the text's; or, short and without an end, all in another font (bold). */
function isHeading({ text, size, font }: Line, usual: number, usualFont: string | undefined): boolean {
  if (text.length > MOST_HEADING_CHARS || !/\p{L}/u.test(text) || bullet.test(text)) return false;
  return size > usual * LARGER || (font !== usualFont && size >= usual && !sentenceEnd.test(text) && text.length <= MOST_HEADING_CHARS / 2);
}

/** By characters, so that a few headings do not count as the text. */
function commonest<Key>(lines: readonly Line[], keyOf: (line: Line) => Key): Key {
  const counts = new Map<Key, number>();
  for (const line of lines) counts.set(keyOf(line), (counts.get(keyOf(line)) ?? 0) + line.text.length);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0] as Key;
}

/** A word that was divided at the end of a line is one again. */
function joined(text: string, more: string): string {
  if (/\p{L}-$/u.test(text) && /^\p{Ll}/u.test(more)) return text.slice(0, -1) + more;
  const tight = unspaced.test(text.at(-1) ?? "") && unspaced.test(more[0] ?? "");
  return text + (tight ? "" : " ") + more;
}

function* htmlOf(blocks: readonly Block[], folded: boolean): Generator<string> {
  let open = false;
  for (const { kind, text, page } of blocks) {
    const asks = folded && kind !== "p" && kind !== "li" && kind !== "h1" && question.test(text);
    if (open && kind !== "p" && kind !== "li") {
      yield "</details>";
      open = false;
    }
    if (asks) {
      yield `<details id="page=${page}"><summary>${escaped(text)}</summary>`;
      open = true;
    } else
      yield kind === "li"
        ? `<ul><li>${escaped(text)}</li></ul>`
        : `<${kind}${kind === "p" ? "" : ` id="page=${page}"`}>${escaped(text)}</${kind}>`;
  }
  if (open) yield "</details>";
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
