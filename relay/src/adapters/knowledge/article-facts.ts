/** What a search asks of every article, as arrays beside one another: language, whom and when it is for, its id. The articles themselves lie elsewhere. */
import type { KnowledgeQuery } from "../spec.ts";
import type { Article } from "./article.ts";

/** All arrays have a place an article. Ids are numbered in the order of their text. */
export type ArticleFacts = {
  languages: readonly string[];
  /** Place in `languages`. */
  language: Uint16Array;
  /** 1: for agents only. */
  agents: Uint8Array;
  /** Lists of regions, `null` for all; and which of them is an article's. */
  regionSets: readonly (readonly string[] | null)[];
  regionSet: Uint16Array;
  /** Unix milliseconds; infinite where there is no border. */
  from: Float64Array;
  until: Float64Array;
  ids: readonly string[];
  idOf: Uint32Array;
  /** Articles of id `n` are `places[variants[n]..variants[n + 1])`. */
  variants: Uint32Array;
  places: Uint32Array;
  /** Ids, by number, that answer an intent besides the one of its own name. */
  intents: ReadonlyMap<string, readonly number[]>;
};

export function factsOf(articles: readonly Article[]): ArticleFacts {
  const ids = [...new Set(articles.map(({ id }) => id))].sort();
  const numberOf = new Map(ids.map((id, number) => [id, number]));
  const idOf = Uint32Array.from(articles, ({ id }) => numberOf.get(id)!);
  const variants = new Uint32Array(ids.length + 1);
  for (const id of idOf) variants[id + 1]! += 1;
  for (let id = 0; id < ids.length; id += 1) variants[id + 1]! += variants[id]!;
  const next = variants.slice();
  const places = new Uint32Array(articles.length);
  for (const [place, id] of idOf.entries()) {
    places[next[id]!] = place;
    next[id]! += 1;
  }
  const intents = new Map<string, number[]>();
  for (const [place, article] of articles.entries())
    for (const intent of article.intents) {
      const known = intents.get(intent);
      if (known === undefined) intents.set(intent, [idOf[place]!]);
      else if (!known.includes(idOf[place]!)) known.push(idOf[place]!);
    }
  const languages = dictionary<string>();
  const regionSets = dictionary<readonly string[] | null>();
  return {
    language: Uint16Array.from(articles, ({ language }) => languages.numberOf(language, language)),
    languages: languages.values,
    agents: Uint8Array.from(articles, ({ audience }) => (audience === "agents" ? 1 : 0)),
    regionSet: Uint16Array.from(articles, ({ regions }) => regionSets.numberOf(regions?.join(" ") ?? "*", regions ?? null)),
    regionSets: regionSets.values,
    from: Float64Array.from(articles, ({ validFromMs }) => validFromMs ?? -Infinity),
    until: Float64Array.from(articles, ({ validUntilMs }) => validUntilMs ?? Infinity),
    ids,
    idOf,
    variants,
    places,
    intents,
  };
}

function dictionary<Value>(): { values: Value[]; numberOf(key: string, value: Value): number } {
  const values: Value[] = [];
  const numbers = new Map<string, number>();
  return {
    values,
    numberOf(key, value) {
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, values.length);
      values.push(value);
      return values.length - 1;
    },
  };
}

/** Number of an id, or -1. Sorted ids are found by halving: a map of 100,000 texts would take ten megabytes. */
export function idNumber({ ids }: Pick<ArticleFacts, "ids">, id: string): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ids[middle]! < id) low = middle + 1;
    else high = middle;
  }
  return ids[low] === id ? low : -1;
}

/** Places of the articles of an id, by its number. */
export function placesOf({ variants, places }: ArticleFacts, number: number): Uint32Array {
  return places.subarray(variants[number], variants[number + 1]);
}

/** Whether an article is shown in a region: always, never, or by who asks and when. */
export const ALWAYS = 0;
export const NEVER = 1;
export const DEPENDS = 2;

/** One of the three a place. */
export function shownIn({ regionSet, regionSets, agents, from, until }: ArticleFacts, regionId: string): Uint8Array {
  const barred = regionSets.map((regions) => regions !== null && !regions.includes(regionId));
  return Uint8Array.from(regionSet, (set, place) => {
    if (barred[set]!) return NEVER;
    return agents[place] === 1 || from[place]! > -Infinity || until[place]! < Infinity ? DEPENDS : ALWAYS;
  });
}

export function isShownNow({ agents, from, until }: ArticleFacts, place: number, { at, audience }: KnowledgeQuery): boolean {
  return (agents[place] === 0 || audience === "agents") && from[place]! <= at && at < until[place]!;
}
