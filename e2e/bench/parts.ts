/** What `npm run bench` measures beside the throughput of messages, by name; each gives a section of the report. */
import { measureStreams, streamsAsMarkdown } from "./streams.ts";

export const parts: Readonly<Record<string, () => Promise<string>>> = {
  streams: async () => streamsAsMarkdown(await measureStreams(200)),
};
