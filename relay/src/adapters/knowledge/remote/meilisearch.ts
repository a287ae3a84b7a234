/** Knowledge in a Meilisearch index. `language` and `id` must be filterable attributes of the index. */
import * as v from "valibot";
import { optionsReader, urlOption } from "../../options.ts";
import type { AdapterDefinition } from "../../spec.ts";
import { postJson, readJson } from "../../wire.ts";
import { fieldsOption, recordOf, type RemoteRecord } from "./records.ts";
import { createRemoteKnowledge, remoteOptions } from "./remote.ts";

const optionsSchema = v.strictObject({
  /** Origin of the server; must be in the region's `egress`. */
  url: urlOption,
  index: v.pipe(v.string("expected the name of an index"), v.regex(/^[\w-]{1,400}$/, "expected letters, digits, - and _")),
  /** A key that may search; sent as a bearer token. */
  apiKey: v.optional(v.string("expected text")),
  fields: fieldsOption,
  ...remoteOptions,
});
type Options = v.InferOutput<typeof optionsSchema>;
const answer = v.object({ hits: v.array(v.unknown()) });

export const meilisearchKnowledge: AdapterDefinition<"knowledge"> = {
  kind: "knowledge",
  name: "meilisearch",
  parseOptions: optionsReader(optionsSchema),
  create: (options: Options, context) => {
    const url = `${options.url.replace(/\/$/, "")}/indexes/${options.index}/search`;
    const list = (values: readonly string[]): string => `[${values.map((value) => JSON.stringify(value)).join(", ")}]`;
    const ask = async (q: string, filter: string[], limit: number, signal: AbortSignal): Promise<RemoteRecord[]> => {
      const headers = options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` };
      // A visitor's question has words the article lacks: the last ones may be dropped.
      const body = { q, filter, limit, matchingStrategy: "last" };
      const { hits } = await readJson(await postJson(context, url, body, headers, signal), answer, "answer");
      return hits.flatMap((hit) => recordOf(hit, options.fields) ?? []);
    };
    const speaking = (languages: readonly string[]): string => `${options.fields.language} IN ${list(languages)}`;
    return createRemoteKnowledge(
      {
        find: (text, { languages, limit }, signal) => ask(text, [speaking(languages)], limit, signal),
        byIds: (ids, { languages }, signal) =>
          ask("", [`${options.fields.id} IN ${list(ids)}`, speaking(languages)], ids.length * languages.length, signal),
      },
      options,
      context,
    );
  },
};
