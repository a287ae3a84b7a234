import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseInline, parseMarkdown, plainText, safeLink, type Block, type Inline } from "./markdown.ts";

const text = (words: string): Inline => ({ type: "text", text: words });
const strong = (...children: Inline[]): Inline => ({ type: "strong", children });

function links(blocks: readonly Block[]): string[] {
  const found: string[] = [];
  const walk = (nodes: readonly Inline[]): void => {
    for (const node of nodes) {
      if (node.type === "link") found.push(node.href);
      if ("children" in node) walk(node.children);
    }
  };
  for (const block of blocks) {
    if (block.type === "list") for (const item of block.items) walk(item);
    else if (block.type !== "code") walk(block.children);
  }
  return found;
}

describe("blocks", () => {
  it("reads paragraphs, lists and line breaks", () => {
    expect(parseMarkdown("You have **30 days**.\nAny day.\n\n1. Pack it\n2. Print it\n\n- a\n- b")).toEqual([
      { type: "paragraph", children: [text("You have "), strong(text("30 days")), text("."), { type: "break" }, text("Any day.")] },
      { type: "list", ordered: true, start: 1, items: [[text("Pack it")], [text("Print it")]] },
      { type: "list", ordered: false, start: 1, items: [[text("a")], [text("b")]] },
    ]);
  });
  it("keeps a list that begins at another number, headings, and fenced code also while unfinished", () => {
    expect(parseMarkdown("3) c\n4) d")).toMatchObject([{ ordered: true, start: 3, items: [[text("c")], [text("d")]] }]);
    expect(parseMarkdown("## Returns ##")).toEqual([{ type: "heading", children: [text("Returns")] }]);
    expect(parseMarkdown("```js\n**x**\n<b>")).toEqual([{ type: "code", text: "**x**\n<b>" }]);
  });
});

describe("inline", () => {
  it.each([
    ["**a *b* c**", [strong(text("a "), { type: "emphasis", children: [text("b")] }, text(" c"))]],
    ["2 * 3 * 4", [text("2 * 3 * 4")]],
    ["snake_case_name", [text("snake_case_name")]],
    ["_so_", [{ type: "emphasis", children: [text("so")] }]],
    ["`a*b*`", [{ type: "code", text: "a*b*" }]],
    ["\\*not\\*", [text("*not*")]],
    ["**open", [text("**open")]],
    ["<b>hi</b>", [text("<b>hi</b>")]],
    ["****", [text("****")]],
  ] as [string, Inline[]][])("%s", (source, nodes) => {
    expect(parseInline(source)).toEqual(nodes);
  });
  it("links names and bare addresses, leaving the sentence's full stop out", () => {
    expect(parseInline("See [the **page**](https://linden.example/r) or https://a.example/x.")).toEqual([
      text("See "),
      { type: "link", href: "https://linden.example/r", host: "linden.example", children: [text("the "), strong(text("page"))] },
      text(" or "),
      { type: "link", href: "https://a.example/x", host: "a.example", children: [text("https://a.example/x")] },
      text("."),
    ]);
  });
});

describe("hostile input", () => {
  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "\u0001javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "blob:https://a.example/1",
    "http://plain.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://good.example@evil.example/",
    "https://user:pw@evil.example/",
    "https://",
    "https:evil.example",
    "file:///etc/passwd",
    "relative/path",
    "",
  ])("does not follow %j", (href) => {
    expect(safeLink(href)).toBeUndefined();
    expect(links(parseMarkdown(`[x](${href})`))).not.toContain(href);
  });
  it("follows https, mail, phone and paths of the site, and says where to", () => {
    expect(safeLink("https://a.example:8443/x?y#z")).toEqual({ href: "https://a.example:8443/x?y#z", host: "a.example:8443" });
    expect(safeLink("mailto:help@linden.example")?.host).toBe("help@linden.example");
    expect(safeLink("tel:+33123")?.href).toBe("tel:+33123");
    expect(safeLink("/orders/10482")).toEqual({ href: "/orders/10482", host: "" });
    expect(safeLink("https://xn--80ak6aa92e.example/")?.host).toBe("xn--80ak6aa92e.example");
  });
  it("shows punycode for a look-alike host", () => {
    expect(safeLink("https://аpple.example/")?.host).toMatch(/^xn--/);
  });
  it("makes only links it would follow, from any text, and never throws", () => {
    const piece = fc.constantFrom(
      "*",
      "**",
      "_",
      "`",
      "[",
      "](",
      ")",
      "\\",
      "\n",
      "- ",
      "1. ",
      "# ",
      "```",
      "https://a.example",
      "javascript:x",
      "<img onerror=x>",
      "é",
      " ",
      "a",
      "@",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        for (const href of links(parseMarkdown(pieces.join("")))) expect(safeLink(href)).toBeDefined();
      }),
    );
  });
  it("loses no word, whatever the marks", () => {
    const piece = fc.constantFrom("*", "**", "_", "`", "[", "]", "\n", "- ", " ", "kettle", "lamp");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const source = pieces.join("");
        // What stands behind the opening marks of a code block is the name of its language, and is not shown.
        fc.pre(!/^ {0,3}```/m.test(source));
        const count = (words: string): number => words.match(/kettle|lamp/g)?.length ?? 0;
        expect(count(plainText(parseMarkdown(source)))).toBe(count(source));
      }),
    );
  });
  it.each(["[", "*a ", "_a ", "**", "**a", "`", "[a](", "![", "*_", "https://a", "a\\", "- *"])(
    "stays fast on 30,000 characters of %j",
    (unit) => {
      // Work that grows with the square of the length would take minutes here: the test's own time-out ends it.
      const source = unit.repeat(Math.ceil(300_000 / unit.length));
      expect(plainText(parseMarkdown(source)).length).toBeLessThanOrEqual(source.length);
    },
    10_000,
  );
  it("ends a code block only at its closing marks, and shows what is in it", () => {
    expect(plainText(parseMarkdown("```js\nlamp on\n```kettle\n```\nafter"))).toBe("lamp on\n```kettle\nafter");
    expect(plainText(parseMarkdown("```\nnever closed"))).toBe("never closed");
  });
});

it("reads aloud without marks and addresses", () => {
  expect(plainText(parseMarkdown("**Hi** [page](https://a.example)\n- `x`"))).toBe("Hi page\nx");
});
