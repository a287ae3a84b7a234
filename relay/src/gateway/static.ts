/**
 * The built widget over HTTP: `/allhours.js` and the chunks beside it, and the same files under `/allhours/`. Names with a hash are cached for ever, the entry files for
 * five minutes. Compressed once, in memory; only files that were there at start are served, so no path can leave the folder.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

type Asset = {
  plain: Uint8Array<ArrayBuffer>;
  br: Uint8Array<ArrayBuffer>;
  gzip: Uint8Array<ArrayBuffer>;
  type: string;
  cache: string;
  tag: string;
};

const types: Record<string, string> = {
  js: "text/javascript; charset=utf-8",
  json: "application/json; charset=utf-8",
  map: "application/json; charset=utf-8",
  css: "text/css; charset=utf-8",
};
const hashed = /-[A-Za-z0-9_-]{8}\.js$/;

export type Assets = (path: string, acceptEncoding: string, ifNoneMatch: string | undefined) => Response | undefined;

/** Reads a folder (not its subfolders). A missing folder serves nothing: the relay can run without the widget. */
export async function loadAssets(dir: string): Promise<Assets> {
  const files = new Map<string, Asset>();
  const names = await readdir(dir).catch(() => []);
  await Promise.all(
    names.map(async (name) => {
      const type = types[name.split(".").at(-1) ?? ""];
      if (type === undefined) return;
      const plain = new Uint8Array(await readFile(join(dir, name)));
      const compress = plain.length > 500;
      files.set(`/${name}`, {
        plain,
        br: compress ? new Uint8Array(brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } })) : plain,
        gzip: compress ? new Uint8Array(gzipSync(plain)) : plain,
        type,
        cache: hashed.test(name) ? "public, max-age=31536000, immutable" : "public, max-age=300",
        tag: `"${createHash("sha256").update(plain).digest("base64url").slice(0, 16)}"`,
      });
    }),
  );
  return (path, acceptEncoding, ifNoneMatch) => {
    // `/allhours/define.js` for pages that import it without a bundler; its chunks lie beside it.
    const asset = files.get(path.startsWith("/allhours/") ? path.slice(9) : path);
    if (asset === undefined) return undefined;
    const headers: Record<string, string> = {
      "content-type": asset.type,
      "cache-control": asset.cache,
      // Merchants' pages are other origins; the widget's code is public.
      "access-control-allow-origin": "*",
      "cross-origin-resource-policy": "cross-origin",
      "x-content-type-options": "nosniff",
      etag: asset.tag,
      vary: "accept-encoding",
    };
    if (ifNoneMatch === asset.tag) return new Response(null, { status: 304, headers });
    const encoding = /\bbr\b/.test(acceptEncoding) ? "br" : /\bgzip\b/.test(acceptEncoding) ? "gzip" : "plain";
    if (encoding !== "plain" && asset[encoding] !== asset.plain) headers["content-encoding"] = encoding;
    return new Response(asset[encoding], { headers });
  };
}
