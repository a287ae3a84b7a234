/** Reads a sitemap or an index of sitemaps (sitemaps.org 0.9), packed or not. Fetches nothing. */
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { Parser } from "htmlparser2";
import type { Pause } from "../../pause.ts";
import { dayOf } from "../html-facts.ts";

/** `lastmod`: a date, as 2026-10-12. */
export type ListedPage = { url: string; lastmod?: string | undefined };
export type Sitemap = { pages: ListedPage[]; sitemaps: string[] };

/** The protocol's own limit. */
const MAX_BYTES = 50 * 1024 * 1024;
/** A list of this many addresses is cut; the crawl reads fewer anyway. */
export const MAX_LISTED = 200_000;
/** Characters parsed between two looks at the clock. */
const PIECE = 65_536;

/** Rejects when it is packed and cannot be unpacked, or unpacks to more than 50 MiB. What is no address is left out. */
export async function parseSitemap(bytes: Uint8Array, pause: Pause): Promise<Sitemap> {
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const source = new TextDecoder().decode(packed ? await promisify(gunzip)(bytes, { maxOutputLength: MAX_BYTES }) : bytes);
  return /^\s*(?:<|$)/.test(source) ? parseXml(source, pause) : parseLines(source);
}

async function parseXml(source: string, pause: Pause): Promise<Sitemap> {
  const sitemap: Sitemap = { pages: [], sitemaps: [] };
  let text = "";
  let depth = 0;
  let entry: { loc?: string; lastmod?: string } = {};
  const parser = new Parser(
    {
      onopentag() {
        depth += 1;
        text = "";
      },
      ontext(piece) {
        if (text.length < 4_096) text += piece;
      },
      onclosetag(tag) {
        depth -= 1;
        const name = tag.slice(tag.indexOf(":") + 1).toLowerCase();
        if (depth === 2 && name === "loc") entry.loc = text.trim();
        if (depth === 2 && name === "lastmod") entry.lastmod = text.trim();
        if (depth !== 1) return;
        const url = addressOf(entry.loc);
        if (url !== undefined && name === "url" && sitemap.pages.length < MAX_LISTED)
          sitemap.pages.push({ url, ...lastmodOf(entry.lastmod) });
        if (url !== undefined && name === "sitemap") sitemap.sitemaps.push(url);
        entry = {};
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  for (let from = 0; from < source.length; from += PIECE) {
    parser.write(source.slice(from, from + PIECE));
    // Two levels are all there is; a hostile file is not followed down.
    if (depth > 100) throw new Error("nested too deep");
    await pause();
  }
  parser.end();
  return sitemap;
}

/** The text form: an address a line. */
function parseLines(source: string): Sitemap {
  const pages = source.split(/\r\n|\r|\n/, MAX_LISTED).flatMap((line): ListedPage[] => {
    const url = addressOf(line.trim());
    return url === undefined ? [] : [{ url }];
  });
  return { pages, sitemaps: [] };
}

function lastmodOf(written: string | undefined): { lastmod?: string } {
  const day = dayOf(written);
  return day === undefined ? {} : { lastmod: day };
}

/** Without what names a place in a page; `undefined` when it is no web address. */
export function addressOf(written: string | undefined): string | undefined {
  if (written === undefined || !URL.canParse(written)) return undefined;
  const url = new URL(written);
  if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") return undefined;
  url.hash = "";
  return url.href;
}
