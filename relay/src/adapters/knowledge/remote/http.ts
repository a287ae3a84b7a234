/**
 * Knowledge over plain HTTP. One POST, one JSON answer: `{text, languages, limit}` or `{ids, languages}` gives `{records: [...]}`, each record
 * with `id`, `title`, `text` and what else it has (see records.ts). Own wire format; docs/adapters.md shows it.
 */
import * as v from "valibot";
import { headersOption, optionsReader, urlOption } from "../../options.ts";
import type { AdapterDefinition } from "../../spec.ts";
import { postJson, readJson } from "../../wire.ts";
import { fieldsOption, recordOf, type RemoteRecord } from "./records.ts";
import { createRemoteKnowledge, remoteOptions } from "./remote.ts";

const optionsSchema = v.strictObject({
  /** Where questions are POSTed; its origin must be in the region's `egress`. */
  url: urlOption,
  headers: v.optional(headersOption, {}),
  fields: fieldsOption,
  ...remoteOptions,
});
type Options = v.InferOutput<typeof optionsSchema>;
const answer = v.object({ records: v.array(v.unknown()) });

export const httpKnowledge: AdapterDefinition<"knowledge"> = {
  kind: "knowledge",
  name: "http",
  parseOptions: optionsReader(optionsSchema),
  create: (options: Options, context) => {
    const ask = async (body: object, signal: AbortSignal): Promise<RemoteRecord[]> => {
      const response = await postJson(context, options.url, body, { accept: "application/json", ...options.headers }, signal);
      const { records } = await readJson(response, answer, "answer");
      return records.flatMap((record) => recordOf(record, options.fields) ?? []);
    };
    return createRemoteKnowledge(
      {
        find: (text, { languages, limit }, signal) => ask({ text, languages, limit }, signal),
        byIds: (ids, { languages }, signal) => ask({ ids, languages }, signal),
      },
      options,
      context,
    );
  },
};
