/** Knowledge in a Typesense collection. `language` and the id field must be facets or indexed strings. */
import * as v from "valibot";
import { optionsReader, urlOption } from "../../options.ts";
import type { AdapterDefinition } from "../../spec.ts";
import { get, readJson } from "../../wire.ts";
import { fieldsOption, recordOf, type RemoteRecord } from "./records.ts";
import { createRemoteKnowledge, remoteOptions } from "./remote.ts";

const optionsSchema = v.strictObject({
  /** Origin of the server; must be in the region's `egress`. */
  url: urlOption,
  collection: v.pipe(v.string("expected the name of a collection"), v.minLength(1, "expected the name of a collection")),
  /** A key that may search. */
  apiKey: v.pipe(v.string("expected text"), v.minLength(1, "expected a key")),
  /** Fields that are searched. Default: title, text. */
  queryBy: v.optional(v.array(v.string("expected the name of a field"), "expected a list of fields")),
  fields: fieldsOption,
  ...remoteOptions,
});
type Options = v.InferOutput<typeof optionsSchema>;
const answer = v.object({ hits: v.array(v.object({ document: v.unknown() })) });

export const typesenseKnowledge: AdapterDefinition<"knowledge"> = {
  kind: "knowledge",
  name: "typesense",
  parseOptions: optionsReader(optionsSchema),
  create: (options: Options, context) => {
    const { fields } = options;
    const base = `${options.url.replace(/\/$/, "")}/collections/${encodeURIComponent(options.collection)}/documents/search`;
    const queryBy = (options.queryBy ?? [fields.title, fields.text]).join(",");
    // Between backticks a value may hold commas and brackets; a backtick itself has no escape.
    const list = (values: readonly string[]): string => `[${values.map((value) => `\`${value.replaceAll("`", "")}\``).join(",")}]`;
    const speaking = (languages: readonly string[]): string => `${fields.language}:=${list(languages)}`;
    const ask = async (q: string, filter: string, limit: number, signal: AbortSignal): Promise<RemoteRecord[]> => {
      const parameters = new URLSearchParams({
        q,
        query_by: queryBy,
        filter_by: filter,
        per_page: String(Math.min(250, limit)),
        drop_tokens_threshold: "10",
      });
      const response = await get(context, `${base}?${parameters.toString()}`, { "x-typesense-api-key": options.apiKey }, signal);
      const { hits } = await readJson(response, answer, "answer");
      return hits.flatMap(({ document }) => recordOf(document, fields) ?? []);
    };
    return createRemoteKnowledge(
      {
        find: (text, { languages, limit }, signal) => ask(text, speaking(languages), limit, signal),
        byIds: (ids, { languages }, signal) =>
          ask("*", `${fields.id}:=${list(ids)} && ${speaking(languages)}`, ids.length * languages.length, signal),
      },
      options,
      context,
    );
  },
};
