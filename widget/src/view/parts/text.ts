/** A text part as templates: plain text as it is, Markdown from its node tree. No HTML string anywhere. */
import { html, nothing, type TemplateResult } from "lit";
import { parseMarkdown, type Block, type Inline } from "../markdown.ts";

/** A link of a message or card. `href` and `host` come from `safeLink`; mail and phone stay in this tab. */
export function renderLink(href: string, host: string, part: string, content: unknown): TemplateResult {
  const target = /^(mailto|tel):/.test(href) ? nothing : "_blank";
  return html`<a part=${part} href=${href} title=${host === "" ? nothing : host} target=${target} rel="noopener noreferrer">${content}</a>`;
}

function renderInline(nodes: readonly Inline[]): unknown[] {
  return nodes.map((node) => {
    switch (node.type) {
      case "text":
        return node.text;
      case "break":
        return html`<br />`;
      case "code":
        return html`<code>${node.text}</code>`;
      case "strong":
        return html`<strong>${renderInline(node.children)}</strong>`;
      case "emphasis":
        return html`<em>${renderInline(node.children)}</em>`;
      case "link":
        return renderLink(node.href, node.host, "link", renderInline(node.children));
    }
  });
}

function renderBlock(block: Block): TemplateResult {
  switch (block.type) {
    case "paragraph":
      return html`<p>${renderInline(block.children)}</p>`;
    case "heading":
      return html`<p><strong>${renderInline(block.children)}</strong></p>`;
    case "code":
      return html`<pre><code>${block.text}</code></pre>`;
    case "list": {
      const items = block.items.map((item) => html`<li>${renderInline(item)}</li>`);
      return block.ordered
        ? html`<ol start=${block.start}>
            ${items}
          </ol>`
        : html`<ul>
            ${items}
          </ul>`;
    }
  }
}

export function renderText(text: string, format: "plain" | "markdown" | undefined): unknown {
  return format === "markdown" ? parseMarkdown(text).map(renderBlock) : html`<p class="plain">${text}</p>`;
}
