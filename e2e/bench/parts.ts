/** What `npm run bench` measures beside the throughput of messages, by name; each gives a section of the report. */
import { learningAsMarkdown, measureLearning } from "./learning.ts";
import { measureStreams, streamsAsMarkdown } from "./streams.ts";

export const parts: Readonly<Record<string, () => Promise<string>>> = {
  learning: async () => learningAsMarkdown(await measureLearning((text) => void process.stderr.write(`${text}\n`))),
  streams: async () => streamsAsMarkdown(await measureStreams(200)),
};
