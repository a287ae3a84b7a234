/** The desk's page and what it loads: a fixed list of files, with a policy that allows nothing from elsewhere and nothing inline. */
import { readFile } from "node:fs/promises";

const folder = new URL("../../desk/", import.meta.url);

const types = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
} as const;

const names = ["desk.css", "case-list.css", "conversation.css", "composer.css", "review.css", "icon.svg"].concat(
  [
    "desk",
    "attach",
    "canned",
    "case-list",
    "case-words",
    "composer",
    "conversation",
    "dom",
    "link",
    "outbox",
    "review",
    "shift",
    "shift-words",
    "sound",
  ].map((name) => `${name}.js`),
);

/** By path below `/desk`. What is not in it does not exist, so no path can leave the folder. */
const files = new Map<string, { name: string; type: string }>(
  [
    ...names.map((name) => [`/${name}`, name] as const),
    ["", "index.html"] as const,
    ["/", "index.html"] as const,
    ["/review", "review.html"] as const,
  ].map(([path, name]) => [path, { name, type: types[name.split(".")[1] as keyof typeof types] }]),
);

const headers = {
  "cache-control": "no-cache",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** `path` below `/desk`. `undefined`: not one of ours. */
export async function page(path: string): Promise<Response | undefined> {
  const file = files.get(path);
  if (file === undefined) return undefined;
  return new Response(await readFile(new URL(file.name, folder)), { headers: { ...headers, "content-type": file.type } });
}
