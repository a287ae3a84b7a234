/** What the assistant would answer to a text now: the same steps as in a turn, and nothing is written or said. */
import type { Site, Region } from "../routing/types.ts";
import { runPipeline } from "./run.ts";
import { confidence } from "./steps/confidence.ts";
import { knowledge, OPTION_ARTICLE } from "./steps/knowledge.ts";
import { nlu } from "./steps/nlu.ts";
import type { Step, Turn } from "./turn.ts";

/** `articleId`: the article that would answer. `offered`: those that would be buttons. */
export type WouldAnswer = { articleId: string | undefined; offered: string[] };

const nothing: Step = { name: "nothing", run: () => ({ next: false, outcome: { kind: "gave-up", parts: [] } }) };

export async function wouldAnswer(site: Site, region: Region, text: string, language: string, nowMs: number): Promise<WouldAnswer> {
  const turn: Turn = {
    id: "dry-run",
    conversation: {
      id: "dry-run",
      siteId: site.id,
      regionId: region.id,
      visitorId: "dry-run",
      mode: "bot",
      language,
      giveUps: 0,
      deliveredSeq: 0,
      readSeq: 0,
      visitorReadSeq: 0,
      createdAt: nowMs,
    },
    site,
    region,
    text,
    optionId: undefined,
    browserLanguages: [],
    history: [],
    nowMs,
    signal: AbortSignal.timeout(20_000),
    language,
    priority: "normal",
    understanding: undefined,
    passages: [],
    intentPassages: [],
    severalPassages: [],
    down: new Set(),
  };
  const { outcome } = await runPipeline(turn, [nlu, knowledge, confidence, nothing], () => nowMs);
  const source = outcome.parts.find((part) => part.type === "sources");
  return {
    articleId: outcome.kind === "answered" ? source?.items[0]?.id : undefined,
    offered: outcome.parts.flatMap((part) =>
      part.type === "choices"
        ? part.options.flatMap(({ id }) => (id.startsWith(OPTION_ARTICLE) ? [id.slice(OPTION_ARTICLE.length)] : []))
        : [],
    ),
  };
}
