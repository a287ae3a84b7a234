import { expect, it } from "vitest";
import { textOfHtml } from "./html-text.ts";

it("has the words of a mail, on their lines, with entities read and nothing of its styles", () => {
  expect(
    textOfHtml(
      "<html><head><title>Re: lamp</title><style>p { color: red }</style></head><body><p>Tom &amp; Ann,</p><div>it costs&nbsp;5&nbsp;&euro; &lt; 6&nbsp;&euro;.<br>Bye</div><script>track()</script></body></html>",
    ),
  ).toBe("Tom & Ann,\nit costs 5 € < 6 €.\nBye");
  expect(textOfHtml("<ul><li>one</li><li>two <b>big</b></li></ul>three")).toBe("one\ntwo big\nthree");
  expect(textOfHtml("one<br><br>two")).toBe("one\n\ntwo");
});

it("marks what is quoted, so that a reader of replies finds it", () => {
  expect(
    textOfHtml("<p>Yes.</p><p>On Monday Ana wrote:</p><blockquote><p>May I?</p><blockquote>Really?</blockquote></blockquote><p>B</p>"),
  ).toBe("Yes.\nOn Monday Ana wrote:\n> May I?\n> > Really?\nB");
});

it("takes anything for HTML, and gives what words it has", () => {
  for (const [html, text] of [
    ["", ""],
    ["<p", "p"],
    ["a < b and c > d", "a < b and c > d"],
    ["</div></blockquote>free<p>of</style>", "free\nof"],
    ["<b>un<i>closed", "unclosed"],
    ["&unknown; &#x1F600;", "&unknown; 😀"],
  ])
    expect(textOfHtml(html ?? ""), html).toBe(text);
});
