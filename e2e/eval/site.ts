/** A relay's config and knowledge made from a set of labelled examples: one article an intent, nothing else. Pure. */

export const SITE = "eval";

export type Article = { id: string; intent: string; title: string };

/** One article an intent; ids are the intents as slugs, made distinct by a number where two would be the same. */
export function articlesFor(intents: Iterable<string>): Article[] {
  const taken = new Set<string>();
  return [...new Set(intents)].map((intent) => {
    const slug = slugOf(intent) || "intent";
    let id = slug;
    for (let number = 2; taken.has(id); number += 1) id = `${slug}-${number}`;
    taken.add(id);
    return { id, intent, title: titleOf(intent) || id };
  });
}

/** ASCII letters, digits and dashes, as article ids are; may be empty. */
export function slugOf(intent: string): string {
  return intent
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

/** `check_refund_policy` as `Check refund policy`. */
export function titleOf(intent: string): string {
  const words = intent
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The articles as the embedded knowledge adapter reads them. */
export function knowledgeCsv(articles: readonly Article[]): string {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const rows = articles.map(({ id, intent, title }) =>
    [id, title, `This is what we say about: ${title.toLowerCase()}.`, intent].map(quoted).join(","),
  );
  return ["id,title,answer,intents", ...rows, ""].join("\n");
}

/** The config as JSON, which YAML reads. One machine asks everything, so the limits per address are out of the way. */
export function relayConfig(files: { train: string; knowledge: string; language: string }): string {
  return JSON.stringify({
    mode: "dev",
    server: { host: "127.0.0.1", port: 0 },
    store: { kind: "sqlite", path: "data/eval.db" },
    limits: { linksPerAddress: 100_000, newLinksPerAddressPer10s: 1_000_000, messageBurst: 1_000, messagesPerSecond: 1_000 },
    log: "warn",
    sites: {
      [SITE]: { name: "Evaluation", origins: [], languages: [files.language], defaultLanguage: files.language, defaultRegion: "eval" },
    },
    regions: {
      eval: { nlu: [{ use: "embedded", examples: [files.train] }], knowledge: [{ use: "embedded", articles: [files.knowledge] }] },
    },
  });
}
