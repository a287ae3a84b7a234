/** The few small pages a relay shows by itself: no script, one style that is named by its hash, nothing kept or indexed. */
import { hash } from "node:crypto";
import { html, raw } from "hono/html";

export type DocumentText = { lang: string; dir?: "ltr" | "rtl" | undefined; title: string; body: unknown };

/** A way to make pages of one style, and the headers they need. */
export function documentsOf(style: string): { headers: Record<string, string>; make: (text: DocumentText) => Promise<string> } {
  return {
    headers: {
      "content-security-policy": `default-src 'none'; style-src 'sha256-${hash("sha256", style, "base64")}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
      "x-robots-tag": "noindex",
      "x-content-type-options": "nosniff",
    },
    async make({ lang, dir = "ltr", title, body }) {
      const page = await html`<!doctype html>
        <html lang="${lang}" dir="${dir}">
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width" />
            <title>${title}</title>
            <style>
              ${raw(style)}
            </style>
          </head>
          <body>
            ${body}
          </body>
        </html>`;
      // The hash of the policy is of the style as it stands: no space around it.
      return page.toString().replace(/(<style>)\s*|\s*(<\/style>)/g, "$1$2");
    },
  };
}
