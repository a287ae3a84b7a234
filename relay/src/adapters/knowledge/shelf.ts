/**
 * Everything a search looks at: one layer of articles, and a small one over it with what has changed since that was built. Finds the articles of a
 * query, each id once, in the language that fits. Reads no files; what is not valid now, not for this region or not for who asks is never returned.
 */
import type { KnowledgeQuery, Passage } from "../spec.ts";
import { ALWAYS, DEPENDS, idNumber, isShownNow, NEVER, placesOf, shownIn, type ArticleFacts } from "./article-facts.ts";
import type { Article } from "./article.ts";
import { fits, tagOf, type Tag } from "./language-tags.ts";
import type { Synonyms } from "./synonyms.ts";
import { clear, createTally, raise, type Tally } from "./tally.ts";
import { slipsIn, type Found, type Slip, type TextIndex } from "./text-index.ts";

/** Articles and their index. `article` may read it from its record each time. */
export type Layer = { facts: ArticleFacts; index: TextIndex; article(place: number): Article };
export interface Shelf {
  search(query: KnowledgeQuery): Passage[];
  byIntent(intent: string, query: KnowledgeQuery): Passage | undefined;
  slips(query: string): Slip[];
  /** For the log. */
  readonly sizes: { articles: number; changed: number; questions: number; features: number; postings: number };
}

/** A question in another language than the visitor's counts a little less: shared words are often names. */
const OTHER_LANGUAGE = 0.8;
/** BM25 at which a text speaks half for itself; an ordinary good match of four or five words. */
const BM25_HALF = 8;
/** What an intent moves an article up the order, at full confidence. The score told is that of the words alone. */
const INTENT_LIFT = 0.3;

/** Two witnesses: a question like this one, and a text that covers it. The same question word for word is 1. */
export function scoreOf(likeness: number, coverage: number, bm25: number): number {
  const cover = (coverage + bm25 / (bm25 + BM25_HALF)) / 2;
  return Math.min(1, 0.6 * likeness + 0.4 * Math.max(likeness, cover));
}

/** A layer as this region sees it. `shown`: never too where replaced by the layer above. `idOf`: in the numbers of the shelf. */
type Seen = Layer & { shown: Uint8Array; idOf: Uint32Array; tags: readonly Tag[]; placesOf(id: number): Uint32Array };
type Spot = { layer: Seen; place: number };

const NONE = new Uint32Array(0);

/** `replaced`: places of `base` that are gone or stand anew in `changed`. */
export function createShelf(
  base: Layer,
  regionId: string,
  synonyms: Synonyms,
  changed?: { layer: Layer; replaced: Iterable<number> },
): Shelf {
  const baseCount = base.facts.ids.length;
  const seen = (layer: Layer, toShelf: (id: number) => number, toLayer: (id: number) => number): Seen => {
    const { facts } = layer;
    return {
      ...layer,
      shown: shownIn(facts, regionId),
      idOf: facts.idOf.map(toShelf),
      tags: facts.languages.map(tagOf),
      placesOf(id) {
        const own = toLayer(id);
        return own < 0 ? NONE : placesOf(facts, own);
      },
    };
  };
  const same = (id: number): number => id;
  const layers = [seen(base, same, (id) => (id < baseCount ? id : -1))];
  const news: string[] = [];
  if (changed !== undefined) {
    for (const place of changed.replaced) layers[0]!.shown[place] = NEVER;
    const { ids } = changed.layer.facts;
    const numbers = ids.map((id) => {
      const known = idNumber(base.facts, id);
      return known >= 0 ? known : baseCount + news.push(id) - 1;
    });
    const own = new Map(numbers.map((number, place) => [number, place]));
    layers.unshift(
      seen(
        changed.layer,
        (id) => numbers[id]!,
        (id) => own.get(id) ?? -1,
      ),
    );
  }
  const idCount = baseCount + news.length;
  const indexes = layers.map(({ index }) => index).reverse();
  // A turn asks for its words once and then for the articles of its intents: the scores of the last query are kept.
  const scores = createTally(idCount);
  let scored: KnowledgeQuery | undefined;

  const mayShow = (layer: Seen, place: number, query: KnowledgeQuery): boolean =>
    layer.shown[place] === ALWAYS || (layer.shown[place] === DEPENDS && isShownNow(layer.facts, place, query));
  const tagAt = ({ tags, facts }: Seen, place: number): Tag => tags[facts.language[place]!]!;

  /** Score of each id, by number: the best of its languages; 0 where nothing fits. Articles that may not be shown say nothing, in any language. */
  function scoresOf(query: KnowledgeQuery): Tally {
    if (scored === query) return scores;
    scored = undefined;
    clear(scores);
    for (const { text, share } of synonyms.wordings(query.text, query.language)) {
      const slips = slipsIn(text, indexes);
      for (const layer of layers) scoreLayer(layer, layer.index.scan(text, slips), share, query);
    }
    scored = query;
    return scores;
  }

  function scoreLayer(layer: Seen, { count, texts, likeness, coverage, bm25 }: Found, share: number, query: KnowledgeQuery): void {
    const wanted = tagOf(query.language);
    const shares = layer.tags.map((tag) => share * (fits(tag, wanted) ? 1 : OTHER_LANGUAGE));
    const { idOf } = layer;
    const { language } = layer.facts;
    for (let index = 0; index < count; index += 1) {
      const place = texts[index]!;
      if (!mayShow(layer, place, query)) continue;
      raise(scores, idOf[place]!, scoreOf(likeness[place]!, coverage[place]!, bm25[place]!) * shares[language[place]!]!);
    }
  }

  /** Numbers of the ids that answer an intent: first the one of the same name. */
  function idsFor(intent: string): number[] {
    const found = new Set<number>();
    const own = idNumber(base.facts, intent);
    if (own >= 0) found.add(own);
    else if (news.includes(intent)) found.add(baseCount + news.indexOf(intent));
    for (const { facts, idOf } of layers) for (const id of facts.intents.get(intent) ?? []) found.add(idOf[placesOf(facts, id)[0]!]!);
    return [...found];
  }

  function inLanguage(id: number, language: string, query: KnowledgeQuery): Spot | undefined {
    const wanted = tagOf(language);
    let fitting: Spot | undefined;
    for (const layer of layers)
      for (const place of layer.placesOf(id)) {
        const tag = tagAt(layer, place);
        if (!fits(tag, wanted) || !mayShow(layer, place, query)) continue;
        if (tag.text === wanted.text) return { layer, place };
        fitting ??= { layer, place };
      }
    return fitting;
  }

  /** In the query's language, else in the first fallback that has it; `undefined` when none may be shown. */
  function variantOf(id: number, query: KnowledgeQuery): Spot | undefined {
    for (const language of [query.language, ...query.fallbackLanguages]) {
      const spot = inLanguage(id, language, query);
      if (spot !== undefined) return spot;
    }
    return undefined;
  }

  return {
    sizes: {
      articles: base.facts.idOf.length,
      changed: changed?.layer.facts.idOf.length ?? 0,
      ...sum(indexes, "questions"),
      ...sum(indexes, "features"),
      ...sum(indexes, "postings"),
    },
    slips: (query) => slipsIn(query, indexes),
    search(query) {
      const lift = new Map<number, number>();
      for (const intent of query.intents)
        for (const id of idsFor(intent.name)) lift.set(id, Math.max(lift.get(id) ?? 0, intent.confidence * INTENT_LIFT));
      return bestOf(scoresOf(query), lift, query.limit, (id) => variantOf(id, query)).map(({ id, spot }) =>
        toPassage(spot, scores.values[id]!),
      );
    },
    byIntent(intent, query) {
      let best: Passage | undefined;
      for (const id of idsFor(intent)) {
        const spot = variantOf(id, query);
        if (spot === undefined) continue;
        const score = scoresOf(query).values[id]!;
        if (best === undefined || score > best.score) best = toPassage(spot, score);
      }
      return best;
    },
  };
}

function sum<Name extends "questions" | "features" | "postings">(indexes: readonly TextIndex[], name: Name): Record<Name, number> {
  return { [name]: indexes.reduce((all, { sizes }) => all + sizes[name], 0) } as Record<Name, number>;
}

type Ranked = { id: number; order: number; spot: Spot };

/** The `limit` ids of the highest order that have an article to show, best first; of equals the first by number. `lifted`: more of the order, by id. */
function bestOf(scores: Tally, lifted: ReadonlyMap<number, number>, limit: number, spotOf: (id: number) => Spot | undefined): Ranked[] {
  const best: Ranked[] = [];
  const enter = (id: number, order: number): void => {
    let place = best.length;
    while (place > 0 && (best[place - 1]!.order < order || (best[place - 1]!.order === order && best[place - 1]!.id > id))) place -= 1;
    if (place >= limit) return;
    const spot = spotOf(id);
    if (spot === undefined) return;
    best.splice(place, 0, { id, order, spot });
    if (best.length > limit) best.pop();
  };
  for (const [id, more] of lifted) enter(id, scores.values[id]! + more);
  for (let index = 0; index < scores.count; index += 1) {
    const id = scores.touched[index]!;
    const order = scores.values[id]!;
    const last = best[limit - 1];
    if ((last === undefined || order >= last.order) && !lifted.has(id)) enter(id, order);
  }
  return best;
}

function toPassage({ layer, place }: Spot, score: number): Passage {
  const { id: articleId, title, text, language, url, updatedAt } = layer.article(place);
  return { articleId, title, text, language, score, url, updatedAt };
}
