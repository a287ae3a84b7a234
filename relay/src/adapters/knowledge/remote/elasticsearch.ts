/** Knowledge in an Elasticsearch or OpenSearch index. `id` and `language` must be keyword fields. */
import * as v from "valibot";
import { AdapterError } from "../../errors.ts";
import { headersOption, optionsReader, urlOption } from "../../options.ts";
import type { AdapterDefinition } from "../../spec.ts";
import { postJson, readJson } from "../../wire.ts";
import { fieldsOption, recordOf, type RemoteRecord } from "./records.ts";
import { createRemoteKnowledge, remoteOptions } from "./remote.ts";

const optionsSchema = v.strictObject({
  /** Origin of the cluster; must be in the region's `egress`. */
  url: urlOption,
  index: v.pipe(
    v.string("expected the name of an index"),
    v.regex(/^[^\s"*+/\\|?#>,A-Z_-][^\s"*/\\|?#>,A-Z]{0,254}$/, "expected the name of an index, in lower case"),
  ),
  /** Sent as `Authorization: ApiKey`. For basic authentication use `headers`. */
  apiKey: v.optional(v.string("expected text")),
  headers: v.optional(headersOption, {}),
  fields: fieldsOption,
  ...remoteOptions,
});
type Options = v.InferOutput<typeof optionsSchema>;
const answer = v.object({
  hits: v.object({ hits: v.array(v.object({ _source: v.unknown() })) }),
  timed_out: v.optional(v.boolean()),
});

export const elasticsearchKnowledge: AdapterDefinition<"knowledge"> = {
  kind: "knowledge",
  name: "elasticsearch",
  parseOptions: optionsReader(optionsSchema),
  create: (options: Options, context) => {
    const { fields } = options;
    const url = `${options.url.replace(/\/$/, "")}/${encodeURIComponent(options.index)}/_search`;
    const headers = { ...(options.apiKey === undefined ? {} : { authorization: `ApiKey ${options.apiKey}` }), ...options.headers };
    const ask = async (bool: object, size: number, signal: AbortSignal): Promise<RemoteRecord[]> => {
      const body = { size, query: { bool }, track_total_hits: false };
      const found = await readJson(await postJson(context, url, body, headers, signal), answer, "answer");
      if (found.timed_out === true && found.hits.hits.length === 0)
        throw new AdapterError("timeout", "the cluster answered that it timed out");
      return found.hits.hits.flatMap((hit) => recordOf(hit._source, fields) ?? []);
    };
    return createRemoteKnowledge(
      {
        find: (query, { languages, limit }, signal) =>
          ask(
            {
              must: [{ multi_match: { query, fields: [`${fields.title}^3`, `${fields.phrasings}^3`, fields.text] } }],
              filter: [{ terms: { [fields.language]: languages } }],
            },
            limit,
            signal,
          ),
        byIds: (ids, { languages }, signal) =>
          ask(
            { filter: [{ terms: { [fields.id]: ids } }, { terms: { [fields.language]: languages } }] },
            ids.length * languages.length,
            signal,
          ),
      },
      options,
      context,
    );
  },
};
