/**
 * A large knowledge as it is kept: what a search asks of the articles and their index, as one buffer that reading is looking at; and the articles'
 * records, of which one is read when it is shown. Pure: snapshot-file.ts lays both into a file.
 */
import { hash } from "node:crypto";
import { packArrays, unpackArrays, type AnyArray } from "../array-file.ts";
import { factsOf, type ArticleFacts } from "./article-facts.ts";
import type { Article, ArticleProblem } from "./article.ts";
import type { Postings } from "./postings.ts";
import type { Layer } from "./shelf.ts";
import { createTextIndex, type IndexParts } from "./text-index.ts";

/** A file the articles `from`..`to` came from, as it was then. */
export type Source = { file: string; size: number; mtimeMs: number; from: number; to: number };
/** `made`: what articles were read with. `keys`, `contents`: hashes of who an article is, as `keyOf`, and of all it says: of its line, or as `contentOf`. */
export type Snapshot = {
  made: string;
  sources: readonly Source[];
  problems: readonly ArticleProblem[];
  keys: Float64Array;
  contents: Float64Array;
  layer: Layer;
  /** How long the records must be. */
  recordBytes: number;
};
type Facts = {
  made: string;
  sources: readonly Source[];
  problems: readonly ArticleProblem[];
  languages: readonly string[];
  regionSets: ArticleFacts["regionSets"];
  intents: [string, readonly number[]][];
  index: { textCount: number; average: number; scales: [number, number, number]; rowCounts: [number, number, number] };
};

/** Raise when features, weights, articles or this layout change: older files are then made anew. */
const FORMAT = "allhours-knowledge-2";
const PARTS = ["words", "grams", "bodies"] as const;

export function keyOf({ id, language }: Pick<Article, "id" | "language">): number {
  return hashOf(`${id}\n${language.toLowerCase()}`);
}
export function contentOf(article: Article): number {
  return hashOf(JSON.stringify(article));
}
/** 48 bits: of 100,000 articles two share one with a chance of 1 in 50,000. */
export function hashOf(text: string): number {
  return Number.parseInt(hash("sha1", text).slice(0, 12), 16);
}

/** `records`: one after the other, without anything between; their places are in the buffer. */
export type Packed = { buffer: ArrayBuffer; records: Uint8Array };
/** Bytes `from`..`to` of the records. */
export type ReadRecord = (from: number, to: number) => Uint8Array;

export function packSnapshot(
  articles: readonly Article[],
  parts: IndexParts,
  about: Pick<Snapshot, "made" | "sources" | "problems" | "contents">,
): Packed {
  const { languages, regionSets, intents, ids, ...arrays } = factsOf(articles);
  const { made, sources, problems, contents } = about;
  const facts: Facts = {
    made,
    sources,
    problems,
    languages,
    regionSets,
    intents: [...intents],
    index: {
      textCount: parts.textCount,
      average: parts.average,
      scales: [parts.words.scale, parts.grams.scale, parts.bodies.scale],
      rowCounts: [parts.words.rowCount, parts.grams.rowCount, parts.bodies.rowCount],
    },
  };
  const records = articles.map((article) => Buffer.from(JSON.stringify(article)));
  const offsets = new Uint32Array(records.length + 1);
  for (const [place, record] of records.entries()) offsets[place + 1] = offsets[place]! + record.length;
  const index = Object.fromEntries(
    PARTS.flatMap((name) => {
      const { keys, ids: numbers, idf, offsets: starts, rows, weights } = parts[name];
      return Object.entries({ keys, ids: numbers, idf, offsets: starts, rows, weights }).map(([key, array]) => [`${name}.${key}`, array]);
    }),
  ) as Record<string, AnyArray>;
  const buffer = packArrays(FORMAT, facts, {
    ...arrays,
    ...index,
    ids: utf8(ids.join("\n")),
    vocabulary: utf8(parts.vocabulary),
    questionText: parts.questionText,
    keys: Float64Array.from(articles, keyOf),
    contents,
    recordOffsets: offsets,
  });
  return { buffer, records: Buffer.concat(records) };
}

/** `undefined` for anything but a whole buffer of this format. */
export async function unpackSnapshot(buffer: ArrayBuffer, readRecord: ReadRecord, signal?: AbortSignal): Promise<Snapshot | undefined> {
  const found = unpackArrays(FORMAT, buffer);
  if (found === undefined) return undefined;
  const { made, sources, problems, languages, regionSets, intents, index } = found.facts as Facts;
  // Written by packSnapshot of this format: every array is there, of its kind.
  const take = <Kind extends AnyArray>(name: string): Kind => found.arrays.get(name) as Kind;
  const postings = (name: (typeof PARTS)[number], number: number): Postings => ({
    keys: take<Uint32Array>(`${name}.keys`),
    ids: take<Uint32Array>(`${name}.ids`),
    idf: take<Float32Array>(`${name}.idf`),
    offsets: take<Uint32Array>(`${name}.offsets`),
    rows: take<Uint32Array>(`${name}.rows`),
    weights: take<Uint16Array>(`${name}.weights`),
    scale: index.scales[number]!,
    rowCount: index.rowCounts[number]!,
  });
  const parts: IndexParts = {
    words: postings("words", 0),
    grams: postings("grams", 1),
    bodies: postings("bodies", 2),
    questionText: take<Uint32Array>("questionText"),
    textCount: index.textCount,
    average: index.average,
    vocabulary: text(take<Uint8Array>("vocabulary")),
  };
  const ids = text(take<Uint8Array>("ids"));
  const offsets = take<Uint32Array>("recordOffsets");
  const facts: ArticleFacts = {
    languages,
    language: take<Uint16Array>("language"),
    agents: take<Uint8Array>("agents"),
    regionSets,
    regionSet: take<Uint16Array>("regionSet"),
    from: take<Float64Array>("from"),
    until: take<Float64Array>("until"),
    ids: ids === "" ? [] : ids.split("\n"),
    idOf: take<Uint32Array>("idOf"),
    variants: take<Uint32Array>("variants"),
    places: take<Uint32Array>("places"),
    intents: new Map(intents),
  };
  const article = (place: number): Article => JSON.parse(text(readRecord(offsets[place]!, offsets[place + 1]!))) as Article;
  const layer: Layer = { facts, index: await createTextIndex(parts, { signal }), article };
  const [keys, contents] = [take<Float64Array>("keys"), take<Float64Array>("contents")];
  return { made, sources, problems, keys, contents, layer, recordBytes: offsets.at(-1)! };
}

function utf8(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
