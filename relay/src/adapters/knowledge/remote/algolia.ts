/** Knowledge in an Algolia index. `language` and the id field must be attributes for faceting. */
import * as v from "valibot";
import { optionsReader, urlOption } from "../../options.ts";
import type { AdapterDefinition } from "../../spec.ts";
import { postJson, readJson } from "../../wire.ts";
import { fieldsOption, recordOf, type RemoteRecord } from "./records.ts";
import { createRemoteKnowledge, remoteOptions } from "./remote.ts";

const optionsSchema = v.strictObject({
  appId: v.pipe(v.string("expected an application id"), v.regex(/^[A-Za-z0-9]{1,32}$/, "expected letters and digits")),
  /** A key that may search, and nothing else. */
  apiKey: v.pipe(v.string("expected text"), v.minLength(1, "expected a key")),
  index: v.pipe(v.string("expected the name of an index"), v.minLength(1, "expected the name of an index")),
  /** Origin of the service; default `https://<appId>-dsn.algolia.net`. Must be in the region's `egress`. */
  url: v.optional(urlOption),
  fields: fieldsOption,
  ...remoteOptions,
});
type Options = v.InferOutput<typeof optionsSchema>;
const answer = v.object({ hits: v.array(v.unknown()) });

export const algoliaKnowledge: AdapterDefinition<"knowledge"> = {
  kind: "knowledge",
  name: "algolia",
  parseOptions: optionsReader(optionsSchema),
  create: (options: Options, context) => {
    const { fields } = options;
    const origin = (options.url ?? `https://${options.appId.toLowerCase()}-dsn.algolia.net`).replace(/\/$/, "");
    const url = `${origin}/1/indexes/${encodeURIComponent(options.index)}/query`;
    const headers = { "x-algolia-application-id": options.appId, "x-algolia-api-key": options.apiKey };
    const anyOf = (field: string, values: readonly string[]): string[] => values.map((value) => `${field}:${value}`);
    const ask = async (query: string, facetFilters: string[][], hitsPerPage: number, signal: AbortSignal): Promise<RemoteRecord[]> => {
      // A visitor's question has words the article lacks: all may be left out but one.
      const body = { query, facetFilters, hitsPerPage, removeWordsIfNoResults: "allOptional" };
      const { hits } = await readJson(await postJson(context, url, body, headers, signal), answer, "answer");
      return hits.flatMap((hit) => recordOf(hit, fields) ?? []);
    };
    return createRemoteKnowledge(
      {
        find: (text, { languages, limit }, signal) => ask(text, [anyOf(fields.language, languages)], limit, signal),
        byIds: (ids, { languages }, signal) =>
          ask("", [anyOf(fields.id, ids), anyOf(fields.language, languages)], ids.length * languages.length, signal),
      },
      options,
      context,
    );
  },
};
