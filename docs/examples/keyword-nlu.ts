/** NLU by keywords: an intent is understood when one of its words is in the text. The worked example of docs/adapters.md. */
import { AdapterError, type AdapterContext, type AdapterDefinition, type NluAdapter } from "@allhours/relay";

export type KeywordOptions = {
  /** Where the list is: JSON, intent -> words in lower case. Its origin must be in the region's `egress`. */
  url: string;
};

export function createKeywordNlu(options: KeywordOptions, context: AdapterContext): NluAdapter {
  let words: [intent: string, list: string[]][] | undefined;
  return {
    kind: "nlu",
    async init(signal) {
      const response = await context.fetch(options.url, { signal });
      if (!response.ok) throw new AdapterError("failed", `${context.path}: the list answered ${response.status}`);
      words = Object.entries((await response.json()) as Record<string, string[]>);
      context.logger.info({ adapter: context.path, intents: words.length }, "keywords ready");
    },
    async understand({ text }, signal) {
      signal.throwIfAborted();
      if (words === undefined) throw new AdapterError("not-ready", `${context.path}: the keywords are being read`);
      const lower = text.toLowerCase();
      const found = words.filter(([, list]) => list.some((word) => lower.includes(word)));
      return { intents: found.map(([name]) => ({ name, confidence: 0.6 })), slots: [] };
    },
  };
}

export const keywordNlu: AdapterDefinition<"nlu"> = {
  kind: "nlu",
  name: "keywords",
  parseOptions(input) {
    const { url, ...others } = (input ?? {}) as Record<string, unknown>;
    const issues = Object.keys(others).map((path) => ({ path, expected: "expected no key of this name" }));
    if (typeof url !== "string" || !URL.canParse(url)) issues.push({ path: "url", expected: "expected an address" });
    return issues.length > 0 ? { ok: false, issues } : { ok: true, options: { url } };
  },
  create: (options: KeywordOptions, context) => createKeywordNlu(options, context),
};
