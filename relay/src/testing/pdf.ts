/** Writes small PDFs (ISO 32000, not packed) for tests of those who read them. */

/** `y` from the bottom of an A4 page, in points; 0 to 842. */
export type PdfLine = { text: string; y: number; size?: number; bold?: boolean };

/** Latin letters only: the fonts are those every reader has. */
export function pdfOf(pages: readonly (readonly PdfLine[])[], info: Readonly<Record<string, string>> = {}, language?: string): Buffer {
  const text = (value: string): string => `(${value.replaceAll(/[\\()]/g, String.raw`\$&`)})`;
  const objects: string[] = [];
  const add = (body: string): number => objects.push(body);
  const fonts = ["Helvetica", "Helvetica-Bold"].map((name) =>
    add(`<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`),
  );
  const tree = objects.length + pages.length * 2 + 1;
  const kids = pages.map((lines) => {
    const stream = lines
      .map(({ text: said, y, size = 12, bold = false }) => `BT /F${bold ? 1 : 0} ${size} Tf 50 ${y} Td ${text(said)} Tj ET`)
      .join("\n");
    const content = add(`<< /Length ${Buffer.byteLength(stream, "latin1")} >>\nstream\n${stream}\nendstream`);
    return add(
      `<< /Type /Page /Parent ${tree} 0 R /MediaBox [0 0 595 842] /Contents ${content} 0 R /Resources << /Font << /F0 ${fonts[0]} 0 R /F1 ${fonts[1]} 0 R >> >> >>`,
    );
  });
  add(`<< /Type /Pages /Count ${kids.length} /Kids [${kids.map((kid) => `${kid} 0 R`).join(" ")}] >>`);
  const root = add(`<< /Type /Catalog /Pages ${tree} 0 R${language === undefined ? "" : ` /Lang ${text(language)}`} >>`);
  const facts = add(
    `<< ${Object.entries(info)
      .map(([key, value]) => `/${key} ${text(value)}`)
      .join(" ")} >>`,
  );
  let source = "%PDF-1.4\n";
  const places = objects.map((body, index) => {
    const at = source.length;
    source += `${index + 1} 0 obj\n${body}\nendobj\n`;
    return at;
  });
  const start = source.length;
  const table = places.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("");
  source += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root ${root} 0 R /Info ${facts} 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(source, "latin1");
}
