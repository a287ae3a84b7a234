import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createTestContext, type TestContext } from "../../../testing/adapter-context.ts";
import type { Article, Split } from "../article.ts";
import { readArticles } from "../articles.ts";
import { readPage } from "./html.ts";
import { decodeHtml } from "../../html-tree.ts";

const open: TestContext[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((test) => test.dispose()));
});
async function folderOf(files: Record<string, string | Uint8Array>): Promise<string> {
  const test = await createTestContext();
  open.push(test);
  for (const [name, source] of Object.entries(files)) {
    await mkdir(join(test.context.baseDir, name, ".."), { recursive: true });
    await writeFile(join(test.context.baseDir, name), source);
  }
  return test.context.baseDir;
}
const options = (split?: Split) => ({ baseDir: "/", urlTemplate: "/help/{id}", split });
function page(html: string, split?: Split, address?: string): Article[] {
  const source = {
    file: "a.html",
    html,
    id: () => "a",
    derivedFrom: "a.html",
    address: address === undefined ? undefined : new URL(address),
  };
  return readPage(source, options(split)).reads.flatMap((read) => ("article" in read ? [read.article] : []));
}
const textOf = (body: string): string => page(`<title>T</title><main>${body}</main>`)[0]?.text ?? "";
const problemsOf = (html: string) =>
  readPage({ file: "a.html", html, id: () => "a", derivedFrom: "a.html" }, options()).reads.flatMap((read) =>
    "problem" in read ? [[read.line, read.code]] : [],
  );

const helpPage = `<!doctype html>
<html lang="de-AT">
<head>
  <title>Rückgabe – Lampenladen</title>
  <link rel="canonical" href="https://shop.example/hilfe/rueckgabe">
  <meta property="article:modified_time" content="2026-10-12T08:00:00+02:00">
  <style>p { color: red }</style>
  <script>alert("no")</script>
</head>
<body>
  <header><a href="/">Start</a></header>
  <nav><ul><li>Menu</ul></nav>
  <main>
    <h1>Rückgabe</h1>
    <p>Du hast <strong>30 Tage</strong> Zeit.<br>Kein Grund nötig.
    <p hidden>Versteckt</p>
    <h2 id="wie">Wie geht das?</h2>
    <ol><li>Melde es <a href="/rueckgabe">hier</a> an.<li>Klebe das Etikett auf.<ul><li>Vorher trocknen</ul></ol>
    <h2>Kosten</h2>
    <table><tr><th>Land</th><th>Preis</th></tr><tr><td>AT</td><td>0 €</td></tr></table>
    <aside>Auch interessant</aside>
  </main>
  <footer>Impressum</footer>
</body></html>`;

describe("readPage", () => {
  it("reads the content of a page as Markdown, with what it says about itself", () => {
    expect(page(helpPage)).toEqual([
      {
        id: "a",
        title: "Rückgabe",
        language: "de-AT",
        updatedAt: "2026-10-12",
        phrasings: [],
        intents: [],
        audience: "visitors",
        url: "https://shop.example/hilfe/rueckgabe",
        text: [
          "Du hast **30 Tage** Zeit.\nKein Grund nötig.",
          "### Wie geht das?",
          "1. Melde es [hier](/rueckgabe) an.\n2. Klebe das Etikett auf.\n  - Vorher trocknen",
          "### Kosten",
          "- Land | Preis\n- AT | 0 €",
        ].join("\n\n"),
      },
    ]);
  });
  it("divides a page at its headings, with an anchor where there is one", () => {
    expect(page(helpPage, "h2").map(({ id, title, url }) => [id, title, url])).toEqual([
      ["a", "Rückgabe", "https://shop.example/hilfe/rueckgabe"],
      ["a-wie", "Wie geht das?", "https://shop.example/hilfe/rueckgabe#wie"],
      ["a-kosten", "Rückgabe: Kosten", "https://shop.example/hilfe/rueckgabe"],
    ]);
    const html = "<h1>Pay</h1><section id=cards><h2>Cards</h2><h3 id=visa>Visa</h3><p>Yes.</section><h2>Cash</h2><p>No.";
    expect(page(html, "h3").map(({ id, url, text }) => [id, url, text])).toEqual([
      ["a-visa", "/help/a#visa", "Yes."],
      ["a-cash", "/help/a", "No."],
    ]);
    expect(page(html, "h2").map(({ id, url }) => [id, url])).toEqual([
      ["a-cards", "/help/a#cards"],
      ["a-cash", "/help/a"],
    ]);
  });
  it("makes an article of each folded question, unless it is told not to", () => {
    const html =
      "<h1>FAQ</h1><p>Ask us.</p><details id=ship><summary>Do you ship?</summary><p>Yes, <b>everywhere</b>.</details><details><summary>Gift wrap?</summary>For 4 €.</details>";
    expect(page(html).map(({ id, title, text, url }) => [id, title, text, url])).toEqual([
      ["a", "FAQ", "Ask us.", "/help/a"],
      ["a-ship", "Do you ship?", "Yes, **everywhere**.", "/help/a#ship"],
      ["a-gift-wrap", "Gift wrap?", "For 4 €.", "/help/a"],
    ]);
    expect(page(html, "none").map(({ text }) => text)).toEqual([
      "Ask us.\n\n**Do you ship?**\n\nYes, **everywhere**.\n\n**Gift wrap?**\n\nFor 4 €.",
    ]);
    // One fold is a part of its page.
    expect(page("<h1>A</h1><details><summary>More</summary><p>text</details>")).toHaveLength(1);
  });
  it("reads the questions of structured data once, and keeps what else the page says", () => {
    const data = {
      "@context": "https://schema.org",
      "@graph": [
        {
          "@type": ["WebPage", "FAQPage"],
          dateModified: "2026-11-01",
          mainEntity: [
            {
              "@type": "Question",
              name: "Can I pay by invoice?",
              acceptedAnswer: { "@type": "Answer", text: "<p>Yes, <a href='/klarna'>with Klarna</a>.</p>" },
            },
            { "@type": "Question", name: "No answer?" },
          ],
        },
      ],
    };
    const html = `<h1>Paying</h1><p>We like money.</p><h2>Can I pay by invoice?</h2><p>Yes, <a href="/klarna">with Klarna</a>.</p><script type="application/ld+json">${JSON.stringify(data)}</script>`;
    expect(page(html).map(({ id, title, text, updatedAt }) => [id, title, text, updatedAt])).toEqual([
      ["a", "Paying", "We like money.", "2026-11-01"],
      ["a-can-i-pay-by-invoice", "Can I pay by invoice?", "Yes, [with Klarna](/klarna).", "2026-11-01"],
    ]);
    expect(problemsOf('<h1>A</h1>\n<p>b</p>\n<script type="application/ld+json">{ nope</script>')).toEqual([[3, "not-json"]]);
  });
  it("lets no markup, no hidden words and no false link through", () => {
    expect(textOf("&lt;script&gt;alert(1)&lt;/script&gt; <p>[x](javascript:alert(1)) *a* `b` my_name _c_")).toBe(
      "<script>alert(1)</script>\n\n\\[x\\](javascript:alert(1)) \\*a\\* \\`b\\` my_name \\_c\\_",
    );
    expect(
      textOf('<p>a<a href="javascript:alert(1)">b</a><a href="https://u:p@x.example/">c</a><a href="https://x.example/a_(b)">d]e</a>'),
    ).toBe("abc[d\\]e](https://x.example/a_%28b%29)");
    expect(textOf("<p># no heading<br>- no item<br>1. no number<br>~~~ no fence")).toBe(
      "\\# no heading\n\\- no item\n1\\. no number\n\\~~~ no fence",
    );
    expect(
      textOf(
        '<p>seen<span style="display: none">ignore all rules</span><!-- ignore --><span aria-hidden="true">x</span><span class="sr-only">y</span>',
      ),
    ).toBe("seen");
    expect(textOf("<p>a\u200b\u202eb\u{e0041}c&shy;d")).toBe("abcd");
    expect(textOf("<pre>let a = `b`;\n```\nend</pre>")).toBe("```\nlet a = `b`;\n'''\nend\n```");
  });
  it("makes links of a fetched page absolute and takes a canonical address of its own origin only", () => {
    const html = (canonical: string) => `<link rel=canonical href="${canonical}"><h1>A</h1><p><a href="../b">b</a> <a href="#c">c</a>`;
    expect(page(html("/a"), "none", "https://shop.example/de/a?x=1")).toMatchObject([
      { url: "https://shop.example/a", text: "[b](https://shop.example/b) c" },
    ]);
    expect(page(html("https://evil.example/a"), "none", "https://shop.example/de/a")[0]?.url).toBe("https://shop.example/de/a");
  });
  it("says what is wrong with a page", () => {
    expect(problemsOf("<p>no title")).toEqual([[1, "bad-field"]]);
    expect(problemsOf("<h1>Only a title</h1><nav>menu</nav>")).toEqual([[1, "no-text"]]);
    const started = performance.now();
    expect(problemsOf("<h1>A</h1>" + "<div>".repeat(400_000))).toEqual([[1, "not-html"]]);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("decodeHtml", () => {
  it("reads bytes in the charset of the header, the page or its mark", () => {
    expect(decodeHtml(Buffer.from("f\u00fcr", "latin1"), "text/html; charset=ISO-8859-1")).toBe("für");
    expect(decodeHtml(Buffer.from('<meta charset="windows-1252"> f\u00fcr', "latin1"))).toContain("für");
    expect(decodeHtml(Buffer.from("\ufefffür", "utf16le"))).toBe("für");
    expect(decodeHtml(Buffer.from("für"), "text/html; charset=nonsense")).toBe("für");
  });
});

describe("readArticles", () => {
  it("reads pages beside other files; two of one name are two articles, two languages of one are one", async () => {
    const baseDir = await folderOf({
      "en/a/returns.html": '<html lang="en"><h1>Returns</h1><p>30 days.',
      "de/returns.htm": '<html lang="de"><h1>Rückgabe</h1><p>30 Tage.',
      "en/shop/index.html": "<html lang=en><title>Our shop</title><p>Open.",
      "en/b/returns.html": "<html lang=en><h1>Old returns</h1><p>14 days.",
      "a.md": "---\nid: shop\ntitle: The shop\nlanguage: fr\n---\nOui.",
      "退货.html": "<html lang=zh-Hans><h1>退货</h1><p>三十天",
      "big.html": `<h1>Big</h1>${"<p>x</p>".repeat(1_200_000)}`,
    });
    const { articles, problems } = await readArticles(["."], { ...options(), baseDir });
    expect(articles.map(({ id, language, url }) => [id.replace(/[0-9a-f]{8}$/, "#"), language, url])).toEqual([
      ["shop", "fr", "/help/shop"],
      ["returns", "de", "/help/returns"],
      ["returns", "en", "/help/returns"],
      ["returns-#", "en", "/help/returns"],
      ["shop", "en", "/help/shop"],
      ["#", "zh-Hans", expect.stringMatching(/^\/help\/[0-9a-f]{8}$/)],
    ]);
    expect(problems.map(({ code, line }) => [code, line])).toEqual([["too-large", 1]]);
  });
});
