/**
 * A small Markdown, from text to a tree of plain nodes; `parts/text.ts` turns the tree into templates. Pure. There is no
 * node for HTML, so markup in the text stays text. The same text always gives the same tree, finished or still streaming.
 */
export type Inline =
  | { type: "text"; text: string }
  | { type: "code"; text: string }
  | { type: "break" }
  | { type: "strong" | "emphasis"; children: Inline[] }
  | { type: "link"; href: string; host: string; children: Inline[] };
export type Block =
  | { type: "paragraph" | "heading"; children: Inline[] }
  | { type: "list"; ordered: boolean; start: number; items: Inline[][] }
  | { type: "code"; text: string };

/** Emphasis within emphasis deeper than this is shown as written. */
const maxDepth = 6;
const bullet = /^ {0,6}[-*+•] +(.*)$/;
const numbered = /^ {0,6}(\d{1,6})[.)] +(.*)$/;
const heading = /^ {0,3}#{1,6} +(.*?)(?: +#+)?$/;
const fence = /^ {0,3}(```|~~~)/;
/** Ends of a pasted address that belong to the sentence, not to it. */
const trailing = /[.,;:!?'"»”’)\]}]+$/;

/**
 * A link we are willing to follow: https without a user name, mailto, tel, or a path on the same site. `host` is what the
 * visitor is told about where it leads; empty for a path.
 */
export function safeLink(href: string): { href: string; host: string } | undefined {
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what must not get through
  if (/[\u0000-\u0020\u007f-\u009f\\<>"`]/.test(href)) return undefined;
  if (/^\/(?!\/)/.test(href)) return { href, host: "" };
  if (!/^(https:\/\/|mailto:|tel:)/i.test(href)) return undefined;
  try {
    const url = new URL(href);
    if (url.protocol === "mailto:" || url.protocol === "tel:") return { href: url.href, host: url.pathname };
    if (url.username !== "" || url.password !== "" || url.host === "") return undefined;
    return { href: url.href, host: url.host };
  } catch {
    return undefined;
  }
}

/** Text to blocks. Never throws; every character of the text that is not markup is in the tree. */
export function parseMarkdown(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.replaceAll("\r\n", "\n").replaceAll("\r", "\n").split("\n");
  let paragraph: string[] = [];
  const flush = (): void => {
    if (paragraph.length > 0) blocks.push({ type: "paragraph", children: parseInline(paragraph.join("\n")) });
    paragraph = [];
  };
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index]!;
    const fenced = fence.exec(line);
    if (fenced !== null) {
      flush();
      const code: string[] = [];
      for (index += 1; index < lines.length && lines[index]!.trim() !== fenced[1]; index += 1) code.push(lines[index]!);
      blocks.push({ type: "code", text: code.join("\n") });
      continue;
    }
    const number = numbered.exec(line);
    const item = number?.[2] ?? bullet.exec(line)?.[1];
    if (item !== undefined) {
      flush();
      addItem(blocks, number === null ? undefined : Number(number[1]), item);
      continue;
    }
    const title = heading.exec(line)?.[1];
    if (title !== undefined) {
      flush();
      blocks.push({ type: "heading", children: parseInline(title) });
      continue;
    }
    if (line.trim() === "") flush();
    else paragraph.push(line.trim());
  }
  flush();
  return blocks;
}

/** Adds an item to the list before it, also over an empty line, or begins a list. */
function addItem(blocks: Block[], number: number | undefined, text: string): void {
  const last = blocks.at(-1);
  const children = parseInline(text.trim());
  const ordered = number !== undefined;
  if (last?.type === "list" && last.ordered === ordered) last.items.push(children);
  else blocks.push({ type: "list", ordered, start: number ?? 1, items: [children] });
}

/** One paragraph's text to inline nodes. Time is linear for each level of emphasis. */
export function parseInline(text: string, depth = 0, insideLink = false): Inline[] {
  const nodes: Inline[] = [];
  let plain = "";
  let at = 0;
  /** Delimiters known to have no end in the rest of this text: looked for once, not once for each opening. */
  const endless = new Set<string>();
  const push = (node: Inline): void => {
    if (plain !== "") nodes.push({ type: "text", text: plain });
    plain = "";
    nodes.push(node);
  };
  const findEnd = (mark: string, from: number, accept: (index: number) => boolean): number => {
    if (endless.has(mark)) return -1;
    for (let index = text.indexOf(mark, from); index !== -1; index = text.indexOf(mark, index + 1)) if (accept(index)) return index;
    endless.add(mark);
    return -1;
  };

  while (at < text.length) {
    const char = text[at]!;
    if (char === "\n") {
      push({ type: "break" });
      at += 1;
      continue;
    }
    if (char === "\\" && /[\\`*_[\]()#+\-.!~>]/.test(text[at + 1] ?? "")) {
      plain += text[at + 1];
      at += 2;
      continue;
    }
    if (char === "`") {
      const end = findEnd("`", at + 1, () => true);
      if (end > at + 1) {
        push({ type: "code", text: text.slice(at + 1, end) });
        at = end + 1;
        continue;
      }
    }
    if ((char === "*" || char === "_") && depth < maxDepth) {
      const mark = text[at + 1] === char ? char + char : char;
      const end = opensAt(text, at, mark) ? findEnd(mark, at + mark.length + 1, (index) => closesAt(text, index, mark)) : -1;
      if (end !== -1) {
        push({
          type: mark.length === 2 ? "strong" : "emphasis",
          children: parseInline(text.slice(at + mark.length, end), depth + 1, insideLink),
        });
        at = end + mark.length;
        continue;
      }
      plain += mark;
      at += mark.length;
      continue;
    }
    if (!insideLink && (char === "[" || char === "h" || char === "H")) {
      const found = char === "[" ? bracketLink(text, at, (from) => findEnd("](", from, () => true), depth) : bareLink(text, at);
      if (found !== undefined) {
        push(found.node);
        at = found.end;
        continue;
      }
    }
    plain += char;
    at += 1;
  }
  if (plain !== "") nodes.push({ type: "text", text: plain });
  return nodes;
}

function isWord(char: string | undefined): boolean {
  return char !== undefined && /[\p{L}\p{N}]/u.test(char);
}
/** Emphasis begins before something, and `_` only outside a word, so that snake_case stays whole. */
function opensAt(text: string, at: number, mark: string): boolean {
  const next = text[at + mark.length];
  return next !== undefined && !/\s/.test(next) && next !== mark[0] && !(mark[0] === "_" && isWord(text[at - 1]));
}
function closesAt(text: string, index: number, mark: string): boolean {
  if (/\s/.test(text[index - 1] ?? " ")) return false;
  if (mark.length === 1 && (text[index + 1] === mark || text[index - 1] === mark)) return false;
  return !(mark[0] === "_" && isWord(text[index + mark.length]));
}

type FoundLink = { node: Inline; end: number };

function bracketLink(text: string, at: number, findMiddle: (from: number) => number, depth: number): FoundLink | undefined {
  const middle = findMiddle(at + 1);
  if (middle === -1 || middle - at > 400) return undefined;
  const label = text.slice(at + 1, middle);
  const end = text.indexOf(")", middle + 2);
  if (label.trim() === "" || label.includes("[") || label.includes("\n") || end === -1 || end - middle > 2_000) return undefined;
  const link = safeLink(text.slice(middle + 2, end));
  if (link === undefined) return undefined;
  return { node: { type: "link", ...link, children: parseInline(label, depth + 1, true) }, end: end + 1 };
}

function bareLink(text: string, at: number): FoundLink | undefined {
  if (isWord(text[at - 1])) return undefined;
  const found = /^https:\/\/[^\s<>"`\\*]{1,2000}/i.exec(text.slice(at, at + 2_010))?.[0].replace(trailing, "");
  const link = found === undefined ? undefined : safeLink(found);
  if (found === undefined || link === undefined) return undefined;
  return { node: { type: "link", ...link, children: [{ type: "text", text: found }] }, end: at + found.length };
}

/** The words alone, as a person would read them aloud: no marks, no addresses behind links. */
export function plainText(blocks: readonly Block[]): string {
  const words = (nodes: readonly Inline[]): string =>
    nodes
      .map((node) => {
        if (node.type === "break") return "\n";
        if (node.type === "text" || node.type === "code") return node.text;
        return words(node.children);
      })
      .join("");
  return blocks
    .map((block) => {
      if (block.type === "code") return block.text;
      if (block.type === "list") return block.items.map((item) => words(item)).join("\n");
      return words(block.children);
    })
    .join("\n");
}
