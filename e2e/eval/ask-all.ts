/** Asks a relay every utterance over the public protocol: one session each, several links at once. */
import { createClient } from "../client/index.ts";
import type { Utterance } from "./read-utterances.ts";
import { replyOf, type Scored } from "./score.ts";

export type AskAllOptions = {
  url: string;
  site: string;
  language: string;
  concurrency: number;
  /** The article that is right for an intent. */
  articleOf: (intent: string) => string;
  onProgress?: (done: number) => void;
};
/** `failed`: utterances without an answer, by line, with why. */
export type Asked = { results: Scored[]; failed: { line: number; problem: string }[] };

const ANSWER_MS = 30_000;

export async function askAll(utterances: readonly Utterance[], options: AskAllOptions): Promise<Asked> {
  const asked: Asked = { results: [], failed: [] };
  const queue = utterances.values();
  let done = 0;
  async function work(): Promise<void> {
    for (const utterance of queue) {
      try {
        asked.results.push(await askOne(utterance, options));
      } catch (error) {
        asked.failed.push({ line: utterance.line, problem: error instanceof Error ? error.message : String(error) });
      }
      done += 1;
      options.onProgress?.(done);
    }
  }
  await Promise.all(Array.from({ length: options.concurrency }, work));
  asked.results.sort((one, other) => one.line - other.line);
  return asked;
}

async function askOne({ text, intent, line }: Utterance, options: AskAllOptions): Promise<Scored> {
  const client = createClient({ url: options.url, site: options.site, pipe: "socketio" });
  try {
    const hello = await client.hello({ languages: [options.language] });
    if (!hello.ok) throw new Error(`hello was refused: ${hello.error.code} ${hello.error.message}`);
    const { answer, ms } = await client.ask(text, ANSWER_MS);
    return { line, expected: intent === undefined ? undefined : options.articleOf(intent), reply: replyOf(answer.message), ms };
  } finally {
    client.close();
  }
}
