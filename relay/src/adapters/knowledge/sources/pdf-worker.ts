/** The thread that takes one PDF apart (PDF.js, by unpdf) and answers with its text as HTML, or with what is wrong. Fetches nothing. */
import { parentPort, workerData } from "node:worker_threads";
import { getDocumentProxy, getMeta } from "unpdf";
import type { FromThread } from "../../thread.ts";
import { isDate, isLanguage } from "../article.ts";
import { htmlOfPdf, type PdfFacts, type PdfPiece } from "./pdf-layout.ts";

export type PdfRequest = { bytes: Uint8Array; folded: boolean };
/** `problem`: in one line, what was expected. */
export type PdfAnswer = { html: string } | { problem: string };

/** What comes after is left out. */
const MAX_PAGES = 1_000;
const MAX_CHARS = 4_000_000;

async function read({ bytes, folded }: PdfRequest): Promise<PdfAnswer> {
  let pdf: Awaited<ReturnType<typeof getDocumentProxy>>;
  try {
    pdf = await getDocumentProxy(bytes, { verbosity: 0, disableFontFace: true, stopAtErrors: false });
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : "unknown";
    return { problem: name === "PasswordException" ? "expected a PDF without a password" : `expected a PDF (${name})` };
  }
  const pages: PdfPiece[][] = [];
  let chars = 0;
  for (let number = 1; number <= Math.min(pdf.numPages, MAX_PAGES) && chars < MAX_CHARS; number += 1) {
    const { items } = await (await pdf.getPage(number)).getTextContent().catch(() => ({ items: [] }));
    const pieces: PdfPiece[] = [];
    for (const item of items) {
      if (!("str" in item)) continue;
      pieces.push({ text: item.str, font: item.fontName, height: item.height, y: Number(item.transform[5]), endsLine: item.hasEOL });
      chars += item.str.length;
    }
    pages.push(pieces);
  }
  return { html: htmlOfPdf(pages, await factsOf(pdf), folded) };
}

async function factsOf(pdf: Awaited<ReturnType<typeof getDocumentProxy>>): Promise<PdfFacts> {
  const { info } = await getMeta(pdf).catch(() => ({ info: {} as Record<string, unknown> }));
  const text = (name: string): string => (typeof info[name] === "string" ? info[name].trim() : "");
  // As D:20261012080000+02'00' (ISO 32000 7.9.4).
  const [, year, month, day] = /^D:(\d{4})(\d{2})(\d{2})/.exec(text("ModDate") || text("CreationDate")) ?? [];
  const date = `${year}-${month}-${day}`;
  return {
    // Word writes the name of the file where nobody wrote a title.
    ...(text("Title") === "" || /\.\w{2,4}$/.test(text("Title")) ? {} : { title: text("Title") }),
    ...(isLanguage(text("Language")) ? { language: text("Language") } : {}),
    ...(isDate(date) ? { updatedAt: date } : {}),
  };
}

const result = await read(workerData as PdfRequest);
parentPort?.postMessage({ type: "result", result } satisfies FromThread<never, PdfAnswer>);
