/** `allhours gaps ...`: what went unanswered, and deciding about it. Talks to the running relay; holds no logic of its own. */
import { defineCommand } from "citty";
import type { Closure, GapView } from "../learning/review.ts";
import type { LearnedRecord } from "../learning/learned.ts";
import { EXPORT_FORMATS, exportExamples, learnedExamples } from "../learning/export.ts";
import { askAdmin, type AdminDoor } from "./dead-letters.ts";

/** One gap in a few lines. */
export function gapAsText(gap: GapView): string {
  const draft = gap.draft.kind === "phrasing" ? `more phrasings for ${gap.draft.articleId}` : `a new article ${gap.draft.articleId}`;
  return [
    `${gap.id}  ${gap.questionIds.length} questions (${gap.language})  ${gap.terms.join(", ")}`,
    ...gap.examples.slice(0, 3).map((example) => `    ${example}`),
    ...(gap.nearest === undefined ? [] : [`    nearest  ${gap.nearest.articleId} ${gap.nearest.score.toFixed(2)}`]),
    ...(gap.answer === undefined ? [] : [`    agent    ${gap.answer.replaceAll("\n", " ").slice(0, 120)}`]),
    `    draft    ${draft}`,
  ].join("\n");
}
export function learnedAsText({ id, at, state, articleId, language, article, phrasings, origin }: LearnedRecord): string {
  const what =
    article === undefined ? `${phrasings.length} phrasings` : `article, version ${article.version}, ${phrasings.length} phrasings`;
  return `${id}  ${new Date(at).toISOString()}  ${state.padEnd(8)}  ${articleId} (${language})  ${what}, from ${origin}`;
}
export function closureAsText({ gapId, name, articleId, questions, answered, offered, state }: Closure): string {
  return `${gapId}  ${state.padEnd(9)}  ${articleId}: ${answered} of ${questions} answered, ${offered} offered  ${name}`;
}

export function gapsCommand(
  config: { readonly type: "string"; readonly description: string; readonly default: string },
  doorOf: (file: string, url: string | undefined) => Promise<AdminDoor>,
  say: (text: string) => void,
  fail: (text: string) => void,
) {
  const common = {
    config,
    region: { type: "string", description: "region id", required: true },
    url: { type: "string", description: "origin of the relay; default: as the config says it listens" },
  } as const;
  type Common = { config: string; region: string; url?: string | undefined };
  const gap = { type: "positional", description: "id of a gap", required: true } as const;
  async function decide<Value>(args: Common, decision: object, tell: (value: Value) => string): Promise<void> {
    try {
      const door = await doorOf(args.config, args.url);
      say(tell(await askAdmin<Value>(door, "/v1/admin/learning", { region: args.region, ...decision })));
    } catch (error) {
      fail((error as Error).message);
    }
  }
  async function show(args: Common, status: string, tell: (value: { gaps: GapView[]; learned: LearnedRecord[] }) => string): Promise<void> {
    try {
      const door = await doorOf(args.config, args.url);
      say(tell(await askAdmin(door, `/v1/admin/learning?${new URLSearchParams({ region: args.region, status }).toString()}`)));
    } catch (error) {
      fail((error as Error).message);
    }
  }
  const linesOf = (lines: string[], none: string): string => (lines.length === 0 ? none : lines.join("\n"));
  const list = defineCommand({
    meta: { name: "list", description: "gaps, largest first" },
    args: { ...common, status: { type: "string", description: "open, approved, rejected or merged", default: "open" } },
    run: ({ args }) => show(args, args.status, ({ gaps }) => linesOf(gaps.map(gapAsText), `no ${args.status} gaps`)),
  });
  const learned = defineCommand({
    meta: { name: "learned", description: "what was approved, newest first" },
    args: common,
    run: ({ args }) => show(args, "open", (value) => linesOf(value.learned.map(learnedAsText), "nothing learnt yet")),
  });
  const exported = defineCommand({
    meta: { name: "export", description: "what was approved, as examples for an engine that does not read them here" },
    args: {
      ...common,
      format: { type: "string", description: EXPORT_FORMATS.join(", "), default: "jsonl" },
      language: { type: "string", description: "only these, as fr" },
    },
    run: ({ args }) => {
      const format = EXPORT_FORMATS.find((one) => one === args.format);
      if (format === undefined) return fail(`--format: expected ${EXPORT_FORMATS.join(", ")}`);
      return show(args, "open", (value) => {
        const all = learnedExamples(value.learned);
        return exportExamples(
          args.language === undefined ? all : all.filter(({ language }) => language === args.language),
          format,
        ).trimEnd();
      });
    },
  });
  const run = defineCommand({
    meta: { name: "run", description: "look at what went unanswered now, and not at night" },
    args: common,
    run: ({ args }) => decide<{ gaps: number }>(args, { action: "run" }, ({ gaps }) => `${gaps} gaps`),
  });
  const check = defineCommand({
    meta: { name: "check", description: "whether approved gaps have closed" },
    args: common,
    run: ({ args }) =>
      decide<{ gaps: Closure[] }>(args, { action: "check" }, ({ gaps }) => linesOf(gaps.map(closureAsText), "no approved gaps")),
  });
  const approve = defineCommand({
    meta: { name: "approve", description: "make the draft live, as it is or edited" },
    args: {
      gap,
      ...common,
      article: { type: "string", description: "id of the article; one that exists gets the questions as phrasings" },
      title: { type: "string", description: "title of the new article" },
      text: { type: "string", description: "answer, Markdown" },
      by: { type: "string", description: "who approves" },
    },
    run: ({ args }) =>
      decide<{ learnedId: string; articleId: string }>(
        args,
        { action: "approve", gap: args.gap, articleId: args.article, title: args.title, text: args.text, by: args.by },
        ({ learnedId, articleId }) => `${articleId} is live; take it back with: allhours gaps revert ${learnedId} --region ${args.region}`,
      ),
  });
  const reject = defineCommand({
    meta: { name: "reject", description: "its questions do not come back" },
    args: { gap, ...common },
    run: ({ args }) => decide(args, { action: "reject", gap: args.gap }, () => `${args.gap} rejected`),
  });
  const merge = defineCommand({
    meta: { name: "merge", description: "put one gap's questions into another" },
    args: { gap, into: { type: "positional", description: "id of the other", required: true }, ...common },
    run: ({ args }) =>
      decide<{ questions: number }>(
        args,
        { action: "merge", gap: args.gap, into: args.into },
        ({ questions }) => `${args.into} has ${questions} questions`,
      ),
  });
  const revert = defineCommand({
    meta: { name: "revert", description: "take back what was approved" },
    args: { id: { type: "positional", description: "id of what was learnt", required: true }, ...common },
    run: ({ args }) => decide(args, { action: "revert", id: args.id }, () => `${args.id} is taken back`),
  });
  return defineCommand({
    meta: { name: "gaps", description: "what went unanswered, and what becomes of it" },
    subCommands: { list, run, approve, reject, merge, learned, export: exported, revert, check },
  });
}
