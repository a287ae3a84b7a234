/** Help pages from the same articles the assistant answers from: the sources under an answer open here. Strings in, HTML out. */

export type HelpArticle = {
  id: string;
  title: string;
  topic?: string | undefined;
  language: string;
  text: string;
  updatedAt?: string | undefined;
};

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign);
}

/** The little Markdown the articles use: paragraphs, lists, bold, links to pages of ours, https and mailto. */
export function markdownToHtml(markdown: string): string {
  return markdown
    .trim()
    .split(/\n{2,}/)
    .map((block) => {
      const lines = block.split("\n");
      const list = (tag: string, mark: RegExp): string =>
        `<${tag}>${lines.map((line) => `<li>${inline(line.replace(mark, ""))}</li>`).join("")}</${tag}>`;
      if (lines.every((line) => /^\s*\d+\.\s/.test(line))) return list("ol", /^\s*\d+\.\s+/);
      if (lines.every((line) => /^\s*[-*]\s/.test(line))) return list("ul", /^\s*[-*]\s+/);
      const firstItem = lines.findIndex((line) => /^\s*(\d+\.|[-*])\s/.test(line));
      if (firstItem > 0)
        return `${markdownToHtml(lines.slice(0, firstItem).join("\n"))}${markdownToHtml(lines.slice(firstItem).join("\n"))}`;
      return `<p>${inline(lines.join(" "))}</p>`;
    })
    .join("");
}

function inline(text: string): string {
  return escapeHtml(text)
    .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
    .replace(/\*([^*]+)\*/g, "<em>$1</em>")
    .replace(/\[([^\]]+)\]\(((?:\/|https:\/\/|mailto:)[^)\s]*)\)/g, '<a href="$2">$1</a>');
}

const topicNames: Record<string, string> = {
  orders: "Orders",
  shipping: "Shipping",
  customs: "Customs and taxes",
  returns: "Returns and exchanges",
  payment: "Payment",
  warranty: "Warranty",
  account: "Account",
  "product-care": "Care and use",
};

const relatedWords: Record<string, string> = {
  en: "Related",
  de: "Mehr dazu",
  es: "Relacionado",
  fr: "À lire aussi",
  "zh-Hans": "相关内容",
  ja: "関連ページ",
  ar: "مواضيع ذات صلة",
};

function page(title: string, language: string, main: string): string {
  const dir = language.startsWith("ar") ? ' dir="rtl"' : "";
  return `<!doctype html>
<html lang="${language}"${dir}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Linden &amp; Co</title>
<link rel="icon" href="/art/mark.svg">
<link rel="stylesheet" href="/shop.css">
</head>
<body>
@@header@@
${main}
@@footer@@
<script async src="/allhours.js" data-site="linden"></script>
</body>
</html>
`;
}

/** `header` and `footer` are the shop's own, taken from its front page, so that one file holds them. */
export function helpIndex(articles: readonly HelpArticle[], language: string, header: string, footer: string): string {
  const topics = new Map<string, HelpArticle[]>();
  for (const article of articles) topics.set(article.topic ?? "", [...(topics.get(article.topic ?? "") ?? []), article]);
  const list = [...topics]
    .map(
      ([topic, items]) =>
        `<section class="help-topic"><h2>${escapeHtml(topicNames[topic] ?? topic)}</h2><ul>${items.map((item) => `<li><a href="/help/${item.id}">${escapeHtml(item.title)}</a></li>`).join("")}</ul></section>`,
    )
    .join("");
  return page("Help", language, `<main class="help"><h1>Help</h1><div class="help-list">${list}</div></main>`)
    .replace("@@header@@", () => header)
    .replace("@@footer@@", () => footer);
}

export function helpPage(article: HelpArticle, related: readonly HelpArticle[], header: string, footer: string): string {
  const updated =
    article.updatedAt === undefined ? "" : `<p class="updated"><time datetime="${article.updatedAt}">${article.updatedAt}</time></p>`;
  const more =
    related.length === 0
      ? ""
      : `<aside class="related"><h2>${relatedWords[article.language] ?? relatedWords["en"]}</h2><ul>${related.map((item) => `<li><a href="/help/${item.id}">${escapeHtml(item.title)}</a></li>`).join("")}</ul></aside>`;
  const main = `<main class="help"><article class="help-article"><h1>${escapeHtml(article.title)}</h1>${updated}<div class="body">${markdownToHtml(article.text)}</div>${more}</article></main>`;
  return page(article.title, article.language, main)
    .replace("@@header@@", () => header)
    .replace("@@footer@@", () => footer);
}
