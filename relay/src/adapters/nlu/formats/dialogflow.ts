/**
 * Examples of a Dialogflow agent as it exports them. ES: `intents/<name>_usersays_<language>.json`, a list of `{data: [{text}]}`. CX: one JSON
 * an intent, `{displayName, trainingPhrases: [{parts: [{text}]}]}`, or its phrases beside it in `intents/<name>/trainingPhrases/<language>.json`.
 * The other files of an export (agent, entities, the intents' answers) are no examples and no mistakes.
 */
import { basename, dirname } from "node:path";
import * as v from "valibot";
import type { ReadExamples } from "../examples.ts";
import { joinPieces } from "../slots/annotations.ts";

const usersays = /^(.+)_usersays_[a-z]{2,3}(?:-[a-z]+)?\.json$/i;
/** ES says with `alias`, CX with `parameterId`, what a piece is the value of. */
const pieces = v.array(v.object({ text: v.string(), alias: v.optional(v.string()), parameterId: v.optional(v.nullable(v.string())) }));
const esSchema = v.array(v.object({ data: pieces }));
const cxSchema = v.object({
  displayName: v.optional(v.string()),
  trainingPhrases: v.array(v.object({ parts: pieces })),
});

export function readDialogflow(file: string, source: string): ReadExamples {
  const problem = (text: string): ReadExamples => ({ examples: [], problems: [{ file, line: 1, problem: text }] });
  let raw: unknown;
  try {
    raw = JSON.parse(source);
  } catch {
    return problem("not JSON");
  }
  const es = usersays.exec(basename(file))?.[1];
  if (es !== undefined) {
    const parsed = v.safeParse(esSchema, raw);
    if (!parsed.success) return problem(`expected a list of {data: [{text}]}${pathOf(parsed.issues[0])}`);
    return examplesOf(
      es,
      parsed.output.map(({ data }) => data),
    );
  }
  if (typeof raw !== "object" || raw === null || !Object.hasOwn(raw, "trainingPhrases")) return { examples: [], problems: [] };
  const parsed = v.safeParse(cxSchema, raw);
  if (!parsed.success) return problem(`expected trainingPhrases as a list of {parts: [{text}]}${pathOf(parsed.issues[0])}`);
  const folder = dirname(file);
  const intent = parsed.output.displayName ?? (basename(folder) === "trainingPhrases" ? basename(dirname(folder)) : undefined);
  if (intent === undefined || intent === "") return problem("displayName: expected the name of an intent");
  return examplesOf(
    intent,
    parsed.output.trainingPhrases.map(({ parts }) => parts),
  );
}

function pathOf(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  return path === null ? "" : `, at ${path}`;
}

function examplesOf(intent: string, phrases: readonly v.InferOutput<typeof pieces>[]): ReadExamples {
  const texts = phrases.map((phrase) =>
    joinPieces(phrase.map(({ text, alias, parameterId }) => ({ text, name: alias ?? parameterId ?? undefined }))),
  );
  return { examples: texts.filter(({ text }) => text !== "").map(({ text, slots }) => ({ text, intent, slots })), problems: [] };
}
