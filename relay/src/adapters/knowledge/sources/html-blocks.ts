/**
 * The readable part of a page as a list of blocks: headings, paragraphs, list items, code, folded questions. Furniture (navigation, headers,
 * forms' fields) and what a reader cannot see are left out. What the page wrote stays text: nothing in it can become markup of ours.
 */
import { isBlock, type HtmlElement, type HtmlNode } from "../../html-tree.ts";

/** `text`: Markdown. `anchor`: the id a link can end in. `at`: offset in the source. */
export type Block = { at: number } & (
  | { kind: "heading"; level: number; title: string; anchor: string | undefined }
  | { kind: "paragraph" | "item" | "code"; text: string }
  | { kind: "question"; title: string; anchor: string | undefined; blocks: Block[] }
);
/** An address for a link in the page, or `undefined` when it leads nowhere a visitor may go. */
export type LinkTo = (href: string) => string | undefined;

const furniture =
  /^(?:aside|audio|base|button|canvas|datalist|dialog|embed|footer|head|iframe|input|link|map|menu|meta|nav|noscript|object|option|script|select|style|svg|template|textarea|title|video)$/;
const furnitureRoles = /^(?:navigation|banner|contentinfo|complementary|search|dialog|alertdialog|menu|menubar|toolbar)$/;
const hiddenStyle = /(?:display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)|font-size\s*:\s*0)/i;
const hiddenClass = /(?:^|\s)(?:sr-only|visually-hidden|screen-reader-text)(?:\s|$)/;
/** What shows nothing and may say something to a machine: soft hyphens, zero widths, direction overrides, tags. */
const invisible = /[\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]|[\u{e0000}-\u{e007f}]/gu;
const whitespace = /[\s\p{Cc}]+/gu;

/** The blocks below `root`. `skip` is left out: the heading that is the title already. */
export function blocksOf(root: HtmlElement, linkTo: LinkTo, skip?: HtmlElement): Block[] {
  const walk = createWalk(linkTo, skip);
  walk.children(root);
  return walk.end();
}

/** Text as a reader sees it, in one line and without markup. */
export function plainText(element: HtmlElement): string {
  return clean(flatText(element)).trim();
}

/** Blocks as Markdown. */
export function markdownOf(blocks: readonly Block[]): string {
  let markdown = "";
  let before: Block["kind"] | undefined;
  for (const block of blocks) {
    const text = oneBlock(block);
    if (text === "") continue;
    const gap = block.kind === "item" && before === "item" ? "\n" : "\n\n";
    markdown += markdown === "" ? text : gap + text;
    before = block.kind;
  }
  return markdown;
}

function oneBlock(block: Block): string {
  if (block.kind === "heading") return `### ${escaped(block.title)}`;
  if (block.kind === "question")
    return [`**${escaped(block.title)}**`, markdownOf(block.blocks)].filter((text) => text !== "").join("\n\n");
  return block.text;
}

export function isShown({ name, attributes }: HtmlElement): boolean {
  if (furniture.test(name) || "hidden" in attributes || "data-nosnippet" in attributes || attributes["aria-hidden"] === "true")
    return false;
  if (furnitureRoles.test(attributes["role"] ?? "") || hiddenClass.test(attributes["class"] ?? "")) return false;
  return !hiddenStyle.test(attributes["style"] ?? "");
}

function clean(text: string): string {
  return text.replace(invisible, "").replace(whitespace, " ");
}

/** Text with what Markdown would read as emphasis, code or a link made to stand for itself. */
export function escaped(text: string): string {
  return text.replace(/[\\`*[\]]/g, "\\$&").replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_");
}

/** The same for what begins a line: a list, a heading, a quotation, a fence. `**` is ours by now. */
export function escapedStart(line: string): string {
  return line.replace(/^[-+#>~]/, "\\$&").replace(/^(\d{1,6})([.)])(?=\s)/, "$1\\$2");
}

function flatText(element: HtmlElement): string {
  if (!isShown(element)) return "";
  if (element.name === "br") return " ";
  const inner = element.children.map((child) => (typeof child === "string" ? child : flatText(child))).join("");
  return isBlock(element.name) ? ` ${inner} ` : inner;
}

type Walk = { children(element: HtmlElement): void; end(): Block[] };

function createWalk(linkTo: LinkTo, skip: HtmlElement | undefined): Walk {
  const blocks: Block[] = [];
  let inline = "";
  let inlineAt = 0;
  /** Of a section just entered: its first heading has none of its own. */
  let sectionId: string | undefined;
  let inContent = 0;

  const nested = (element: HtmlElement): Block[] => {
    const walk = createWalk(linkTo, skip);
    walk.children(element);
    return walk.end();
  };
  const flush = (): void => {
    const text = tidy(inline);
    inline = "";
    if (text !== "") blocks.push({ kind: "paragraph", text, at: inlineAt });
  };
  const inlineOf = (nodes: readonly HtmlNode[]): string =>
    nodes.map((node) => (typeof node === "string" ? escaped(clean(node)) : inlineElement(node))).join("");
  const inlineElement = (element: HtmlElement): string => {
    const { name, attributes, children } = element;
    if (!isShown(element)) return "";
    if (name === "br") return "\n";
    if (name === "code" || name === "kbd" || name === "samp") return wrapped(plainText(element).replaceAll("`", "'"), "`");
    const inner = inlineOf(children);
    if (name === "strong" || name === "b") return wrapped(inner, "**");
    if (name === "em" || name === "i") return wrapped(inner, "*");
    const href = name === "a" && attributes["href"] !== undefined ? linkTo(attributes["href"]) : undefined;
    if (href !== undefined && inner.trim() !== "") return `[${inner.replace(/\s+/g, " ").trim()}](${href})`;
    return isBlock(name) ? ` ${inner} ` : inner;
  };
  const list = (element: HtmlElement): void => {
    let number = Number.parseInt(element.attributes["start"] ?? "1", 10) || 1;
    for (const item of element.children) {
      if (typeof item === "string" || !isShown(item)) continue;
      const inner = nested(item);
      const own = inner.filter((block) => block.kind !== "item");
      const text = own.map(oneBlock).join(" ").replace(/\s+/g, " ").trim();
      if (text !== "") blocks.push({ kind: "item", text: `${element.name === "ol" ? `${number}.` : "-"} ${text}`, at: item.at });
      for (const block of inner) if (block.kind === "item") blocks.push({ ...block, text: `  ${block.text}` });
      number += 1;
    }
  };
  const row = (element: HtmlElement): void => {
    const cells = element.children.filter((cell) => typeof cell !== "string" && isShown(cell)) as HtmlElement[];
    const texts = cells.map((cell) => inlineOf(cell.children).replace(/\s+/g, " ").trim()).filter((text) => text !== "");
    if (texts.length > 0) blocks.push({ kind: "item", text: `- ${texts.join(" | ")}`, at: element.at });
  };
  const heading = (element: HtmlElement): void => {
    const title = plainText(element);
    const inner = element.children.find((child): child is HtmlElement => typeof child !== "string" && child.name === "a");
    const anchor = element.attributes["id"] ?? inner?.attributes["id"] ?? inner?.attributes["name"] ?? sectionId;
    sectionId = undefined;
    if (title !== "") blocks.push({ kind: "heading", level: Number(element.name[1]), title, anchor, at: element.at });
  };
  const details = (element: HtmlElement): void => {
    const summary = element.children.find((child): child is HtmlElement => typeof child !== "string" && child.name === "summary");
    const rest = nested({ ...element, children: element.children.filter((child) => child !== summary) });
    const title = summary === undefined ? "" : plainText(summary);
    const anchor = element.attributes["id"] ?? summary?.attributes["id"];
    if (title === "") blocks.push(...rest);
    else blocks.push({ kind: "question", title, anchor, blocks: rest, at: element.at });
  };
  const container = (element: HtmlElement): void => {
    if (/^(?:section|div|article)$/.test(element.name)) sectionId = element.attributes["id"] ?? sectionId;
    const content = /^(?:main|article|section)$/.test(element.name);
    if (content) inContent += 1;
    children(element);
    flush();
    if (content) inContent -= 1;
  };
  const handlers: Readonly<Record<string, (element: HtmlElement) => void>> = {
    ul: list,
    ol: list,
    tr: row,
    details,
    pre: (element) => blocks.push({ kind: "code", text: `\`\`\`\n${codeOf(element)}\n\`\`\``, at: element.at }),
    dt: (element) => {
      const text = wrapped(inlineOf(element.children).replace(/\s+/g, " "), "**");
      if (text !== "") blocks.push({ kind: "paragraph", text, at: element.at });
    },
    // The banner of the page, unless it heads a piece of content.
    header: (element) => (inContent > 0 ? container(element) : undefined),
  };
  for (let level = 1; level <= 6; level += 1) (handlers as Record<string, typeof heading>)[`h${level}`] = heading;

  function children(element: HtmlElement): void {
    if (/^(?:main|article|section)$/.test(element.name)) inContent += 1;
    for (const child of element.children) {
      if (typeof child === "string") {
        if (inline.trim() === "") inlineAt = element.at;
        inline += escaped(clean(child));
        continue;
      }
      if (child === skip || !isShown(child)) continue;
      if (!isBlock(child.name) && !child.holdsBlock) {
        if (inline.trim() === "") inlineAt = child.at;
        inline += inlineElement(child);
        continue;
      }
      flush();
      (handlers[child.name] ?? container)(child);
    }
    if (/^(?:main|article|section)$/.test(element.name)) inContent -= 1;
  }
  return {
    children,
    end() {
      flush();
      return blocks;
    },
  };
}

/** Emphasis may not begin or end in a space, and there is none around nothing. */
function wrapped(inner: string, mark: string): string {
  const text = inner.trim();
  if (text === "" || text.includes("\n")) return inner;
  return `${inner.startsWith(" ") ? " " : ""}${mark}${text}${mark}${inner.endsWith(" ") ? " " : ""}`;
}

function tidy(inline: string): string {
  return inline
    .split("\n")
    .map((line) => escapedStart(line.replace(/ +/g, " ").trim()))
    .join("\n")
    .replace(/\n{2,}/g, "\n")
    .trim();
}

function codeOf(element: HtmlElement): string {
  const raw = (one: HtmlElement): string =>
    one.children.map((child) => (typeof child === "string" ? child : isShown(child) ? raw(child) : "")).join("");
  return raw(element)
    .replace(invisible, "")
    .replaceAll("```", "'''")
    .replace(/^\n+|\s+$/g, "");
}
