/** The words of a piece of HTML that a person wrote, as a desk's mail or comment: blocks on lines of their own, quotes marked as in plain mail. */
import { isBlock, parseHtml, type HtmlElement } from "./html-tree.ts";

/** What is inside is no text. */
const SILENT = new Set(["head", "script", "style", "template", "title"]);

/** Entities are read; lines of a `blockquote` begin with `> `. Broken HTML gives what words it has; what is nested without end, none. */
export function textOfHtml(html: string): string {
  const root = parseHtml(html);
  if (root === undefined) return "";
  const lines: string[] = [];
  let line = "";
  let quoted = 0;
  function end(): void {
    const words = line.replace(/\s+/g, " ").trim();
    if (words !== "") lines.push(`${"> ".repeat(quoted)}${words}`);
    line = "";
  }
  function read({ children }: HtmlElement): void {
    for (const child of children) {
      if (typeof child === "string") line += child;
      else if (child.name === "br") {
        if (line.trim() === "" && lines.at(-1) !== "") lines.push("");
        end();
      } else if (!SILENT.has(child.name)) {
        const block = isBlock(child.name);
        if (block) end();
        if (child.name === "blockquote") quoted += 1;
        read(child);
        if (block) end();
        if (child.name === "blockquote") quoted -= 1;
      }
    }
  }
  read(root);
  end();
  return lines.join("\n").trim();
}
