/**
 * What a page pays for the widget: raw, gzip and brotli bytes of each step, from the script tag alone to every pipe. Reads
 * what `npm run build:widget` made; exits 1 when a step is above `widget/size-budget.json`.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

type Manifest = { loader: string; define: string; chunks: Record<string, { file: string; imports: string[] }> };
type Size = { raw: number; gzip: number; brotli: number };

const root = new URL("..", import.meta.url);
const dist = new URL("widget/dist/script/", root);
const readJson = <Value>(url: URL): Value => JSON.parse(readFileSync(url, "utf8")) as Value;

/** Bytes of a file as stored, and as a server sends it: gzip at 9, brotli at 11. */
export function sizeOf(content: Uint8Array): Size {
  const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  return { raw: content.length, gzip: gzipSync(content, { level: 9 }).length, brotli: brotli.length };
}

/** Files a chunk needs before it runs: itself and its static imports, all the way down. */
export function closureOf(manifest: Manifest, names: readonly string[]): Set<string> {
  const byFile = new Map(Object.values(manifest.chunks).map((chunk) => [chunk.file, chunk]));
  const files = new Set<string>();
  const add = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const next of byFile.get(file)?.imports ?? []) add(next);
  };
  for (const name of names) {
    const chunk = manifest.chunks[name];
    if (chunk === undefined) throw new Error(`no chunk "${name}" in the manifest; has an import been renamed?`);
    add(chunk.file);
  }
  return files;
}

function main(): void {
  const manifest = readJson<Manifest>(new URL("manifest.json", dist));
  const budget = readJson<Record<string, number | string>>(new URL("widget/size-budget.json", root));
  const sizes = new Map<string, Size>();
  const size = (file: string): Size => {
    const known = sizes.get(file) ?? sizeOf(readFileSync(new URL(file, dist)));
    sizes.set(file, known);
    return known;
  };
  const gzipOf = (chunk: string): number => size(manifest.chunks[chunk]?.file ?? "").gzip;
  const locales = Object.keys(manifest.chunks).filter((name) => /^[a-z]{2}(-[A-Z][A-Za-z]+)?$/.test(name));
  // The dearest language, so that the promise holds for every visitor.
  const locale = locales.toSorted((one, other) => gzipOf(other) - gzipOf(one))[0];
  if (locale === undefined) throw new Error("no language in the manifest");
  const steps: [name: string, what: string, chunks: string[]][] = [
    ["launcher", "script tag to launcher", []],
    ["panel", `+ a panel that takes typing, in ${locale}`, ["panel", locale]],
    ["chat", "+ whole text chat over Socket.IO", ["panel", locale, "browser-chat", "socketio"]],
    ["chatWithSse", "+ the second pipe, SSE", ["panel", locale, "browser-chat", "socketio", "sse"]],
  ];

  let failed = false;
  console.log(`${"step".padEnd(40)} ${"raw".padStart(8)} ${"gzip".padStart(8)} ${"brotli".padStart(8)} ${"budget".padStart(8)}`);
  for (const [name, what, chunks] of steps) {
    const files = [manifest.loader, ...closureOf(manifest, chunks)].map(size);
    const sum = (key: keyof Size): number => files.reduce((total, each) => total + each[key], 0);
    const allowed = budget[name];
    const over = typeof allowed === "number" && sum("gzip") > allowed;
    failed ||= over;
    const columns = [sum("raw"), sum("gzip"), sum("brotli"), typeof allowed === "number" ? allowed : "-"].map((value) =>
      String(value).padStart(8),
    );
    console.log(`${what.padEnd(40)} ${columns.join(" ")}${over ? "  over" : ""}`);
  }
  if (failed) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
