/** What `npm run bench` measures beside the throughput of messages, by name; each gives a section of the report. */
import { knowledgeAsMarkdown, measureKnowledge } from "./knowledge.ts";
import { languagesAsMarkdown, measureLanguages } from "./languages.ts";
import { learningAsMarkdown, measureClustering, measureLearning } from "./learning.ts";
import { measureRouting, routingAsMarkdown } from "./routing.ts";
import { measureStreams, streamsAsMarkdown } from "./streams.ts";
import { measureUnderstanding, understandingAsMarkdown } from "./understanding.ts";

const LARGE = 100_000;
const note = (text: string): void => void process.stderr.write(`${text}\n`);

export const parts: Readonly<Record<string, () => Promise<string>>> = {
  knowledge: async () => knowledgeAsMarkdown(LARGE, await measureKnowledge(LARGE, note)),
  languages: async () => languagesAsMarkdown(await measureLanguages()),
  learning: async () => learningAsMarkdown(await measureLearning(note), await measureClustering()),
  routing: async () => routingAsMarkdown(await measureRouting(note)),
  understanding: async () => understandingAsMarkdown(await measureUnderstanding()),
  streams: async () => streamsAsMarkdown(await measureStreams(200)),
};
