/** Knowledge in a Dify dataset: parts of documents, found by Dify's own search. A part says no language; the adapter's counts. */
import * as v from "valibot";
import { optionsReader, urlOption } from "../../options.ts";
import type { AdapterDefinition } from "../../spec.ts";
import { postJson, readJson } from "../../wire.ts";
import { recordOf, type FieldNames } from "./records.ts";
import { createRemoteKnowledge, remoteOptions } from "./remote.ts";

const optionsSchema = v.strictObject({
  /** Up to and without `/datasets`, as `https://api.dify.ai/v1`; its origin must be in the region's `egress`. */
  baseUrl: urlOption,
  dataset: v.pipe(v.string("expected the id of a dataset"), v.regex(/^[0-9a-zA-Z-]{1,64}$/, "expected the id of a dataset")),
  /** A key for datasets. */
  apiKey: v.pipe(v.string("expected text"), v.minLength(1, "expected a key")),
  /** How Dify looks: by words needs no embedding model. */
  searchMethod: v.optional(
    v.picklist(
      ["keyword_search", "semantic_search", "full_text_search", "hybrid_search"],
      "expected keyword_search, semantic_search, full_text_search or hybrid_search",
    ),
    "full_text_search",
  ),
  ...remoteOptions,
});
type Options = v.InferOutput<typeof optionsSchema>;
const answer = v.object({
  records: v.array(
    v.object({
      segment: v.object({
        content: v.string(),
        document: v.object({ id: v.string(), name: v.optional(v.string()) }),
      }),
    }),
  ),
});
const own = Object.fromEntries(
  ["id", "title", "text", "language", "phrasings", "url", "updatedAt", "validFrom", "validUntil", "regions", "audience"].map((one) => [
    one,
    one,
  ]),
) as FieldNames;

export const difyKnowledge: AdapterDefinition<"knowledge"> = {
  kind: "knowledge",
  name: "dify",
  parseOptions: optionsReader(optionsSchema),
  create: (options: Options, context) => {
    const url = `${options.baseUrl.replace(/\/$/, "")}/datasets/${options.dataset}/retrieve`;
    return createRemoteKnowledge(
      {
        async find(query, { limit }, signal) {
          const body = {
            query: query.slice(0, 250),
            retrieval_model: {
              search_method: options.searchMethod,
              reranking_enable: false,
              top_k: limit,
              score_threshold_enabled: false,
            },
          };
          const response = await postJson(context, url, body, { authorization: `Bearer ${options.apiKey}` }, signal);
          const { records } = await readJson(response, answer, "answer");
          return records.flatMap(({ segment: { content, document } }) => {
            // "returns.md" is called returns; the first line of a part is what it is about.
            const title = document.name?.replace(/\.\w{1,5}$/, "") ?? document.id;
            return recordOf({ id: document.id, title, text: content, phrasings: [content.split("\n")[0] ?? ""] }, own) ?? [];
          });
        },
      },
      options,
      context,
    );
  },
};
