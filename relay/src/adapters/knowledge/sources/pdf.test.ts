import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createTestContext } from "../../../testing/adapter-context.ts";
import { pdfOf, type PdfLine } from "../../../testing/pdf.ts";
import type { Read, Split } from "../article.ts";
import { readPdf, readPdfFile } from "./pdf.ts";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const dispose of open.splice(0)) await dispose();
});
const reading = (split?: Split, signal?: AbortSignal) => ({ baseDir: "/", urlTemplate: "/files/{id}.pdf", split, signal });
const read = async (bytes: Uint8Array, split?: Split, signal?: AbortSignal): Promise<Read[]> =>
  readPdf({ file: "returns.pdf", bytes, id: () => "returns", derivedFrom: "returns.pdf" }, reading(split, signal));
const articles = async (bytes: Uint8Array, split?: Split) =>
  (await read(bytes, split)).flatMap((one) => ("article" in one ? [one.article] : []));
const problems = async (bytes: Uint8Array) => (await read(bytes)).flatMap((one) => ("problem" in one ? [[one.code, one.problem]] : []));

const sheet: PdfLine[][] = [
  [
    { text: "Linden & Co 2026", y: 820, size: 8 },
    { text: "Returns", y: 780, size: 24 },
    { text: "You have 30 days from delivery to return a lamp. It must be un-", y: 740 },
    { text: "used and in its box.", y: 726 },
    { text: "Who pays for the label?", y: 690, size: 16 },
    { text: "We pay inside the EU <and> Norway.", y: 660 },
    { text: "1. Print the label.", y: 640 },
    { text: "2. Hand the box over.", y: 626 },
    { text: "Page 1 of 3", y: 20, size: 8 },
  ],
  [
    { text: "Linden & Co 2026", y: 820, size: 8 },
    { text: "Exchange", y: 780, size: 16 },
    { text: "Write to us, and we send another lamp when the first one has", y: 750 },
    { text: "Page 2 of 3", y: 20, size: 8 },
  ],
  [
    { text: "Linden & Co 2026", y: 820, size: 8 },
    { text: "come back.", y: 780 },
    { text: "How long does it take?", y: 750, bold: true },
    { text: "Five days.", y: 730 },
    { text: "Page 3 of 3", y: 20, size: 8 },
  ],
];
const facts = { Title: "Returns at Linden", ModDate: "D:20261012080000+02'00'" };

describe("readPdf", () => {
  it("reads title, date, language and text; headers, page numbers and divided words are mended", async () => {
    const [article, ...more] = await articles(pdfOf(sheet, facts, "en-GB"), "none");
    expect(more).toEqual([]);
    expect(article).toMatchObject({
      id: "returns",
      title: "Returns",
      language: "en-GB",
      updatedAt: "2026-10-12",
      url: "/files/returns.pdf",
    });
    expect(article?.text).toContain("It must be unused and in its box.");
    expect(article?.text).toContain("another lamp when the first one has come back.");
    expect(article?.text).toContain("- Print the label.\n- Hand the box over.");
    expect(article?.text).not.toMatch(/Linden & Co|Page \d/);
  });

  it("makes an article of each heading that asks, with its page as the address", async () => {
    const found = await articles(pdfOf(sheet, facts, "en"));
    expect(found.map(({ title, url }) => [title, url])).toEqual([
      ["Returns", "/files/returns.pdf"],
      ["Who pays for the label?", "/files/returns.pdf#page=1"],
      ["How long does it take?", "/files/returns.pdf#page=3"],
    ]);
    expect(found[1]?.text).toMatch(/^We pay inside the EU .*and.* Norway/);
    expect(found[0]?.text).toContain("Exchange");
  });

  it("divides at every heading when asked to", async () => {
    const found = await articles(pdfOf(sheet, facts, "en"), "h2");
    expect(found.map(({ title }) => title)).toContain("Returns: Exchange");
  });

  it("takes the title of the file's facts, then the first line", async () => {
    const plain = [[{ text: "Only text here.", y: 700 }]];
    expect((await articles(pdfOf(plain, { Title: "Shipping" })))[0]?.title).toBe("Shipping");
    expect((await articles(pdfOf(plain, { Title: "report.docx" })))[0]?.title).toBe("Only text here.");
  });

  it("says what is wrong: no PDF, damaged, a password, no text", async () => {
    expect(await problems(Buffer.from("<html>"))).toEqual([["not-pdf", expect.stringContaining("expected a PDF")]]);
    expect(await problems(Buffer.alloc(0))).toEqual([["not-pdf", expect.any(String)]]);
    expect(await problems(pdfOf(sheet, facts).subarray(0, 300))).toEqual([[expect.stringMatching(/not-pdf|no-text/), expect.any(String)]]);
    expect(await problems(pdfOf([[]]))).toEqual([["no-text", expect.stringContaining("pictures of text")]]);
    const locked = pdfOf(sheet, facts).toString("latin1");
    const encrypted = locked.replace(
      "trailer\n<<",
      `trailer\n<< /ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${"41".repeat(32)}> /U <${"42".repeat(32)}> >>`,
    );
    expect(await problems(Buffer.from(encrypted, "latin1"))).toEqual([["not-pdf", "expected a PDF without a password"]]);
  });

  it("reads many at once one after the other, and ends with its signal", async () => {
    const bytes = pdfOf(sheet, facts);
    const many = await Promise.all([0, 1, 2].map(async () => read(Buffer.from(bytes), "none")));
    expect(many.map((reads) => reads.length)).toEqual([1, 1, 1]);
    const stop = new AbortController();
    const last = read(bytes, "none", stop.signal);
    stop.abort(new Error("stopped"));
    await expect(last).rejects.toThrow("stopped");
  });
});

describe("readPdfFile", () => {
  it("names the article like the file", async () => {
    const { context, dispose } = await createTestContext();
    open.push(dispose);
    const file = join(context.baseDir, "Care-Guide.pdf");
    await writeFile(file, pdfOf([[{ text: "Wipe it dry.", y: 700 }]]));
    const [one] = await readPdfFile(file, { ...reading(), baseDir: context.baseDir });
    expect(one).toMatchObject({ article: { id: "care-guide", title: "Wipe it dry.", url: "/files/care-guide.pdf" } });
  });
});
