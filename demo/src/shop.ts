/** The shop's pages: files, help pages made of the knowledge, and the single-page app, under the strict policy of docs/embedding.md. */
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { helpIndex, helpPage, type HelpArticle } from "./help-html.ts";

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** What the widget needs on a page that allows nothing: these lines and no others. */
export function shopPolicy(port: number): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ws://localhost:${port} ws://127.0.0.1:${port}`,
    "base-uri 'none'",
    "form-action 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types lit-html",
  ].join("; ");
}

export function createShop(options: { dir: string; port: number; articles: () => Promise<readonly HelpArticle[]> }): {
  handle(request: Request): Promise<Response | undefined>;
} {
  const headers = {
    "content-security-policy": shopPolicy(options.port),
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cache-control": "no-cache",
  };
  const html = (body: string, status = 200): Response =>
    new Response(body, { status, headers: { ...headers, "content-type": types[".html"] ?? "" } });

  async function frame(): Promise<{ header: string; footer: string }> {
    const front = await readFile(join(options.dir, "index.html"), "utf8");
    const between = (from: string, to: string): string => {
      const start = front.indexOf(from);
      const end = front.indexOf(to, start);
      return start < 0 || end < 0 ? "" : front.slice(start, end + to.length);
    };
    // The front page's own place in the menu is not ours.
    const header = between("<header", "</header>")
      .replace(' aria-current="page"', "")
      .replace('href="/help"', 'href="/help" aria-current="page"');
    return { header, footer: between("<footer", "</footer>") };
  }

  async function help(request: Request, id: string | undefined): Promise<Response> {
    const wanted =
      new URL(request.url).searchParams.get("lang") ??
      (request.headers.get("accept-language") ?? "en").split(",")[0]?.split(";")[0]?.trim() ??
      "en";
    const all = await options.articles();
    const speaks = (language: string): boolean => language.toLowerCase().split("-")[0] === wanted.toLowerCase().split("-")[0];
    const language = all.find((article) => speaks(article.language))?.language ?? "en";
    const pick = (articleId: string): HelpArticle | undefined => {
      const versions = all.filter((article) => article.id === articleId);
      return (
        versions.find((article) => article.language === language) ?? versions.find((article) => article.language === "en") ?? versions[0]
      );
    };
    const { header, footer } = await frame();
    if (id === undefined) {
      const ids = [...new Set(all.map((article) => article.id))];
      return html(
        helpIndex(
          ids.flatMap((articleId) => pick(articleId) ?? []),
          language,
          header,
          footer,
        ),
      );
    }
    const article = pick(id);
    if (article === undefined)
      return html(helpIndex([], "en", header, footer).replace("<h1>Help</h1>", "<h1>We have no page of that name</h1>"), 404);
    const related = [...new Set(all.filter((other) => other.topic === article.topic && other.id !== id).map((other) => other.id))]
      .slice(0, 5)
      .flatMap((other) => pick(other) ?? []);
    return html(helpPage(article, related, header, footer));
  }

  return {
    async handle(request) {
      if (request.method !== "GET" && request.method !== "HEAD") return undefined;
      const path = decodeURIComponent(new URL(request.url).pathname);
      if (path === "/help" || path === "/help/") return help(request, undefined);
      const helpId = /^\/help\/([a-z0-9-]+)$/.exec(path)?.[1];
      if (helpId !== undefined) return help(request, helpId);
      const file = path === "/" ? "index.html" : /^\/spa(\/(?!app\.js$).*)?$/.test(path) ? "spa/index.html" : normalize(path).slice(1);
      const type = types[extname(file)];
      if (type === undefined || file.startsWith("..") || file.includes("\0")) return undefined;
      const body = await readFile(join(options.dir, file)).catch(() => undefined);
      return body === undefined ? undefined : new Response(new Uint8Array(body), { headers: { ...headers, "content-type": type } });
    },
  };
}
