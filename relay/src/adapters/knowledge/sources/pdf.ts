/** Articles from a PDF: taken apart in a thread of its own, one file at a time, and read as the page its text makes. Owns the limits. */
import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { runThread, threadFile } from "../../thread.ts";
import { idFrom, type Read, type ReadOptions } from "../article.ts";
import { nameOf, readPage, type PageSource } from "./html.ts";
import type { PdfAnswer, PdfRequest } from "./pdf-worker.ts";

export const MAX_PDF_BYTES = 32 * 1024 * 1024;
/** A hostile file can ask for hours; 500 pages take about two seconds. */
const LONGEST_MS = 60_000;
const MOST_HEAP_MB = 512;

export async function readPdfFile(file: string, options: ReadOptions): Promise<Read[]> {
  const bytes = await readFile(file);
  if (bytes.length > MAX_PDF_BYTES)
    return [{ file, line: 1, code: "too-large", problem: `expected at most ${MAX_PDF_BYTES} bytes, found ${bytes.length}` }];
  return readPdf({ file, bytes, id: () => idFrom(nameOf(file)), derivedFrom: relative(options.baseDir, file) }, options);
}

/** Rejects with the signal's reason alone. */
export async function readPdf(
  { bytes, ...source }: Omit<PageSource, "html"> & { bytes: Uint8Array },
  options: ReadOptions,
): Promise<Read[]> {
  const { file } = source;
  const split = options.split ?? "questions";
  const answer = await inTurn(() => takeApart({ bytes, folded: split !== "none" }, options.signal));
  if ("problem" in answer) return [{ file, line: 1, code: "not-pdf", problem: answer.problem }];
  const { reads } = readPage({ ...source, html: answer.html }, options);
  // A line of the HTML says nothing about the PDF; a scan has pictures of letters only.
  return reads.map((read) =>
    "problem" in read && (read.code === "no-text" || read.code === "bad-field")
      ? { file, line: 1, code: "no-text", problem: "expected a PDF with text; pictures of text are not read" }
      : { ...read, line: 1 },
  );
}

let before: Promise<unknown> = Promise.resolve();
/** One thread at a time: each may take half a gigabyte. */
function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
  const mine = before.then(work);
  before = mine.catch(() => undefined);
  return mine;
}

async function takeApart(request: PdfRequest, signal: AbortSignal | undefined): Promise<PdfAnswer> {
  const late = AbortSignal.timeout(LONGEST_MS);
  try {
    return await runThread<never, PdfAnswer>(threadFile("./pdf-worker", import.meta.url), request, {
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
      silent: true,
    });
  } catch (cause) {
    signal?.throwIfAborted();
    if (late.aborted) return { problem: `expected a PDF that is read within ${LONGEST_MS / 1_000} s` };
    if ((cause as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY")
      return { problem: `expected a PDF that is read in ${MOST_HEAP_MB} MB` };
    return { problem: `expected a PDF (${cause instanceof Error ? cause.name : "unknown"})` };
  }
}
